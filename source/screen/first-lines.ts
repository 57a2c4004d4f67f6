import type {LogStream} from '../streams/log-stream.ts';
import type {StreamManager} from '../streams/stream-manager.ts';

/** Calls `draw` whenever an open log has its first lines, which somebody waits for. Answers the end of it. */
export function watchFirstLines(manager: Pick<StreamManager, 'names' | 'get'>, draw: () => void): () => void {
  const {names} = manager;
  /** The streams that are still empty, and how to leave each. */
  const empty = new Map<LogStream, () => void>();
  const known = new WeakSet<LogStream>();
  const leave = (stream: LogStream) => {
    empty.get(stream)?.();
    empty.delete(stream);
  };
  const look = () => {
    const open = new Set(names.get().flatMap((name) => manager.get(name) ?? []));
    for (const stream of empty.keys()) if (!open.has(stream)) leave(stream);
    for (const stream of open) {
      if (known.has(stream)) continue;
      known.add(stream);
      const onSnapshot = () => {
        if (stream.snapshot.get().lineCount === 0) return;
        leave(stream);
        draw();
      };
      empty.set(stream, stream.snapshot.subscribe(onSnapshot));
    }
  };
  const end = names.subscribe(look);
  look();
  return () => {
    end();
    for (const stream of [...empty.keys()]) leave(stream);
  };
}
