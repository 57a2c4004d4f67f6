/** The terminal's title, which is put back at the end. */
export type WindowTitle = {
  /** `text` is printable. */
  readonly set: (text: string) => void;
  readonly restore: () => void;
  /** Sets again what was set before it was put back. */
  readonly resume: () => void;
};

/**
 * Sets the window's title; the one that it had is kept on the terminal's own stack before the first and taken from there
 * at the end (xterm's control sequences, XTWINOPS 22 and 23). No title can be asked for: terminals answer with text that
 * would be typed.
 */
export function windowTitle(stdout: Pick<NodeJS.WriteStream, 'write' | 'writableNeedDrain'>): WindowTitle {
  let wanted: string | undefined;
  let shown: string | undefined;
  let isPushed = false;
  const set = (text: string) => {
    wanted = text;
    if (text === shown) return;
    // While the terminal takes nothing: the next change brings it up to date.
    if (stdout.writableNeedDrain) return;
    stdout.write(`${isPushed ? '' : '\u001B[22;2t'}\u001B]2;${text}\u0007`);
    isPushed = true;
    shown = text;
  };
  return {
    set,
    restore() {
      if (isPushed) stdout.write('\u001B[23;2t');
      isPushed = false;
      shown = undefined;
    },
    resume() {
      if (wanted !== undefined) set(wanted);
    },
  };
}
