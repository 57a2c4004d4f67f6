import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {symbolsFor} from '../../../source/terminal/symbols.ts';
import {textWidth} from '../../../source/terminal/width.ts';
import {type TabLabel, tabBar} from '../../../source/ui/components/tab-bar.ts';

const symbols = symbolsFor(true);

function tab(name: string, change: Partial<TabLabel> = {}): TabLabel {
  return {name, kept: true, active: false, fresh: false, errors: 0, offline: false, ...change};
}

const bar = (tabs: readonly TabLabel[], width: number) => tabBar(tabs, width, symbols).text;

describe('a tab says', () => {
  it('its number and name', () => {
    expect(bar([tab('orders', {active: true}), tab('fraud')], 30)).toBe(` 1 orders  2 fraud ${' '.repeat(11)}`);
  });

  it('that it is the preview', () => {
    expect(bar([tab('orders', {kept: false, active: true})], 20).trimEnd()).toBe(' 1 orders…');
  });

  it('new lines, new errors, and that it is not connected', () => {
    const marked = [tab('a', {fresh: true}), tab('b', {errors: 1234}), tab('c', {offline: true})];
    expect(bar(marked, 40).trimEnd()).toBe(' 1 a ●  2 b 1,234✗  3 c ◌');
    expect(bar([tab('d', {fresh: true, errors: 3, offline: true})], 40).trimEnd()).toBe(' 1 d ●3✗◌');
  });

  it('that it is the shown one, by its style', () => {
    const painted = tabBar([tab('a'), tab('b', {active: true})], 20, symbols);
    const inverse = painted.runs.filter((run) => run.style.inverse);
    expect(inverse.map((run) => painted.text.slice(run.start, run.end))).toEqual([' 2 b ']);
  });
});

describe('where there is not room for all', () => {
  const many = (active: number) =>
    Array.from({length: 9}, (_, index) => tab(`p${index + 1}`, {active: index === active}));

  it('says that there are more on the right', () => {
    expect(bar(many(0), 15)).toBe(' 1 p1  2 p2  3›');
  });

  it('says that there are more on the left', () => {
    expect(bar(many(8), 15)).toMatch(/^‹.* 9 p9 $/);
  });

  it('says both', () => {
    expect(bar(many(4), 15)).toMatch(/^‹.* 5 p5 ?›$/);
  });

  it('shows the beginning of a name that is longer than the bar', () => {
    const long = tab('x'.repeat(63), {active: true});
    expect(bar([long], 20)).toBe(` 1 ${'x'.repeat(16)}›`);
    expect(bar([tab('a'), long], 20)).toBe(`‹ 2 ${'x'.repeat(15)}›`);
  });
});

const label = fc.record({
  name: fc.oneof(
    fc.string({unit: fc.constantFrom('a', 'Z', '9', '-', '_'), minLength: 1, maxLength: 63}),
    fc.constant('日本語'),
  ),
  kept: fc.boolean(),
  fresh: fc.boolean(),
  errors: fc.constantFrom(0, 1, 12_345),
  offline: fc.boolean(),
});

it('always fills the row exactly, and the shown tab is in view', () => {
  fc.assert(
    fc.property(
      fc.array(label, {minLength: 1, maxLength: 12}),
      fc.nat(),
      fc.integer({min: 25, max: 120}),
      fc.boolean(),
      (labels, pick, width, utf8) => {
        const active = pick % labels.length;
        const tabs = labels.map((each, index) => ({...each, active: index === active}));
        const row = tabBar(tabs, width, symbolsFor(utf8));
        expect(textWidth(row.text)).toBe(width);
        const shown = row.runs
          .filter((run) => run.style.inverse)
          .map((run) => row.text.slice(run.start, run.end))
          .join('');
        expect(shown.startsWith(` ${active + 1} `), row.text).toBe(true);
      },
    ),
  );
});

it('is empty, and as wide, without tabs', () => {
  expect(bar([], 30)).toBe(' '.repeat(30));
});
