import type {Level} from '../records/level.ts';
import type {Style} from '../terminal/style.ts';

/** The colours that Feldera itself gives to levels; ERROR stands out without colours, too. */
export const levelStyles: Readonly<Record<Level, Style>> = {
  TRACE: {fg: 5},
  DEBUG: {fg: 4},
  INFO: {fg: 2},
  WARN: {fg: 3},
  ERROR: {fg: 1, bold: true},
};
