import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {prettyJson, type RecordRowsOptions, recordRows} from '../../../source/features/record/record-rows.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {messageOf, sampleFiles, sampleLines} from '../../engine/records/sample-lines.ts';

function recordText(lines: readonly (string | Buffer)[], change: Partial<RecordRowsOptions> = {}): string[] {
  const options = {width: 60, offsetAt: () => 60, symbols: symbolsFor(true), ...change};
  return recordRows(
    lines.map((line) => Buffer.from(line)),
    options,
  ).map(({text}) => text);
}

const json = JSON.stringify({
  timestamp: '2026-11-25T09:08:54.372540Z',
  level: 'WARN',
  target: 'dbsp_adapters::server',
  'feldera-service': 'pipeline',
  'pipeline-name': 'pb',
  fields: {message: 'two\nlines', config: {a: [1]}},
});

describe('the rows of a record', () => {
  it('has its message and other lines first, then the parts of its head, and its fields as a table', () => {
    const lines = [
      '[pa host=0] 2026-11-25T23:08:47.372844Z ERROR kafka_input{ topic="orders"}: dbsp::kafka::input:  refused by="redpanda" config="{\\"a\\":{}}"',
      '    the second line',
    ];
    expect(recordText(lines)).toEqual([
      'refused',
      '    the second line',
      '',
      'time    2026-11-25 23:08:47.372844 UTC',
      'local   2026-11-26 00:08:47.372 UTC+01:00',
      'level   ERROR',
      'source  pipeline pa',
      'host    0',
      'target  dbsp::kafka::input',
      'span    kafka_input{ topic="orders"}',
      '',
      'fields',
      'by      redpanda',
      'config  {',
      '          "a": {}',
      '        }',
    ]);
  });

  it('has the fields of a JSON line, and the whole line indented', () => {
    const rows = recordText([json]);
    expect(rows.slice(0, 3)).toEqual(['two', 'lines', '']);
    expect(rows.slice(rows.indexOf('fields'), rows.indexOf('JSON'))).toEqual([
      'fields',
      'config  {',
      '          "a": [',
      '            1',
      '          ]',
      '        }',
      '',
    ]);
    expect(JSON.parse(rows.slice(rows.indexOf('JSON') + 1).join(' '))).toEqual(JSON.parse(json));
  });

  it('calls the runner by its name', () => {
    const line =
      '[manager] 2026-11-25T09:08:47.069619Z  INFO pipeline_manager::runner: Fresh pipeline-id="01a2" pipeline-name="N/A"';
    expect(recordText([line])).toContain('source  runner');
  });

  it('marks the time of a panic as that of the record before', () => {
    const lines = ['', "thread 'main' (7) panicked at a.rs:1:2:", 'boom'];
    expect(recordText(lines, {level: 'ERROR', at: Date.UTC(2026, 10, 25, 9)})).toEqual([
      'panic: boom (main at a.rs:1:2)',
      '',
      'time    2026-11-25 09:00:00.000 UTC, of the record before',
      'local   2026-11-25 10:00:00.000 UTC+01:00',
      'level   ERROR',
      ...lines,
    ]);
    expect(recordText(lines.slice(0, 2))).toEqual(lines.slice(0, 2));
  });

  it('has no local time where it is UTC, and offsets of half hours', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  x';
    expect(recordText([line], {offsetAt: () => 0}).filter((row) => row.startsWith('local'))).toEqual([]);
    expect(recordText([line], {offsetAt: () => -210})).toContain('local   2026-11-25 05:38:47.372 UTC-03:30');
  });

  it('wraps at words, values beside their names', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  one two three four key="five six seven"';
    const rows = recordText([line], {width: 17});
    expect(rows.slice(0, 3)).toEqual(['one two three ', 'four', '']);
    expect(rows.slice(rows.indexOf('fields'))).toEqual(['fields', 'key  five six ', '     seven']);
  });

  it('gives a long name its own rows', () => {
    const line = `[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  x ${'k'.repeat(30)}=1`;
    expect(recordText([line]).slice(-2)).toEqual(['k'.repeat(30), `${' '.repeat(22)}1`]);
  });
});

describe('a record that is too long', () => {
  it('is cut at 64 KiB a line, with a row that reports it', () => {
    const rows = recordText([Buffer.alloc(65 * 1024, 'x')]);
    expect(rows.at(-1)).toBe('… cut here: the line has 67 kB');
    expect(rows.slice(0, -1).join('')).toHaveLength(64 * 1024);
    expect(recordText([Buffer.alloc(64 * 1024, 'x')]).join('')).toHaveLength(64 * 1024);
  });

  it('is cut at a limit for all lines, with a row that reports it', () => {
    const lines = Array.from({length: 5000}, () => 'a line');
    const rows = recordText(lines);
    expect(rows).toHaveLength(2000);
    expect(rows.at(-1)).toBe('… cut here: the record has 5,000 lines, 30 kB');
    const wide = recordText(Array.from({length: 3}, () => '日'.repeat(20_000)));
    expect(wide.length).toBeLessThan(2000);
    expect(wide.at(-1)).toBe('… cut here: the record has 3 lines, 180 kB');
    const fields = ' k="{\\"a\\":1}"'.repeat(4000);
    expect(recordText([`[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  x${fields}`])).toHaveLength(2000);
  });
});

describe('the fields of a record that is too long', () => {
  const message = Array.from({length: 4000}, (_, index) => `frame ${index}`);
  const text = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  x by="redpanda"';

  it.each([
    ['in JSON', [JSON.stringify({...JSON.parse(json), fields: {message: message.join('\n'), by: 'redpanda'}})]],
    ['as text', [text, ...message]],
    ['of many bytes', [text, ...message.map((line) => line.padEnd(200, '.'))]],
  ])('follow the cut: %s', (_, lines) => {
    const rows = recordText(lines);
    const cut = rows.findIndex((row) => row.startsWith('… cut here: the record has '));
    expect(cut).toBeGreaterThan(1000);
    expect(rows[cut - 1]).toMatch(/^frame|^\.+$/);
    expect(rows[cut + 2]).toMatch(/^time /);
    expect(rows.slice(-3)).toContain('by  redpanda');
  });
});

describe.each(sampleFiles)('the lines of %s', (file) => {
  it('are complete, in any width', () => {
    for (const {bytes: line} of sampleLines(file)) {
      const message = messageOf(line)?.replace(/ pipeline-id="[^"]*" pipeline-name="[^"]*"$/, '');
      for (const width of [24, 60, 200]) {
        const rows = recordText([line], {width});
        for (const row of rows) {
          expect(textWidth(row)).toBeLessThanOrEqual(width);
          expect(row).not.toMatch(/\p{Cc}/u);
        }
        if (message === undefined || /[^ -~]|=/.test(message)) continue;
        expect(rows.join('').replaceAll(' ', '')).toContain(message.replaceAll(' ', ''));
      }
    }
  });
});

it('no row is too wide and nothing unsafe passes, whatever the lines', () => {
  const unit = fc.constantFrom('a', '日', 'e\u0301', '🚀', '\t', '\u001B[31m', '\u001B', ' ', '"', '{', '}', '=', '\n');
  const text = fc.string({unit, maxLength: 80});
  const line = fc.oneof(
    text,
    text.map((each) => `[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  x k="${each}"`),
    text.map((each) => json.replace('"two\\nlines"', JSON.stringify(each))),
  );
  fc.assert(
    fc.property(fc.array(line, {maxLength: 4}), fc.integer({min: 10, max: 60}), (lines, width) => {
      for (const row of recordText(lines, {width})) {
        expect(textWidth(row)).toBeLessThanOrEqual(width);
        expect(row).not.toMatch(/\p{Cc}/u);
      }
    }),
  );
});

describe('prettyJson', () => {
  it('changes no number, no string, and drops no repeated name', () => {
    const lines = prettyJson('{"n":12345678901234567890,"x":1e400,"s":"a,{\\"b\\":[","s":1.0}', 99);
    expect(lines).toEqual([
      '{',
      '  "n": 12345678901234567890,',
      '  "x": 1e400,',
      '  "s": "a,{\\"b\\":[",',
      '  "s": 1.0',
      '}',
    ]);
  });

  it('accepts nothing else', () => {
    for (const text of ['', '1', '"a"', '{', '{a: 1}', '[1,]', 'x {"a": 1}'])
      expect(prettyJson(text, 99)).toBeUndefined();
  });

  it('is bounded, however deep or long the text', () => {
    const deep = prettyJson('['.repeat(30_000) + ']'.repeat(30_000), 1000) ?? [];
    expect(deep).toHaveLength(1000);
    expect(Math.max(...deep.map((line) => line.length))).toBeLessThanOrEqual(41);
  });

  it('is the text of JSON.stringify, where that changes nothing', () => {
    const value = fc.oneof(
      fc.object({maxDepth: 4, values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)]}),
      fc.array(fc.jsonValue()),
    );
    fc.assert(
      fc.property(value, (each) => {
        expect(prettyJson(JSON.stringify(each), 100_000)?.join('\n')).toBe(JSON.stringify(each, null, 2));
      }),
    );
  });
});
