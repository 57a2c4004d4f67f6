import fc from 'fast-check';
import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {ErrorSightings} from '../../source/streams/error-sightings.ts';
import {PaneWriter} from '../../source/streams/pane-writer.ts';
import {withNewlines} from '../harness/with-newlines.ts';

const wall = () => 5;
const time = Date.UTC(2026, 0, 1);

function open(maxBytes = 1024 * 1024) {
  const buffer = new LogBuffer({maxBytes});
  const errors = new ErrorSightings({buffer, wall});
  const writer = new PaneWriter({buffer, errors});
  return {buffer, errors, writer};
}

const line = (level: string, word: string) => `[orders] 2026-01-01T00:00:00.000Z ${level.padStart(5)} work:  ${word}\n`;
/** What the shapes say of where they are, in the words of the lines. */
function wordsAt({buffer, errors}: ReturnType<typeof open>) {
  const word = (id: number) => buffer.lineAt(id)?.toString().split(' ').at(-1);
  return [...errors.shapes.byKey.values()].map(
    ({count, firstId, lastId}) => `${count}: ${word(firstId)}–${word(lastId)}`,
  );
}

test('however the bytes are cut, and with markers in between, ids are those of the lines', () => {
  const words = ['alpha', 'beta', 'gamma', 'delta', 'alpha', 'gamma'];
  const log = Buffer.from(words.map((word, index) => line(index % 2 === 0 ? 'ERROR' : 'INFO', word)).join(''));
  const parts = fc.array(fc.record({cut: fc.nat(log.length), marker: fc.boolean()}), {maxLength: 12});
  fc.assert(
    fc.property(parts, (cuts) => {
      const pane = open();
      let from = 0;
      for (const {cut, marker} of [...cuts.sort((a, b) => a.cut - b.cut), {cut: log.length, marker: false}]) {
        pane.writer.append(...withNewlines(log.subarray(from, cut)));
        if (marker) pane.writer.marker({kind: 'state', from: 'Running', to: `at ${cut}`, at: 0});
        from = cut;
      }
      expect(pane.errors.count).toBe(3);
      // alpha at 0 and 4, gamma at 2: of one shape each.
      expect(wordsAt(pane)).toEqual(['1: gamma–gamma', '2: alpha–alpha']);
      const [alpha] = [...pane.errors.shapes.byKey.values()].slice(-1);
      expect(alpha?.lastId).toBeGreaterThan((alpha?.firstId ?? 0) + 3);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
  );
});

test('times are the log’s own; a panic has that of the line above, and without one it is now', () => {
  const panic = "thread 'main' (1) panicked at src/main.rs:1:2:\nboom\n";
  const times = ({errors}: ReturnType<typeof open>) => [...errors.shapes.byKey.values()].map(({firstAt}) => firstAt);
  const pane = open();
  pane.writer.append(...withNewlines(Buffer.from(line('ERROR', 'alpha') + panic)));
  expect(times(pane)).toEqual([time, time]);
  const bare = open();
  bare.writer.append(...withNewlines(Buffer.from(panic)));
  expect(times(bare)).toEqual([5]);
});

test('a line that is closed without an end counts, under its own id', () => {
  const pane = open();
  pane.writer.append(...withNewlines(Buffer.from(line('INFO', 'one') + line('ERROR', 'cut').slice(0, -1))));
  expect(pane.errors.count).toBe(0);
  pane.writer.closeLine();
  expect(wordsAt(pane)).toEqual(['1: cut–cut']);
});

test('a line that is too long for one entry is found under its beginning', () => {
  const buffer = new LogBuffer({maxBytes: 1024 * 1024, segmentBytes: 64, maxLineBytes: 256});
  const errors = new ErrorSightings({buffer, wall});
  const writer = new PaneWriter({buffer, errors});
  writer.append(...withNewlines(Buffer.from(line('INFO', 'one'))));
  for (let piece = 0; piece < 10; piece++)
    writer.append(...withNewlines(Buffer.from(piece === 0 ? line('ERROR', 'long').trimEnd() : 'x'.repeat(100))));
  writer.append(...withNewlines(Buffer.from('\n')));
  expect(buffer.endId).toBeGreaterThan(3);
  expect([...errors.shapes.byKey.values()]).toMatchObject([{count: 1, firstId: 1}]);
});

test('markers are counted as losses under their ids', () => {
  const {writer} = open();
  writer.append(...withNewlines(Buffer.from(line('INFO', 'one'))));
  writer.marker({kind: 'lost', at: 0, from: 0, to: 0, atLeast: 3, atMost: 3});
  expect(writer.toll).toMatchObject({gaps: 1, atLeast: 3, gapId: 1});
});

test('errors that one piece pushes out of the buffer again have been there', () => {
  const pane = open(1024);
  pane.writer.append(...withNewlines(Buffer.from(line('ERROR', 'early').repeat(3) + line('INFO', 'one').repeat(100))));
  expect(pane.buffer.firstId).toBeGreaterThan(3);
  expect([...pane.errors.shapes.byKey.values()]).toMatchObject([{count: 3, firstId: 0, lastId: 2, firstAt: time}]);
});
