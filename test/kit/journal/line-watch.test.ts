import {expect, it, vi} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {LineWatch} from '../../../source/kit/journal/line-watch.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

it('of a log of which every line matches and none has a time, each is read once, and few in a turn', () => {
  const turns: (() => void)[] = [];
  const sink = new LogSink({buffer: {maxBytes: 1024 * 1024}, clock: {wall: () => 99}});
  const read = vi.spyOn(sink.buffer, 'lineAt');
  const clock = {
    ...new FakeClock(),
    // What takes time is to read a line.
    monotonic: () => read.mock.calls.length / 100,
    after(_: number, callback: () => void) {
      turns.push(callback);
      return () => {};
    },
  };
  const frames = Array.from(
    {length: 10_000},
    (_, index) => `  at frame ${index} of a stack that has many of them in one place\n`,
  );
  sink.append(...withNewlines(Buffer.from(`[p] 2026-11-25T00:00:00Z INFO work: begins\n${frames.join('')}`)));
  const watch = new LineWatch({clock, pattern: compilePattern('at frame'), onStopped: () => {}});
  const found: number[] = [];
  const {buffer, errors} = sink;
  watch.follow({buffer, errors, snapshot: {subscribe: () => () => {}}}, () => {
    const [group] = errors.byKey.values();
    found.push(group?.count ?? 0);
    expect(group?.lastAt).toBe(Date.UTC(2026, 10, 25));
  });
  for (const turn of turns) turn();
  expect(found.at(-1)).toBe(frames.length);
  expect(read.mock.calls.length).toBeLessThan(frames.length + 100);
  const inTurns = found.map((count, index) => count - (found[index - 1] ?? 0));
  expect(Math.max(...inTurns)).toBeLessThan(2000);
});
