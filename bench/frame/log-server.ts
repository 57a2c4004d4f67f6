import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';

/** How the body is cut into HTTP chunks: as Feldera does when lines come singly, or as large as it may. */
export type Chunking = 'line' | 'block';

/**
 * Serves one log file to every request, whatever it asks for, and leaves the connection open as a log's is. In a process
 * of its own, so that its CPU time is not counted: `node log-server.ts FILE CHUNKING` prints its port.
 */
export async function serveLog(file: string, chunking: Chunking): Promise<{url: string; close: () => void}> {
  const server = spawn(process.execPath, [import.meta.filename, file, chunking], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(server.stdout, 'data');
  return {url: `http://127.0.0.1:${Number(port)}`, close: () => server.kill()};
}

const header = 'HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n';
const blockBytes = 64 * 1024;

function chunked(log: Buffer, chunking: Chunking): Buffer {
  const parts: (Buffer | string)[] = [header];
  for (let at = 0; at < log.length; ) {
    const end = chunking === 'block' ? Math.min(at + blockBytes, log.length) : log.indexOf('\n', at) + 1;
    parts.push(`${(end - at).toString(16)}\r\n`, log.subarray(at, end), '\r\n');
    at = end;
  }
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
}

if (process.argv[1] === import.meta.filename) {
  const [, , file = '', chunking] = process.argv;
  const answer = chunked(readFileSync(file), chunking === 'line' ? 'line' : 'block');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(answer));
  });
  server.listen(0, '127.0.0.1', () => {
    const {port}: AddressInfo = Object(server.address());
    console.log(port);
  });
}
