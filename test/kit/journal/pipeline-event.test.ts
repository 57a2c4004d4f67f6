import {readFileSync} from 'node:fs';
import {describe, expect, it, test} from 'vitest';
import type {ErrorGroup} from '../../../source/engine/records/error-log.ts';
import {levelIn} from '../../../source/engine/records/line-head.ts';
import {eventBrief, type PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {shortenWords} from '../../../source/kit/terminal/fit.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {errorsOf} from './statuses.ts';

/** The errors of a real pipeline whose bad records are quoted in a second line. */
const recorded = readFileSync(new URL('../../wire/27-logs-real-pipeline.raw', import.meta.url), 'utf8')
  .split(/\r?\n/)
  .filter((line) => levelIn(Buffer.from(line)) === 'ERROR');

function excerptOf(group: ErrorGroup, cells: number): string {
  const event: PipelineEvent = {kind: 'errors', pipeline: 'p', from: 'log', count: 1, group, ends: group, isNew: false};
  return shortenWords(eventBrief(event, {width: 80, ellipsis: '…'}).text, cells, '…');
}

function excerptsOf(lines: readonly string[], cells: number): readonly string[] {
  return [...errorsOf(lines).values()].map((group) => excerptOf(group, cells));
}

const error = (message: string) => `[p] 2026-01-01T00:00:00.000001Z ERROR a::server:  ${message}`;

describe('errors of a real pipeline', () => {
  it('are kinds by their first lines', () => {
    expect(recorded.length).toBeGreaterThan(80);
    expect(errorsOf(recorded).size).toBe(11);
  });

  // What is left of a screen of 80, 120 and 200 columns.
  it.each([44, 84, 164])('look different in %d cells, and those that are cut say so', (cells) => {
    const excerpts = excerptsOf(recorded, cells);
    const whole = excerptsOf(recorded, 1000);
    // Two of them are no JSON, and say why behind that.
    expect(new Set(excerpts).size).toBe(cells === 44 ? 10 : 11);
    for (const [index, excerpt] of excerpts.entries()) {
      expect(textWidth(excerpt)).toBeLessThanOrEqual(cells);
      if (textWidth(excerpt) < textWidth(whole[index] ?? '') && cells > 100) expect(excerpt).toContain('…');
    }
    const missing = excerpts.filter((excerpt) => excerpt.includes('missing field `id`'));
    expect(missing).toHaveLength(1);
    for (const type of cells > 44 ? ['i64', 'f64'] : [])
      expect(excerpts.filter((each) => each.includes(`expected ${type}`))).toHaveLength(1);
  });
});

test('the reason of an error comes first, and what is too long is cut at its end, after a word', () => {
  const at = 'invalid type: string "x", expected i32 at line 1 column';
  const parse = (event: number, column: number) =>
    error(
      `parse error on input endpoint 'clicks.kafka': Parse error (event #${event}): failed to deserialize JSON record: error parsing field 'qty': ${at} ${column}`,
    );
  const excerptIn = (lines: readonly string[], cells: number) => excerptsOf(lines, cells)[0];
  const several = [parse(3694, 104), parse(7247, 88)];
  expect(excerptIn(several, 200)).toBe(`clicks.kafka: field 'qty': ${at} 104 … 88`);
  expect(excerptIn(several, 50)).toBe("clicks.kafka: field 'qty': invalid type: string…");
  const written = "error on output endpoint 'totals.file': No space left on device (os error 28)";
  expect(excerptIn([error(written)], 44)).toBe('totals.file: No space left on device (os…');
  // An error that ended the connector says so.
  expect(excerptIn([error(`FATAL ${written}`)], 80)).toBe('totals.file stopped: No space left on device (os error 28)');
});

test('a panic shows its error, and its place only where there is room for both', () => {
  const panic = `thread 'dbsp-worker-0' (26107) panicked at crates/dbsp/src/storage/backend/posixio_impl.rs:318:22:
called \`Result::unwrap()\` on an \`Err\` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }`;
  const [group] = errorsOf([panic]).values();
  const shown = (cells: number) => group && excerptOf(group, cells);
  expect(shown(50)).toBe('panic: No space left on device (os error 28)…');
  expect(shown(300)).toMatch(
    /^panic: No space left on device \(os error 28\) \(dbsp-worker-0 at crates.*\.rs:318:22\)$/,
  );
});

test('of a lost stream, a list has the longest words that leave room for the cause', () => {
  const marker = {kind: 'unread', stream: 'stdout', why: 'not UTF-8', at: 0} as const;
  const gap = {pipeline: 'etl', from: 'log', at: 0, count: 1, kind: 'gap', marker} as const;
  const wordsIn = (cells: number) => eventBrief(gap, {width: 80, ellipsis: '…', cells}).text;
  expect(wordsIn(30)).toBe('stdout lost: not UTF-8');
  expect(wordsIn(80)).toMatch(/^Feldera stopped reading stdout .*: not UTF-8$/);
});
