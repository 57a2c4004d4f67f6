import {execFileSync} from 'node:child_process';
import {cp, mkdir, readdir, readFile, rm, symlink, truncate, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {openedLog} from '../../../../source/engine/feeds/opened-log.ts';
import {findLogs} from '../../../../source/engine/opened/find-logs.ts';
import {LineOutput} from '../../../../source/kit/system/line-output.ts';
import {markerText} from '../../../../source/kit/words/marker-words.ts';
import {systemClock} from '../../../../source/lib/clock.ts';
import {runLogsFrom} from '../../../../source/shells/commands/logs/logs-from.ts';
import {entriesOf} from '../../../engine/buffer/entries-of.ts';
import {written} from '../../../engine/logs/recorded-history.ts';
import {RecordedLife} from '../../../engine/logs/recorded-life.ts';
import {eventually} from '../../../harness/eventually.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {SlowStream} from '../slow-stream.ts';

/* What is read of a recording that is damaged: all that lies there, one line on what is missing, exit 1. */

/** How a recording lies on the disk. The cases know nothing else of it. */
const form = {
  /** What is not in the text of the log. */
  facts: 'facts.jsonl',
  misplaced: (facts: string) => facts.replace('"offset":0', '"offset":-5000'),
  full: /^\d+\.log\.zst$/,
  last: /^\d+\.log$/,
  /** Where recording puts what it does not go on with. */
  aside: /\/p--id-1-[^/]+$/,
  fileBytes: 3_000,
} as const;

const home = await temporaryDirectory();
afterAll(() => home[Symbol.asyncDispose]());

const lines = Array.from(
  {length: 60},
  (_, line) =>
    `[p] 2026-11-25T12:00:${String(line).padStart(2, '0')}.000000Z  INFO a: line ${line} ${'x'.repeat(150)}\n`,
);
const all = lines.join('');

/** Records them, a few at a time; returns what the recording said. */
async function record(directory: string, some: readonly string[] = lines) {
  const clock = new FakeClock();
  const life = new RecordedLife({directory, clock, maxBytes: 1e6, pid: 1, limits: {fileBytes: form.fileBytes}});
  await life.recording.start('id-1');
  life.connect();
  for (let at = 0; at < some.length; at += 5) {
    life.receive(Buffer.from(some.slice(at, at + 5).join('')));
    await written(life, clock);
  }
  const {state} = life.recording;
  await life.close();
  return state;
}

await record(path.join(home.path, 'whole'));
let copies = 0;

/** A copy whose file of that name is `damage`d. `name`: by its form, the last that fits. */
async function damaged(name: string | RegExp, damage: (file: string) => unknown) {
  copies += 1;
  const directory = path.join(home.path, `copy-${copies}`);
  await cp(path.join(home.path, 'whole'), directory, {recursive: true});
  const folder = path.join(directory, 'p--id-1');
  const named = (await readdir(folder)).filter((each) => each.match(name)).sort();
  const file = path.join(folder, named.at(-1) ?? '');
  await damage(file);
  return {directory, folder, file: path.basename(file)};
}

/** What `logs --from` prints; `failures`: what it says is the reason for its exit code. */
async function print(from: string, names: readonly string[] = []) {
  const stream = new SlowStream();
  await stream.takeAll();
  const failures: string[] = [];
  const code = await runLogsFrom({
    ...{from: [from], names, clock: new FakeClock(), output: new LineOutput(stream)},
    note: (line, kind) => void (kind && failures.push(line)),
    signal: new AbortController().signal,
  });
  return {code, text: stream.text, failures};
}

/** Several files are printed with their names before the lines. */
function withoutNames(text: string): string {
  return text.replace(/^\S+ +\| /gm, '');
}

/** What `open` shows: lines, and markers in `<…>`. */
async function shown(directory: string): Promise<readonly string[]> {
  const [found] = await findLogs(directory);
  if (!found) throw new Error('nothing was found');
  const processes = {isAlive: () => false};
  const log = openedLog(found, {clock: systemClock, fps: 100, scrollbackBytes: 1e6, processes});
  log.start();
  await eventually(
    () => log.snapshot.get().file?.kind === 'ended',
    () => JSON.stringify(log.snapshot.get().file),
  );
  const entries = entriesOf(log.buffer, {wordOf: (marker) => markerText(marker)});
  await log.close();
  return entries;
}

const folder = async (file: string) => {
  await rm(file);
  await mkdir(file);
};
const fifo = async (file: string) => {
  await rm(file);
  execFileSync('mkfifo', [file]);
};
const link = async (file: string) => {
  const elsewhere = path.join(home.path, `elsewhere-${copies}`);
  await writeFile(elsewhere, await readFile(file));
  await rm(file);
  await symlink(elsewhere, file);
};
const rewrite = (change: (bytes: Buffer) => string | Uint8Array) => async (file: string) =>
  await writeFile(file, change(await readFile(file)));

test('a recording that is whole is exit 0, without a word', async () => {
  const {directory} = await damaged(form.facts, () => {});
  expect(await print(directory)).toEqual({code: 0, text: all, failures: []});
  expect(await shown(directory)).toHaveLength(lines.length);
});

describe('what is not in the text of the log', () => {
  test.each<readonly [string, (file: string) => unknown]>([
    ['is empty', (file) => truncate(file)],
    ['is NULs', rewrite((bytes) => bytes.fill(0))],
    ['is garbage', rewrite(() => 'garbage {"kind":\n'.repeat(300))],
    ['lacks its beginning', rewrite((bytes) => bytes.subarray(20))],
    ['is gone', (file) => rm(file)],
    ['is a named pipe', fifo],
    ['is a link', link],
    ['is a folder', folder],
  ])('%s: one line says so, and that the folder has each line', async (_, damage) => {
    const {directory, folder} = await damaged(form.facts, damage);
    const advice = `p--id-1 has no ${form.facts} that can be read · open that folder to read its files`;
    const printed = {code: 1, text: '', failures: [expect.stringContaining(advice)]};
    expect(await print(directory)).toEqual(printed);
    expect(await print(directory, ['p'])).toEqual(printed);
    expect(await print(folder)).toMatchObject({code: 0, failures: []});
    expect(withoutNames((await print(folder)).text)).toBe(all);
  });

  test.each<readonly [string, (file: string) => unknown]>([
    ['lacks its second half', rewrite((bytes) => bytes.subarray(0, bytes.length / 2))],
    ['has NULs in the middle', rewrite((bytes) => bytes.fill(0, bytes.length >> 2, bytes.length >> 1))],
    ['has a place that no file has', rewrite((bytes) => form.misplaced(String(bytes)))],
  ])('%s: a line names each file that is not read, and the file has its lines', async (_, damage) => {
    const {directory, folder} = await damaged(form.facts, damage);
    const {code, text, failures} = await print(directory);
    expect(code).toBe(1);
    const named = failures.flatMap((line) => /not list (\S+) · open that file/.exec(line)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(0);
    const others = await Promise.all(named.map(async (name) => (await print(path.join(folder, name))).text));
    expect([text, ...others].join('').split('\n').toSorted()).toEqual(all.split('\n').toSorted());
    expect(await shown(directory)).toHaveLength(text.split('\n').length - 1 + failures.length);
  });

  test('is damaged: recording begins anew, says where the rest is, and loses nothing of it', async () => {
    const damages = [rewrite((bytes) => bytes.fill(0)), rewrite((bytes) => form.misplaced(String(bytes)))];
    for (const damage of damages) {
      const {directory, folder} = await damaged(form.facts, damage);
      const before = (await readdir(folder)).filter((name) => name.match(form.full) || name.match(form.last));
      const {aside = ''} = {aside: '', ...(await record(directory, ['another line\n']))};
      expect(aside).toMatch(form.aside);
      expect(await readdir(aside)).toEqual(expect.arrayContaining(before));
      const files = await Promise.all(before.map(async (name) => (await print(path.join(aside, name))).text));
      expect(files.join('')).toBe(all);
      expect(await print(directory, ['p'])).toMatchObject({text: expect.stringContaining('another line\n')});
    }
  });
});

describe('a file of the log', () => {
  test.each<readonly [string, RegExp, (file: string) => unknown]>([
    ['that is full is gone', form.full, (file) => rm(file)],
    ['that is full is damaged', form.full, rewrite((bytes) => bytes.fill(0xff, 20))],
    ['that is full is cut', form.full, (file) => truncate(file, 30)],
    ['that is full is a named pipe', form.full, fifo],
    ['that is full is a link', form.full, link],
    ['that is the last is gone', form.last, (file) => rm(file)],
    ['that is the last is a named pipe', form.last, fifo],
    ['that is the last is a link', form.last, link],
  ])('%s: the others are there', async (_, name, damage) => {
    const {directory, file} = await damaged(name, damage);
    const {code, text, failures} = await print(directory);
    expect(code).toBe(1);
    expect(failures.join()).toMatch(
      new RegExp(`${file} (is not used|is missing)|B could not be read: deleted, or damaged`),
    );
    const there = text.split('\n').slice(0, -1);
    expect(there.length).toBeGreaterThan(lines.length / 2);
    expect(there.length).toBeLessThan(lines.length);
    for (const line of there) expect(all).toContain(`${line}\n`);
    expect(await shown(directory)).toHaveLength(there.length + failures.length);
  });
});
