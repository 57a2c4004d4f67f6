import type {EventEmitter} from 'node:events';

/** Listens until the answer is called. */
export function listen(emitter: EventEmitter, event: string, listener: (argument: unknown) => void): () => void {
  emitter.on(event, listener);
  return () => emitter.off(event, listener);
}
