import {expect, test} from 'vitest';
import {sanitise} from '../../source/kit/terminal/sanitise.ts';
import {textWidth} from '../../source/lib/width.ts';
import {currentLine, inverseText} from './find-helpers.ts';
import {openViewer, type Viewer} from './viewer.ts';

const wide = '接続が拒否されました 订单处理失败 주문 처리 오류 ';
const emoji = '👩‍👩‍👧‍👦 🚀 ❤️ 📦 ';
const combined = 're\u0301sume\u0301 A\u030Angstro\u0308m ';
/** Long enough for several rows and screens, and nothing in it is at an even column throughout. */
const sent = `x${`${wide}${emoji}${combined}`.repeat(3)}終わり.`;
/** As it is shown: joiners and variation selectors, of which terminals make different widths, are left out. */
const message = sanitise(sent).text;

async function openOnWide(wrap: 'off' | 'all'): Promise<Viewer> {
  const viewer = await openViewer({env: {PIPETAIL_WRAP: wrap}});
  const {terminal} = viewer;
  await viewer.live();
  viewer.say('alpha', 'before.');
  viewer.say('alpha', sent, 'ERROR');
  viewer.say('alpha', 'after.');
  await terminal.waitFor('after.');
  await terminal.press('Tab', 'k');
  await terminal.waitFor(() => currentLine(terminal).text.includes('ERROR'));
  return viewer;
}

/** What a row shows of its line: what is between the margin, two cells, and the overview, one. */
function shownIn({terminal}: Viewer, row: number): string {
  const divider = terminal.find('│')?.column ?? 0;
  let text = '';
  // The second half of a wide character has no text.
  for (let column = divider + 3; column < terminal.cols - 1; column++) text += terminal.cell(row, column).text;
  return text;
}

/** Every row has its border and its last column where they belong: no character was cut, pushed or left half. */
function expectAligned({terminal}: Viewer): void {
  const divider = terminal.find('│')?.column ?? -1;
  for (let row = 1; row < terminal.rows - 2; row++) {
    expect(terminal.cell(row, divider).text, `border of row ${row}\n${terminal.text()}`).toBe('│');
    // The last column is that of the overview, which holds nothing but its track.
    if (row > 2) expect(terminal.cell(row, terminal.cols - 1).text.trim(), `end of row ${row}`).toMatch(/^▕?$/);
  }
}

test('wide characters wrap whole: the rows of a line are the line', async () => {
  await using viewer = await openOnWide('all');
  const {terminal} = viewer;
  await terminal.waitFor('終わり.');
  expectAligned(viewer);
  const {row} = currentLine(terminal);
  const last = terminal.find('after.')?.row ?? 0;
  expect(last - row).toBeGreaterThan(3);
  let text = '';
  for (let each = row; each < last; each++) text += shownIn(viewer, each);
  expect(text.replace(/\s/g, '')).toContain(message.replace(/\s/g, ''));
});

test('wide characters under pan: a half is never shown, and the marks of the cut have their cells', async () => {
  await using viewer = await openOnWide('off');
  const {terminal} = viewer;
  const {row} = currentLine(terminal);
  const pan = async (key: string) => {
    const before = shownIn(viewer, row);
    await terminal.press(key);
    await terminal.waitFor(() => shownIn(viewer, row) !== before);
    expectAligned(viewer);
    const [, part = ''] = /^\d\d:\d\d:\d\d ERROR (‹.*)$/.exec(shownIn(viewer, row)) ?? [];
    expect(part, shownIn(viewer, row)).not.toBe('');
    // A blank is at either end where half a character would have had room.
    expect(message).toContain(part.replace(/^‹ ?| ?›?$/g, ''));
  };
  for (const key of ['Right', 'Right', 'Right', 'Left']) await pan(key);
  while (!/終わり\. *$/.test(shownIn(viewer, row))) await pan('Right');
  await terminal.pressUntil('Left', () => shownIn(viewer, row).includes('ERROR x接続が'));
});

test('matches in wide characters are painted whole, and brought into view', async () => {
  await using viewer = await openOnWide('off');
  const {terminal} = viewer;
  for (const match of ['拒否', '처리', '🚀', '終わり', 'A\u030Angstro\u0308m']) {
    await terminal.press('/');
    terminal.paste(match);
    // The count may still be that of the search before.
    await terminal.waitFor(() => terminal.row(-2).includes(match) && terminal.row(-2).includes('1 of 1'));
    await terminal.press('Enter');
    const {row} = currentLine(terminal);
    await terminal.waitFor(() => inverseText(terminal, row).includes(match));
    // The margin of an error is painted as well; nothing else is.
    expect(inverseText(terminal, row).trim().replaceAll(match, ''), match).toBe('');
    // A character is painted with both its halves: the second one has no text.
    const {column} = terminal.find(match) ?? {column: 0};
    for (let cell = column; cell < column + textWidth(match); cell++) {
      expect(terminal.cell(row, cell).inverse, `cell ${cell} of ${match}`).toBe(true);
    }
    expectAligned(viewer);
  }
});
