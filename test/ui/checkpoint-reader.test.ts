import {expect, it} from 'vitest';
import {createStore} from '../../source/lib/store.ts';
import {LogSink} from '../../source/logs/log-sink.ts';
import {RecordIndex} from '../../source/records/record-index.ts';
import {CheckpointReader} from '../../source/ui/checkpoint-reader.ts';
import {FakeClock} from '../harness/fake-clock.ts';
import {runner, start} from '../records/index-lines.ts';
import {logged} from './reading.ts';

const failed = (seconds: number) =>
  `${logged(seconds, 'WARN', 'checkpoint failed: full', 'dbsp_adapters::controller')}\n`;

/** A large file that ends with this text; `addEarlier` adds what is before it. */
function largeFile(end: string) {
  const clock = new FakeClock();
  const sink = new LogSink({buffer: {maxBytes: 1e6}, clock});
  const {buffer, errors} = sink;
  const changes = createStore(0);
  sink.reserve();
  const to = buffer.endId;
  sink.addBytes(Buffer.from(end));
  let index = new RecordIndex(buffer);
  const reader = new CheckpointReader(clock);
  const open = async () => {
    reader.start({buffer, errors, snapshot: changes}, () => index);
    await clock.advance(100);
  };
  const addEarlier = async (text: string) => {
    const bytes = {isStored: () => true, read: () => Buffer.from(text)};
    sink.prepend({lines: text.split('\n').length - 1, byteLength: text.length, bytes}, {isHeld: true});
    sink.endPrepending();
    index = new RecordIndex(buffer);
    const earlier = sink.countEarlier(to);
    while (!earlier.step(1 << 20));
    changes.set(changes.get() + 1);
    await clock.advance(100);
  };
  return {reader, open, addEarlier, errors, to};
}

it('reads lines of a large file that are added before those that were read', async () => {
  const {reader, open, addEarlier} = largeFile(failed(3));
  await open();
  expect(reader.state.get()).toMatchObject({count: 1});
  await addEarlier(failed(1) + failed(2));
  expect(reader.state.get()).toMatchObject({count: 3, since: Date.UTC(2026, 10, 25, 0, 0, 1)});
  reader.stop();
});

it('tells of the newest run alone, whose start is among the lines that were added', async () => {
  const {reader, open, addEarlier, errors, to} = largeFile(failed(3));
  await addEarlier(`${failed(1)}${runner(start)}\n${failed(2)}`);
  expect(errors.connectors).toMatchObject({firstId: to - 1, isWhole: false});
  await open();
  expect(reader.state.get()).toMatchObject({count: 2, since: Date.UTC(2026, 10, 25, 0, 0, 2)});
  reader.stop();
});
