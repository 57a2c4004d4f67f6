import {execFileSync} from 'node:child_process';
import {mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {beforeEach, expect, test} from 'vitest';
import {openedPieces} from '../../../source/engine/feeds/opened-log.ts';
import {readFacts} from '../../../source/engine/logs/bundle-facts.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

let folder: string;

beforeEach(async () => {
  const made = await temporaryDirectory();
  folder = path.join(made.path, 'what');
  await mkdir(folder);
  return async () => await made[Symbol.asyncDispose]();
});

const pipe = async (file: string) => void execFileSync('mkfifo', [file]);
const device = async (file: string) => await symlink('/dev/zero', file);
const asFolder = async (file: string) => void (await mkdir(file));
const kinds = [
  ['a named pipe', pipe, 'it is not a regular file'],
  ['a link to a device', device, 'it is not a regular file'],
  ['a folder', asFolder, 'it is a folder'],
] as const;

/** The text of all logs, what was noted, and why there is none. */
async function read(): Promise<{text: string; notes: string[]; failure?: string}> {
  const notes: string[] = [];
  let text = '';
  try {
    for (const found of await findLogs(folder, {note: (line) => void notes.push(line.replace(folder, 'WHAT'))})) {
      for await (const piece of openedPieces(found)) if ('bytes' in piece) text += piece.bytes.toString();
      await readFacts(found, {clock: new FakeClock()});
    }
    return {text, notes};
  } catch (error) {
    return {text, notes, failure: String(error).replaceAll(folder, 'WHAT')};
  }
}

/** A bundle that was unpacked, whose file `name` is something else. */
async function bundle(name: string, make: (file: string) => Promise<void>): Promise<void> {
  for (const collection of ['a', 'b']) {
    await mkdir(path.join(folder, collection));
    await writeFile(path.join(folder, collection, 'logs.txt'), `line of ${collection}\n`);
  }
  await writeFile(path.join(folder, 'metadata.json'), JSON.stringify({pipeline: {name: 'orders'}}));
  await rm(path.join(folder, name), {force: true});
  await make(path.join(folder, name));
}

test.each(kinds)('%s in a bundle is left out, and named', async (_, make, why) => {
  for (const name of ['a/stats.json', 'b/pipeline_config.json', 'b/pipeline_events.json', 'metadata.json']) {
    await bundle(name, make);
    const note = `WHAT/${name} cannot be opened: ${why}`;
    expect(await read()).toEqual({text: expect.stringContaining('line of b\n'), notes: [note]});
    await rm(folder, {recursive: true});
    await mkdir(folder);
  }
  await bundle('a/logs.txt', make);
  expect(await read()).toEqual({text: 'line of b\n', notes: [`WHAT/a/logs.txt cannot be opened: ${why}`]});
  await rm(path.join(folder, 'b'), {recursive: true});
  const failure = `OpenError: WHAT has no log that can be read: WHAT/a/logs.txt cannot be opened: ${why}`;
  expect(await read()).toEqual({text: '', notes: [], failure});
});

test.each(kinds.slice(0, 2))('%s in a folder is left out, and named', async (_, make, why) => {
  await writeFile(path.join(folder, 'a.log'), 'line of a\n');
  await make(path.join(folder, 'b.log'));
  expect(await read()).toEqual({text: 'line of a\n', notes: [`WHAT/b.log cannot be opened: ${why}`]});
});

test.each(kinds)('%s as the facts of a recording, or as its log, is not waited for', async (_, make) => {
  const recording = path.join(folder, 'orders--id-1');
  await mkdir(recording);
  await make(path.join(recording, 'facts.jsonl'));
  expect(await read()).toMatchObject({text: '', failure: expect.stringContaining('WHAT has no logs')});
  await rm(path.join(recording, 'facts.jsonl'), {recursive: true});
  const facts = [
    {kind: 'begin', version: 2, name: 'orders', id: 'id-1', at: 1},
    {kind: 'file', file: 1, offset: 0, line: 0, at: 1},
    {kind: 'file', file: 2, offset: 10, line: 1, at: 1},
  ];
  await writeFile(path.join(recording, 'facts.jsonl'), facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  await make(path.join(recording, '000001.log'));
  await writeFile(path.join(recording, '000002.log'), 'line\n');
  expect((await read()).failure).toBeUndefined();
});

test('names that are no UTF-8 are found, in a folder and by the name that Node has for them', async () => {
  const name = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9]), Buffer.from('.log')]);
  await writeFile(name, 'line\n');
  await writeFile(path.join(folder, 'a.log.1'), 'other\n');
  expect(await read()).toEqual({text: 'other\nline\n', notes: []});
  const shown = path.join(folder, 'caf\ufffd.log');
  expect(await findLogs(shown)).toMatchObject([{kind: 'file', name: 'caf\ufffd.log'}]);
  // Which of two is meant, nobody knows.
  await writeFile(Buffer.concat([name.subarray(0, -5), Buffer.from([0xe8]), Buffer.from('.log')]), 'line\n');
  await expect(findLogs(shown)).rejects.toThrow('there is no such file or folder');

  const within = Buffer.concat([Buffer.from(`${folder}/logs`), Buffer.from([0xff])]);
  await mkdir(within);
  await writeFile(Buffer.concat([within, Buffer.from('/b.log')]), 'line\n');
  folder = path.join(folder, 'logs\ufffd');
  expect(await read()).toEqual({text: 'line\n', notes: []});
});
