import type {Writable} from 'node:stream';
import type {WriteStream} from 'node:tty';
import type {Clock} from '../lib/clock.ts';
import type {NotifyBy} from '../settings/settings.ts';

/** Writes that never stop the program. */
export type BoundedWrites = {
  /** From now on nothing is drawn anew: what is dropped is the restoring of the terminal, and `end` makes up for it. */
  readonly leave: () => void;
  /**
   * Ends it and waits, `patience` milliseconds at most, until the kernel has taken everything. If frames were dropped,
   * what Ink wrote to restore the terminal may be among them: then `restore` is written. False: the terminal still
   * takes nothing, and any write to it, or to stderr, would stop the process until it does.
   */
  readonly end: (options: {restore: string; patience: number; clock: Pick<Clock, 'after'>}) => Promise<boolean>;
};

/** The terminal's title, which is put back at the end. */
export type WindowTitle = {
  /** `text` is printable. */
  readonly set: (text: string) => void;
  readonly restore: () => void;
  /** Sets again what was set before it was put back. */
  readonly resume: () => void;
};

/** Modes of the terminal that are switched as one: reports of focus, of the mouse. */
export type TerminalModes = {readonly on: () => void; readonly off: () => void};

/**
 * Keeps a terminal that is not read (a stalled SSH link, a frozen pane) from stopping the program. Node's writes to a
 * terminal block the event loop, and with it every stream; so they are made non-blocking, and while the kernel takes
 * no more, frames are dropped instead of queued. Once it does, `onRecovered` has to draw the screen anew.
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
  stdout.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    const done = rest.findLast((argument) => typeof argument === 'function');
    // An empty write is how Ink, at its end, waits for the others: that is for `end`, which does not wait for ever.
    if (stdout.writableNeedDrain || chunk.length === 0) {
      dropped ||= chunk.length > 0;
      if (done) queueMicrotask(() => done());
      return !stdout.writableNeedDrain;
    }
    return write(chunk, (error) => done?.(error));
  };

  return {
    leave: () => void stdout.off('drain', onDrain),
    async end({restore, patience, clock}) {
      stdout.off('drain', onDrain);
      stdout.write = write;
      if (stdout.destroyed || stdout.errored) return true;
      const {promise, resolve} = Promise.withResolvers<boolean>();
      const cancel = clock.after(patience, () => resolve(false));
      // Called back when all before it is out, or when the terminal is gone.
      write(dropped ? restore : '', () => resolve(true));
      const isOut = await promise;
      cancel();
      // What restores the terminal must get out before the process ends.
      if (isOut) setBlocking(stdout, true);
      return isOut;
    },
  };
}

/**
 * Whether a write waits until the kernel has taken it, and with it the event loop and every stream: Node's writes to a
 * terminal do. Only libuv's handle has the switch, and `_handle` is how Node's own code reaches it (lib/tty.js). What
 * has no handle, a file, stays as it is.
 */
export function setBlocking(stream: Writable, blocking: boolean): void {
  const {_handle: handle} = stream as unknown as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  handle?.setBlocking?.(blocking);
}

const leaveAlternateScreen = '\u001B[?1049l';

/**
 * Gives the shell a line of its own where there is no alternate screen to leave (VT100, the Linux console): the last
 * frame stays there, and the prompt would stand at its end. On the alternate screen the line goes with it. Answers its
 * undoing.
 */
export function leaveOnOwnLine(stdout: NodeJS.WriteStream): () => void {
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    const done = rest.findLast((argument) => typeof argument === 'function');
    // Ink writes the sequence by itself.
    return write(chunk === leaveAlternateScreen ? `\r\n${chunk}` : chunk, (error) => done?.(error));
  };
  return () => {
    stdout.write = write;
  };
}

const mostKept = 64 * 1024;

/**
 * Holds what is written to stderr while the screen is up: on the screen it would stay, over the frames. The answer
 * ends the holding and writes what came, up to 64 KiB.
 */
export function holdStderr(stderr: NodeJS.WriteStream): () => void {
  const write = stderr.write.bind(stderr);
  let held = '';
  stderr.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    if (held.length < mostKept) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.findLast((argument) => typeof argument === 'function');
    if (done) queueMicrotask(() => done());
    return true;
  };
  return () => {
    stderr.write = write;
    if (held !== '') write(held);
  };
}

/**
 * Writes a sequence between two frames. False: the terminal takes nothing at the moment. Frames are dropped then, and
 * half a sequence would garble it.
 */
export function writeWhole(stdout: NodeJS.WriteStream, sequence: string): boolean {
  if (stdout.writableNeedDrain) return false;
  stdout.write(sequence);
  return true;
}

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

const bell = '\u0007';

/**
 * Answers what tells a person who looks elsewhere, through the terminal; undefined when nothing is to. tmux and GNU
 * screen pass nothing on but the bell, which marks their window: there it is the bell, whatever was asked for.
 */
export function notificationWriter(
  by: NotifyBy,
  {env, write}: {env: NodeJS.ProcessEnv; write: (sequence: string) => boolean},
): ((text: string) => void) | undefined {
  if (by === 'off') return undefined;
  const isInside = Boolean(env.TMUX || env.STY);
  // A terminal that takes nothing at the moment is not looked at either: the notification is dropped.
  return (text) => void write(isInside ? bell : notification(by, text));
}

/** `text` is printable. OSC 9 is iTerm2's and OSC 777 rxvt-unicode's; most terminals have one of them. */
function notification(by: Exclude<NotifyBy, 'off'>, text: string): string {
  switch (by) {
    case 'bell':
      return bell;
    case 'osc9':
      // Behind a number and `;` ConEmu and Windows Terminal read other commands (`9;4;` is a progress bar).
      return `\u001B]9;pipetail · ${text}\u0007`;
    case 'osc777':
      return `\u001B]777;notify;pipetail;${text.replaceAll(';', ',')}\u0007`;
  }
}
