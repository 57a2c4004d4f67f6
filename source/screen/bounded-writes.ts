import type {WriteStream} from 'node:tty';

/**
 * Keeps a terminal that is not read (a stalled SSH link, a frozen pane) from stopping the program. Node's writes to a
 * terminal block the event loop, and with it every stream; so they are made non-blocking, and while the kernel takes
 * no more, frames are dropped instead of queued. Once it does, `onRecovered` has to draw the screen anew.
 */
export function boundWrites(stdout: WriteStream, onRecovered: () => void): () => void {
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
    if (stdout.writableNeedDrain) {
      dropped = true;
      if (done) queueMicrotask(() => done());
      return false;
    }
    return write(chunk, (error) => done?.(error));
  };

  return () => {
    stdout.off('drain', onDrain);
    stdout.write = write;
    // What restores the terminal must get out before the process ends.
    setBlocking(stdout, true);
  };
}

/** Only libuv's handle has this switch; `_handle` is how Node's own code reaches it (lib/tty.js). */
function setBlocking(stdout: WriteStream, blocking: boolean): void {
  const {_handle: handle} = stdout as unknown as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  handle?.setBlocking?.(blocking);
}
