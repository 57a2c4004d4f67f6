import {readFileSync} from 'node:fs';
import {describe, expect, it, test} from 'vitest';
import {cutBeforeEnd, errorExcerpt} from '../../source/events/error-excerpt.ts';
import {levelIn} from '../../source/records/line-head.ts';
import {plain} from '../../source/terminal/styled-text.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {errorsOf} from './statuses.ts';

/** The errors of a real pipeline whose bad records are quoted in a second line. */
const recorded = readFileSync(new URL('../wire/27-logs-real-pipeline.raw', import.meta.url), 'utf8')
  .split(/\r?\n/)
  .filter((line) => levelIn(Buffer.from(line)) === 'ERROR');

function excerptsOf(lines: readonly string[], cells: number): readonly string[] {
  return [...errorsOf(lines).values()].map((group) => errorExcerpt(group, {column: cells, cells, ellipsis: '…'}).text);
}

const error = (message: string) => `[p] 2026-01-01T00:00:00.000001Z ERROR a::server:  ${message}`;

describe('errors of a real pipeline', () => {
  it('are kinds by their first lines', () => {
    expect(recorded.length).toBeGreaterThan(80);
    expect(errorsOf(recorded).size).toBe(11);
  });

  // What is left of a screen of 80, 120 and 200 columns.
  it.each([44, 84, 164])('all look different in %d cells, and those that are cut say so', (cells) => {
    const excerpts = excerptsOf(recorded, cells);
    const whole = excerptsOf(recorded, 1000);
    expect(new Set(excerpts).size).toBe(11);
    for (const [index, excerpt] of excerpts.entries()) {
      expect(textWidth(excerpt)).toBeLessThanOrEqual(cells);
      if (textWidth(excerpt) < textWidth(whole[index] ?? '') && cells > 100) expect(excerpt).toContain('…');
    }
    const missing = excerpts.filter((excerpt) => excerpt.includes('missing field `id`'));
    expect(missing).toHaveLength(1);
    for (const type of ['i64', 'f64'])
      expect(excerpts.filter((each) => each.includes(`expected ${type}`))).toHaveLength(1);
  });
});

test('the end stays, where the reason is', () => {
  const [first, second] = excerptsOf(
    [
      error(`in record 17 of '${'x'.repeat(40)}': cannot read the column`),
      error(`in record 4 of '${'y'.repeat(70)}': cannot read the table`),
    ],
    40,
  );
  expect(first).toMatch(/^in re…x+': cannot read the column$/);
  expect(second).toMatch(/^in re…y+': cannot read the table$/);
});

test('an error that continues another one shows its end', () => {
  const start = 'could not open the file of the table in the folder';
  const [short, long] = excerptsOf([error(start), error(`${start} of today`)], 24);
  expect(short).toMatch(/^cou….*folder$/);
  expect(long).toMatch(/of today$/);
});

test('a cut never needs more than its cells, and keeps the end', () => {
  const text = 'abcdefghij klmnop qrstuv wxyz 日本語 end of it';
  for (let cells = 0; cells < 50; cells++) {
    const shown = cutBeforeEnd(plain(text), cells, '…').text;
    expect(textWidth(shown)).toBeLessThanOrEqual(cells);
    if (cells >= 4) expect(shown).toMatch(/t$/);
    expect(shown.includes('…')).toBe(cells > 0 && cells < textWidth(text));
  }
});
