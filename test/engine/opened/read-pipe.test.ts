import {constants, gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {pipePieces} from '../../../source/engine/opened/read-pipe.ts';

/** What comes of `bytes` in chunks of these sizes, the last one repeated, and how it ends. */
async function read(bytes: Uint8Array, sizes: readonly number[] = [1 << 20]) {
  function* chunks() {
    for (let at = 0, next = 0; at < bytes.length; next++) {
      const size = sizes[Math.min(next, sizes.length - 1)] ?? 1;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  let [text, end] = ['', 'whole'];
  try {
    for await (const piece of pipePieces('stdin', chunks())) {
      if ('bytes' in piece) text += piece.bytes.toString('latin1');
      else end = piece.marker.kind === 'unreadable' ? piece.marker.because : piece.marker.kind;
    }
  } catch (error) {
    end = String(error);
  }
  return {text, end};
}

const text = Array.from({length: 5000}, (_, at) => `line ${at} ${(at * 2_654_435_761) % 4_294_967_291}\n`).join('');
const zstd = (bytes: string) => zstdCompressSync(bytes, {params: {[constants.ZSTD_c_checksumFlag]: 1}});

test('plain bytes pass as they come', async () => {
  expect(await read(Buffer.from(text), [3, 70_000, 1])).toEqual({text, end: 'whole'});
  expect(await read(Buffer.alloc(0))).toEqual({text: '', end: 'whole'});
});

test('a frame of zstd that tools skip may be the first one, as of pzstd', async () => {
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
  const bytes = Buffer.concat([skipped, zstd(text), skipped, zstd('last\n')]);
  expect(await read(bytes, [700])).toEqual({text: `${text}last\n`, end: 'whole'});
});

describe.each([
  ['gzip', gzipSync],
  ['zstd', zstd],
] as const)('%s', (_, pack) => {
  const parts = ['first\n', text, 'last\n'];
  const packed = Buffer.concat(parts.map((part) => pack(part)));

  test('is unpacked with all its parts, in whatever chunks it comes', async () => {
    const sizes = fc.array(fc.integer({min: 4, max: 50_000}), {minLength: 1, maxLength: 5});
    await fc.assert(
      fc.asyncProperty(sizes, async (chunks) => {
        expect(await read(packed, chunks)).toEqual({text: parts.join(''), end: 'whole'});
      }),
      {numRuns: 10},
    );
  });

  test('that was cut is read up to there', async () => {
    const cut = await read(packed.subarray(0, packed.length - 10), [1000]);
    expect(cut.end).toBe('cut-short');
    expect(cut.text.startsWith(parts.slice(0, 2).join(''))).toBe(true);
  });

  test('that is damaged ends there', async () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 2000, 2100);
    const {text: found, end} = await read(damaged, [1000]);
    expect(end).toMatch(/^(?:rest-damaged|cut-short)$/);
    expect(found.startsWith('first\n')).toBe(true);
  });

  test('of what is no log is refused', async () => {
    const {end} = await read(pack('a\0b'));
    expect(end).toBe('OpenError: what is in stdin is a binary file, not a log');
  });
});

test.each([
  ['PK\x03\x04', 'is a ZIP file: save it, and open the file'],
  ['a\0b', 'is a binary file, not a log'],
  ['BZh9', 'is compressed by bzip2, which pipetail cannot read: bzip2 -dc FILE | pipetail open -'],
])('%j is refused', async (bytes, words) => {
  expect(await read(Buffer.from(bytes))).toEqual({text: '', end: `OpenError: stdin ${words}`});
});
