import type {Style} from '../terminal/style.ts';

/**
 * The colours of highlighted patterns, in turn. Foreground and background are both set, so that they read on a light
 * and a dark screen alike; without colours they are underlined. Yellow is not among them: it is the current hit.
 */
export const highlightStyles: readonly Style[] = [
  {fg: 0, bg: 6, underline: true},
  {fg: 0, bg: 2, underline: true},
  {fg: 15, bg: 4, underline: true},
  {fg: 15, bg: 5, underline: true},
  {fg: 15, bg: 1, underline: true},
  {fg: 0, bg: 14, underline: true},
];
