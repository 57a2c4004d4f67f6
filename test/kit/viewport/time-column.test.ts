import {describe, expect, it, test} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {timeModes} from '../../../source/kit/settings/pane-option-table.ts';
import {fixedTime} from '../../../source/kit/viewport/line-text.ts';
import {movingTime, type TimeMode, timeCells, zoneOffset} from '../../../source/kit/viewport/time-column.ts';
import {entriesOf} from './entries-of.ts';
import {bufferOf, paintedRows, rendererOf, shown, withoutColors} from './rows.ts';

const sent = '2026-11-25T23:08:47.372844Z';
const fixed = (mode: TimeMode, isShort = false) => fixedTime(mode, sent, isShort, () => 330).text;

describe('the column', () => {
  it('shows the time of day as sent, in the zone of the user, and in UTC with the date', () => {
    expect(fixed('sent')).toBe('23:08:47.372');
    expect(fixed('local')).toBe('04:38:47.372');
    expect(fixed('utc')).toBe('2026-11-25 23:08:47.372');
  });

  it('leaves out the milliseconds where there is little room', () => {
    expect(fixed('sent', true)).toBe('23:08:47');
    expect(fixed('local', true)).toBe('04:38:47');
    expect(fixed('utc', true)).toBe('2026-11-25 23:08:47');
  });

  it('has the offset at the time of the line, not of today', () => {
    const asked: number[] = [];
    fixedTime('local', sent, false, (at) => asked.push(at));
    expect(asked).toEqual([Date.UTC(2026, 10, 25, 23, 8, 47, 372)]);
  });

  it('has the same width for an invalid time', () => {
    for (const mode of timeModes) {
      for (const wrong of ['', 'x\u001B]0;x\u0007', '2026-99-99T99:99:99Z', '日本語'.repeat(9)]) {
        const {text} = fixedTime(mode, wrong, false, () => 0);
        expect(text).not.toMatch(/\p{Cc}/u);
        expect(text.replaceAll(/[日本語]/g, 'xx')).toHaveLength(timeCells(mode, false));
      }
    }
  });

  it.each([
    [0, 'now'],
    [999, 'now'],
    [4000, '-4 s'],
    [119_999, '-119 s'],
    [180_000, '-3 min'],
    [7_199_999, '-119 min'],
    [7_200_000, '-2 h'],
    [172_800_000, '-2 d'],
    [1e13, '-9999 d'],
    [-4000, '+4 s'],
  ])('shows %i ms ago as %s', (age, text) => {
    const shownAge = movingTime('relative', 1e13, {now: 1e13 + age, previousAt: undefined});
    expect(shownAge).toBe(text.padStart(timeCells('relative', false)));
  });

  it.each([
    [12, '+0.012'],
    [0, '+0.000'],
    [-3, '-0.003'],
    [999_999, '+999.999'],
    [1_000_000, '+16 min'],
    [1e13, '+9999 d'],
  ])('shows %i ms since the line before as %s', (difference, text) => {
    const shownDifference = movingTime('delta', 1e13 + difference, {now: 0, previousAt: 1e13});
    expect(shownDifference).toBe(text.padStart(timeCells('delta', false)));
  });
});

describe('in the rows', () => {
  const line = (time: string) => `[pa] 2026-11-25T${time}Z  INFO a::b:  done`;
  const buffer = bufferOf(line('09:00:00.000000'), 'more of it', line('09:00:00.012000'), line('09:00:01.000000'));
  const at = Date.UTC(2026, 10, 25, 9, 0, 5);
  const rows = (time: TimeMode, ids: readonly number[], now = at) => {
    const renderer = rendererOf(buffer, {time});
    return ids.flatMap((id) => paintedRows(renderer, id, {now, entries: entriesOf(ids)})).map(withoutColors);
  };

  it('ages change with the frame', () => {
    expect(rows('relative', [0, 1])).toEqual(['      -5 s INFO  b           done', `${' '.repeat(17)}more of it`]);
    const renderer = rendererOf(buffer, {time: 'relative'});
    const [before, after] = [at, at + 60_000].map((now) => paintedRows(renderer, 0, {now}).map(withoutColors)[0]);
    expect([before, after]).toEqual(['      -5 s INFO  b           done', '     -65 s INFO  b           done']);
  });

  it('times have a fraction, but not while following', () => {
    const first = (isFollowing: boolean) => shown(rendererOf(buffer, {isFollowing}))[0];
    expect(first(false)).toBe('  09:00:00.000 INFO  b       done');
    expect(first(true)).toBe('  09:00:00 INFO  b           done');
  });

  it.each<[TimeMode, number]>(
    (['sent', 'local', 'utc', 'relative', 'off'] as const).flatMap((mode) =>
      [40, 60, 78, 90, 106, 130].map((width) => [mode, width] as const),
    ),
  )('with times %s in %i cells, a pause changes no row but for the times and the targets', (time, width) => {
    const words = Array.from({length: width / 8}, (_, each) => `word${each}`).join(' ');
    for (const target of ['udf', 'server', 'controller', 'kafka_input_of_orders']) {
      const log = bufferOf(`[p] 2026-11-25T09:00:00.000Z ERROR a::${target}: ${words}`, `more: ${words}`);
      const rows = (isFollowing: boolean) => {
        const renderer = rendererOf(log, {time, width, isFollowing, wrap: 'errors'});
        return [0, 1].flatMap((id) => shown(renderer, id)).map((row) => row.slice(row.search(/word|more/)));
      };
      const cells = (isFollowing: boolean) =>
        shown(rendererOf(log, {time, width, isFollowing, wrap: 'errors'})).map((row) => row.search(/word/));
      expect(rows(false)).toEqual(rows(true));
      expect(cells(false)).toEqual(cells(true));
    }
  });

  it('differences are to the record shown before, over lines without a time', () => {
    expect(rows('delta', [0, 1, 2, 3]).map((row) => row.slice(2, 10))).toEqual([
      '        ',
      '        ',
      '  +0.012',
      '  +0.988',
    ]);
    expect(rows('delta', [0, 3]).map((row) => row.slice(2, 10))).toEqual(['        ', '  +1.000']);
  });

  it('off leaves the level first, and lines as sent keep their own', () => {
    expect(rows('off', [0])).toEqual(['  INFO  b           done']);
    expect(shown(rendererOf(buffer, {time: 'delta', asSent: true}))[0]).toMatch(/^ {2}\[pa\] 2026-11-25T09:00:00/);
  });

  it('a search does not match characters that are not in the line', () => {
    const local = rendererOf(buffer, {time: 'local', offsetAt: () => 60, search: compilePattern('10:00')});
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
    expect(paintedRows(local, 0)[0]).not.toMatch(/\x1b\[(\d+;)*7m/);
    const own = rendererOf(buffer, {time: 'local', offsetAt: () => 60, search: compilePattern('09:00')});
    expect(shown(own)[0]).toContain('[pa] 2026-11-25T09:00:00');
    const utc = rendererOf(buffer, {time: 'utc', search: compilePattern('09:00')});
    expect(shown(utc)[0]).toMatch(/^ {2}2026-11-25 09:00:00/);
  });
});

test.each([
  ['UTC', '2026-07-01T12:00:00Z', 0],
  ['Asia/Tokyo', '2026-07-01T12:00:00Z', 540],
  ['Asia/Kolkata', '2026-07-01T12:00:00Z', 330],
  ['America/New_York', '2026-07-01T12:00:00Z', -240],
  ['America/New_York', '2026-12-01T12:00:00Z', -300],
  ['America/St_Johns', '2026-12-01T12:00:00Z', -210],
])('%s at %s is %d minutes ahead', (zone, at, minutes) => {
  expect(zoneOffset(zone)(Date.parse(at))).toBe(minutes);
});

test('the change of the clocks is exact, in any order of calls', () => {
  const offsetAt = zoneOffset('Europe/Berlin');
  const change = Date.parse('2026-10-25T01:00:00Z');
  expect([change - 1, change, change - 1, change + 1].map(offsetAt)).toEqual([120, 60, 120, 60]);
});

test("without a zone it is the system's", () => {
  const at = Date.parse('2026-07-01T12:00:00Z');
  expect(zoneOffset(undefined)(at)).toBe(-new Date(at).getTimezoneOffset());
});
