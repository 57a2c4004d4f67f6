import {readFileSync} from 'node:fs';
import {describe, expect, it, test} from 'vitest';
import type {ErrorGroup} from '../../../source/engine/records/error-log.ts';
import {levelIn} from '../../../source/engine/records/line-head.ts';
import {eventExcerpt, type PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {errorsOf} from './statuses.ts';

/** The errors of a real pipeline whose bad records are quoted in a second line. */
const recorded = readFileSync(new URL('../../wire/27-logs-real-pipeline.raw', import.meta.url), 'utf8')
  .split(/\r?\n/)
  .filter((line) => levelIn(Buffer.from(line)) === 'ERROR');

function excerptOf(group: ErrorGroup, room: {readonly column: number; readonly cells: number}): string {
  const event: PipelineEvent = {kind: 'errors', pipeline: 'p', from: 'log', count: 1, group, ends: group, isNew: false};
  return eventExcerpt(event, {width: room.column, ellipsis: '…', ...room}).text;
}

function excerptsOf(lines: readonly string[], cells: number): readonly string[] {
  return [...errorsOf(lines).values()].map((group) => excerptOf(group, {column: cells, cells}));
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

test('a panic shows its message, and its place only where there is room for both', () => {
  const panic = `thread 'dbsp-worker-0' (26107) panicked at crates/dbsp/src/storage/backend/posixio_impl.rs:318:22:
called \`Result::unwrap()\` on an \`Err\` value: Os { code: 28, message: "No space left on device" }`;
  const [group] = errorsOf([panic]).values();
  const shown = (cells: number) => group && excerptOf(group, {column: 80, cells});
  expect(shown(60)).toBe('panic: called `…28, message: "No space left on device" }');
  expect(shown(110)).toMatch(/^panic: called .* "No space left on device" }…$/);
  expect(shown(300)).toMatch(/device" } \(dbsp-worker-0 at crates.*posixio_impl\.rs:318:22\)$/);
});

test('of a failure that is cut the end stays, too, but the words of a connector begin with its name', () => {
  const room = {width: 80, column: 30, cells: 30, ellipsis: '…'};
  const why = 'Failed · error writing checkpoint to storage: No space left on device';
  expect(eventExcerpt({pipeline: 'etl', from: 'API', at: 0, count: 1, kind: 'failed', why}, room).text).toMatch(
    /^Fai….*No space left on device$/,
  );
  const marker = {kind: 'unread', stream: 'stdout', why: 'not UTF-8', at: 0} as const;
  const gap = {pipeline: 'etl', from: 'log', at: 0, count: 1, kind: 'gap', marker} as const;
  expect(eventExcerpt(gap, room).text).toBe('stdout lost: not UTF-8');
  expect(eventExcerpt(gap, {...room, cells: 80}).text).toMatch(/^Feldera stopped reading stdout .*: not UTF-8$/);
  const text = 'orders.kafka_eu: transport errors: connection refused';
  expect(eventExcerpt({pipeline: 'etl', from: 'API', at: 0, count: 1, kind: 'connector', text}, room).text).toBe(text);
});
