import {statSync} from 'node:fs';
import {Client} from 'undici';
import {followLog, received} from '../frame/follow-log.ts';
import {everything} from '../frame/load-log.ts';
import {type Chunking, serveLog} from '../frame/log-server.ts';
import {inOwnProcess, type Log, type Tasks} from '../frame/own-process.ts';
import type {Row, Sample} from '../frame/row.ts';
import {timed} from '../frame/timed.ts';

/**
 * From the socket into the scrollback, by the client, stitch and buffer that a tab has: CPU time against undici that
 * counts the bytes of the same answer. By blocks, as a replay comes, and by lines, each a chunk of HTTP.
 */
const usualScrollback = 32 * 1024 * 1024;

function take(chunking: Chunking, scrollbackBytes: number): (log: Log) => Promise<Sample> {
  return async ({path}) => {
    const {size} = statSync(path);
    const server = await serveLog(path, chunking);
    try {
      const stream = followLog(server.url, scrollbackBytes);
      const {cpuMs, wallMs} = await timed(() => received(stream, size));
      await stream.close();
      return {cpuMs, wallMs, count: stream.buffer.totalBytes};
    } finally {
      server.close();
    }
  };
}

function drain(chunking: Chunking): (log: Log) => Promise<Sample> {
  return async ({path}) => {
    const {size} = statSync(path);
    const server = await serveLog(path, chunking);
    try {
      let count = 0;
      const client = new Client(server.url);
      const {body} = await client.request({method: 'GET', path: '/'});
      const {cpuMs, wallMs} = await timed(async () => {
        for await (const bytes of body) {
          count += bytes.length;
          if (count === size) break;
        }
      });
      return {cpuMs, wallMs, count};
    } finally {
      server.close();
    }
  };
}

export const tasks: Tasks = {
  usual: take('block', usualScrollback),
  all: take('block', everything),
  lines: take('line', usualScrollback),
  'drain-block': drain('block'),
  'drain-line': drain('line'),
};

const why =
  'each byte is copied into the scrollback and into the tail that a reconnect is compared with, 65 ms; newlines are found, ' +
  'once for all, 70 ms; errors are found and counted by shape, 29,454 of them in 130 ms; the garbage of dropped segments ' +
  'takes about 100 ms. It was 2.5 to 3.0 × while each part looked for newlines on its own.';

function row(name: string, what: string, chunking: Chunking): Row {
  const task = {module: import.meta.url, colours: 'coloured'} as const;
  return {
    name: name === 'usual' ? 'ingest' : `ingest-${name}`,
    ours: inOwnProcess({...task, name}, what),
    reference: inOwnProcess({...task, name: `drain-${chunking}`}, `undici counts bytes, by ${chunking}s`),
    figure: 'cpuMs',
    unit: 'ms of CPU',
    target: {of: 'ratio', atMost: 1.5},
    why,
  };
}

export const rows: readonly Row[] = [
  row('usual', 'taken in, scrollback of 32 MiB', 'block'),
  row('all', 'taken in, all of it kept', 'block'),
  row('lines', 'taken in by lines, 32 MiB', 'line'),
];
