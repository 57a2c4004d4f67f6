import fc from 'fast-check';
import {expect, test} from 'vitest';
import {AnchorSearch, anchorOf, type LineAnchor} from '../../../source/engine/buffer/line-anchor.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

function bufferOf(...lines: readonly string[]): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 1024 * 1024, segmentBytes: 64});
  for (const line of lines) buffer.append(Buffer.from(`${line}\n`));
  return buffer;
}

function anchor(buffer: WritableLogBuffer, id: number): LineAnchor {
  const found = anchorOf(buffer, id);
  if (!found) throw new Error(`line ${id} has no anchor`);
  return found;
}

function find(buffer: WritableLogBuffer, wanted: LineAnchor): number | undefined {
  const search = new AnchorSearch(buffer, [wanted]);
  while (!search.step(1));
  return search.idOf(wanted);
}

test('a line is found under another id', () => {
  const before = bufferOf('one', 'two', 'three', 'four');
  const after = bufferOf('two', 'three', 'four', 'five');
  expect(find(after, anchor(before, 2))).toBe(1);
  expect(find(after, anchor(before, 0))).toBeUndefined();
});

test('of equal lines the one after the same line, whatever else there is', () => {
  const before = bufferOf('tick', 'a', 'tick', 'b', 'tick', 'c', 'tick');
  const after = bufferOf('b', 'tick', 'c', 'tick', 'd', 'tick');
  expect(find(after, anchor(before, 4))).toBe(1);
  expect(find(after, anchor(before, 6))).toBe(3);
});

test('the newest equal one, when the line before it has left', () => {
  const before = bufferOf('gone', 'kept', 'x');
  expect(find(bufferOf('kept', 'x'), anchor(before, 1))).toBe(0);
  expect(find(bufferOf('y', 'kept', 'z', 'kept'), anchor(before, 1))).toBe(3);
});

test('markers have no anchor and do not come between lines; a line that has not ended has none', () => {
  const before = bufferOf('one');
  before.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 1});
  before.append(Buffer.from('two\nhal'));
  expect(anchorOf(before, 1)).toBeUndefined();
  expect(anchorOf(before, 3)).toBeUndefined();
  expect(find(bufferOf('zero', 'one', 'two'), anchor(before, 2))).toBe(2);
});

test('lines dropped meanwhile are passed over', () => {
  const wanted = anchor(bufferOf('eight', 'nine'), 1);
  const buffer = bufferOf(...Array.from({length: 100}, (_, index) => `line ${index}`), 'eight', 'nine');
  const search = new AnchorSearch(buffer, [wanted]);
  search.step(1);
  buffer.dropBefore(90);
  expect(buffer.firstId).toBeGreaterThan(50);
  while (!search.step(1));
  expect(search.idOf(wanted)).toBe(101);
});

test('every line of a log of different lines is found where a later part of it begins', () => {
  const logs = fc.uniqueArray(fc.string({maxLength: 12}), {minLength: 1, maxLength: 60});
  fc.assert(
    fc.property(logs, fc.nat(60), fc.integer({min: 1, max: 500}), (texts, cut, step) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' ')).filter((text, at, all) => all.indexOf(text) === at);
      const from = cut % lines.length;
      const before = bufferOf(...lines);
      const after = bufferOf(...lines.slice(from));
      const anchors = lines.map((_, id) => anchor(before, id));
      const search = new AnchorSearch(after, anchors);
      while (!search.step(step));
      for (const [id, wanted] of anchors.entries()) {
        expect(search.idOf(wanted)).toBe(id < from ? undefined : id - from);
      }
    }),
    {numRuns: runs},
  );
});
