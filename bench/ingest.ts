import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {parseArgs} from 'node:util';
import {request} from 'undici';
import {LogBuffer} from '../source/buffer/log-buffer.ts';
import {compilePattern} from '../source/buffer/pattern.ts';
import {Search} from '../source/buffer/search.ts';
import {levelOfBytes} from '../source/records/line-level.ts';

/**
 * What it costs to take lines in: CPU time of a bare drain of an HTTP body over loopback, of the same into a log buffer,
 * and the bytes kept for a byte of log. Then what it costs to search them. Run: `node --expose-gc bench/ingest.ts`.
 */
const {values} = parseArgs({options: {lines: {type: 'string', default: '1000000'}, serve: {type: 'boolean'}}});
const lines = Number(values.lines);
const line = Buffer.from(
  `${'[orders] 2026-11-25T09:08:47.372844Z  INFO dbsp_adapters::controller:  '.padEnd(162, 'step ')}\n`,
);
const part = Buffer.concat(Array.from({length: 1000}, () => line));

// The server runs in a process of its own, so that only the reader's CPU time is counted.
if (values.serve) {
  const server = createServer(async (_, response) => {
    for (let sent = 0; sent < lines; sent += 1000) {
      if (!response.write(part)) await new Promise((resolve) => response.once('drain', resolve));
    }
    response.end();
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
} else {
  const serverProcess = spawn(process.execPath, [import.meta.filename, '--serve', `--lines=${lines}`]);
  const [port] = await once(serverProcess.stdout, 'data');

  const drain = async (take: (chunk: Buffer) => void): Promise<number> => {
    const {body} = await request(`http://127.0.0.1:${Number(port)}/`);
    const before = process.cpuUsage();
    for await (const chunk of body) take(chunk);
    const {user, system} = process.cpuUsage(before);
    return (user + system) / 1000;
  };

  let received = 0;
  const best = {bare: Number.POSITIVE_INFINITY, small: Number.POSITIVE_INFINITY, all: Number.POSITIVE_INFINITY};
  for (let round = 0; round < 5; round++) {
    best.bare = Math.min(best.bare, await drain((chunk) => (received += chunk.length)));
    const small = new LogBuffer({maxBytes: 32 << 20});
    best.small = Math.min(best.small, await drain((chunk) => small.append(chunk)));
    const all = new LogBuffer({maxBytes: 2 ** 31});
    best.all = Math.min(best.all, await drain((chunk) => all.append(chunk)));
  }
  console.log(
    `${lines} lines, ${(lines * line.length) / 1e6} MB (${received / 5 === lines * line.length ? 'all received' : 'some missing'})`,
  );
  const ratio = (cost: number) => `${cost.toFixed(0)} ms of CPU, ${(cost / best.bare).toFixed(2)} of a bare drain`;
  console.log(`bare drain         ${ratio(best.bare)}`);
  console.log(`buffer of 32 MiB   ${ratio(best.small)}`);
  console.log(`buffer of it all   ${ratio(best.all)}`);

  globalThis.gc?.();
  const before = process.memoryUsage();
  const buffer = new LogBuffer({maxBytes: 2 ** 31});
  for (let sent = 0; sent < lines; sent += 1000) buffer.append(part);
  globalThis.gc?.();
  const after = process.memoryUsage();
  const kept = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
  console.log(`bytes kept         ${(kept / buffer.byteLength).toFixed(3)} for a byte of log`);

  const timed = (task: () => void): string => {
    const start = performance.now();
    task();
    return `${(performance.now() - start).toFixed(0)} ms`;
  };
  for (const source of ['Refused', 'refused', 'conn.*refused', 'step']) {
    const search = new Search(buffer, compilePattern(source));
    console.log(
      `search ${source.padEnd(14)} ${timed(() => search.step(Number.POSITIVE_INFINITY))}, ${search.count} hits`,
    );
  }
  const levels = timed(() => {
    for (let id = 0; id < buffer.endId; id++) levelOfBytes(buffer.lineAt(id) ?? line);
  });
  console.log(`level of each line ${levels}`);
  serverProcess.kill();
}
