import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import v8 from 'node:v8';
import vm from 'node:vm';
import {expect, test} from 'vitest';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import type {FoundLog} from '../../../source/engine/opened/found-log.ts';
import {runner} from '../../engine/records/index-lines.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {writable} from '../../harness/writable.ts';
import {currentLine, logged, noticeOf} from './reading.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const steps = (first: number, count: number) =>
  Array.from({length: count}, (_, at) => logged(first + at, 'INFO', `step ${first + at}`));

const begun = [
  ...[runner('Resources transition: stopped -> provisioning (desired: provisioned)'), ...steps(1, 20)],
  ...[logged(21, 'ERROR', 'broken early'), ...steps(22, 5)],
];
/** More than a key has indexed at once. */
const later = [...[...steps(301, 20_000), logged(21_000, 'ERROR', 'broken late')], ...steps(21_001, 5)];

/** A log whose beginning was read. No time passes but in `until`, and not all is indexed without that. */
async function largeLog(others: readonly FoundLog[] = []) {
  const pieces = new PassThrough();
  const opened = [...(await findLogs('-')), ...others];
  const screen = await ScreenUnderTest.open({
    ...{opened, names: opened.map(({name}) => name), stdin: pieces},
    size: {columns: 100, rows: 10},
  });
  screen.connect();
  const buffer = writable(screen.logs.get('stdin')?.buffer);
  const bytesOf = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));
  pieces.write(bytesOf(begun));
  const {controller} = screen;
  await screen.until(() => controller.pane?.model.source.snapshot.get().lineCount === begun.length, 'the beginning');
  controller.dispatch({type: 'focus', side: 'log'});
  return {
    screen,
    /** The other lines come: nobody has read them yet. */
    add: () => buffer.append(bytesOf(later)),
    grow: () => pieces.write(bytesOf(['more'])),
    isIndexed: () => (controller.pane?.model.index.indexedTo ?? 0) >= buffer.endId,
    at: (text: string) => screen.until(() => currentLine(screen)?.includes(text) === true, text),
    async find(pattern: string, line: string) {
      screen.pressTogether('/', ...pattern, 'Enter');
      await screen.until(() => currentLine(screen)?.includes(line) === true, line);
    },
    [Symbol.asyncDispose]: () => screen[Symbol.asyncDispose](),
  };
}

const looking = /^looking for errors \d+%$/;

test('E goes to the last error of a large log once it is indexed', async () => {
  await using log = await largeLog();
  const {screen} = log;
  log.add();
  screen.press('E');
  expect(noticeOf(screen)).toMatch(looking);
  log.grow();
  await log.at('broken late');
  expect(noticeOf(screen)).toBeUndefined();
  screen.press('E', 'E');
  expect(currentLine(screen)).toContain('broken early');
  expect(noticeOf(screen)).toBe('no error before this line');
});

test('e goes to the first error of a large log at once, and on to one that is not indexed yet', async () => {
  await using log = await largeLog();
  const {screen} = log;
  log.add();
  screen.press('g', 'e');
  expect(currentLine(screen)).toContain('broken early');
  screen.press('e');
  expect(noticeOf(screen)).toMatch(looking);
  log.grow();
  await log.at('broken late');
  screen.press('e');
  expect(noticeOf(screen)).toBe('no error after this line');
});

test('who moves on does not wait any more', async () => {
  await using log = await largeLog();
  const {screen} = log;
  screen.press('k');
  log.add();
  screen.press('e', 'k');
  const line = currentLine(screen);
  log.grow();
  await screen.until(() => log.isIndexed(), 'the index');
  expect(currentLine(screen)).toBe(line);
});

test('who scrolls away does not wait any more, and is not told how far it is', async () => {
  await using log = await largeLog();
  const {screen} = log;
  await log.find('broken', 'broken early');
  log.add();
  screen.press('n');
  expect(noticeOf(screen)).toBe('searching');
  screen.press('PageUp');
  expect(currentLine(screen)).not.toContain('broken early');
  expect(noticeOf(screen)).toBeUndefined();
});

test('who goes to another tab and comes back does not wait any more', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(path.join(folder.path, 'other.log'), `${steps(1, 5).join('\n')}\n`);
  await using log = await largeLog(await findLogs(path.join(folder.path, 'other.log')));
  const {screen} = log;
  await log.find('broken', 'broken early');
  log.add();
  screen.press('n');
  expect(noticeOf(screen)).toBe('searching');
  screen.press(']');
  expect(screen.controller.state.active).toBe('other.log');
  screen.press('[');
  log.grow();
  await screen.until(() => log.isIndexed() && screen.controller.pane?.model.isSearched === true, 'the search');
  expect(currentLine(screen)).toContain('broken early');
  screen.press('n');
  expect(currentLine(screen)).toContain('broken late');
});

test('the log of a tab that is closed while a key waits is freed', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders', 'fraud']});
  await screen.untilLine('orders', 'initializing -> running');
  screen.controller.dispatch({type: 'focus', side: 'log'});
  screen.pressTogether('/', ...'none', 'Enter', 'n');
  expect(noticeOf(screen)).toBe('searching');
  const held = new WeakRef(screen.logs.get('orders')?.buffer ?? {});
  screen.press('X');
  await screen.untilConnected('fraud');
  v8.setFlagsFromString('--expose-gc');
  const collect = vm.runInNewContext('gc') as () => void;
  await screen.until(() => {
    collect();
    return held.deref() === undefined;
  }, 'the buffer to be freed');
});

test('with filters E waits for what they leave of the other lines', async () => {
  await using log = await largeLog();
  const {screen} = log;
  screen.press('&');
  screen.pressTogether(...[...'!broken late'].map((each) => (each === ' ' ? 'Space' : each)), 'Enter');
  await screen.until(() => screen.controller.pane?.model.shown !== undefined, 'the filter');
  log.add();
  screen.press('E');
  expect(noticeOf(screen)).toMatch(looking);
  log.grow();
  await log.at('broken early');
});

test('N goes to the match before this line, and waits until the lines between are searched', async () => {
  await using log = await largeLog();
  const {screen} = log;
  await log.find('broken', 'broken early');
  log.add();
  screen.press('G', 'N');
  expect(noticeOf(screen)).toBe('searching');
  log.grow();
  await log.at('broken late');
  screen.press('N', 'N');
  expect(currentLine(screen)).toContain('broken late');
  expect(noticeOf(screen)).toBe('past the first match: now at the last');
});

test('n does not go on from the first line before it is known that no match follows', async () => {
  await using log = await largeLog();
  const {screen} = log;
  await log.find('broken', 'broken early');
  log.add();
  screen.press('n');
  expect(currentLine(screen)).toContain('broken early');
  log.grow();
  await log.at('broken late');
  screen.press('n');
  expect(currentLine(screen)).toContain('broken early');
  expect(noticeOf(screen)).toBe('past the last match: now at the first');
});

test('who begins another search does not wait for a match of the one before', async () => {
  await using log = await largeLog();
  const {screen} = log;
  await log.find('broken', 'broken early');
  log.add();
  screen.press('n');
  await log.find('step 5', 'step 5');
  log.grow();
  await screen.until(() => log.isIndexed(), 'the index');
  expect(currentLine(screen)).toContain('step 5');
});

test('T and { wait for the times and runs of lines that are not indexed yet', async () => {
  await using log = await largeLog();
  const {screen} = log;
  screen.press('k');
  log.add();
  screen.press('T');
  screen.pressTogether(...'05:30:00', 'Enter');
  expect(noticeOf(screen)).toMatch(/^looking for the time \d+%$/);
  log.grow();
  await log.at('step 19800');
  await using other = await largeLog();
  other.screen.press('k');
  other.add();
  other.screen.press('{');
  expect(noticeOf(other.screen)).toMatch(/^looking for runs \d+%$/);
  other.grow();
  await other.at('Resources transition');
});
