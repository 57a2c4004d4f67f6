import {execFileSync} from 'node:child_process';
import {appendFile, mkdir, open, readdir, readlink, rename, rm, symlink, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test, vi} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {type OpenedOptions, openedLog} from '../../../source/engine/feeds/opened-log.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import type {FileState} from '../../../source/engine/logs/log-snapshot.ts';
import {FilePart} from '../../../source/engine/opened/file-part.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {findRecordings} from '../../../source/engine/recording/read-recording.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../../harness/temporary-directory.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {writeRecording} from '../recording/recording-files.ts';

type Opened = AsyncDisposable & {
  readonly log: Log;
  readonly file: string;
  /** Waits until these are the entries; markers are `<kind>`. */
  readonly shows: (...entries: string[]) => Promise<void>;
};

/** Opens `app.log` with this text. */
/** Paths of all files that this process has open (Linux). */
async function openFiles(): Promise<readonly string[]> {
  const links = await readdir('/proc/self/fd');
  return await Promise.all(links.map((link) => readlink(`/proc/self/fd/${link}`).catch(() => '')));
}

async function openFile(home: TemporaryDirectory, text: string, options: Partial<OpenedOptions> = {}): Promise<Opened> {
  const file = path.join(home.path, 'app.log');
  await writeFile(file, text);
  const found: FoundLog = {kind: 'file', name: 'app.log', path: file, packed: undefined};
  return {...openLog({found, ...options}), file};
}

function openLog({found, ...options}: Partial<OpenedOptions> & {readonly found: FoundLog}): Omit<Opened, 'file'> {
  const log = openedLog(found, {
    ...{clock: systemClock, fps: 100, scrollbackBytes: 1e6},
    ...options,
  });
  log.start();
  return {
    log,
    async shows(...entries) {
      const wanted = JSON.stringify(entries);
      const shown = () => JSON.stringify(entriesOf(log.buffer, {wordOf}));
      await eventually(
        () => shown() === wanted,
        () => `${shown()} instead of ${wanted}`,
      );
    },
    [Symbol.asyncDispose]: () => log.close(),
  };
}

function fileOf({log}: Pick<Opened, 'log'>): FileState | undefined {
  return log.snapshot.get().file;
}

/** Of what happened to the file, what that was. */
const wordOf = (marker: Marker) => (marker.kind === 'file' ? marker.turn : marker.kind);

const numbered = (from: number, to: number) => Array.from({length: to - from}, (_, index) => `line ${from + index}`);
const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

test('a file is shown, and what is appended to it, also in the middle of a line', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\ntw');
  await opened.shows('one', 'tw');
  await eventually(
    () => fileOf(opened)?.kind === 'followed',
    () => JSON.stringify(fileOf(opened)),
  );
  expect(fileOf(opened)?.grewAt).toBeUndefined();
  await appendFile(opened.file, 'o\nthree\n');
  await opened.shows('one', 'two', 'three');
  expect(opened.log.snapshot.get().connection).toBeUndefined();
  await eventually(
    () => fileOf(opened)?.grewAt !== undefined && opened.log.snapshot.get().lineCount === 3,
    () => JSON.stringify(opened.log.snapshot.get()),
  );
});

test('errors of a file are counted', async () => {
  await using home = await temporaryDirectory();
  const error = '[p] 2026-01-01T00:00:00.000001Z ERROR kafka: no\n';
  await using opened = await openFile(home, `${error}${textOf(numbered(0, 100))}${error}`);
  const counts = () => [...opened.log.errors.byKey.values()].map(({count, firstId}) => [count, firstId]);
  const wanted = () => JSON.stringify([[2, opened.log.buffer.firstId]]);
  await eventually(
    () => JSON.stringify(counts()) === wanted(),
    () => JSON.stringify(counts()),
  );
});

test('a truncated file is read from its beginning, and what was in memory stays', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\ntwo');
  await opened.shows('one', 'two');
  await truncate(opened.file);
  await appendFile(opened.file, 'a\n');
  await opened.shows('one', 'two', '<truncated>', 'a');
});

test('a file that was written again, and is longer than before, was truncated', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\ntwo\n');
  await opened.shows('one', 'two');
  await writeFile(opened.file, 'another beginning\nand more\n');
  await opened.shows('one', 'two', '<truncated>', 'another beginning', 'and more');
});

test('NULs before what a writer goes on with after its file was emptied are no line', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, `${'\0'.repeat(300_000)}one\n`);
  await opened.shows('one');
  await truncate(opened.file, 0);
  await opened.shows('one', '<truncated>');
  await using writer = await open(opened.file, 'r+');
  await writer.write('tw', 600_000);
  await opened.shows('one', '<truncated>', 'tw');
  await writer.write('o\n\0\n', 600_002);
  await opened.shows('one', '<truncated>', 'two', '\0');
});

test('the byte order mark that a file begins with is in no line', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, '\ufeffone\n\ufefftwo\n');
  await opened.shows('one', '\ufefftwo');
});

test('a rotated file is read to its end, and then the new one from its beginning', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\n');
  await opened.shows('one');
  await rename(opened.file, `${opened.file}.1`);
  await appendFile(`${opened.file}.1`, 'late\nopen');
  await writeFile(opened.file, '');
  await opened.shows('one', 'late', 'open');
  await appendFile(`${opened.file}.1`, 'ed\n');
  await appendFile(opened.file, 'new\n');
  await opened.shows('one', 'late', 'opened', '<rotated>', 'new');
  await appendFile(opened.file, 'newer\n');
  await opened.shows('one', 'late', 'opened', '<rotated>', 'new', 'newer');
});

test.skipIf(process.platform !== 'linux').each([
  ['had lines before', 'two\n', ''],
  ['got its lines later', '', 'two\n'],
])('of a link that is moved twice, the file between is read: one that %s', async (_, first, then) => {
  await using home = await temporaryDirectory();
  const at = (name: string) => path.join(home.path, name);
  await mkdir(at('elsewhere'));
  await writeFile(at('elsewhere/a'), 'one\n');
  await symlink('elsewhere/a', at('app.log'));
  const found: FoundLog = {kind: 'file', name: 'app.log', path: at('app.log'), packed: undefined};
  await using opened = openLog({found});
  await opened.shows('one');
  const moveTo = async (name: string, text: string) => {
    await writeFile(at(`elsewhere/${name}`), text);
    await symlink(`elsewhere/${name}`, at('new'));
    await rename(at('new'), at('app.log'));
  };
  await moveTo('b', first);
  await eventually(
    async () => (await openFiles()).includes(at('elsewhere/b')),
    () => 'the file between was not opened',
  );
  await appendFile(at('elsewhere/b'), then);
  await moveTo('c', 'three\n');
  await opened.shows('one', '<rotated>', 'two', '<rotated>', 'three');
});

test('a file that is renamed again while it is opened is found with the next look', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\n');
  await opened.shows('one');
  const open = FilePart.open.bind(FilePart);
  using spy = vi.spyOn(FilePart, 'open').mockImplementationOnce(async () => await open(path.join(home.path, 'gone')));
  await rename(opened.file, `${opened.file}.1`);
  await writeFile(opened.file, 'two\n');
  await opened.shows('one', '<rotated>', 'two');
  expect(spy).toHaveBeenCalledTimes(2);
});

test('a file that is deleted stays, and is followed again once it is there again', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\n');
  await opened.shows('one');
  await rm(opened.file);
  await opened.shows('one', '<removed>');
  await writeFile(opened.file, 'two\n');
  await opened.shows('one', '<removed>', '<rotated>', 'two');
});

test('a file that is larger than memory holds is read back, and its lines are numbered from its beginning', async () => {
  await using home = await temporaryDirectory();
  const lines = numbered(0, 500);
  await using opened = await openFile(home, textOf(lines), {scrollbackBytes: 64});
  await opened.shows(...lines);
  const {buffer} = opened.log;
  expect(buffer.firstId).toBe(0);
  await appendFile(opened.file, textOf(numbered(500, 600)));
  await opened.shows(...numbered(0, 600));
  expect(buffer.memoryBytes).toBeLessThan(200);
});

test('of a large file the beginning is shown at once, and how much is read; a smaller one is shown whole', async () => {
  await using home = await temporaryDirectory();
  const stepsOf = async (count: number) => {
    await using opened = await openFile(home, textOf(numbered(0, count)));
    const steps: (readonly [kind: string | undefined, read: number, lines: number])[] = [];
    opened.log.snapshot.subscribe(() => {
      const {file, lineCount} = opened.log.snapshot.get();
      if (lineCount > 0) steps.push([file?.kind, file?.read ?? 0, lineCount]);
    });
    await eventually(
      () => fileOf(opened)?.kind === 'followed' && opened.log.snapshot.get().lineCount === count,
      () => JSON.stringify(opened.log.snapshot.get()),
    );
    return steps;
  };
  expect(new Set((await stepsOf(1000)).map(([kind]) => kind))).toEqual(new Set(['followed']));
  const steps = await stepsOf(1_000_000);
  const [kind, read, lines] = steps[0] ?? [];
  expect(kind).toBe('reading');
  expect(read).toBe(256 * 1024);
  expect(lines).toBeLessThan(50_000);
  expect(steps.at(-1)?.[0]).toBe('followed');
  const reads = steps.map(([, each]) => each);
  expect(reads).toEqual(reads.toSorted((one, other) => one - other));
});

test('of more lines than the memory has room for, the oldest are dropped and counted', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, textOf(numbered(0, 500)), {scrollbackBytes: 64, memoryBytes: 12 * 200});
  await opened.shows(...numbered(300, 500));
  expect(opened.log.buffer.droppedLines).toBe(300);
});

test('a line longer than memory holds is broken, and all around it is read back', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, textOf(numbered(0, 100)), {scrollbackBytes: 64});
  await opened.shows(...numbered(0, 100));
  const mega = 1024 * 1024;
  await appendFile(opened.file, `${'x'.repeat(9 * mega)}\n${textOf(numbered(100, 3000))}`);
  const {buffer} = opened.log;
  await eventually(
    () => buffer.lineAt(buffer.endId - 1)?.toString() === 'line 2999',
    () => `${buffer.lineAt(buffer.endId - 1)}`,
  );
  const lines = entriesOf(buffer, {wordOf});
  expect(buffer.droppedLines).toBe(0);
  expect(lines.slice(0, 100)).toEqual(numbered(0, 100));
  expect(lines.slice(100, 103).map((line) => line.length)).toEqual([4 * mega - 1, 4 * mega - 1, mega + 2]);
  expect(lines.slice(103)).toEqual(numbered(100, 3000));
});

test('what a truncated file had is no longer read back from it', async () => {
  await using home = await temporaryDirectory();
  const lines = numbered(0, 500);
  await using opened = await openFile(home, textOf(lines), {scrollbackBytes: 2000});
  await opened.shows(...lines);
  await writeFile(opened.file, 'new\n');
  await eventually(
    () => opened.log.buffer.markerAt(opened.log.buffer.endId - 2),
    () => 'no marker',
  );
  const shown = entriesOf(opened.log.buffer, {wordOf});
  expect(shown.slice(-2)).toEqual(['<truncated>', 'new']);
  expect(lines.slice(-shown.length + 2)).toEqual(shown.slice(0, -2));
  expect(opened.log.buffer.droppedLines).toBe(502 - shown.length);
});

test('where reading fails, a marker says why', async () => {
  async function* failing() {
    yield Buffer.from('one\ntwo');
    throw Object.assign(new Error('read EIO'), {code: 'EIO', errno: -5, syscall: 'read'});
  }
  await using opened = openLog({found: {kind: 'stdin', name: 'stdin', path: '-'}, stdin: failing()});
  await opened.shows('one', 'two', '<unreadable>');
  const why = 'stdin cannot be read on: the disk reported an error';
  expect(opened.log.buffer.markerAt(2)).toMatchObject({because: 'not-read', why});
  await eventually(
    () => fileOf(opened)?.why === why,
    () => JSON.stringify(fileOf(opened)),
  );
});

test('a file whose name is that of a named pipe or a folder now was removed', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'one\n');
  await opened.shows('one');
  await rm(opened.file);
  execFileSync('mkfifo', [opened.file]);
  await opened.shows('one', '<removed>');
  await rm(opened.file);
  await writeFile(opened.file, 'two\n');
  await opened.shows('one', '<removed>', '<rotated>', 'two');
});

test('a recording is shown whole, whatever the scrollback holds, and its damaged part is a marker', async () => {
  await using home = await temporaryDirectory();
  const pieces = ['next file', ...numbered(0, 50).map((line) => `${line}\n`)].flatMap((piece, at) =>
    at === 20 ? [piece, 'next file' as const] : [piece],
  );
  const folder = writeRecording(home.path, {id: 'id-1', at: 1, pieces: pieces.slice(1)});
  writeRecording(home.path, {id: 'id-2', at: 2, pieces: ['the next\n', 'open']});
  const recordings = await findRecordings(home.path, 'p');
  const found: FoundLog = {kind: 'recording', name: 'p', path: home.path, recordings};
  await using opened = openLog({found, scrollbackBytes: 64});
  await opened.shows(...numbered(0, 50), '<new-life>', 'the next', 'open');
  await eventually(
    () => opened.log.snapshot.get().file?.kind === 'ended',
    () => 'not ended',
  );
  expect(opened.log.buffer.memoryFirstId).toBeGreaterThan(40);
  await rm(path.join(folder, '000001.log.zst'));
  await using damaged = openLog({found});
  await damaged.shows('<unreadable>', ...numbered(20, 50), '<new-life>', 'the next', 'open');
});

test('of what is compressed, how much of the file is read is known', async () => {
  await using home = await temporaryDirectory();
  const gzip = async (name: string, lines: readonly string[]) => {
    const packed = gzipSync(textOf(lines), {level: 0});
    await writeFile(path.join(home.path, name), packed);
    return {path: path.join(home.path, name), packed: 'gzip', size: packed.length} as const;
  };
  const {size, ...packed} = await gzip('a.log.gz', numbered(0, 60_000));
  const shares: number[] = [];
  await using opened = openLog({
    found: {kind: 'file', name: 'a.log.gz', ...packed},
    clock: systemClock,
  });
  const {snapshot} = opened.log;
  snapshot.subscribe(() => {
    const {file} = snapshot.get();
    if (file?.kind === 'reading' && file.size === size) shares.push(file.read / size);
  });
  await eventually(
    () => fileOf(opened)?.kind === 'ended',
    () => JSON.stringify(fileOf(opened)),
  );
  expect(fileOf(opened)).toMatchObject({size, read: size});
  expect(shares.length).toBeGreaterThan(0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test('stdin is streamed until it ends', async () => {
  const found: FoundLog = {kind: 'stdin', name: 'stdin', path: '-'};
  const {promise: more, resolve} = Promise.withResolvers<void>();
  async function* stdin() {
    yield Buffer.from('one\ntw');
    await more;
    yield Buffer.from('o');
  }
  await using opened = openLog({found, stdin: stdin()});
  await opened.shows('one', 'tw');
  expect(opened.log.snapshot.get().file?.kind).toBe('followed');
  resolve();
  await opened.shows('one', 'two');
  await eventually(
    () => opened.log.snapshot.get().file?.kind === 'ended',
    () => 'not ended',
  );
});

test('a file that cannot be read says why', async () => {
  const found: FoundLog = {kind: 'file', name: 'gone', path: '/nowhere/gone.log', packed: undefined};
  await using opened = openLog({found});
  await eventually(
    () => opened.log.snapshot.get().file?.kind === 'failed',
    () => 'not failed',
  );
  expect(opened.log.snapshot.get().file?.why).toBe(
    '/nowhere/gone.log cannot be opened: there is no such file or folder',
  );
});

test('a file is followed however often it is truncated', async () => {
  await using home = await temporaryDirectory();
  await using opened = await openFile(home, 'line 0\n');
  const shown = ['line 0'];
  for (let turn = 1; turn <= 12; turn++) {
    await opened.shows(...shown);
    await truncate(opened.file);
    await appendFile(opened.file, `line ${turn}\n`);
    shown.push('<truncated>', `line ${turn}`);
  }
  await opened.shows(...shown);
  expect(opened.log.snapshot.get().file?.kind).toBe('followed');
});

test.skipIf(process.platform !== 'linux')('a log that is closed keeps no file open', async () => {
  await using home = await temporaryDirectory();
  const names = async () => {
    return (await openFiles()).filter((target) => target.startsWith(home.path)).map((target) => path.basename(target));
  };
  const areClosed = async () => {
    await eventually(
      async () => (await names()).length === 0,
      () => 'files are still open',
    );
  };
  const opened = await openFile(home, '');
  await eventually(
    () => opened.log.snapshot.get().file?.kind === 'followed',
    () => 'not read',
  );
  await rename(opened.file, `${opened.file}.1`);
  await writeFile(opened.file, 'one\n');
  await opened.shows('<rotated>', 'one');
  expect(await names()).toEqual(['app.log']);
  await opened.log.close();
  await areClosed();

  const found: FoundLog = {kind: 'file', name: 'app.log', path: opened.file, packed: undefined};
  const open = FilePart.open.bind(FilePart);
  using spy = vi.spyOn(FilePart, 'open').mockImplementation(async (file) => {
    const part = await open(file);
    await log.close();
    return part;
  });
  const {log} = openLog({found});
  await eventually(
    () => spy.mock.settledResults[0]?.type === 'fulfilled',
    () => 'not opened',
  );
  await areClosed();
});
