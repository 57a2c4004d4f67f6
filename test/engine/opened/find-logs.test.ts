import {chmod, cp, mkdir, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {afterAll, describe, expect, test} from 'vitest';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {root} from '../../harness/program.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

const oldRecordings = path.join(root, 'test/engine/disk/formats/recordings');

const folders = new AsyncDisposableStack();
afterAll(() => folders.disposeAsync());

async function emptyFolder(): Promise<string> {
  return folders.use(await temporaryDirectory()).path;
}

async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await emptyFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
  return folder;
}

/** Kind and name of each. */
function inShort(found: readonly FoundLog[]): readonly string[] {
  return found.map(({kind, name}) => `${kind} ${name}`);
}

async function failureOf(what: string): Promise<string> {
  return await findLogs(what).then(
    () => 'found',
    (error: Error) => `${error.name}: ${error.message.replace(what, 'WHAT')}`,
  );
}

test('a file is a log whatever its name is, and is unpacked because of its first bytes', async () => {
  const folder = await folderOf({
    'orders.log': 'a line\n',
    'no-suffix': gzipSync('a line\n'),
    'wrong.gz': 'a line that is not compressed\n',
    'orders.zst': zstdCompressSync('a line\n'),
    empty: '',
  });
  const packedOf = async (name: string) => {
    const [log] = await findLogs(path.join(folder, name));
    return log?.kind === 'file' ? (log.packed ?? 'plain') : undefined;
  };
  expect(await Promise.all(['orders.log', 'no-suffix', 'wrong.gz', 'orders.zst', 'empty'].map(packedOf))).toEqual([
    'plain',
    'gzip',
    'plain',
    'zstd',
    'plain',
  ]);
});

test('a log that was emptied under its writer begins with NULs, and is no binary file', async () => {
  const line = '[p] 2026-11-25T09:17:30.000000Z  INFO p: a line\n';
  const folder = await folderOf({
    'emptied.log': Buffer.concat([Buffer.alloc(5000), Buffer.from(line)]),
    'stray.log': `${line}a\0b\n\t\u001b[31m${line}`,
    'zeros.log': Buffer.alloc(5000),
    'program.log': Buffer.concat([Buffer.from('\u007fELF\0\0'), Buffer.alloc(2000), Buffer.from('\u0001\u0002\n')]),
  });
  const left: string[] = [];
  expect(inShort(await findLogs(folder, {note: (text) => left.push(text)}))).toEqual([
    'file emptied.log',
    'file stray.log',
  ]);
  const why = 'is a binary file, not a log';
  expect(left).toEqual(['program.log', 'zeros.log'].map((name) => `${path.join(folder, name)} ${why}`));
});

test('a file of a folder that a link in it leads to is shown once', async () => {
  const folder = await folderOf({'app-20261128.log': 'a\n'});
  const elsewhere = await folderOf({'other.log': 'b\n'});
  await symlink('app-20261128.log', path.join(folder, 'app.log'));
  for (const name of ['x.log', 'y.log']) await symlink(path.join(elsewhere, 'other.log'), path.join(folder, name));
  expect(inShort(await findLogs(folder))).toEqual(['file app-20261128.log', 'file x.log']);
});

test('stdin', async () => {
  expect(await findLogs('-')).toEqual([{kind: 'stdin', name: 'stdin', path: '-'}]);
});

describe('a folder of files', () => {
  test('has its logs in the order of their names, numbers by their value', async () => {
    const names = ['node-10.log', 'node-2.log', 'a.txt', '.hidden.log', 'readme.md', 'b.log.gz'];
    const folder = await folderOf(
      Object.fromEntries(names.map((name) => [name, name.endsWith('.gz') ? gzipSync('a\n') : 'a\n'])),
    );
    expect(inShort(await findLogs(folder))).toEqual([
      'file a.txt',
      'file b.log.gz',
      'file node-2.log',
      'file node-10.log',
    ]);
  });

  test('has each file that was rotated as a log of its own', async () => {
    const folder = await folderOf({
      'x.log': 'now\n',
      'x.log.1': 'before\n',
      'x.log.2.gz': gzipSync('older\n'),
      'x.log.10.gz': gzipSync('oldest\n'),
      'y.log-20261127.zst': zstdCompressSync('newer\n'),
    });
    expect(inShort(await findLogs(folder))).toEqual([
      'file x.log',
      'file x.log.1',
      'file x.log.2.gz',
      'file x.log.10.gz',
      'file y.log-20261127.zst',
    ]);
  });

  test('opens what it can, and says what it cannot', async () => {
    const folder = await folderOf({'a.log': 'a\n', 'b.log': Buffer.from([1, 0, 2]), 'c.log': 'c\n'});
    await chmod(path.join(folder, 'c.log'), 0);
    const notes: string[] = [];
    const found = await findLogs(folder, {note: (line) => notes.push(line.replace(folder, 'FOLDER'))});
    const isRoot = process.getuid?.() === 0;
    expect(inShort(found)).toEqual(['file a.log', ...(isRoot ? ['file c.log'] : [])]);
    expect(notes).toEqual([
      'FOLDER/b.log is a binary file, not a log',
      ...(isRoot ? [] : ['FOLDER/c.log cannot be opened: you may not read it']),
    ]);
  });
});

describe('recordings', () => {
  test('the folder above has one log for each pipeline', async () => {
    const found = await findLogs(oldRecordings);
    expect(found.every(({kind}) => kind === 'recording')).toBe(true);
    expect(found.map(({name}) => name)).toMatchInlineSnapshot(`
      [
        "alpha",
        "gamma",
        "kinds",
      ]
    `);
  });

  test('the folder of one is its log, also under another name', async () => {
    const [first] = await findLogs(oldRecordings);
    const recording = first?.kind === 'recording' ? first.recordings[0] : undefined;
    expect(recording).toBeDefined();
    if (!recording) return;
    const found = await findLogs(recording.folder);
    expect(inShort(found)).toEqual([`recording ${first?.name}`]);
    const renamed = path.join(await emptyFolder(), 'of my pipeline');
    await cp(recording.folder, renamed, {recursive: true});
    expect(inShort(await findLogs(renamed))).toEqual(['recording of my pipeline']);
  });
});

describe('what is no log is refused in one line', () => {
  test('a name that does not exist, an empty folder, a binary, other packers', async () => {
    const folder = await folderOf({
      binary: Buffer.from('text\0text'),
      'x.bz2': 'BZh91AY&SY',
      'x.xz': Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
      'utf16.log': Buffer.from('\ufefftext\n', 'utf16le'),
    });
    for (const name of ['empty', 'of others', 'of others/folder']) await mkdir(path.join(folder, name));
    const failures = Object.fromEntries(
      await Promise.all(
        ['missing', 'binary/x', 'empty', 'of others', 'binary', 'x.bz2', 'x.xz', 'utf16.log'].map(async (name) => [
          name,
          await failureOf(path.join(folder, name)),
        ]),
      ),
    );
    expect(failures).toMatchInlineSnapshot(`
      {
        "binary": "OpenError: WHAT is a binary file, not a log",
        "binary/x": "OpenError: WHAT cannot be opened: a part of the path is not a folder",
        "empty": "OpenError: WHAT has no logs (looked for recordings and files whose names end in .log, .txt, .out, .err, .gz, .zst or .zip)",
        "missing": "OpenError: WHAT cannot be opened: there is no such file or folder",
        "of others": "OpenError: WHAT has no logs (looked for recordings and files whose names end in .log, .txt, .out, .err, .gz, .zst or .zip) · name other files directly",
        "utf16.log": "OpenError: WHAT is UTF-16, not UTF-8: iconv -f utf-16 -t utf-8 FILE | pipetail open -",
        "x.bz2": "OpenError: WHAT is compressed by bzip2, which pipetail cannot read: bzip2 -dc FILE | pipetail open -",
        "x.xz": "OpenError: WHAT is compressed by xz, which pipetail cannot read: xz -dc FILE | pipetail open -",
      }
    `);
  });

  test('a folder of logs of which none can be read says why', async () => {
    const folder = await folderOf({'x.log': '\0'});
    expect(await failureOf(folder)).toContain(
      `has no log that can be read: ${folder}/x.log is a binary file, not a log`,
    );
  });

  test('a device', async () => {
    expect(await failureOf('/dev/null')).toBe('OpenError: WHAT is neither a file nor a folder');
  });

  test('a name is shown without what would control the terminal', async () => {
    const folder = await emptyFolder();
    expect(await failureOf(path.join(folder, 'a\x1b]0;x\x07\nb'))).toContain('a^[]0;x^G^Jb cannot be opened');
  });
});

test('a folder with a recording without facts gets one sentence', async () => {
  await using home = await temporaryDirectory();
  const recording = path.join(home.path, 'orders--id-1');
  await mkdir(recording);
  await writeFile(path.join(recording, 'index.jsonl'), '');
  await writeFile(path.join(recording, '000001.log'), 'line\n');
  const words = 'orders--id-1 has no facts.jsonl that can be read · open that folder to read its files';
  await expect(findLogs(home.path)).rejects.toThrow(words);
  expect(await findLogs(recording)).toMatchObject([{kind: 'file', name: '000001.log'}]);
});
