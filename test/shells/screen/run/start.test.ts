import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {openedLog} from '../../../../source/engine/feeds/opened-log.ts';
import {filterText} from '../../../../source/engine/filters/filter.ts';
import type {Log} from '../../../../source/engine/logs/log.ts';
import type {FoundLog} from '../../../../source/engine/opened/found-log.ts';
import {emptyConfig} from '../../../../source/kit/settings/config-file.ts';
import {openBeforeFrame, sayFirst} from '../../../../source/shells/screen/run/run-screen.ts';
import {startOf} from '../../../../source/shells/screen/run/start.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {readSettings} from '../../../harness/read-settings.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {logged, noticeOf, pressed, reading, viewOf} from '../../../kit/screen/reading.ts';

const start = (...argv: readonly string[]) => startOf(readSettings(argv, {}));

test('filters as they are typed after &', () => {
  const {filters = []} = start('--filter', '!refused', '--filter', 'level:warn', '--filter', 'target:kafka');
  expect(filters.map(filterText)).toEqual(['!refused', 'level:warn', 'target:kafka']);
});

const saved = {
  ...emptyConfig,
  filters: new Map([
    ['noise', ['!step completed', 'level:info']],
    ['slow', ['slow']],
  ]),
};

test('@ and a name are the filters of the file', () => {
  const {filters = []} = startOf(readSettings(['--filter', '@noise', '--filter', 'kafka'], {}, saved));
  expect(filters.map(filterText)).toEqual(['!step completed', 'level:info', 'kafka']);
});

test.each([
  ['@nois', emptyConfig, ' · the configuration file has no [filters]'],
  ['@nois', saved, " · did you mean '@noise'?"],
  ['@other', saved, ' · there are @noise, @slow'],
])('--filter %s, which is not in the file, is refused', (typed, file, advice) => {
  const message = `--filter '${typed}' · no saved filter '${typed}'${advice} · for that text: text:${typed}`;
  expect(() => startOf(readSettings(['--filter', typed], {}, file))).toThrow(message);
});

test.each([
  [['--at', 'x'], "--at 'x' is not a time; try 10m, 1h30m, 12:03, 2026-11-25 12:03 or now"],
  [['--at', '10m#xyz'], "--at has no hash of a record after #, but 'xyz' · M copies one of eight digits"],
  [['--filter', 'level:x'], '--filter \'level:x\' · no level "x": there are trace, debug, info, warn and error'],
])('%j is refused', (argv, message) => {
  expect(() => start(...argv)).toThrow(message);
});

type Options = {readonly packed?: 'gzip'; readonly isSlow?: boolean; readonly isGone?: boolean};

/** Opens a file of this text before the first frame, and reads it unless it `isSlow`. `isDone`: the frame waits no longer. */
async function opening(text: string, {packed, isSlow = false, isGone = false}: Options = {}) {
  const folder = await temporaryDirectory();
  const file = path.join(folder.path, 'app.log');
  if (!isGone) await writeFile(file, text);
  const clock = new FakeClock();
  const found: FoundLog = {kind: 'file', name: 'app.log', path: file, packed};
  const opened: Log[] = [];
  const open = () => {
    const log = openedLog(found, {clock, fps: 10, scrollbackBytes: 1e6});
    opened.push(log);
    if (!isSlow) log.start();
    return log;
  };
  const frame = {isDone: false};
  const done = openBeforeFrame(found, {logs: {open}, clock}).then(() => {
    frame.isDone = true;
  });
  return {
    ...{clock, opened, frame, done},
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((log) => log.close()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

test('the first frame has the lines of a file', async () => {
  await using file = await opening('one\ntwo\n');
  await file.done;
  expect(file.opened.map(({snapshot}) => snapshot.get().lineCount)).toEqual([2]);
});

test('a file that is empty or gone is not waited for', async () => {
  await using empty = await opening('', {isSlow: true});
  await empty.done;
  await using gone = await opening('one\n', {isSlow: true, isGone: true});
  await gone.done;
});

test('a file that is slow is in a later frame', async () => {
  await using file = await opening('one\n', {isSlow: true});
  await file.clock.advance(99);
  expect(file.frame.isDone).toBe(false);
  await file.clock.advance(1);
  await setImmediate();
  expect(file.frame.isDone).toBe(true);
});

test('what has to be unpacked is not opened before', async () => {
  await using file = await opening('', {packed: 'gzip'});
  await file.done;
  expect(file.opened).toEqual([]);
});

test('what the start says does not hide which files were left out, until the first key', async () => {
  await using screen = await reading([logged(3, 'INFO', 'three')]);
  const {controller} = screen;
  sayFirst(['a.log is no log', 'b.log is no log'], controller);
  const leftOut = 'a.log is no log · also left out: 1 file';
  expect(noticeOf(screen)).toBe(leftOut);
  const ends = start('--at', '2026-11-25T00:00:03Z').atStart.map((begin) => begin(controller, ['orders']));
  await screen.until(() => viewOf(screen).position.kind === 'anchored', 'the place');
  expect(noticeOf(screen)).toBe(`${leftOut} · paused at 2026-11-25 00:00:03 UTC`);
  await pressed(screen, 'u');
  expect(noticeOf(screen)).toBe('no marks: press m to mark a record');
  for (const end of ends) end();
});
