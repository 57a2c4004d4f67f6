import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {type TabLabel, tabBar} from '../../../../source/shells/screen/components/tab-bar.ts';

const symbols = symbolsFor(true);

function tab(title: string, change: Partial<TabLabel> = {}): TabLabel {
  return {title, pinned: true, active: false, focused: false, hasNew: false, errors: 0, offline: false, ...change};
}

const bar = (tabs: readonly TabLabel[], width: number) => tabBar(tabs, width, symbols).text;

describe('a tab says', () => {
  it('its number and name', () => {
    expect(bar([tab('orders', {active: true}), tab('fraud')], 30)).toBe(` 1 orders  2 fraud ${' '.repeat(11)}`);
  });

  it('that it is the preview: in italics, and without a number', () => {
    const tabs = [tab('fraud'), tab('orders', {pinned: false, active: true})];
    const painted = tabBar(tabs, 30, symbols);
    expect(painted.text.trimEnd()).toBe(' 1 fraud  orders');
    const italic = painted.runs.filter(({style}) => style.italic).map(({start, end}) => painted.text.slice(start, end));
    expect(italic).toEqual(['orders']);
  });

  it('new lines, new errors, and that it is not connected', () => {
    const marked = [tab('a', {hasNew: true}), tab('b', {errors: 1234}), tab('c', {offline: true})];
    expect(bar(marked, 40).trimEnd()).toBe(' 1 a ●  2 b 1,234✗  3 c ◌');
    expect(bar([tab('d', {hasNew: true, errors: 3, offline: true})], 40).trimEnd()).toBe(' 1 d ●3✗◌');
  });

  it('that it is the shown one by its style, and whether it has the focus also by a sign', () => {
    const runsOf = (focused: boolean, style: 'inverse' | 'underline') => {
      const tabs = [tab('a', {focused}), tab('b', {active: true, focused})];
      const painted = tabBar(tabs, 20, symbols);
      const runs = painted.runs.filter((run) => run.style[style]);
      return runs.map((run) => painted.text.slice(run.start, run.end));
    };
    expect([runsOf(true, 'inverse'), runsOf(true, 'underline')]).toEqual([['►2 b '], []]);
    expect([runsOf(false, 'inverse'), runsOf(false, 'underline')]).toEqual([[], [' 2 b ']]);
  });

  it.each(['inverse', 'underline'] as const)('with its marks in one piece, where it is %s', (style) => {
    const focused = style === 'inverse';
    const painted = tabBar([tab('a', {active: true, focused, errors: 2, offline: true})], 20, symbols);
    const cells = [...painted.text].map((_, at) => painted.runs.find(({start, end}) => start <= at && at < end));
    expect(cells.map((run) => run?.style[style] === true).lastIndexOf(true)).toBe(8);
    expect(cells.slice(0, 9).every((run) => run?.style[style])).toBe(true);
  });
});

describe('where there is not room for all', () => {
  const many = (active: number, count = 9) =>
    Array.from({length: count}, (_, index) => tab(`pipeline-${index + 1}`, {active: index === active}));
  const trimmed = (tabs: readonly TabLabel[], width: number) => bar(tabs, width).trimEnd();

  it('cuts the longest names first, to eight cells, and never the shown one', () => {
    const tabs = [
      tab('europe-orders-production'),
      tab('fraud'),
      tab('billing-eu-west', {active: true}),
      tab('etl-nightly'),
    ];
    expect(trimmed(tabs, 80)).toBe(' 1 europe-orders-production  2 fraud  3 billing-eu-west  4 etl-nightly');
    expect(trimmed(tabs, 66)).toBe(' 1 europe-or…roduction  2 fraud  3 billing-eu-west  4 etl-nightly');
    expect(trimmed(tabs, 53)).toBe(' 1 euro…ion  2 fraud  3 billing-eu-west  4 etl-…htly');
    expect(trimmed(tabs, 52)).toBe(' 1 euro…ion  2 fraud  3 billing-eu-west  4 etl-…tly');
  });

  it('then has a mark of one cell for each tab: the number of one may grow, and moves no name', () => {
    const tabs = (errors: number) => [
      tab('orders-production', {errors, hasNew: true}),
      tab('billing', {active: true}),
      tab('fraud', {hasNew: true}),
      tab('etl', {offline: true}),
    ];
    expect(trimmed(tabs(3), 50)).toBe(' 1 order…ction ●3✗  2 billing  3 fraud ●  4 etl ◌');
    expect(trimmed(tabs(3), 45)).toBe(' 1 orde…ion ✗  2 billing  3 fraud ●  4 etl ◌');
    expect(trimmed(tabs(23_456), 45)).toBe(trimmed(tabs(3), 45));
  });

  it('then has a number in place of the tabs farthest from the shown one, with their errors', () => {
    const withErrors = (active: number, count: number) =>
      many(active, count).map((each, index) => (index < 3 || index > count - 3 ? {...each, errors: 2} : each));
    expect(bar(withErrors(20, 40), 44)).toBe('+19 6✗ 20 pipeline-20  21 pipeline-21 +19 4✗');
    expect(bar(many(0), 44)).toBe(' 1 pipeline-1  2 pipeline-2  3 pipeline-3 +6');
    expect(bar(many(8), 44)).toBe('+6 7 pipeline-7  8 pipeline-8  9 pipeline-9 ');
  });

  it('keeps the number of every tab', () => {
    for (let active = 0; active < 9; active++) {
      const row = bar(many(active), 60);
      const shown = [...row.matchAll(/ (\d) (\S+)/g)];
      for (const [, number, title = ''] of shown) expect(title.endsWith(`${number}`), row).toBe(true);
      expect(row).toContain(` ${active + 1} pipeline-${active + 1} `);
    }
  });

  it('shows a part of a title that is longer than the bar', () => {
    expect(bar([tab('x'.repeat(63), {active: true})], 24)).toMatch(/^ 1 x+…x+ +$/);
  });
});

const label = fc.record({
  title: fc.oneof(
    fc.string({unit: fc.constantFrom('a', 'Z', '9', '-', '_'), minLength: 1, maxLength: 63}),
    fc.constant('日本語'),
  ),
  pinned: fc.boolean(),
  hasNew: fc.boolean(),
  errors: fc.constantFrom(0, 1, 12_345),
  offline: fc.boolean(),
});

it('always fills the row exactly, and the shown tab is in view', () => {
  fc.assert(
    fc.property(
      fc.array(label, {minLength: 1, maxLength: 40}),
      fc.nat(),
      fc.integer({min: 25, max: 120}),
      fc.boolean(),
      (labels, pick, width, utf8) => {
        const active = pick % labels.length;
        const tabs = labels.map((each, index) => ({
          ...each,
          active: index === active,
          focused: true,
          // The preview is the last.
          pinned: each.pinned || index < labels.length - 1,
        }));
        const row = tabBar(tabs, width, symbolsFor(utf8));
        expect(textWidth(row.text)).toBe(width);
        const shown = row.runs
          .filter((run) => run.style.inverse)
          .map((run) => row.text.slice(run.start, run.end))
          .join('');
        const number = tabs[active]?.pinned ? `${active + 1} ` : '';
        expect(shown.slice(1).startsWith(number), row.text).toBe(true);
        expect(shown.length, row.text).toBeGreaterThan(number.length + 1);
      },
    ),
  );
});

it('is empty, and as wide, without tabs', () => {
  expect(bar([], 30)).toBe(' '.repeat(30));
});
