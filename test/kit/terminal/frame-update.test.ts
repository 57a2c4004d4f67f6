import xterm from '@xterm/headless';
import fc from 'fast-check';
import {afterAll, describe, expect, test} from 'vitest';
import {clip, padTo} from '../../../source/kit/terminal/fit.ts';
import {type Frame, frameUpdate} from '../../../source/kit/terminal/frame-update.ts';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {paint} from '../../../source/kit/terminal/sgr.ts';
import {plain} from '../../../source/kit/terminal/styled-text.ts';
import {modernWidths} from '../../harness/modern-widths.ts';
import {numRuns as allRuns} from './text-arbitrary.ts';

const columns = 24;
const height = 9;
/** Each draws a whole screen several times. */
const numRuns = Math.ceil(allRuns / 3);

function emulator() {
  const terminal = new xterm.Terminal({cols: columns, rows: height, allowProposedApi: true, convertEol: true});
  terminal.unicode.register(modernWidths);
  terminal.unicode.activeVersion = modernWidths.version;
  return terminal;
}

const updated = emulator();
const drawn = emulator();
afterAll(() => {
  updated.dispose();
  drawn.dispose();
});

async function write(terminal: typeof updated, text: string): Promise<void> {
  await new Promise<void>((resolve) => terminal.write(text, resolve));
}

/** Every row as its cells with their styles; a cell that was never written looks like one that holds a blank. */
function cellsOf({buffer}: typeof updated): string[] {
  const {active} = buffer;
  const cell = active.getNullCell();
  return Array.from({length: height}, (_, row) => {
    const line = active.getLine(active.baseY + row);
    let cells = '';
    for (let column = 0; column < columns; column++) {
      line?.getCell(column, cell);
      const colors = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
      const looks = [
        cell.isBold(),
        cell.isDim(),
        cell.isItalic(),
        cell.isUnderline(),
        cell.isInverse(),
        cell.isBlink(),
      ];
      cells += `${cell.getWidth() === 0 ? '' : cell.getChars() || ' '}<${[...colors, ...looks].join()}>`;
    }
    return cells;
  });
}

const anew = (rows: readonly string[]) => `\x1b[H\x1b[J${rows.join('\n')}`;

/** Draws the first frame whole and the others as updates, and expects what a whole draw of each one shows. */
async function expectSame(frames: readonly (readonly string[])[]): Promise<void> {
  const [first = [], ...others] = frames;
  await write(updated, `\x1bc${anew(first)}`);
  await write(drawn, '\x1bc');
  let shown: Frame = {rows: first, columns};
  for (const rows of others) {
    const next = {rows, columns};
    const bytes = frameUpdate(shown, next);
    await write(updated, bytes);
    await write(drawn, anew(rows));
    expect(cellsOf(updated), JSON.stringify([shown.rows, rows, bytes])).toEqual(cellsOf(drawn));
    expect(updated.buffer.active.cursorY).toBe(height - 1);
    shown = next;
  }
  // The whole screen scrolls again, and in plain style.
  await write(updated, '\x1b[99;1H\n');
  await write(drawn, '\x1b[99;1H\n');
  expect(cellsOf(updated)).toEqual(cellsOf(drawn));
}

const piece = fc.constantFrom(
  ...['a', 'b', 'connection', ' ', '      ', '│', 'ü', '日本', '🚀', 'e\u0301', '한', '…', '\t'],
  ...['\x1b[1m', '\x1b[31m', '\x1b[0m', '\x1b[44m', '\x1b[7m', '\x1b[38;5;200m', '\x1b[38;2;1;2;3m', '\x1b[2;4m'],
);
const pieces = fc.array(piece, {maxLength: 10}).map((all) => sanitise(all.join('')));
/** Rows that no part of the program makes, and of which the cells are not known. */
const strange = fc.constantFrom(
  'a\tb',
  '\x1b]8;;http://a\x07link\x1b]8;;\x07 after',
  'का का',
  '\x1b[5mblinks\x1b[25m not',
  '\x1b[4:3mcurly\x1b[58:5:1m red\x1b[m',
  '\x1b[38mmalformed\x1b[5;1m?\x1b[m',
  '\x1b[1mclosed\x1b[22m by Ink',
  `${'x'.repeat(columns - 1)}\x1b[7m \x1b[0m`,
);
const row = fc.oneof(
  {weight: 12, arbitrary: pieces.map((each) => paint(clip(each, 0, columns), 'truecolor'))},
  {weight: 1, arbitrary: strange},
);

function fixed(length: number, arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string[]> {
  return fc.array(arbitrary, {minLength: length, maxLength: length});
}

test('any frame after any other', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fixed(height, row), {minLength: 2, maxLength: 4}), expectSame), {numRuns});
});

/** One frame after another: part of the rows moves, beside a list or without one, and others change. */
const step = fc.record({
  band: fc.tuple(fc.nat(height - 1), fc.nat(height - 1)),
  by: fc.integer({min: -4, max: 4}),
  fresh: fixed(4, row),
  list: fc.option(fc.tuple(fc.nat(height - 1), fc.constantFrom('x', 'orders', '日'))),
  changed: fc.option(fc.tuple(fc.nat(height - 1), row)),
});
const listCells = 8;

function moved(
  rows: readonly string[],
  {band, by, fresh, changed}: typeof step extends fc.Arbitrary<infer T> ? T : never,
) {
  const [top, bottom] = [Math.min(...band), Math.max(...band)];
  const inBand = rows.slice(top, bottom + 1);
  const count = Math.min(Math.abs(by), inBand.length);
  const next =
    by > 0
      ? [...inBand.slice(count), ...fresh.slice(0, count)]
      : [...fresh.slice(0, count), ...inBand.slice(0, inBand.length - count)];
  const all = rows.toSpliced(top, inBand.length, ...next);
  return changed ? all.with(...changed) : all;
}

describe.each([0, listCells])('rows that move beside a list of %i cells', (cells) => {
  test('are shown as if drawn anew', async () => {
    await fc.assert(
      fc.asyncProperty(fixed(height, row), fc.array(step, {minLength: 1, maxLength: 5}), async (first, steps) => {
        let list = first.map(() => '');
        let log = first;
        const frame = () =>
          log.map((right, index) => {
            if (cells === 0) return right;
            const left = paint(padTo(clip(plain(list[index] ?? ''), 0, cells), cells), 'truecolor');
            const text = sanitise(right);
            return `${left}│${paint(clip(text, 0, columns - cells - 1), 'truecolor')}`;
          });
        const frames = [frame()];
        for (const each of steps) {
          log = moved(log, each);
          if (each.list) list = list.with(...each.list);
          frames.push(frame());
        }
        await expectSame(frames);
      }),
      {numRuns},
    );
  });
});

describe('bytes', () => {
  const lines = Array.from({length: 40}, (_, index) => `12:00:${10 + index} INFO step ${index} took ${index * 37} ms`);
  const update = (shown: readonly string[], next: readonly string[], width = 80) =>
    frameUpdate({rows: shown, columns: width}, {rows: next, columns: width});
  const screenAt = (at: number) => [' pipetail', ...lines.slice(at, at + 20), ' LIVE', ' ? help'];

  test('of equal frames only the cursor is moved', () => {
    expect(update(screenAt(0), screenAt(0))).toBe('\x1b[23H');
  });

  test('a log that moves on by a row costs the new row; back, too', () => {
    const line = 'INFO step 20 took 740 ms';
    expect(update(screenAt(0), screenAt(1))).toBe(`\x1b[2;21r\x1b[21H\n\x1b[r\x1b[21H12:00:30 ${line}\x1b[23H`);
    expect(update(screenAt(1), screenAt(0))).toBe(
      '\x1b[2;21r\x1b[2H\x1bM\x1b[r\x1b[2H12:00:10 INFO step 0 took 0 ms\x1b[23H',
    );
    expect(update(screenAt(0), screenAt(3)).length).toBeLessThan(3 * line.length + 90);
  });

  test('beside a list, what the list shows is written again, and not the log', () => {
    const names = ['billing', 'clickstream', 'etl', 'fraud', 'inventory', 'orders', 'pricing', 'sessions'];
    const beside = (at: number) =>
      screenAt(at).map((each, index) =>
        index === 0 || index > 20 ? each : `${(names[index] ?? '').padEnd(16)}│${each}`,
      );
    const text = update(beside(0), beside(1));
    expect(text).not.toContain('step 7');
    expect(text.length).toBeLessThan(350);
  });

  test('on a high screen rows move that all end alike, beside a list of which each row differs', () => {
    const count = 120;
    const text = (index: number) =>
      Array.from({length: 30}, (_, at) => 'abcdefgh'[(index * (at + 3) + at) % 8]).join('');
    const rowsFrom = (at: number) =>
      Array.from(
        {length: count},
        (_, row) => `${`n${row}`.padEnd(6)}│step ${at + row} ${text(at + row)} was delivered`,
      );
    const screen = (at: number) => [' pipetail', ...rowsFrom(at), ' LIVE'];
    expect(update(screen(0), screen(1))).toContain(`\x1b[2;${1 + count}r\x1b[${1 + count}H\n`);
  });

  test('of a row only what is between the first and the last difference is written', () => {
    const shown = [' LIVE · following          1,234 lines · 12 errors', ''];
    const next = [' LIVE · following          1,235 lines · 13 errors', ''];
    expect(update(shown, next)).toBe('\x1b[1;32H5 lines · 13\x1b[2H');
    expect(update(['\x1b[31mred\x1b[0m', ''], ['\x1b[31mred\x1b[0m and \x1b[1;31mbold\x1b[0m', ''])).toBe(
      '\x1b[1;4H and \x1b[1;31mbold\x1b[0m\x1b[2H',
    );
  });

  test('what is right of a change, in the same cells and style, is not written again', () => {
    const beside = (name: string, log: string) => [`${name}\x1b[0m│\x1b[31m${log}\x1b[0m`, ''];
    expect(update(beside('\x1b[1morders ', 'a long line'), beside('\x1b[2mfraud  ', 'a long line'))).toBe(
      '\x1b[1H\x1b[2mfraud  \x1b[0m\x1b[2H',
    );
    expect(update(beside('日本', 'a long line'), beside('한a ', 'a long line'))).toBe('\x1b[1H한a \x1b[2H');
  });

  test('a shorter row is erased to its end', () => {
    expect(update(['a long row of text', ''], ['a short', ''])).toBe('\x1b[1;3Hshort\x1b[K\x1b[2H');
  });
});
