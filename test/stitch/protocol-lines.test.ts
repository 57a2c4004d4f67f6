import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {beginsManagerEntry, endsManagerEntry, readOpening} from '../../source/stitch/protocol-lines.ts';

const lines = (file: string) => readFileSync(`test/wire/${file}`, 'latin1').split(/\r?\n/);
const read = (line: string) => readOpening(Buffer.from(line));
const find = (file: string, part: string) => lines(file).find((line) => line.includes(part)) ?? '';

test.each([
  ['02-discard-notice-text-head.raw', 48237, '01a211f6-ad18-7320-9da6-eb125a61157b'],
  ['03b-json-discard-notice-head.raw', 54537, '01a211f9-ea11-7fc2-a4af-ea8e59b2e910'],
  ['10c-after-1100k-catchup.raw', 5, '01a211f6-b65b-7f01-91d1-829907ccf364'],
])('the notice of %s', (file, discarded, pipelineId) => {
  expect(read(find(file, 'prior log lines'))).toEqual({kind: 'notice', discarded, pipelineId});
});

test.each([
  ['01-catchup-live-restart-delete-clean-end.raw', '01a211f6-8dde-7e41-ac40-f027c41a63a0'],
  ['03a-json-manager-lines.raw', '01a211f9-d2ce-70b3-9019-7c515fd8aa2a'],
])('the fresh start line of %s', (file, pipelineId) => {
  expect(read(find(file, 'Fresh start'))).toEqual({kind: 'fresh-start', pipelineId});
});

test('every other line of the recordings is an ordinary entry', () => {
  const files = [
    '01-catchup-live-restart-delete-clean-end.raw',
    '03a-json-manager-lines.raw',
    'samples-text-ansi.log',
    'samples-json.log',
  ];
  const others = files.flatMap(lines).filter((line) => !/Fresh start|prior log lines/.test(line));
  expect(others.length).toBeGreaterThan(100);
  for (const line of others) expect(read(line)).toEqual({kind: 'entry'});
});

test.each([
  ['another target', (line: string) => line.replace('runner::pipeline_logs', 'runner::other')],
  ['another level', (line: string) => line.replace('WARN', 'INFO')],
  ['no suffix', (line: string) => line.replace(/ pipeline-id=.*/, '')],
  ['more text', (line: string) => `${line} and more`],
  ['no number', (line: string) => line.replace('48237', 'many')],
  ['a line that is too long', (line: string) => line.replace('T09', `T${'0'.repeat(5000)}9`)],
])('no notice: %s', (_, change) => {
  expect(read(change(find('02-discard-notice-text-head.raw', 'prior log lines')))).toEqual({kind: 'entry'});
});

test.each(['{', '{}', '{"fields":null}', '{"target":1,"fields":{"line":2}}', '[]', '', '\xff'])(
  '%j is an ordinary entry',
  (line) => {
    expect(read(line)).toEqual({kind: 'entry'});
  },
);

test("a runner's entry of two lines", () => {
  const [first, second] = lines('01-catchup-live-restart-delete-clean-end.raw').filter((line) =>
    /first line|second line/.test(line),
  );
  expect(beginsManagerEntry(Buffer.from(first ?? ''))).toBe(true);
  expect(endsManagerEntry(Buffer.from(first ?? ''))).toBe(false);
  expect(beginsManagerEntry(Buffer.from(second ?? ''))).toBe(false);
  expect(endsManagerEntry(Buffer.from(second ?? ''))).toBe(true);
});
