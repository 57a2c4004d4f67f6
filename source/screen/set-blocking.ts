import type {Writable} from 'node:stream';

/**
 * Whether a write waits until the kernel has taken it, and with it the event loop and every stream: Node's writes to a
 * terminal do. Only libuv's handle has the switch, and `_handle` is how Node's own code reaches it (lib/tty.js). What
 * has no handle, a file, stays as it is.
 */
export function setBlocking(stream: Writable, blocking: boolean): void {
  const {_handle: handle} = stream as unknown as {_handle?: {setBlocking?: (blocking: boolean) => void}};
  handle?.setBlocking?.(blocking);
}
