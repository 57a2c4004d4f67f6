import {expect, test} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import type {Loss} from '../../../source/engine/connection/state.ts';
import {LogReader} from '../../../source/engine/logs/log-reader.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {runner, runnerJson, start, stopped} from '../records/index-lines.ts';

const id = '01a211f6-0000-7000-8000-000000000001';
const freshStart = `[manager] 2026-01-01T00:00:00.000001Z  INFO pipeline_manager::runner::pipeline_logs: Fresh start of pipeline logs pipeline-id="${id}" pipeline-name="N/A"\n`;
const line = (number: number) =>
  `[orders] 2026-01-01T00:00:01.${String(number).padStart(6, '0')}Z  INFO test:  ${number}\n`;

/** The line in front of a replay whose first entries the server has dropped. */
const discarded = (entries: number) =>
  `[manager] 2026-01-01T00:00:02.000000Z  WARN pipeline_manager::runner::pipeline_logs: ... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown. pipeline-id="${id}" pipeline-name="N/A"\n`;

function open() {
  const clock = new FakeClock();
  const sink = new LogSink({buffer: {maxBytes: 1024 * 1024}, clock});
  const {buffer} = sink;
  const events: string[] = [];
  const onEvent = (text: string) => events.push(text);
  sink.onEvent = onEvent;
  /** Of each piece that was read: whether it was the first one of its replay. */
  const pieces: boolean[] = [];
  const reader = new LogReader({sink, clock, onReceived: (areFirst) => pieces.push(areFirst)});
  const begin = (attempt: number, isAfterLoss: boolean) =>
    reader.start({
      attempt,
      loss: isAfterLoss ? {cause: 'silent', at: clock.monotonic()} : undefined,
      pipelineId: undefined,
    });
  const markers = () => {
    const found: Marker[] = [];
    for (let id = buffer.firstId; id < buffer.endId; id++) {
      const marker = buffer.markerAt(id);
      if (marker) found.push(marker);
    }
    return found;
  };
  const receive = (attempt: number, text: string) => reader.receive(attempt, Buffer.from(text));
  /** Moves time on; answers whether the replay, of the attempt that is read unless another is named, is over then. */
  const after = async (milliseconds: number, attempt = reader.attempt ?? 0) => {
    await clock.advance(milliseconds);
    return reader.isReplayOver(attempt);
  };
  return {clock, sink, buffer, events, pieces, reader, begin, receive, after, markers};
}

test('a first replay is over at a quiet moment', async () => {
  const {begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart);
  expect(await after(100)).toBe(false);
  receive(1, line(1));
  expect(await after(100)).toBe(false);
  expect(await after(50)).toBe(true);
});

test('a first replay of a log that never rests, or never comes, is over at the cap', async () => {
  const {begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart);
  for (let number = 0; number < 29; number++) {
    expect(await after(100)).toBe(false);
    receive(1, line(number));
  }
  expect(await after(100)).toBe(true);
  begin(2, false);
  expect(await after(2900)).toBe(false);
  expect(await after(100)).toBe(true);
});

test('after a loss a replay is over as soon as the overlap is proved, and not before a byte came', async () => {
  const {reader, begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart + line(1) + line(2));
  reader.end(1);
  begin(2, true);
  expect(await after(29_900)).toBe(false);
  receive(2, freshStart + line(1) + line(2) + line(3));
  expect(await after(0)).toBe(true);
});

test('after a loss a replay that does not come is over at the cap; if it comes then, it has as long again', async () => {
  const {reader, begin, receive, after, pieces} = open();
  begin(1, false);
  receive(1, freshStart + line(1));
  reader.end(1);
  begin(2, true);
  expect(await after(29_900)).toBe(false);
  expect(await after(100)).toBe(true);
  reader.settle();
  expect([reader.decided, reader.checkAfter(2)]).toEqual([false, 250]);
  receive(2, freshStart.slice(0, 40));
  expect([reader.checkAfter(2), pieces]).toEqual([50, [true, true]]);
  for (let second = 1; second < 30; second++) {
    expect(await after(1_000)).toBe(false);
    receive(2, freshStart.slice(39 + second, 40 + second));
  }
  expect(await after(1_000)).toBe(true);
});

test('after a loss a replay that proves nothing gets three seconds of rest', async () => {
  const {reader, begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart + line(1));
  reader.end(1);
  begin(2, true);
  receive(2, freshStart.slice(0, 40));
  expect(await after(2900)).toBe(false);
  expect(await after(100)).toBe(true);
});

test('a body that is kept is not read, and the other one is, until it replaces that one', async () => {
  const {reader, begin, receive, after, events, buffer, pieces} = open();
  begin(1, false);
  receive(1, freshStart + line(1) + line(2));
  reader.keep(2, 'silent');
  expect([reader.checkAfter(2), await after(29_900, 2)]).toEqual([250, false]);
  receive(2, freshStart + line(1));
  expect(reader.checkAfter(2)).toBe(50);
  receive(2, line(2) + line(3));
  receive(1, line(3));
  expect([buffer.totalLines, pieces, events]).toEqual([4, [true, false], []]);
  // A line may come later on the other one.
  expect([await after(900, 2), await after(100, 2)]).toEqual([false, true]);
  begin(2, true);
  reader.settle();
  expect([reader.attempt, buffer.totalLines, events]).toEqual([2, 4, []]);
  receive(2, line(4));
  expect(buffer.totalLines).toBe(5);
});

test('a body that is kept may replace another one when it joins the log, in a log that never rests after 3 s', async () => {
  const {reader, begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart + line(1) + line(2));
  reader.keep(2, 'silent');
  receive(2, freshStart + line(1));
  for (let tenths = 1; tenths < 30; tenths++) {
    receive(2, line(tenths + 1));
    expect(await after(100, 2)).toBe(false);
  }
  expect(await after(100, 2)).toBe(true);
});

test.each([
  ['that the server has dropped lines', discarded(2) + line(3) + line(4)],
  ['that the log is another one', freshStart.replace('000001Z', '000002Z') + line(1) + line(2)],
  ['nothing', freshStart.slice(0, 40)],
])('a body that shows %s joins no log, and replaces the other one only at the asking', async (_, text) => {
  const {reader, begin, receive, after} = open();
  begin(1, false);
  receive(1, freshStart + line(1));
  reader.keep(2, 'silent');
  receive(2, text);
  expect([await after(1_000, 2), await after(29_000, 2)]).toEqual([false, false]);
  begin(2, true);
  expect(reader.attempt).toBe(2);
});

test('after a stop a kept body replaces the other one where it joins what that brought last, or at 16 MB', async () => {
  const open2 = () => {
    const opened = open();
    const {begin, receive, reader} = opened;
    begin(1, false);
    receive(1, freshStart + line(1));
    reader.awake('stop');
    reader.keep(2, 'slept');
    receive(2, discarded(3) + line(4) + line(5) + line(6));
    return opened;
  };
  const {receive, after} = open2();
  expect(await after(2_000, 2)).toBe(false);
  receive(1, line(2) + line(3) + line(4) + line(5));
  expect([await after(400, 2), await after(100, 2)]).toEqual([false, true]);
  const flooded = open2();
  flooded.receive(2, 'x'.repeat(16 * 1024 * 1024));
  expect(await flooded.after(0, 2)).toBe(true);
});

test('a loss soon after a sleep is dated from the last line before it: what came since was late', async () => {
  const lossAfter = async (milliseconds: number) => {
    const {clock, reader, begin, receive, markers} = open();
    begin(1, false);
    receive(1, freshStart + line(1));
    const before = clock.wall();
    await clock.advance(60_000);
    reader.awake('sleep');
    receive(1, line(2));
    const received = clock.wall();
    await clock.advance(milliseconds);
    reader.end(1);
    begin(2, true);
    receive(2, discarded(9) + line(10));
    return {loss: markers()[0], before, received, now: clock.wall()};
  };
  const soon = await lossAfter(2_000);
  expect(soon.loss).toMatchObject({kind: 'lost', atLeast: 6, from: soon.before, to: soon.now});
  const later = await lossAfter(60_000);
  expect(later.loss).toMatchObject({kind: 'lost', from: later.received, to: later.now});
});

test('a large body that was kept is read in slices, before what comes meanwhile; at its end at once', async () => {
  const numbers = Array.from({length: 4_000}, (_, index) => index);
  const keepLarge = () => {
    const opened = open();
    const {begin, receive, reader} = opened;
    begin(1, false);
    receive(1, freshStart + line(0) + line(1));
    reader.keep(2, 'silent');
    receive(2, freshStart);
    for (const number of numbers) receive(2, line(number));
    begin(2, true);
    reader.settle();
    receive(2, line(4_000));
    expect(opened.buffer.totalLines).toBeLessThan(4_000);
    return opened;
  };
  const {clock, buffer, events} = keepLarge();
  await clock.advance(0);
  const lines = Array.from({length: 4_002}, (_, id) => `${buffer.lineAt(id)}`.split('  ').at(-1));
  expect(lines.slice(1).map(Number)).toEqual([...numbers, 4_000]);
  expect(events).toEqual(['the silent connection was dead: a new one brought the missing lines']);
  const ended = keepLarge();
  ended.reader.end(2);
  expect(ended.buffer.totalLines).toBe(4_002);
});

test('a kept body that ends is dropped', async () => {
  const {reader, begin, receive, buffer} = open();
  begin(1, false);
  receive(1, freshStart);
  reader.keep(2, 'silent');
  receive(2, freshStart + line(1));
  expect(reader.end(2).endMarker).toBe(false);
  begin(2, true);
  expect([buffer.totalLines, reader.isReplayOver(1)]).toEqual([1, false]);
});

test('a silent connection that stays silent while the other one brings lines was dead', async () => {
  const {reader, begin, receive, after, events} = open();
  begin(1, false);
  receive(1, freshStart + line(1) + line(2));
  reader.keep(2, 'silent');
  receive(2, freshStart + line(1) + line(2) + line(3));
  expect(await after(1000, 2)).toBe(true);
  begin(2, true);
  reader.settle();
  reader.settle();
  expect(events).toEqual(['the silent connection was dead: a new one brought the missing lines']);
});

test('a connection that ended before the other one replaced it was not silent', async () => {
  const {reader, begin, receive, events, buffer} = open();
  begin(1, false);
  receive(1, freshStart + line(1));
  reader.keep(2, 'silent');
  receive(2, freshStart + line(1) + line(2));
  reader.end(1);
  begin(2, true);
  reader.settle();
  expect([buffer.totalLines, events]).toEqual([3, []]);
});

test('a quiet log on both connections leaves no event', async () => {
  const {reader, begin, receive, after, events, buffer} = open();
  begin(1, false);
  receive(1, freshStart + line(1) + line(2));
  reader.keep(2, 'silent');
  receive(2, freshStart + line(1) + line(2));
  expect(await after(1000, 2)).toBe(true);
  begin(2, true);
  reader.settle();
  expect(events).toEqual([]);
  expect(buffer.endId).toBe(3);
});

test('a replay is decided when its lines go on, and stays so after its end', () => {
  const {reader, begin, receive} = open();
  expect(reader.decided).toBe(false);
  begin(1, false);
  expect(reader.decided).toBe(false);
  receive(1, freshStart + line(1));
  expect(reader.decided).toBe(true);
  reader.end(1);
  reader.markEnded('deleted');
  expect(reader.decided).toBe(true);
  begin(2, true);
  receive(2, freshStart);
  expect(reader.decided).toBe(false);
  reader.end(2);
  expect(reader.decided).toBe(false);
  begin(3, true);
  receive(3, freshStart + line(1) + line(2));
  expect(reader.decided).toBe(true);
});

test('a connection that replaces a silent one dates its marker back if the silent one had not reported the loss', async () => {
  const {clock, reader, receive, after, markers} = open();
  const lost = {cause: 'server-lost', at: clock.monotonic()} as const;
  const begin = (attempt: number, loss: Loss | undefined) => reader.start({attempt, loss, pipelineId: undefined});
  begin(1, undefined);
  receive(1, freshStart + line(1) + line(2));
  reader.end(1);
  await after(2000);
  begin(2, lost);
  receive(2, freshStart + line(1));
  await after(300_000);
  reader.keep(3, 'silent');
  receive(3, freshStart + line(1) + line(2));
  begin(3, lost);
  expect(markers()).toMatchObject([{kind: 'reconnected', cause: 'server-lost', downMs: 302_000, times: 1}]);
  reader.keep(4, 'silent');
  receive(4, freshStart + line(1) + line(2));
  begin(4, {cause: 'silent', at: clock.monotonic() - 1});
  expect(markers()).toHaveLength(1);
});

test('an open line is closed before the end of a log that does not come back, and waits in one that may', () => {
  for (const because of ['stopped', 'created-again'] as const) {
    const {buffer, reader, begin, receive} = open();
    begin(1, false);
    receive(1, `${freshStart}a line\nan op`);
    reader.markEnded(because);
    expect(buffer.hasOpenLine).toBe(because === 'stopped');
    expect(buffer.lastMarker()?.marker).toMatchObject({kind: 'ended', because});
  }
});

test('the end marker counts only at the end of the attempt that is read', () => {
  const {reader, begin, receive} = open();
  begin(1, false);
  receive(1, `${freshStart}Logs have ended\n`);
  expect(reader.end(2).endMarker).toBe(false);
  expect(reader.end(1).endMarker).toBe(true);
  expect(reader.end(1).endMarker).toBe(false);
  expect(reader.attempt).toBeUndefined();
});

test.each([
  ['a discard notice', discarded(5)],
  ['a fresh start', freshStart],
])('a program that imitates the runner begins and ends no run of a log that opens with %s', (_, opening) => {
  const {sink, buffer, begin, receive} = open();
  const read = () => {
    const index = new RecordIndex(buffer);
    while (!index.step(1 << 20));
    return [index.runs.map(({state}) => state), sink.states.ends.count, sink.states.lostStreams];
  };
  const ofId = (text: string, own: string) => `${text.replace(/pipeline-id(":|=)"[^"]*"/, `pipeline-id$1"${own}"`)}\n`;
  const cut = 'Resources transition: provisioned -> stopping (desired: provisioned)';
  const error = 'stdout encountered I/O error: stream did not contain valid UTF-8';
  const messages = [cut, stopped, start, error];
  begin(1, false);
  receive(1, opening + ofId(runner(start), id));
  const other = id.replace('01a', '02a');
  for (const message of messages) receive(1, ofId(runner(message), other) + ofId(runnerJson(message), id));
  expect(read()).toEqual([['provisioning'], 0, []]);
  for (const message of messages) receive(1, ofId(runner(message), id));
  expect(read()).toEqual([['stopped', 'provisioning'], 1, ['stdout']]);
});
