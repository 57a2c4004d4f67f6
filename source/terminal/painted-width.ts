import {textWidth} from './width.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
const styles = /\x1b\[[\d;]*m/g;

/** Cells of a painted text: of what `paint` answers. */
export function paintedWidth(painted: string): number {
  return textWidth(painted.replace(styles, ''));
}
