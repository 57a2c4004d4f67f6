import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

const ofRunner = (level: string, text: string) =>
  `[manager] 2026-11-27T05:56:10.280718Z ${level} pipeline_manager::runner::local_runner: ${text} ` +
  'pipeline-id="01a21b93-2941-7ed2-815f-092debad96c9" pipeline-name="N/A"\n';
const texts = {
  lines: 'a\nb\nc\n',
  stdout: ofRunner('ERROR', 'stdout encountered I/O error: no UTF-8'),
  stderr: ofRunner('ERROR', 'stderr encountered I/O error: no UTF-8'),
  start: ofRunner('INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)'),
};
type Happened = keyof typeof texts | 'new-life';

const open = () => new LogSink({buffer: {maxBytes: 1024 * 1024}, clock: {wall: () => 99}});

function live(all: readonly Happened[]): LogSink {
  const sink = open();
  for (const each of all) {
    if (each === 'new-life') sink.addMarker({kind: 'new-life', because: 'restarted'});
    else sink.append(...withNewlines(Buffer.from(texts[each])));
  }
  return sink;
}

/** The log again from its recording, in blocks of so many entries. `read`: the blocks from which lost streams were found. */
function readAgain({buffer}: LogSink, entries: number) {
  const read: number[] = [];
  const sink = open();
  const blockAt = (firstId: number) => {
    const lines: Uint8Array[] = [];
    const markers: {line: number; marker: Marker}[] = [];
    for (let id = firstId; id < Math.min(firstId + entries, buffer.endId); id++) {
      const marker = buffer.markerAt(id);
      if (marker) markers.push({line: lines.length, marker});
      else lines.push(Buffer.from(`${buffer.lineAt(id)}\n`));
    }
    const bytes = Buffer.concat(lines);
    const readBlock = () => {
      read.push(firstId / entries);
      return Buffer.from(bytes);
    };
    const stored = {isStored: () => true, read: readBlock};
    return {block: {lines: lines.length, byteLength: bytes.length, markers, bytes: stored}};
  };
  sink.restore(Array.from({length: Math.ceil(buffer.endId / entries)}, (_, index) => blockAt(index * entries)));
  const finding = sink.findLostStreams();
  while (finding && !finding.step(1)) sink.buffer.freeRead();
  return {sink, read};
}

it('of a recording only what follows the last loss of a stream is read, up to a start', () => {
  const weeks = Array.from({length: 5}, () => 'lines' as const);
  // Line and marker of the loss, three lines, the start.
  const outage = ['stdout', 'lines', 'start'] as const;
  const readOf = (...all: readonly Happened[]) => readAgain(live(all), 1).read;
  expect(readOf(...outage, ...weeks)).toEqual([2, 3, 4, 5]);
  expect(readOf(...outage, ...weeks, ...outage)).toEqual([23, 24, 25, 26]);
  expect(readOf(...outage, ...weeks, 'stderr', 'lines')).toEqual([2, 3, 4, 5, 23, 24, 25]);
});

it('the streams that are lost at the end of a recording are those of the log as it was live', () => {
  const happened = fc.constantFrom<Happened>('lines', 'lines', 'stdout', 'stderr', 'start', 'new-life');
  fc.assert(
    fc.property(fc.array(happened, {maxLength: 20}), fc.integer({min: 1, max: 9}), (all, entries) => {
      const {states} = live(all);
      const {sink} = readAgain(live(all), entries);
      expect(sink.states.lostStreams).toEqual(states.lostStreams);
      const last = [...sink.buffer.markers()].findLast(([, {kind}]) => kind === 'unread');
      expect(sink.losses.lostStream?.id).toBe(states.lostStreams.length > 0 ? last?.[0] : undefined);
    }),
  );
});
