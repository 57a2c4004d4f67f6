import {execFileSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {constants, crc32, deflateRawSync, gzipSync, zstdCompressSync} from 'node:zlib';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import type {Packing} from '../../../source/engine/opened/file-form.ts';
import {
  nothingUnpacked,
  type PackedPart,
  pipePieces,
  type UnpackLimits,
  unpack,
  wholeFile,
} from '../../../source/engine/opened/unpack.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const folder = await temporaryDirectory();
afterAll(() => folder[Symbol.asyncDispose]());
const file = path.join(folder.path, 'x.log.gz');

/** What is read of a file, and how it ended: the words of its marker, or an error. */
async function read(part: PackedPart, limits?: UnpackLimits) {
  const pieces: Buffer[] = [];
  let end = 'whole';
  try {
    for await (const piece of unpack(part, limits && {limits})) {
      if ('bytes' in piece) pieces.push(piece.bytes);
      else if (piece.marker.kind === 'unreadable') end = `${piece.marker.because} ${piece.marker.bytes}`;
    }
  } catch (error) {
    end = String(error);
  }
  return {text: Buffer.concat(pieces).toString(), end, mostAtOnce: Math.max(0, ...pieces.map(({length}) => length))};
}

async function readAs(packed: Packing, bytes: Uint8Array, limits?: UnpackLimits) {
  await writeFile(file, bytes);
  return await read(wholeFile(file, packed), limits);
}

/** Lines that do not compress to nothing. */
function linesOf(count: number): string {
  return Array.from({length: count}, (_, at) => `line ${at} ${(at * 2_654_435_761) % 4_294_967_291}\n`).join('');
}

const packers = {
  gzip: (bytes: string | Buffer) => gzipSync(bytes),
  // As the tool does.
  zstd: (bytes: string | Buffer) => zstdCompressSync(bytes, {params: {[constants.ZSTD_c_checksumFlag]: 1}}),
};
const text = linesOf(30_000);

describe.each(['gzip', 'zstd'] as const)('%s', (packed) => {
  const whole = packers[packed](text);

  test('is read in pieces', async () => {
    const {mostAtOnce, ...found} = await readAs(packed, whole);
    expect(found).toEqual({text, end: 'whole'});
    expect(mostAtOnce).toBeLessThanOrEqual(64 * 1024);
  });

  test('has parts one after the other, as of a log that was packed as it came', async () => {
    const parts = Array.from({length: 300}, (_, at) => packers[packed](`part ${at}\n`));
    const {text: found, end} = await readAs(packed, Buffer.concat([whole, ...parts, whole]));
    expect(end).toBe('whole');
    expect(found).toBe(text + Array.from({length: 300}, (_, at) => `part ${at}\n`).join('') + text);
  });

  test('what follows it and is not packed cannot be unpacked', async () => {
    const {text: found, end} = await readAs(packed, Buffer.concat([whole, Buffer.from('not packed')]));
    expect(text.startsWith(found)).toBe(true);
    expect(end).toMatch(/^rest-damaged \d+$/);
  });

  test('cut anywhere, it is read up to there and says so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 1, max: whole.length - 1}), async (length) => {
        const {text: found, end} = await readAs(packed, whole.subarray(0, length));
        expect(end).toBe('cut-short 0');
        expect(text.startsWith(found)).toBe(true);
        // Zstandard gives out whole blocks of 128 KiB.
        expect(found.length).toBeGreaterThan((text.length * length) / whole.length - 3 * 128 * 1024);
      }),
      {numRuns: 15},
    );
  });

  test('damaged anywhere, it never throws, and ends with a marker', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({min: 20, max: whole.length - 20}), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(whole);
        damaged.fill(byte, at, at + 16);
        fc.pre(!damaged.equals(whole));
        const {end} = await readAs(packed, damaged);
        expect(end).toMatch(/^(?:rest-damaged|cut-short) \d+$/);
      }),
      {numRuns: 6},
    );
  });

  test('what is packed is a log, or it is refused', async () => {
    const {end} = await readAs(packed, packers[packed](Buffer.from('a tar file\0\0\0')));
    expect(end).toBe('OpenError: what is in x.log.gz is a binary file, not a log');
  });

  test('a bomb is refused with its name', async () => {
    const line = Buffer.from('a line that is always the same\n');
    const bomb = packers[packed](Buffer.alloc(4 * 1024 * 1024, line));
    const limits = {bytes: 1024 * 1024, ratio: 1e9, ratioFrom: 0};
    expect(await readAs(packed, bomb, limits)).toMatchObject({
      end: `OpenError: x.log.gz is not read to its end: it unpacks to more than 1.0 MB · ${packed} -dc x.log.gz | pipetail open - reads it all the same`,
      mostAtOnce: 64 * 1024,
    });
    const {end} = await readAs(packed, bomb, {bytes: 1e12, ratio: 100, ratioFrom: 1024 * 1024});
    expect(end).toMatch(/^OpenError: x\.log\.gz is not read to its end: it unpacks to more than [\d,]+ times its size/);
  });
});

test('limits are for all parts of a file together', async () => {
  const unpacked = Buffer.alloc(100_000, 'a line\n');
  const part = deflateRawSync(unpacked);
  await writeFile(file, Buffer.concat([part, part]));
  const [limits, total] = [{bytes: 150_000, ratio: 1e9, ratioFrom: 0}, nothingUnpacked()];
  const readPart = async (start: number) => {
    for await (const _ of unpack(
      {name: 'x', path: file, packed: 'deflate', inZip: {start, length: part.length, crc: crc32(unpacked)}},
      {limits, total},
    ));
  };
  await readPart(0);
  await expect(readPart(part.length)).rejects.toThrow('x is not read to its end: it unpacks to more than 150 kB');
});

test.each([
  ['gzip', ['-c']],
  ['zstd', ['-c', '-q']],
] as const)('what the tool %s makes', async (packed, flags) => {
  const made = (() => {
    try {
      return execFileSync(packed, flags, {input: text, maxBuffer: 64 * 1024 * 1024});
    } catch {
      // Without the tool.
      return packers[packed](text);
    }
  })();
  expect(await readAs(packed, made)).toMatchObject({text, end: 'whole'});
});

test('a file in a ZIP file is read as a whole, or refused in one line', async () => {
  const packed = deflateRawSync(text);
  await writeFile(file, Buffer.concat([Buffer.from('before'), packed, Buffer.from('after')]));
  const inZip = {start: 6, length: packed.length, crc: crc32(text)};
  const readIn = async (change: Partial<typeof inZip>) =>
    await read({name: 'logs.txt of x.zip', path: file, packed: 'deflate', inZip: {...inZip, ...change}});
  expect(await readIn({})).toMatchObject({text, end: 'whole'});
  const way = 'download the bundle again, or unpack it and open its folder';
  for (const damage of [{crc: 1}, {length: packed.length - 9}, {start: 5}])
    expect((await readIn(damage)).end).toBe(`OpenError: logs.txt of x.zip is damaged: ${way}`);
});

test('a file that is gone', async () => {
  const gone = path.join(folder.path, 'gone.gz');
  const {end} = await read(wholeFile(gone, 'gzip'));
  expect(end).toBe(`OpenError: ${gone} cannot be opened: there is no such file or folder`);
});

test.skipIf(process.platform !== 'linux')('a file that has no size until it is read, as those of /proc', async () => {
  expect(await read(wholeFile('/proc/version', undefined))).toMatchObject({
    text: expect.stringContaining('Linux'),
    end: 'whole',
  });
});

test('what is left while nothing but empty frames come is not unpacked to its end', async () => {
  const frame = zstdCompressSync(Buffer.alloc(0));
  await writeFile(file, Buffer.concat(Array.from({length: 500}, () => frame)));
  const left = new AbortController();
  const pieces = unpack(wholeFile(file, 'zstd'), {signal: left.signal});
  const end = pieces.next().then(
    () => 'read to its end',
    (error: Error) => error.name,
  );
  left.abort();
  expect(await end).toBe('AbortError');
});

describe('through a pipe', () => {
  /** What comes of `bytes` in chunks of these sizes, the last one repeated, and how it ends. */
  async function readPiped(bytes: Uint8Array, sizes: readonly number[] = [1 << 20]) {
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
    expect(await readPiped(Buffer.from(text), [3, 70_000, 1])).toEqual({text, end: 'whole'});
    expect(await readPiped(Buffer.alloc(0))).toEqual({text: '', end: 'whole'});
  });

  test('a frame of zstd that tools skip may be the first one, as of pzstd', async () => {
    const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]);
    const bytes = Buffer.concat([skipped, zstd(text), skipped, zstd('last\n')]);
    expect(await readPiped(bytes, [700])).toEqual({text: `${text}last\n`, end: 'whole'});
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
          expect(await readPiped(packed, chunks)).toEqual({text: parts.join(''), end: 'whole'});
        }),
        {numRuns: 10},
      );
    });

    test('that was cut is read up to there', async () => {
      const cut = await readPiped(packed.subarray(0, packed.length - 10), [1000]);
      expect(cut.end).toBe('cut-short');
      expect(cut.text.startsWith(parts.slice(0, 2).join(''))).toBe(true);
    });

    test('that is damaged ends there', async () => {
      const damaged = Buffer.from(packed);
      damaged.fill(0xff, 2000, 2100);
      const {text: found, end} = await readPiped(damaged, [1000]);
      expect(end).toMatch(/^(?:rest-damaged|cut-short)$/);
      expect(found.startsWith('first\n')).toBe(true);
    });

    test('of what is no log is refused', async () => {
      const {end} = await readPiped(pack('a\0b'));
      expect(end).toBe('OpenError: what is in stdin is a binary file, not a log');
    });
  });

  test.each([
    ['PK\x03\x04', 'is a ZIP file: save it, and open the file'],
    ['a\0b', 'is a binary file, not a log'],
    ['BZh9', 'is compressed by bzip2, which pipetail cannot read: bzip2 -dc FILE | pipetail open -'],
  ])('%j is refused', async (bytes, words) => {
    expect(await readPiped(Buffer.from(bytes))).toEqual({text: '', end: `OpenError: stdin ${words}`});
  });
});
