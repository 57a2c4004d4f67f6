import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {compilePattern} from '../../../../source/engine/buffer/pattern.ts';
import type {FilterEntry} from '../../../../source/engine/filters/filter.ts';
import {symbolsFor} from '../../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../../source/lib/width.ts';
import {type FilterRowView, filterRow} from '../../../../source/shells/screen/components/filter-line.tsx';
import {logged} from '../../../kit/screen/reading.ts';
import {AppUnderTest} from './app-under-test.tsx';

const log = ['one', 'two', 'three'].map((word, at) => logged(at, 'INFO', `step ${word}`));

async function filtering(...filters: string[]): Promise<AppUnderTest> {
  const app = await AppUnderTest.open({names: ['orders', 'fraud']});
  await app.shows('LIVE');
  for (const line of log) app.screen.server.pipeline('orders').write(line);
  await app.shows('step three');
  for (const filter of filters) {
    app.type(`&${filter}\r`);
    await app.shows(` ${filter} (`);
  }
  return app;
}

describe('the row of filters', () => {
  it('comes with the first filter, takes its row from the log, and goes with the last', async () => {
    await using app = await filtering('step');
    expect(app.rows).toHaveLength(30);
    expect(app.rows.at(-3)).toMatch(/^ & {2}step \(5 hidden\) +$/);
    await app.hides('Fresh start');
    await app.press('Esc');
    await app.shows('Fresh start');
    expect(app.text).not.toContain(' &  step');
    expect(app.rows).toHaveLength(30);
  });

  it('counts while lines arrive', async () => {
    await using app = await filtering('step');
    app.screen.server.pipeline('orders').write(logged(9, 'INFO', 'something else'));
    await app.shows(' &  step (6 hidden)');
  });

  it('says that all are off, and counts again', async () => {
    await using app = await filtering('step', '!two');
    await app.press('\\');
    await app.shows(/ & {2}step {2}!two +all off $/m);
    await app.press('\\');
    await app.shows(' &  step (5 hidden)  !two (1 hidden)');
  });

  it('is of the shown tab only, and stays under the page of a record, but under no other', async () => {
    await using app = await filtering('step');
    await app.press('2');
    await app.hides(' &  step');
    await app.press('1', '?');
    await app.shows('type to find');
    expect(app.text).not.toContain(' &  step');
    expect(app.rows).toHaveLength(30);
    await app.press('Esc', 'p', 'Enter');
    await app.shows('source  pipeline');
    expect(app.rows.at(-3)).toMatch(/^ & {2}step \(5 hidden\)/);
  });
});

/** Filters by these patterns, ids from 1. */
function filtersOf(...patterns: string[]): readonly FilterEntry[] {
  return patterns.map((source, index) => {
    const filter = {kind: 'text', pattern: compilePattern(source), out: source.startsWith('no')} as const;
    return {id: index + 1, filter, on: true};
  });
}

function row(change: Partial<FilterRowView>): string {
  const view: FilterRowView = {
    filters: filtersOf('refused'),
    shown: undefined,
    isFiltering: false,
    filteredPercent: undefined,
    around: 0,
    width: 100,
    symbols: symbolsFor(true),
    ...change,
  };
  return filterRow(view).text;
}

describe('the row of filters says', () => {
  it('which there are, and how many records each hides', () => {
    const shown = {hiddenBy: (id: number) => id * 1200, tooSlow: []};
    expect(row({filters: filtersOf('refused', 'noise'), shown}).trimEnd()).toBe(
      ' &  refused (1,200 hidden)  !noise (2,400 hidden)',
    );
  });

  it('no number until it is counted', () => {
    expect(row({isFiltering: true})).toMatch(/^ & {2}refused {3,}filtering $/);
    expect(row({isFiltering: true, filteredPercent: 43})).toMatch(/ {3,}filtering 43% $/);
  });

  it('which are off, and that all are', () => {
    const [first, second] = filtersOf('refused', 'reset');
    const filters = first && second ? [first, {...second, on: false}] : [];
    const styled = filterRow({
      ...{filters, shown: {hiddenBy: () => 3, tooSlow: []}, isFiltering: false, filteredPercent: undefined},
      ...{around: 0, width: 100, symbols: symbolsFor(true)},
    });
    expect(styled.text).toMatch(/^ & {2}refused \(3 hidden\) {2}reset +$/);
    expect(styled.runs.find(({style}) => style.strike)).toMatchObject({start: 24, end: 29});
    expect(row({filters: filters.map((entry) => ({...entry, on: false}))})).toMatch(/ {2}all off $/);
  });

  it('which takes too long, and is off for it', () => {
    expect(row({shown: {hiddenBy: () => 0, tooSlow: [1]}})).toContain('refused takes too long: off');
  });

  it('that records around each match are shown', () => {
    expect(row({around: 3})).toMatch(/ {2}3 around each match $/);
    expect(row({around: 3, isFiltering: true})).toMatch(/ {2}filtering {2}3 around each match $/);
    expect(row({around: 3, isFiltering: true, width: 40})).toMatch(/refused +3 around each match $/);
  });

  it('the newest filters where not all fit, and how many there are before', () => {
    const filters = filtersOf('first of them', 'second of them', 'third of them', 'fourth');
    expect(row({filters, width: 44})).toMatch(/^ & {2}2 more {2}third of them {2}fourth +$/);
  });

  it('of a fingerprint, its message', () => {
    const shape = (text: string): FilterEntry => ({
      id: 1,
      filter: {kind: 'fingerprint', fingerprint: 1, text},
      on: true,
    });
    const filters = [shape('INFO dbsp_adapters::controller:  step # done')];
    expect(row({filters})).toMatch(/^ & {2}not like: step # done +$/);
    expect(row({filters: [shape('plain text: of a program')]})).toMatch(/not like: plain text: of a pr/);
  });

  it('in what filters differ, also those of two levels with one message', () => {
    const patterns = ['connection to kafka-1 refused at once', 'connection to kafka-1 refused at last'];
    expect(row({filters: filtersOf(...patterns)})).toMatch(/at once .*at last /);
    const shapes = ['INFO a::b:  step # done', 'WARN a::b:  step # done'].map(
      (text, id): FilterEntry => ({id, filter: {kind: 'fingerprint', fingerprint: id, text}, on: true}),
    );
    expect(row({filters: shapes})).toMatch(/INFO .*WARN /);
  });

  it('the beginning of a long one, and what is typed as it is, without its control characters', () => {
    expect(row({filters: filtersOf('x'.repeat(80))})).toMatch(/^ & {2}x{29}… +$/);
    expect(row({filters: filtersOf('x'.repeat(80)), width: 20})).toMatch(/^ & {2}x+› *$/);
    expect(row({filters: filtersOf('a\u001B[31mb')})).not.toContain('\u001B');
  });
});

test('it is exactly as wide as the screen, whatever is in it, and the newest filter is on it', () => {
  const facts = fc.record({
    patterns: fc.array(fc.string({unit: fc.constantFrom('a', '日', '👍🏽', 'é'), minLength: 1, maxLength: 50}), {
      minLength: 1,
      maxLength: 9,
    }),
    width: fc.integer({min: 40, max: 200}),
    around: fc.constantFrom(0, 3),
    isFiltering: fc.boolean(),
    hidden: fc.nat(),
  });
  fc.assert(
    fc.property(facts, ({patterns, hidden, ...view}) => {
      const text = row({...view, filters: filtersOf(...patterns), shown: {hiddenBy: () => hidden, tooSlow: []}});
      expect(textWidth(text)).toBe(view.width);
      expect(text).toContain(`  ${patterns.at(-1)?.slice(0, 2)}`);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 200)},
  );
});
