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

  it('that it is the preview', () => {
    expect(bar([tab('orders', {pinned: false, active: true})], 20).trimEnd()).toBe(' 1 orders…');
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

  it('cuts titles in their middle', () => {
    const long = ['europe-orders-production-1', 'europe-orders-production-2'].map((name) => tab(name));
    expect(bar(long, 60).trimEnd()).toBe(' 1 europe-orders-production-1  2 europe-orders-production-2');
    expect(bar(long, 40).trimEnd()).toBe(' 1 europe…ion-1  2 europe…ion-2');
    const inside = ['production-west-orders', 'production-east-orders'].map((name) => tab(name));
    expect(bar(inside, 40).trimEnd()).toBe(' 1 pro…west-or…  2 pro…east-or…');
  });

  it('shows only numbers of tabs without errors', () => {
    const tabs = many(4).map((each, index) => (index === 6 ? {...each, errors: 3} : each));
    expect(bar(tabs, 60).trimEnd()).toBe(' 1 2 3 4 5 pipeline-5  6 7 pipeline-7 3✗  8 9');
  });

  it('shows the tab of the screen and all with errors of 20, on 80 columns beside the list', () => {
    const errors = new Map([
      [2, 1],
      [9, 12_345],
      [18, 40],
    ]);
    for (let active = 0; active < 20; active++) {
      const tabs = many(active, 20).map((each, index) => ({...each, errors: errors.get(index) ?? 0}));
      const row = bar(tabs, 67);
      expect(row).toMatch(new RegExp(` ${active + 1} pipel\\S+-${active + 1} `));
      for (const [index, shown] of [
        [2, '1✗'],
        [9, '12k✗'],
        [18, '40✗'],
      ] as const) {
        expect(row).toMatch(new RegExp(` ${index + 1} (pipel\\S+ )?${shown}`));
      }
    }
  });

  it('scrolls, and shows at the ends that there are more, with their errors', () => {
    const tabs = many(20, 40).map((each, index) => (index < 3 || index > 37 ? {...each, errors: 2} : each));
    expect(bar(tabs, 30)).toMatch(/^‹6✗ 18 19 20 21 pipel…e-21 +4✗›$/);
    expect(bar(many(0, 40), 30)).toMatch(/^ 1 pipeline-1 {2}2 3 .*›$/);
    expect(bar(many(39, 40), 30)).toMatch(/^‹ 36 37 38 39 40 pipel…e-40 *$/);
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
        const tabs = labels.map((each, index) => ({...each, active: index === active, focused: true}));
        const row = tabBar(tabs, width, symbolsFor(utf8));
        expect(textWidth(row.text)).toBe(width);
        const shown = row.runs
          .filter((run) => run.style.inverse)
          .map((run) => row.text.slice(run.start, run.end))
          .join('');
        expect(shown.slice(1).startsWith(`${active + 1} `), row.text).toBe(true);
      },
    ),
  );
});

it('is empty, and as wide, without tabs', () => {
  expect(bar([], 30)).toBe(' '.repeat(30));
});
