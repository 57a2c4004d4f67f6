import type {ReadableStore} from '../lib/store.ts';

/** What holds the open streams; of `StreamManager` what is needed here. */
type Streams<Stream extends object> = {
  readonly names: ReadableStore<readonly string[]>;
  get(name: string): Stream | undefined;
};

/**
 * Calls `begin` for each stream that is open, and for each that opens; what that answers is called when the stream is
 * closed. Answers the end of all of it.
 */
export function eachStream<Stream extends object>(
  streams: Streams<Stream>,
  begin: (stream: Stream) => () => void,
): () => void {
  const ends = new Map<Stream, () => void>();
  const look = () => {
    const open = new Set(streams.names.get().flatMap((name) => streams.get(name) ?? []));
    for (const [stream, end] of ends) {
      if (open.has(stream)) continue;
      ends.delete(stream);
      end();
    }
    for (const stream of open) if (!ends.has(stream)) ends.set(stream, begin(stream));
  };
  const leave = streams.names.subscribe(look);
  look();
  return () => {
    leave();
    for (const end of ends.values()) end();
    ends.clear();
  };
}
