import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {PassThrough} from 'node:stream';
import v8 from 'node:v8';
import vm from 'node:vm';
import {expect, test} from 'vitest';
import {type FoundLog, findLogs} from '../../../source/storage/opened/find-logs.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {writable} from '../../harness/writable.ts';
import {runner} from '../../records/index-lines.ts';
import {currentLine, logged, noticeOf} from '../reading.ts';
import {ScreenUnderTest} from '../screen-under-test.ts';

const steps = (first: number, count: number) =>
  Array.from({length: count}, (_, at) => logged(first + at, 'INFO', `step ${first + at}`));

const earlier = [
  ...[runner('Resources transition: stopped -> provisioning (desired: provisioned)'), ...steps(1, 20)],
  ...[logged(21, 'ERROR', 'broken early'), ...steps(22, 200), logged(300, 'ERROR', 'broken late'), ...steps(301, 300)],
];
const end = [...steps(9001, 20), logged(9021, 'ERROR', 'broken at the end'), ...steps(9022, 5)];

/** A large file whose end was read. No time passes but in `until`, and nothing is indexed without that. */
async function largeFile(others: readonly FoundLog[] = []) {
  const pieces = new PassThrough();
  const opened = [...(await findLogs('-')), ...others];
  const screen = await ScreenUnderTest.open({
    ...{opened, names: opened.map(({name}) => name), stdin: pieces},
    size: {columns: 100, rows: 10},
  });
  screen.connect();
  const buffer = writable(screen.logs.get('stdin')?.buffer);
  buffer.reserve();
  const write = (lines: readonly string[]) => pieces.write(lines.map((line) => `${line}\n`).join(''));
  write(end);
  const {controller} = screen;
  await screen.until(() => controller.pane?.model.source.snapshot.get().lineCount === end.length, 'the end');
  controller.dispatch({type: 'focus', side: 'log'});
  return {
    screen,
    /** Its other lines are counted. */
    count() {
      const bytes = Buffer.from(earlier.map((line) => `${line}\n`).join(''));
      const block = {isStored: () => true, read: () => Buffer.from(bytes)};
      buffer.prepend({lines: earlier.length, byteLength: bytes.length, bytes: block});
      buffer.endPrepending();
    },
    grow: () => write(['more']),
    isWhole: () => controller.pane?.model.isWhole,
    at: (text: string) => screen.until(() => currentLine(screen)?.includes(text) === true, text),
    async find(pattern: string, line: string) {
      screen.pressTogether('/', ...pattern, 'Enter');
      await screen.until(() => currentLine(screen)?.includes(line) === true, line);
    },
    [Symbol.asyncDispose]: () => screen[Symbol.asyncDispose](),
  };
}

test('e goes to the first error of a large file, though only its end is indexed', async () => {
  await using file = await largeFile();
  const {screen} = file;
  file.count();
  screen.press('g');
  expect(currentLine(screen)).toContain('Resources transition');
  expect(file.isWhole()).toBe(false);
  screen.press('e');
  expect(currentLine(screen)).toContain('Resources transition');
  expect(noticeOf(screen)).toBe('looking for errors 0%');
  await file.at('broken early');
  expect(noticeOf(screen)).toBeUndefined();
});

test('E goes from the end of a large file to the last error before, once its lines are counted and indexed', async () => {
  await using file = await largeFile();
  const {screen} = file;
  screen.press('E');
  expect(currentLine(screen)).toContain('broken at the end');
  screen.press('e');
  expect(noticeOf(screen)).toBe('no error after this line');
  screen.press('E');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  file.count();
  file.grow();
  await file.at('broken late');
  screen.press('E', 'E');
  expect(currentLine(screen)).toContain('broken early');
  expect(noticeOf(screen)).toBe('no error before this line');
});

test('who moves on does not wait any more', async () => {
  await using file = await largeFile();
  const {screen} = file;
  screen.press('E', 'E', 'k');
  const line = currentLine(screen);
  file.count();
  file.grow();
  await screen.until(() => file.isWhole() === true, 'the index');
  expect(currentLine(screen)).toBe(line);
});

test('who scrolls away does not wait any more, and is not told how far it is', async () => {
  await using file = await largeFile();
  const {screen} = file;
  await file.find('broken', 'broken at the end');
  screen.press('N');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  screen.press('PageUp');
  expect(currentLine(screen)).not.toContain('broken at the end');
  expect(noticeOf(screen)).toBeUndefined();
});

test('who goes to another tab and comes back does not wait any more', async () => {
  await using folder = await temporaryDirectory();
  await writeFile(path.join(folder.path, 'other.log'), `${steps(1, 5).join('\n')}\n`);
  await using file = await largeFile(await findLogs(path.join(folder.path, 'other.log')));
  const {screen} = file;
  await file.find('broken', 'broken at the end');
  screen.press('N');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  screen.press(']');
  expect(screen.controller.state.active).toBe('other.log');
  screen.press('[');
  file.count();
  file.grow();
  await screen.until(() => file.isWhole() === true && screen.controller.pane?.model.isSearched === true, 'the search');
  expect(currentLine(screen)).toContain('broken at the end');
  screen.press('N');
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

test('with filters E waits for what they leave of earlier lines', async () => {
  await using file = await largeFile();
  const {screen} = file;
  screen.press('&');
  screen.pressTogether(...[...'!broken late'].map((each) => (each === ' ' ? 'Space' : each)), 'Enter');
  await screen.until(() => screen.controller.pane?.model.shown !== undefined, 'the filter');
  screen.press('E', 'E');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  file.count();
  file.grow();
  await file.at('broken early');
});

test('N goes to the match before this line, and waits until the lines between are searched', async () => {
  await using file = await largeFile();
  const {screen} = file;
  await file.find('broken', 'broken at the end');
  screen.press('N');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  file.count();
  // All lines are there, and none of them was searched.
  screen.press('n', 'N');
  expect(currentLine(screen)).toContain('broken at the end');
  file.grow();
  await file.at('broken late');
  screen.press('N', 'N');
  expect(currentLine(screen)).toContain('broken at the end');
  expect(noticeOf(screen)).toBe('past the first match: now at the last');
  screen.press('n');
  expect(currentLine(screen)).toContain('broken early');
});

test('n does not go on from the first line before it is known that no match follows', async () => {
  await using file = await largeFile();
  const {screen} = file;
  await file.find('broken', 'broken at the end');
  screen.press('n');
  expect(currentLine(screen)).toContain('broken at the end');
  file.count();
  file.grow();
  await file.at('broken early');
  expect(noticeOf(screen)).toBe('past the last match: now at the first');
});

test('who begins another search does not wait for a match of the one before', async () => {
  await using file = await largeFile();
  const {screen} = file;
  await file.find('broken', 'broken at the end');
  screen.press('N');
  await file.find('step 9005', 'step 9005');
  file.count();
  file.grow();
  await screen.until(() => file.isWhole() === true, 'the index');
  expect(currentLine(screen)).toContain('step 9005');
});

test('T and { wait for the times and runs of earlier lines', async () => {
  await using file = await largeFile();
  const {screen} = file;
  screen.press('k', 'T');
  screen.pressTogether(...'00:00:30', 'Enter');
  expect(noticeOf(screen)).toBe('counting lines 100%');
  file.count();
  file.grow();
  await file.at('step 30');
  await using other = await largeFile();
  other.screen.press('k', '{');
  expect(noticeOf(other.screen)).toBe('counting lines 100%');
  other.count();
  other.grow();
  await other.at('Resources transition');
});
