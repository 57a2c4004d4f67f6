import {expect, it} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {MilestoneReader, milestonesOf} from '../../../source/kit/journal/milestones.ts';
import {createStore} from '../../../source/lib/store.ts';
import {runner, start} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {logged} from '../screen/reading.ts';

const failure = (seconds: number) =>
  `${logged(seconds, 'WARN', 'checkpoint failed: full', 'dbsp_adapters::controller')}\n`;

/** A log that begins with this text. */
function logOf(beginning: string) {
  const clock = new FakeClock();
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock});
  const {buffer} = sink;
  const changes = createStore(0);
  sink.addBytes(Buffer.from(beginning));
  const index = new RecordIndex(buffer);
  const reader = new MilestoneReader(clock);
  const open = async () => {
    reader.start({buffer, snapshot: changes}, () => index);
    await clock.advance(100);
  };
  const add = async (text: string) => {
    sink.addBytes(Buffer.from(text));
    changes.set(changes.get() + 1);
    await clock.advance(100);
  };
  const failed = () => milestonesOf(buffer).failedCheckpoints(0);
  return {reader, open, add, failed};
}

it('reads lines that come while it is open', async () => {
  const {reader, open, add, failed} = logOf(failure(1));
  await open();
  expect(failed()).toMatchObject({count: 1});
  const before = reader.changes.get();
  await add(failure(2) + failure(3));
  expect(failed()).toMatchObject({count: 3, since: Date.UTC(2026, 10, 25, 0, 0, 1)});
  expect(reader.changes.get()).toBeGreaterThan(before);
  const now = reader.changes.get();
  await add('other\n');
  expect(reader.changes.get()).toBe(now);
  reader.stop();
});

it('tells of the newest run alone', async () => {
  const {reader, open, failed} = logOf(`${failure(1)}${runner(start)}\n${failure(2)}${failure(3)}`);
  await open();
  expect(failed()).toMatchObject({count: 2, since: Date.UTC(2026, 10, 25, 0, 0, 2)});
  reader.stop();
});
