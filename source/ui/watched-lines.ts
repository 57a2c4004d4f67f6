import {watchedKey} from '../attention/error-shapes.ts';
import type {Pattern} from '../buffer/pattern.ts';
import {Search} from '../buffer/search.ts';
import type {Clock} from '../lib/clock.ts';
import {SliceRunner} from '../lib/slice-runner.ts';
import {timeOfBytes} from '../records/time-text.ts';
import type {LogStream} from '../streams/log-stream.ts';

/** Counts the lines of a stream that match a pattern among its errors, a little after they came. Answers its end. */
export function watchLines(
  stream: LogStream,
  pattern: Pattern,
  {clock, onFound}: {clock: Clock; onFound: () => void},
): () => void {
  const {buffer, errorShapes} = stream;
  const search = new Search(buffer, pattern);
  let next = buffer.firstId;
  const note = () => {
    // The open line may still grow.
    const end = Math.min(search.countExactUpTo, buffer.hasOpenLine ? buffer.endId - 1 : buffer.endId);
    let found = false;
    for (let id = search.nextAfter(next - 1); id !== undefined && id < end; id = search.nextAfter(id)) {
      const line = buffer.lineAt(id);
      if (line) errorShapes.add(line, {id, at: timeOfBytes(line) ?? clock.wall(), key: watchedKey});
      found = true;
    }
    next = Math.max(next, end);
    if (found) onFound();
  };
  const runner = new SliceRunner({clock, step: (maxBytes) => search.step(maxBytes), onSlice: note});
  const unsubscribe = stream.snapshot.subscribe(() => runner.wake());
  runner.wake();
  return () => {
    unsubscribe();
    runner.dispose();
  };
}
