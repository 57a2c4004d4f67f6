import type {WriteStream} from 'node:tty';
import type {Clock} from '../lib/clock.ts';
import {setBlocking} from './set-blocking.ts';

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
