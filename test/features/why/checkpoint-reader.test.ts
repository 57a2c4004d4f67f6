import {expect, it} from 'vitest';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {CheckpointReader} from '../../../source/features/why/why-feature.ts';
import {createStore} from '../../../source/lib/store.ts';
import {runner, start} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {logged} from '../../kit/screen/reading.ts';

const failed = (seconds: number) =>
  `${logged(seconds, 'WARN', 'checkpoint failed: full', 'dbsp_adapters::controller')}\n`;

/** A log that begins with this text. */
function logOf(beginning: string) {
  const clock = new FakeClock();
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock});
  const {buffer, errors} = sink;
  const changes = createStore(0);
  sink.addBytes(Buffer.from(beginning));
  const index = new RecordIndex(buffer);
  const reader = new CheckpointReader(clock);
  const open = async () => {
    reader.start({buffer, errors, snapshot: changes}, () => index);
    await clock.advance(100);
  };
  const add = async (text: string) => {
    sink.addBytes(Buffer.from(text));
    changes.set(changes.get() + 1);
    await clock.advance(100);
  };
  return {reader, open, add};
}

it('reads lines that come while it is open', async () => {
  const {reader, open, add} = logOf(failed(1));
  await open();
  expect(reader.state.get()).toMatchObject({count: 1});
  await add(failed(2) + failed(3));
  expect(reader.state.get()).toMatchObject({count: 3, since: Date.UTC(2026, 10, 25, 0, 0, 1)});
  reader.stop();
});

it('tells of the newest run alone', async () => {
  const {reader, open} = logOf(`${failed(1)}${runner(start)}\n${failed(2)}${failed(3)}`);
  await open();
  expect(reader.state.get()).toMatchObject({count: 2, since: Date.UTC(2026, 10, 25, 0, 0, 2)});
  reader.stop();
});
