import {link, readdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {zstdCompressSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {openProgram} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openViewer, Viewer} from './viewer.ts';

/** A full file: 8 MiB, of lines of 128 bytes that differ, with a place every 256 KiB. */
const fileBytes = 8 * 1024 * 1024;
const lineBytes = 128;
const linesAFile = fileBytes / lineBytes;
const placeBytes = 256 * 1024;
/** 20 GB in all. */
const files = 2400;

function fullFile(): Buffer {
  const bytes = Buffer.alloc(fileBytes, '.');
  for (let line = 0; line < linesAFile; line++) {
    bytes.write(`old line ${line + 1} ${(line * 2_654_435_761) % 4_294_967_296} `, line * lineBytes);
    bytes[(line + 1) * lineBytes - 1] = 0x0a;
  }
  return bytes;
}

/** Puts so many full files before those of a recording. They are one file under many names, as it may be on any disk. */
async function putBefore(folder: string): Promise<void> {
  const [first, ...others] = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  if (first === undefined || others.length > 0) throw new Error('not one file');
  const nameOf = (file: number) => path.join(folder, `${String(file).padStart(6, '0')}.log`);
  const bytes = await readFile(path.join(folder, first));
  await writeFile(nameOf(files + 1), bytes, {mode: 0o600});
  await writeFile(`${nameOf(1)}.zst`, zstdCompressSync(fullFile()), {mode: 0o600});
  for (let file = 2; file <= files; file++) await link(`${nameOf(1)}.zst`, `${nameOf(file)}.zst`);

  const [offset, line] = [files * fileBytes, files * linesAFile];
  const written = (await readFile(path.join(folder, 'facts.jsonl'), 'utf8')).trimEnd().split('\n');
  const [begin, ...facts] = written.map((fact) => JSON.parse(fact));
  const before = Array.from({length: files}, (_, index) => {
    const at = {offset: index * fileBytes, line: index * linesAFile};
    const places = Array.from({length: fileBytes / placeBytes - 1}, (__, place) => ({
      kind: 'place',
      offset: at.offset + (place + 1) * placeBytes,
      line: at.line + ((place + 1) * placeBytes) / lineBytes,
    }));
    return [{kind: 'file', file: index + 1, ...at, at: begin.at}, ...places];
  });
  const after = facts.map((fact) => ({
    ...fact,
    offset: fact.offset + offset,
    ...(fact.line !== undefined && {line: fact.line + line}),
    ...(fact.since !== undefined && {since: fact.since + offset}),
    ...(fact.file !== undefined && {file: fact.file + files}),
  }));
  const all = [begin, ...before.flat(), ...after];
  await writeFile(path.join(folder, 'facts.jsonl'), all.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
}

/** What the process has read so far, from files and sockets alike. */
async function bytesRead(pid: number): Promise<number> {
  return Number(/^rchar: (\d+)$/m.exec(await readFile(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

test('a recording of 20 GB is there at its end, of which little is read, and its first line is found', async () => {
  await using home = await temporaryDirectory();
  const args = ['--record', home.path, 'alpha'];
  const env = {PIPETAIL_RECORD_MAX: '100GiB'};
  await using viewer = await openViewer({args, env, pipelines: ['alpha']});
  await viewer.live();
  viewer.write('alpha', 3);
  await viewer.terminal.waitFor('line 3.');
  await viewer.terminal.press('q', 'q');
  await viewer.terminal.waitForExit();
  const [folder = ''] = await readdir(home.path);
  await putBefore(path.join(home.path, folder));

  viewer.write('alpha', 1);
  const again = await openProgram(['--host', viewer.server.url, ...args], {env});
  await using next = new Viewer(viewer.server, again);
  await next.live('line 4.');
  // The program, 5 MB of facts, and the end of the log.
  expect(await bytesRead(again.pid)).toBeLessThan(4 * fileBytes);
  expect(next.countShown('line 3.')).toBe(1);
  await again.press('g');
  await again.waitFor('old line 1 ');
});
