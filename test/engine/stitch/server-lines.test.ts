import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {endsManagerEntry, maxProtocolLine} from '../../../source/engine/stitch/entry-count.ts';
import {EndMarkerFilter, readBodyStart, readOpening} from '../../../source/engine/stitch/server-lines.ts';

describe('body start', () => {
  const runner = (level: string, text: string) =>
    `[manager] 2026-01-01T00:00:00.000001Z ${level} pipeline_manager::runner::pipeline_logs: ${text} pipeline-id="id-1" pipeline-name="N/A"`;
  const notice = runner(
    ' WARN',
    '... 12 prior log lines were discarded due to buffer constraints and are thus not shown.',
  );
  const freshStart = runner(' INFO', 'Fresh start of pipeline logs');

  /** With bytes as text. */
  function read(head: string) {
    const start = readBodyStart(Buffer.from(head));
    return (
      start && {
        ...start,
        replay: Buffer.from(start.replay).toString(),
        freshStart: start.freshStart && Buffer.from(start.freshStart).toString(),
      }
    );
  }

  test('the notice is no part of the replay, and has its index', () => {
    const start = {index: 12, freshStart: undefined, pipelineId: 'id-1', isJson: false};
    expect(read(`${notice}\na\nb`)).toEqual({...start, replay: 'a\nb'});
    expect(read(`${notice}\n`)).toEqual({...start, replay: ''});
  });

  test('a fresh start is entry 0', () => {
    const replay = `${freshStart}\na\n`;
    expect(read(replay)).toEqual({index: 0, replay, freshStart, pipelineId: 'id-1', isJson: false});
  });

  test('another line is an entry like any other', () => {
    const start = {index: 0, freshStart: undefined, pipelineId: undefined, isJson: undefined};
    expect(read('a\nb')).toEqual({...start, replay: 'a\nb'});
    expect(read('\n')).toEqual({...start, replay: '\n'});
  });

  test('it waits for the whole line, unless that is too long to be the server’s own', () => {
    expect(read(notice)).toBeUndefined();
    expect(read('')).toBeUndefined();
    const long = 'x'.repeat(maxProtocolLine);
    expect(read(long)).toBeUndefined();
    expect(read(`${long}x`)).toMatchObject({index: 0, replay: `${long}x`});
  });
});

describe('protocol lines', () => {
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

  test('JSON may have any order of its keys, and with others between them', () => {
    const line = find('03a-json-manager-lines.raw', 'Fresh start');
    const entries = Object.entries(JSON.parse(line));
    for (const keys of [entries.toReversed(), entries.toSorted(), [['a', {line: 'x'}], ...entries]]) {
      expect(read(JSON.stringify(Object.fromEntries(keys)))).toEqual(read(line));
    }
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
    expect(endsManagerEntry(Buffer.from(first ?? ''))).toBe(false);
    expect(endsManagerEntry(Buffer.from(second ?? ''))).toBe(true);
  });
});

describe('end marker filter', () => {
  function pass(filter: EndMarkerFilter, chunks: readonly string[]): string {
    return chunks.map((chunk) => Buffer.from(filter.append(Buffer.from(chunk))).toString()).join('');
  }

  test.each([
    {body: 'a\nLogs have ended\n', log: 'a\n', ended: true},
    {body: 'Logs have ended\n', log: '', ended: true},
    {body: 'a\nLogs have ended', log: 'a\n', ended: false},
    {body: 'a\nLogs', log: 'a\n', ended: false},
    {body: 'a\nLogs have ended\nb\n', log: 'a\nLogs have ended\nb\n', ended: false},
    {body: 'a\nLogs have ended\nLogs have ended\n', log: 'a\nLogs have ended\n', ended: true},
    {body: 'a\nLogs have ended\n\n', log: 'a\nLogs have ended\n\n', ended: false},
    {body: 'a Logs have ended\n', log: 'a Logs have ended\n', ended: false},
    {body: 'Logs have ended!\n', log: 'Logs have ended!\n', ended: false},
    {body: 'Logs have EnDed\n', log: 'Logs have EnDed\n', ended: false},
  ])('$body', ({body, log, ended}) => {
    const cuts = fc.array(fc.nat(body.length), {maxLength: 20});
    fc.assert(
      fc.property(cuts, (at) => {
        const ends = [...at.sort((a, b) => a - b), body.length];
        const filter = new EndMarkerFilter();
        expect(
          pass(
            filter,
            ends.map((end, index) => body.slice(ends[index - 1] ?? 0, end)),
          ),
        ).toBe(log);
        expect(filter.end()).toBe(ended);
        // The next body begins anew.
        expect(pass(filter, ['Logs have ended\n'])).toBe('');
      }),
    );
  });

  test('no line waits but the one that may be the end marker', () => {
    const filter = new EndMarkerFilter();
    expect(pass(filter, ['a', '\nL'])).toBe('a\n');
    expect(pass(filter, ['o', 'g', 'x'])).toBe('Logx');
    expect(pass(filter, ['Logs have ended\n'])).toBe('Logs have ended\n');
  });
});
