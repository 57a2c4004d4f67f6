import type {TerminalModes} from '../ui/terminal-hold.ts';

/** DEC modes: 1004 reports focus; 1002 the mouse's buttons, wheel and drags, 1006 in a form without limits. */
const focusMode = 1004;
const mouseModes = [1002, 1006];

/** What the terminal is asked to report between the keys. One that does not know a mode ignores it. */
export function reportModes(
  stdout: {readonly write: (text: string) => unknown},
  {mouse}: {readonly mouse: boolean},
): TerminalModes {
  const modes = [focusMode, ...(mouse ? mouseModes : [])];
  return {
    on: () => void stdout.write(modes.map((mode) => `\u001B[?${mode}h`).join('')),
    off: () => void stdout.write(modes.map((mode) => `\u001B[?${mode}l`).join('')),
  };
}

/** Everything that the screen may have switched on, switched off: colours, modes, alternate screen, cursor. */
export const restoreSequence = [
  '\u001B[0m\r\n',
  ...[2026, focusMode, ...mouseModes, 2004, 1049].map((mode) => `\u001B[?${mode}l`),
  '\u001B[?25h',
].join('');
