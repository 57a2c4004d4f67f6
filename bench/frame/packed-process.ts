import {createReadStream} from 'node:fs';
import {WritableLogBuffer} from '../../source/buffer/log-buffer.ts';
import {compilePattern} from '../../source/buffer/pattern.ts';
import {Search} from '../../source/buffer/search.ts';
import {zstdPacker} from '../../source/system/zstd-packer.ts';

/* Fills scrollbacks with a log, several times over, and prints the figures of `bench/rows/packed.ts`. */

const [file = '', pattern = ''] = process.argv.slice(2);
const mib = 1024 ** 2;
const stepBytes = 256 * 1024;
const pageRows = 50;

let unpackMs = 0;
const packer = {
  ...zstdPacker,
  unpack(packed: Uint8Array, byteLength: number) {
    const before = cpuMs();
    const bytes = zstdPacker.unpack(packed, byteLength);
    unpackMs += cpuMs() - before;
    return bytes;
  },
};

/** Of this thread. */
function cpuMs(): number {
  const {user, system} = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function filled(maxBytes: number, times: number): Promise<WritableLogBuffer> {
  const buffer = new WritableLogBuffer({maxBytes, packer});
  for (let time = 0; time < times; time++) {
    // A turn for each piece, in which packed segments leave.
    for await (const piece of createReadStream(file)) buffer.append(piece);
  }
  return buffer;
}

/** Milliseconds of the slowest page of 64, each in a segment that was not read before. */
function slowestPage(buffer: WritableLogBuffer): number {
  const each = Math.floor((buffer.unpackedFirstId - buffer.firstId) / 64);
  let slowest = 0;
  for (let page = 0; page < 64; page++) {
    const begun = performance.now();
    const first = buffer.firstId + page * each;
    for (let id = first; id < first + pageRows; id++) buffer.lineAt(id);
    slowest = Math.max(slowest, performance.now() - begun);
  }
  return slowest;
}

const small = await filled(32 * mib, 3);
const perByte = small.memoryBytes / small.byteLength;
const heldMiB = small.byteLength / mib;
const pageMs = slowestPage(small);

const large = await filled(1024 * mib, 6);
large.isViewed = false;
unpackMs = 0;
let longestMs = 0;
const begun = cpuMs();
const search = new Search(large, compilePattern(pattern));
for (let isDone = false; !isDone; ) {
  const before = cpuMs();
  isDone = search.step(stepBytes);
  longestMs = Math.max(longestMs, cpuMs() - before);
}
const searchMs = cpuMs() - begun;
const besides = searchMs - unpackMs / 2;
console.log(JSON.stringify({perByte, heldMiB, pageMs, searchMs, unpackMs, besides, longestMs, count: search.count}));
