import type {Writable} from 'node:stream';
import type {WriteStream} from 'node:tty';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';

export type BoundedWrites = {
  /**
   * Writes no more frames on the alternate screen, which Ink would at its end, and redraws no more after dropped ones. From
   * now on a drop may hit Ink's restoring of the terminal, see `end`.
   */
  readonly leave: () => void;
  /**
   * Waits, at most `patience` milliseconds, until the kernel has accepted everything; writes `restore` if Ink's own may
   * have been dropped. Resolves to false when the terminal still accepts nothing: any write, also to stderr, would block.
   */
  readonly end: (options: {restore: string; patience: number; clock: Pick<Clock, 'after'>}) => Promise<boolean>;
};

/** Modes of the terminal that are off while another program has it. */
export type TerminalModes = {readonly on: () => void; readonly off: () => void};

/** The window's title: `off` restores the terminal's own, `on` sets ours again. */
type WindowTitle = TerminalModes & {readonly set: (text: string) => void};

/**
 * Gets a line break before it. Where there is no alternate screen (VT100, the Linux console), the last frame stays, and
 * the shell's prompt needs a line of its own.
 */
const leaveAlternateScreen = '\u001B[?1049l';

/** Ink writes them around each frame: the terminal shows it at once (DEC mode 2026). */
const frameStart = '\u001B[?2026h';
const frameEnd = '\u001B[?2026l';

type BoundWritesOptions = {
  /** After dropped frames. */
  readonly onRecovered: () => void;
  /** Called with the bytes of each frame, about. Returns what is to be written behind it. */
  readonly onFrame?: ((bytes: number) => string) | undefined;
};

/**
 * Keeps a terminal that is not read (a stalled SSH link, a frozen pane) from blocking the event loop, and so every stream.
 * Frames are dropped, not queued, until the kernel accepts more; then `onRecovered` has to draw the whole screen.
 */
export function boundWrites(stdout: WriteStream, options: BoundWritesOptions): BoundedWrites {
  const {onRecovered, onFrame} = options;
  const write = stdout.write.bind(stdout);
  let dropped = false;
  /** Something outside frames was dropped, perhaps Ink's restoring of the terminal: no later frame brings that back. */
  let owesRestore = false;
  let hasLeft = false;
  /** Bytes of the frame that is being written; undefined: none is. */
  let frame: number | undefined;

  setBlocking(stdout, false);
  const onDrain = () => {
    if (!dropped) return;
    dropped = false;
    onRecovered();
  };
  stdout.on('drain', onDrain);
  const restoreWrite = replaceWrite(stdout, (chunk, done) => {
    // Ink waits for the callback of an empty write before it exits; `end` waits instead, with a limit.
    if (stdout.writableNeedDrain || chunk.length === 0) {
      if (chunk.length > 0) {
        dropped = true;
        if (frame === undefined && chunk !== frameStart) owesRestore = true;
        frame = undefined;
      }
      queueMicrotask(done);
      return !stdout.writableNeedDrain;
    }
    if (chunk === frameStart) frame = 0;
    if (frame === undefined) return write(chunk === leaveAlternateScreen ? `\r\n${chunk}` : chunk, done);
    frame += chunk.length;
    const isEnd = chunk === frameEnd;
    const bytes = frame;
    if (isEnd) frame = undefined;
    if (hasLeft) {
      queueMicrotask(done);
      return true;
    }
    return write(isEnd && onFrame ? chunk + onFrame(bytes) : chunk, done);
  });

  return {
    leave() {
      stdout.off('drain', onDrain);
      hasLeft = true;
    },
    async end({restore, patience, clock}) {
      stdout.off('drain', onDrain);
      restoreWrite();
      if (stdout.destroyed || stdout.errored) return true;
      const {promise, resolve} = Promise.withResolvers<boolean>();
      const cancel = clock.after(patience, () => resolve(false));
      // Called when all earlier writes are out, or when the terminal is gone.
      write(dropped || owesRestore ? restore : '', () => resolve(true));
      const isOut = await promise;
      cancel();
      // Later writes must be out before the process ends.
      if (isOut) setBlocking(stdout, true);
      return isOut;
    },
  };
}

const mostKept = 64 * 1024;

/** Holds back stderr, which would overwrite frames. The result ends that, and writes up to 64 KiB of it. */
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

/** Returns what restores the stream's own `write`. */
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
 * Node's writes to a terminal block the event loop until the kernel accepts them. Only libuv's handle can change that;
 * Node's own code reaches it as `_handle` (lib/tty.js). A stream without a handle, a file, is unchanged.
 */
export function setBlocking(stream: Writable, blocking: boolean): void {
  const {_handle: handle} = stream as unknown as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  handle?.setBlocking?.(blocking);
}

/** Returns false, and writes nothing, while the terminal accepts nothing: half a sequence would garble it. */
export function writeWhole(stdout: NodeJS.WriteStream, sequence: string): boolean {
  if (stdout.writableNeedDrain) return false;
  stdout.write(sequence);
  return true;
}

/**
 * The terminal pushes its own title on a stack before our first one, and pops it at the end (xterm's XTWINOPS 22 and 23).
 * It is never queried: a shell would read the terminal's reply as typed text.
 */
export function windowTitle(stdout: Pick<NodeJS.WriteStream, 'write' | 'writableNeedDrain'>): WindowTitle {
  let wanted: string | undefined;
  let shown: string | undefined;
  let isPushed = false;
  const set = (title: string) => {
    const text = clean(title);
    wanted = text;
    if (text === shown) return;
    // The terminal accepts nothing now; the next change sets the title.
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

/** The DEC mode that reports focus. */
const focusMode = 1004;

/** Switches the terminal's reports of focus on and off. It ignores a mode that it does not have. */
export function reportModes(stdout: {readonly write: (text: string) => unknown}): TerminalModes {
  let areOn = false;
  const set = (on: boolean) => {
    if (on === areOn) return;
    areOn = on;
    stdout.write(`\u001B[?${focusMode}${on ? 'h' : 'l'}`);
  };
  return {on: () => set(true), off: () => set(false)};
}

/** Switches off everything that the screen may have switched on: colours, modes, alternate screen, hidden cursor. */
export const restoreSequence = [
  '\u001B[0m\r\n',
  ...[2026, focusMode, 2004, 1049].map((mode) => `\u001B[?${mode}l`),
  '\u001B[?25h',
].join('');

export const bell = '\u0007';

type NotifyBy = 'bell' | 'osc9' | 'osc777' | 'off';

/** Returns undefined for `off`. In tmux and screen, rings the bell, which marks their window: nothing else passes. */
export function notificationWriter(
  by: NotifyBy,
  {env, write}: {env: NodeJS.ProcessEnv; write: (sequence: string) => boolean},
): ((text: string) => void) | undefined {
  if (by === 'off') return undefined;
  const isInside = Boolean(env.TMUX || env.STY);
  // Dropped when the terminal accepts nothing: the user does not see it either.
  return (text) => void write(isInside ? bell : notification(by, clean(text)));
}

/** `text` is clean. OSC 9 is iTerm2's and OSC 777 rxvt-unicode's; most terminals have one of them. */
function notification(by: Exclude<NotifyBy, 'off'>, text: string): string {
  switch (by) {
    case 'bell':
      return bell;
    case 'osc9':
      // The prefix: after a number and `;` ConEmu and Windows Terminal read other commands (`9;4;` is a progress bar).
      return `\u001B]9;pipetail · ${text}\u0007`;
    case 'osc777':
      return `\u001B]777;notify;pipetail;${text.replaceAll(';', ',')}\u0007`;
  }
}
