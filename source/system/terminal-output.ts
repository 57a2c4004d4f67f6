import type {Writable} from 'node:stream';
import type {WriteStream} from 'node:tty';
import type {Clock} from '../lib/clock.ts';

/** Writes to the terminal that never block the program. */
export type BoundedWrites = {
  /** Stops the redrawing after dropped frames: from now on a drop may hit the restoring of the terminal, see `end`. */
  readonly leave: () => void;
  /**
   * Ends the bounding and waits, at most `patience` milliseconds, until the kernel has accepted everything. If frames
   * were dropped, Ink's restoring of the terminal may be among them: then `restore` is written. Resolves to false when the
   * terminal still accepts nothing: any write to it, or to stderr, would block the process.
   */
  readonly end: (options: {restore: string; patience: number; clock: Pick<Clock, 'after'>}) => Promise<boolean>;
};

/** Something of the terminal that is switched off while another program has it. */
export type TerminalModes = {readonly on: () => void; readonly off: () => void};

/** The window's title: `off` restores the terminal's own, `on` sets ours again. */
export type WindowTitle = TerminalModes & {
  /** `text` is printable. */
  readonly set: (text: string) => void;
};

const leaveAlternateScreen = '\u001B[?1049l';

/**
 * Keeps a terminal that is not read (a stalled SSH link, a frozen pane) from blocking the program. Node's writes to a
 * terminal block the event loop, and with it every stream. Here they do not, and frames are dropped instead of queued
 * until the kernel accepts more. Then `onRecovered` has to draw the whole screen.
 *
 * The last frame stays where there is no alternate screen (VT100, the Linux console), so a line break goes before Ink's
 * sequence that leaves it: the shell's prompt gets a line of its own. On an alternate screen the break vanishes with it.
 */
export function boundWrites(stdout: WriteStream, onRecovered: () => void): BoundedWrites {
  const write = stdout.write.bind(stdout);
  let dropped = false;

  setBlocking(stdout, false);
  const onDrain = () => {
    if (!dropped) return;
    dropped = false;
    onRecovered();
  };
  stdout.on('drain', onDrain);
  const restoreWrite = replaceWrite(stdout, (chunk, done) => {
    // Before it exits, Ink waits for a callback of an empty write; `end` waits instead, with a limit.
    if (stdout.writableNeedDrain || chunk.length === 0) {
      dropped ||= chunk.length > 0;
      queueMicrotask(done);
      return !stdout.writableNeedDrain;
    }
    return write(chunk === leaveAlternateScreen ? `\r\n${chunk}` : chunk, done);
  });

  return {
    leave: () => void stdout.off('drain', onDrain),
    async end({restore, patience, clock}) {
      stdout.off('drain', onDrain);
      restoreWrite();
      if (stdout.destroyed || stdout.errored) return true;
      const {promise, resolve} = Promise.withResolvers<boolean>();
      const cancel = clock.after(patience, () => resolve(false));
      // The callback comes when all earlier writes are out, or when the terminal is gone.
      write(dropped ? restore : '', () => resolve(true));
      const isOut = await promise;
      cancel();
      // The restoring must get out before the process ends.
      if (isOut) setBlocking(stdout, true);
      return isOut;
    },
  };
}

const mostKept = 64 * 1024;

/**
 * Holds back what is written to stderr while the screen is up, where it would overwrite frames. The result ends that and
 * writes what was held, up to 64 KiB.
 */
export function holdStderr(stderr: NodeJS.WriteStream): () => void {
  let held = '';
  const restoreWrite = replaceWrite(stderr, (chunk, done) => {
    if (held.length < mostKept) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    queueMicrotask(done);
    return true;
  });
  return () => {
    restoreWrite();
    if (held !== '') stderr.write(held);
  };
}

/** Replaces a stream's `write`. Returns what restores it. */
function replaceWrite(
  stream: NodeJS.WriteStream,
  write: (chunk: Uint8Array | string, done: (error?: Error | null) => void) => boolean,
): () => void {
  const own = stream.write;
  stream.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    const done = rest.findLast((argument) => typeof argument === 'function');
    return write(chunk, (error) => done?.(error));
  };
  return () => {
    stream.write = own;
  };
}

/**
 * Whether a write blocks the event loop until the kernel has accepted it, as Node's writes to a terminal do. Only libuv's
 * handle has the switch, and `_handle` is how Node's own code reaches it (lib/tty.js). A stream without a handle, a file,
 * is unchanged.
 */
export function setBlocking(stream: Writable, blocking: boolean): void {
  const {_handle: handle} = stream as unknown as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  handle?.setBlocking?.(blocking);
}

/**
 * Writes a sequence between two frames. Returns false when the terminal accepts nothing at the moment: half a sequence
 * would garble it.
 */
export function writeWhole(stdout: NodeJS.WriteStream, sequence: string): boolean {
  if (stdout.writableNeedDrain) return false;
  stdout.write(sequence);
  return true;
}

/**
 * Sets the window's title. Before the first one the terminal pushes its own on a stack, and pops it at the end (xterm's
 * control sequences, XTWINOPS 22 and 23). The title is never queried: terminals answer with text that a shell would read
 * as typed.
 */
export function windowTitle(stdout: Pick<NodeJS.WriteStream, 'write' | 'writableNeedDrain'>): WindowTitle {
  let wanted: string | undefined;
  let shown: string | undefined;
  let isPushed = false;
  const set = (text: string) => {
    wanted = text;
    if (text === shown) return;
    // While the terminal accepts nothing; the next change sets it.
    if (stdout.writableNeedDrain) return;
    stdout.write(`${isPushed ? '' : '\u001B[22;2t'}\u001B]2;${text}\u0007`);
    isPushed = true;
    shown = text;
  };
  return {
    set,
    on() {
      if (wanted !== undefined) set(wanted);
    },
    off() {
      if (isPushed) stdout.write('\u001B[23;2t');
      isPushed = false;
      shown = undefined;
    },
  };
}

/** DEC modes: 1004 reports focus; 1002 the mouse's buttons, wheel and drags, 1006 in a form without limits. */
const focusMode = 1004;
const mouseModes = [1002, 1006];

/** Which events the terminal reports between the keys. A terminal ignores a mode that it does not have. */
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

/** Switches off everything that the screen may have switched on: colours, modes, alternate screen, hidden cursor. */
export const restoreSequence = [
  '\u001B[0m\r\n',
  ...[2026, focusMode, ...mouseModes, 2004, 1049].map((mode) => `\u001B[?${mode}l`),
  '\u001B[?25h',
].join('');

const bell = '\u0007';

/** How a notification reaches a user who looks elsewhere. */
type NotifyBy = 'bell' | 'osc9' | 'osc777' | 'off';

/**
 * Returns what writes a notification to the terminal; undefined for `off`. Inside tmux and GNU screen it is always the
 * bell, which marks their window: they pass nothing else on.
 */
export function notificationWriter(
  by: NotifyBy,
  {env, write}: {env: NodeJS.ProcessEnv; write: (sequence: string) => boolean},
): ((text: string) => void) | undefined {
  if (by === 'off') return undefined;
  const isInside = Boolean(env.TMUX || env.STY);
  // Dropped when the terminal accepts nothing: the user does not see it either.
  return (text) => void write(isInside ? bell : notification(by, text));
}

/** `text` is printable. OSC 9 is iTerm2's and OSC 777 rxvt-unicode's; most terminals have one of them. */
function notification(by: Exclude<NotifyBy, 'off'>, text: string): string {
  switch (by) {
    case 'bell':
      return bell;
    case 'osc9':
      // After a number and `;` ConEmu and Windows Terminal read other commands (`9;4;` is a progress bar).
      return `\u001B]9;pipetail · ${text}\u0007`;
    case 'osc777':
      return `\u001B]777;notify;pipetail;${text.replaceAll(';', ',')}\u0007`;
  }
}
