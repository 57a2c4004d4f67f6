import {describe, expect, it} from 'vitest';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, noticeOf, pressed, reading, typed, viewOf, write} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

/** A log of which every second record is marked, with the list of marks open. */
async function openList(marks: number): Promise<ScreenUnderTest> {
  const log = Array.from({length: 2 * marks}, (_, index) => logged(index, 'INFO', `step ${index}`));
  const screen = await reading(log);
  for (let count = 0; count < marks; count++) await pressed(screen, 'k', 'm', 'k');
  screen.press("'");
  return screen;
}

const pageOf = ({controller}: ScreenUnderTest) => controller.state.page;
/** The steps that are listed, the one under the cursor in brackets. */
function listed({controller}: ScreenUnderTest): string[] {
  const {page} = controller.state;
  if (page?.kind !== 'marks') return [];
  return allTexts(rowsOfPage(controller, 80)).flatMap((text) => {
    const step = /step (\d+)/.exec(text)?.[1];
    return step === undefined ? [] : text.startsWith('   ') ? step : `[${step}]`;
  });
}

it('the cursor goes through the marks, in the order of the log, and Enter to the one under it', async () => {
  await using screen = await openList(3);
  expect(listed(screen)).toEqual(['[0]', '2', '4']);
  screen.press('j', 'j', 'j');
  expect(listed(screen)).toEqual(['0', '2', '[4]']);
  screen.press('k', 'k', 'k', 'Down');
  expect(listed(screen)).toEqual(['0', '[2]', '4']);
  screen.press('Enter');
  expect(pageOf(screen)).toBeUndefined();
  expect(currentLine(screen)).toContain('step 2');
});

it('the cursor moves by pages, and no further than the list', async () => {
  await using screen = await openList(8);
  screen.controller.setSize({columns: 100, rows: 10});
  screen.press('^F');
  expect(listed(screen).indexOf('[12]')).toBe(6);
  screen.press('PageDown');
  expect(listed(screen).at(-1)).toBe('[14]');
  screen.press('PageUp', '^B');
  expect(listed(screen)[0]).toBe('[0]');
});

it('a page down moves the list by a page, from the first press on', async () => {
  await using screen = await openList(50);
  screen.controller.setSize({columns: 100, rows: 20});
  screen.press('PageDown');
  expect(pageOf(screen)).toMatchObject({offset: screen.controller.pageHeight - 1, cursor: 16});
  screen.press('PageUp');
  expect(pageOf(screen)).toMatchObject({offset: 0, cursor: 0});
});

it('m removes the mark under the cursor, and the last one closes the list', async () => {
  await using screen = await openList(3);
  screen.press('j', 'j', 'm');
  expect(listed(screen)).toEqual(['0', '[2]']);
  screen.press('k', 'm');
  expect(listed(screen)).toEqual(['[2]']);
  screen.press('m');
  expect(pageOf(screen)).toBeUndefined();
  expect(viewOf(screen).marks.size).toBe(0);
});

it('a long list scrolls with the cursor, and shows its heading again at the top', async () => {
  await using screen = await openList(60);
  const height = screen.controller.pageHeight;
  const offset = () => pageOf(screen)?.offset;
  screen.press(...Array.from({length: height - 3}, () => 'j'));
  expect(offset()).toBe(0);
  screen.press('j');
  expect(offset()).toBe(1);
  screen.press(...Array.from({length: 60}, () => 'j'));
  expect(pageOf(screen)).toMatchObject({cursor: 59, offset: 62 - height});
  screen.press(...Array.from({length: 60}, () => 'k'));
  expect(pageOf(screen)).toMatchObject({cursor: 0, offset: 0});
});

it.each(['Esc', 'q', "'"])('%s closes the list and moves nothing', async (key) => {
  await using screen = await openList(2);
  const before = viewOf(screen);
  screen.press('j', key);
  expect(pageOf(screen)).toBeUndefined();
  expect(viewOf(screen)).toBe(before);
  expect(screen.quits).toBe(0);
});

it('a panic is listed as its row in the log shows it', async () => {
  const panic = ['', "thread 'dbsp-worker-0' (7) panicked at a.rs:1:2:", 'no space', 'stack backtrace:', '   0: main'];
  await using screen = await reading([logged(1, 'INFO', 'before'), ...panic, logged(2, 'INFO', 'after')]);
  await pressed(screen, 'k', 'm', "'");
  const row = / 00:00:01\.000 ERROR panic +no space \(dbsp-worker-0 at a\.rs:1:2\)/;
  expect(allTexts(rowsOfPage(screen.controller, 120)).at(-1)).toMatch(row);
});

it('a narrow list has more of the message in place of the target', async () => {
  await using screen = await reading([
    logged(1, 'WARN', 'stock of SALE shirt: 3 left', 'udf'),
    logged(2, 'INFO', 'after'),
  ]);
  await pressed(screen, 'k', 'm', "'");
  const row = (width: number) => allTexts(rowsOfPage(screen.controller, width)).at(-1);
  expect(row(120)).toMatch(/ WARN {2}udf +stock of SALE/);
  expect(row(80)).toMatch(/ WARN {2}stock of SALE shirt: 3 left$/);
});

describe('in the log', () => {
  const log = Array.from({length: 50}, (_, index) => logged(index, 'INFO', `step ${index}`));

  it('u and U go to marks that a filter hides, too', async () => {
    await using screen = await reading(log);
    const marked = [10, 20, 30];
    screen.controller.changePane({marks: new Set(marked)});
    await typed(screen, '&', '!step 19');
    await pressed(screen, 'G');
    const seen: (string | undefined)[] = [];
    for (const key of [...'UUUuu']) {
      await pressed(screen, key);
      seen.push(currentLine(screen));
    }
    expect(seen).toEqual([log[29], log[20], log[9], log[20], log[29]]);
  });

  it('m marks a record, or removes its mark, from any of its lines', async () => {
    await using screen = await reading(log);
    await write(screen, logged(60, 'ERROR', 'of two lines'), '  the second');
    screen.press('m');
    expect([...viewOf(screen).marks]).toEqual([]);
    expect(viewOf(screen).position).toMatchObject({kind: 'anchored', current: 52});
    expect(noticeOf(screen)).toBe('paused: press m again to mark this record');
    screen.press('m');
    expect([...viewOf(screen).marks]).toEqual([51]);
    expect(noticeOf(screen)).toBe('marked');
    screen.press('k', 'm');
    expect([...viewOf(screen).marks]).toEqual([]);
    expect(noticeOf(screen)).toBeUndefined();
  });

  it('u and U go around, also from a record without a mark', async () => {
    await using screen = await reading(log);
    for (const keys of ['kkkm', 'kkkkm', 'km', 'jj']) await pressed(screen, ...keys);
    const steps: (string | undefined)[] = [];
    for (const key of ['u', 'u', 'u', 'U', 'U']) {
      await pressed(screen, key);
      steps.push(/step \d+/.exec(currentLine(screen) ?? '')?.[0]);
    }
    expect(steps).toEqual(['step 46', 'step 41', 'step 42', 'step 41', 'step 46']);
  });

  it('without any, a notice says how to make one', async () => {
    await using screen = await reading(log);
    for (const key of ['u', 'U', "'"]) {
      screen.press(key);
      expect(noticeOf(screen)).toBe('no marks: press m to mark a record');
      expect(screen.controller.state.page).toBeUndefined();
    }
  });
});
