import {execFileSync} from 'node:child_process';
import {open, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, describe, expect, test} from 'vitest';
import {openedPieces} from '../../../source/engine/feeds/opened-log.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {root} from '../../harness/program.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const folders = new AsyncDisposableStack();
afterAll(() => folders.disposeAsync());

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const {path: folder} = folders.use(await temporaryDirectory());
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

/** The text of the first log in `what`, with its markers as `<kind>`. */
async function textOf(what: string, stdin?: AsyncIterable<Uint8Array>): Promise<string> {
  const [found] = await findLogs(what);
  if (!found) throw new Error('nothing was found');
  let text = '';
  for await (const piece of openedPieces(found, stdin && {stdin})) {
    text += 'bytes' in piece ? piece.bytes.toString() : `<${piece.marker.kind}>`;
  }
  return text;
}

describe('the log in', () => {
  test('a truncated file ends with a marker', async () => {
    const folder = await folderOf({'x.log.gz': gzipSync('a line\n'.repeat(100)).subarray(0, -8)});
    expect(await textOf(folder)).toBe(`${'a line\n'.repeat(100)}<unreadable>`);
  });

  test('stdin', async () => {
    async function* stdin() {
      yield Buffer.from('one\n');
      yield Buffer.from('two');
    }
    expect(await textOf('-', stdin())).toBe('one\ntwo');
  });

  test('a named pipe', async () => {
    const pipe = path.join(await folderOf({}), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([textOf(pipe), writeFile(pipe, 'through a pipe\n')]);
    expect(text).toBe('through a pipe\n');
  });

  test('a named pipe, until the end of waiting for a writer, and for more', async () => {
    const pipe = path.join(await folderOf({}), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const found: FoundLog = {kind: 'stdin', name: 'pipe', path: pipe};
    const early = new AbortController();
    const none = openedPieces(found, {signal: early.signal}).next();
    setImmediate(() => early.abort());
    expect((await none).done).toBe(true);

    const late = new AbortController();
    const pieces = openedPieces(found, {signal: late.signal});
    const first = pieces.next();
    await using writer = await open(pipe, 'w');
    await writer.write('one\n');
    expect((await first).value).toEqual({bytes: Buffer.from('one\n')});
    const end = pieces.next();
    late.abort();
    expect((await end).done).toBe(true);
  });

  test('a named pipe that was deleted meanwhile: whoever waits for it can leave', async () => {
    const pipe = path.join(await folderOf({}), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const left = new AbortController();
    const pieces = openedPieces({kind: 'stdin', name: 'pipe', path: pipe}, {signal: left.signal});
    const first = pieces.next();
    await rm(pipe);
    left.abort();
    expect((await first).done).toBe(true);
  });

  test('a recording', async () => {
    const text = await textOf(path.join(root, 'test/engine/disk/formats/recordings'));
    expect(text.length).toBeGreaterThan(100);
    expect(text).toContain('alpha');
  });
});
