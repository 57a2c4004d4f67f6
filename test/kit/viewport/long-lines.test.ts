import {expect, test} from 'vitest';
import {createRandom} from '../../../demo/random.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Packer} from '../../../source/engine/buffer/packed-store.ts';
import {visibleBytes} from '../../../source/engine/buffer/style-joints.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';
import {follow, visiblePlaces} from '../../../source/kit/viewport/position.ts';
import type {RowOptions, RowRenderer} from '../../../source/kit/viewport/row-renderer.ts';
import {entriesOf} from './entries-of.ts';
import {paintInput, rendererOf, withoutColors} from './rows.ts';

const mebibyte = 1024 * 1024;
const height = 40;

/** A log with a line of 320 KiB for each row of the screen, nearly all compressed, and what was unpacked of it. */
function longLines(headOf: (index: number) => string) {
  const read = {times: 0, bytes: 0};
  const packer: Packer = {
    ...zstdPacker,
    unpack(packed, byteLength) {
      read.times += 1;
      read.bytes += byteLength;
      return zstdPacker.unpack(packed, byteLength);
    },
  };
  const buffer = new WritableLogBuffer({maxBytes: 16 * mebibyte, packer});
  const random = createRandom(1, 'long lines');
  const text = Array.from({length: 4096}, () => random.integer(36).toString(36)).join('');
  const add = (index: number) => buffer.append(Buffer.from(`${headOf(index)} ${text.repeat(80)}\n`));
  for (let index = 0; index < height; index++) add(index);
  expect(buffer.unpackedFirstId).toBeGreaterThan(height / 2);
  return {buffer, add, read};
}

function frame(renderer: RowRenderer, endId: number): string[] {
  const geometry = {
    entries: entriesOf(Array.from({length: endId}, (_, id) => id)),
    height,
    heightOf: (id: number) => renderer.heightOf(id),
  };
  return renderer.paintRows(visiblePlaces(follow, geometry), paintInput()).map(withoutColors);
}

const text = (index: number) => `[orders] 2026-11-25T09:08:${10 + (index % 50)}.372844Z INFO a: line${index}`;
const error = (index: number) => `[orders] 2026-11-25T09:08:${10 + (index % 50)}.372844Z ERROR a: line${index}`;
const looks: readonly {readonly what: string; readonly of: typeof text; readonly look: Partial<RowOptions>}[] = [
  {what: 'lines', of: text, look: {}},
  {what: 'lines that do not wrap because they are no errors', of: text, look: {wrap: 'errors'}},
  {what: 'errors that wrap', of: error, look: {wrap: 'errors'}},
  {what: 'lines with the time between them', of: text, look: {time: 'delta'}},
];

test.each(looks)('$what of 320 KiB are unpacked once for the screen, and none for each frame', ({of, look}) => {
  const {buffer, add, read} = longLines(of);
  const renderer = rendererOf(buffer, {...look, isFollowing: true, records: knownOf(of)});
  frame(renderer, buffer.endId);
  Object.assign(read, {times: 0, bytes: 0});
  for (let index = height; index < height + 20; index++) {
    add(index);
    const rows = frame(renderer, buffer.endId);
    expect(rows.join('\n')).toContain(`line${index}`);
  }
  expect(read).toEqual({times: 0, bytes: 0});
});

test.each(looks)('for another layout of the screen, no more of $what is unpacked than can be shown', ({of, look}) => {
  const {buffer, read} = longLines(of);
  const packed = buffer.unpackedFirstId;
  Object.assign(read, {times: 0, bytes: 0});
  const rows = frame(rendererOf(buffer, {...look, records: knownOf(of)}), buffer.endId);
  expect(rows.some((row) => row.endsWith('… 328 kB'))).toBe(true);
  expect(read.bytes).toBeLessThanOrEqual(2 * packed * visibleBytes);
});

function knownOf(of: typeof text): RowOptions['records'] {
  const level = of === error ? 'ERROR' : 'INFO';
  return {indexedTo: Number.POSITIVE_INFINITY, levelAt: () => level, isContinuation: () => false};
}
