import fc from 'fast-check';
import {describe, expect, it, vi} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {visibleBytes} from '../../../source/engine/buffer/style-joints.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {wrapModes} from '../../../source/kit/settings/pane-option-table.ts';
import {contrast, currentGround, rgbOf, themes} from '../../../source/kit/terminal/style.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {levelStyles} from '../../../source/kit/viewport/line-text.ts';
import type {RowState} from '../../../source/kit/viewport/row-renderer.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {recording} from '../../demo/recording.ts';
import {messageOf, sampleFiles, sampleLines} from '../../engine/records/sample-lines.ts';
import {bufferOf, paintedRows, paintInput, rendererOf, shown, stateRows, withoutColors} from './rows.ts';

describe.each(sampleFiles)('the lines of %s', (file) => {
  const lines = sampleLines(file).map(({bytes}) => bytes);
  const buffer = bufferOf(...lines);

  it.each([25, 54, 80, 160])('fit into %i columns and show the beginning of their message', (width) => {
    const renderer = rendererOf(buffer, {width});
    let checked = 0;
    for (const [id, line] of lines.entries()) {
      const [row = ''] = shown(renderer, id);
      expect(textWidth(row)).toBeLessThanOrEqual(width);
      expect(row).not.toMatch(/\p{Cc}/u);
      const start = /^[ -~]{1,7}/.exec(messageOf(line) ?? '')?.[0];
      if (start === undefined) continue;
      checked += 1;
      expect(row).toContain(start);
    }
    expect(checked).toBeGreaterThan(4);
  });

  it.each([25, 54, 80])('wrapped to %i columns, their rows make the whole line', (width) => {
    const wrapped = rendererOf(buffer, {width, wrap: 'all', asSent: true});
    const whole = rendererOf(buffer, {width: 100_000, asSent: true});
    for (const id of lines.keys()) {
      const rows = shown(wrapped, id);
      for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(width);
      // Spaces at the end of a row may be lost.
      const letters = (text = '') => text.replaceAll(' ', '');
      expect(letters(rows.join(''))).toBe(letters(shown(whole, id)[0]));
    }
  });

  it('close their colours at the end of each row', () => {
    for (const change of [{width: 30}, {width: 30, wrap: 'all'}, {width: 30, pan: 60, asSent: true}] as const) {
      const renderer = rendererOf(buffer, change);
      for (const id of lines.keys()) {
        for (const row of paintedRows(renderer, id)) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
          const last = row.match(/\x1b\[[\d;]*m/g)?.at(-1);
          expect(last ?? '\u001B[0m').toBe('\u001B[0m');
        }
      }
    }
  });
});

describe('a message of several lines in JSON', () => {
  const time = '2026-11-25T09:08:47.372844Z';
  const json = (message: string, fields: object = {}) =>
    JSON.stringify({
      'feldera-service': 'pipeline',
      fields: {message, ...fields},
      level: 'WARN',
      target: 'a::b',
      timestamp: time,
    });

  it('has the rows that the same record has in text', () => {
    // No tabs: in text those of the first line count from its beginning as sent.
    const line = fc.string({
      unit: fc.constantFrom('a', 'b c', '日本', '🚀', '\\', '"', '\r', '\x1b[31m', '\x07'),
      maxLength: 40,
    });
    const options = fc.record({
      width: fc.integer({min: 30, max: 90}),
      wrap: fc.constantFrom(...wrapModes),
      pan: fc.constantFrom(0, 0, 7),
      time: fc.constantFrom('sent', 'off', 'relative'),
    });
    const same = fc.property(fc.array(line, {minLength: 1, maxLength: 5}), options, (lines, form) => {
      const change = {...form, pan: form.wrap === 'off' ? form.pan : 0} as const;
      const [first, ...more] = lines;
      const inText = rendererOf(bufferOf(`[p] ${time}  WARN a::b:  ${first}`, ...more), change);
      const inJson = rendererOf(bufferOf(json(lines.join('\n'))), change);
      expect(paintedRows(inJson, 0)).toEqual(lines.flatMap((_, id) => paintedRows(inText, id)));
      expect(inJson.lineWidth(0)).toBe(Math.max(...lines.map((_, id) => inText.lineWidth(id))));
    });
    fc.assert(same, {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)});
  });

  it('has its fields and its count in the last row', () => {
    const rows = stateRows(json('one\ntwo', {path: '/var'}), {folded: 3}).map(withoutColors);
    expect(rows.map((row) => row.trimEnd())).toEqual([
      '  09:08:47.372 WARN  b       one',
      expect.stringMatching(/^ {21}two path=\/var +×3$/),
    ]);
  });

  it('has one row as sent', () => {
    expect(shown(rendererOf(bufferOf(json('one\ntwo')), {asSent: true}))).toHaveLength(1);
  });

  it('is shown up to a thousand rows, with its size', () => {
    for (const wrap of ['off', 'all'] as const) {
      const rows = shown(rendererOf(bufferOf(json('\n'.repeat(5000))), {wrap}));
      expect(rows).toHaveLength(1000);
      expect(rows.at(-1)).toMatch(/… 10 kB$/);
    }
  });

  it('reports the row of a match, and pans that row to it', () => {
    const far = json(`one\n${'x'.repeat(100)} needle\nthree`);
    for (const wrap of wrapModes) {
      const renderer = rendererOf(bufferOf(far), {wrap, search: compilePattern('needle')});
      const rows = paintedRows(renderer, 0, {revealed: 0}).map(withoutColors);
      expect(rows[renderer.matchRowOf(0)]).toContain('needle');
    }
    expect(rendererOf(bufferOf(far), {search: compilePattern('one')}).matchRowOf(0)).toBe(0);
    expect(rendererOf(bufferOf(far)).matchRowOf(0)).toBe(0);
  });
});

describe('the line with the revealed match', () => {
  const far = `${'x'.repeat(100)}needle${'y'.repeat(100)}`;
  const renderer = (pan: number, line = far) =>
    rendererOf(bufferOf(line, 'short'), {width: 30, pan, asSent: true, search: compilePattern('needle')});
  const rows = (pan: number, line?: string) => {
    const places = [0, 1].map((id) => ({id, row: 0}));
    return renderer(pan, line)
      .paintRows(places, paintInput({revealed: 0}))
      .map(withoutColors);
  };

  it('is shifted so that the match is in it, and no other line is', () => {
    const [first = '', second] = rows(0);
    expect(first).toMatch(/^ {2}‹x{13}needley{7}›$/);
    expect(second).toBe('  short');
  });

  it('is shown from its beginning where the match is visible there, however the others are panned', () => {
    expect(rows(4, 'a needle')).toEqual(['  a needle', '  ‹']);
  });

  it('is panned like the others while that shows the match, and without a match', () => {
    expect(rows(99)[0]).toMatch(/^ {2}‹needle/);
    // One further the mark would cover its beginning.
    expect(rows(100)[0]).toMatch(/^ {2}‹x+needle/);
    expect(rows(2, 'nothing here')).toEqual(['  ‹hing here', '  ‹rt']);
  });
});

describe('the margin', () => {
  it('marks each row of a line that wraps', () => {
    const renderer = rendererOf(bufferOf('abcdef'), {width: 5, wrap: 'all'});
    expect(paintedRows(renderer, 0, {current: 0}).map(withoutColors)).toEqual(['▸ abc', '▸ def']);
  });
});

describe('panning', () => {
  const line = Array.from({length: 100}, (_, index) => String(index % 10)).join('');

  it('hides cells on the left, and marks both borders where the line continues', () => {
    expect(shown(rendererOf(bufferOf(line), {width: 12, pan: 25}))).toEqual(['  ‹67890123›']);
    expect(shown(rendererOf(bufferOf(line), {width: 12, pan: 90}))).toEqual(['  ‹123456789']);
  });

  it('keeps the columns after a wide character that it cuts', () => {
    expect(shown(rendererOf(bufferOf('日本語abcdef'), {width: 9, pan: 1}))[0]).toBe('  ‹本語a›');
    expect(shown(rendererOf(bufferOf('日本語abcdef'), {width: 10, pan: 2}))[0]).toMatch(/^ {2}‹.*語abc›$/u);
  });

  it('does not apply to wrapped lines', () => {
    const renderer = rendererOf(bufferOf('abcdef'), {width: 5, wrap: 'all', pan: 3});
    expect(shown(renderer)).toEqual(['  abc', '  def']);
  });

  it('every row fits, whatever the text and the pan', () => {
    const text = fc.string({unit: fc.constantFrom('a', '日', 'e\u0301', '🚀', '\u001B', ' '), maxLength: 60});
    const spaced = fc.tuple(text, fc.constantFrom('', '  ')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        spaced,
        fc.integer({min: 4, max: 30}),
        fc.oneof(fc.constant(0), fc.nat({max: 80})),
        fc.constantFrom(...wrapModes),
        (line, width, pan, wrap) => {
          const renderer = rendererOf(bufferOf(line), {width, pan, wrap});
          // Spaces at the end, too: the terminal would put them into the next row.
          for (const row of paintedRows(renderer, 0)) expect(textWidth(withoutColors(row))).toBeLessThanOrEqual(width);
        },
      ),
      {numRuns: 300},
    );
  });
});

const head = (level: string, message: string, target = 'dbsp_adapters::server') =>
  `[pa] 2026-11-25T09:08:47.372844Z ${level.padStart(5)} ${target}:  ${message}`;
const reason = 'parse error on input endpoint orders: failed to deserialize JSON record: missing field id at line 1';

describe('a line that is too long for its row', () => {
  it('shows its beginning, to the end of a word where one is near', () => {
    const row = shown(rendererOf(bufferOf(head('INFO', reason)), {width: 72}))[0];
    expect(row).toBe('  09:08:47 INFO  parse error on input endpoint orders: failed to …');
    const digits = Array.from({length: 100}, (_, index) => String(index % 10)).join('');
    expect(shown(rendererOf(bufferOf(digits), {width: 12}))).toEqual(['  012345678…']);
    expect(shown(rendererOf(bufferOf(digits), {width: 12, symbols: symbolsFor(false)}))).toEqual(['  012345678~']);
    // Without spaces at its end.
    expect(paintedRows(rendererOf(bufferOf(`${digits}   `), {width: 12}), 0).map(withoutColors)).toEqual([
      '  012345678…',
    ]);
  });

  it('keeps time and level in place while it is panned, and the column of a line that continues it', () => {
    const buffer = bufferOf(head('INFO', reason), `  at ${reason}`);
    const rows = (pan: number) => [0, 1].map((id) => shown(rendererOf(buffer, {width: 50, pan}), id)[0]);
    expect(rows(20)).toEqual([
      '  09:08:47 INFO  ‹endpoint orders: failed to dese›',
      '                 ‹nput endpoint orders: failed to›',
    ]);
    expect(rows(90)).toEqual(['  09:08:47 INFO  ‹t line 1', '                 ‹ id at line 1']);
  });

  it('as sent, and where a match shows it so, is panned as a whole', () => {
    const rows = (change: object) => shown(rendererOf(bufferOf(head('INFO', reason)), {width: 70, pan: 20, ...change}));
    const asSent = rows({asSent: true});
    expect(asSent[0]).toMatch(/^ {2}‹:47\.372844Z {2}INFO dbsp_adapters::server:/);
    expect(rows({search: compilePattern('dbsp_adapters')}).map(withoutColors)).toEqual(asSent);
  });

  it('as sent keeps time and level, where there is room', () => {
    const rows = (width: number) => shown(rendererOf(bufferOf(head('INFO', reason)), {width, asSent: true}))[0];
    expect(rows(60)).toBe('  [pa] 2026-11-25T09:08:47.372844Z  INFO …');
    expect(rows(36)).toBe('  [pa] 2026-11-25T09:08:47.372844Z …');
  });
});

describe('the lines of warnings and errors', () => {
  const errors = {wrap: 'errors', width: 60} as const;

  it('continue at words below the message, those of other records are one row', () => {
    const buffer = bufferOf(head('ERROR', reason), head('WARN', reason), head('INFO', reason));
    const wrapped = [
      'parse error on input endpoint orders:',
      'failed to deserialize JSON record: missing',
      'field id at line 1',
    ];
    for (const [id, level] of ['ERROR', 'WARN '].entries()) {
      const [first, ...more] = shown(rendererOf(buffer, errors), id).map((row) => row.trimEnd());
      expect(first).toBe(`  09:08:47 ${level} ${wrapped[0]}`);
      expect(more).toEqual(wrapped.slice(1).map((row) => ' '.repeat(17) + row));
    }
    expect(shown(rendererOf(buffer, errors), 2)).toHaveLength(1);
    const wide = (width: number) => shown(rendererOf(buffer, {wrap: 'errors', width}), 0);
    for (const [width, cells, blanks] of [
      [100, 21, 2],
      [110, 33, 6],
    ] as const) {
      expect(wide(width)[0]).toMatch(new RegExp(`^ {2}09:08:47\\.372 ERROR server {${blanks}}parse error`));
      expect(wide(width)[1]).toMatch(new RegExp(`^ {${cells}}\\S`));
    }
  });

  it('have all their rows, and three while following', () => {
    const buffer = bufferOf(head('ERROR', `${reason} ${'x '.repeat(200)}${reason}`));
    expect(shown(rendererOf(buffer, errors))).toHaveLength(15);
    const rows = shown(rendererOf(buffer, {...errors, isFollowing: true}));
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(/ \+12 rows$/);
    expect(shown(rendererOf(buffer, {...errors, wrap: 'all', isFollowing: true}))).toHaveLength(15);
    const long = bufferOf(head('ERROR', 'x '.repeat(9000)));
    expect(shown(rendererOf(long, {...errors, isFollowing: true})).at(-1)).toMatch(/… 18 kB$/);
    expect(shown(rendererOf(long, errors))).toHaveLength(100);
  });

  it('continue as sent from the border', () => {
    const rows = shown(rendererOf(bufferOf(head('ERROR', reason)), {...errors, asSent: true}));
    expect(rows.map((row) => row.trimEnd())).toEqual([
      '  [pa] 2026-11-25T09:08:47.372844Z ERROR',
      '  dbsp_adapters::server:  parse error on input endpoint',
      '  orders: failed to deserialize JSON record: missing field',
      '  id at line 1',
    ]);
  });

  it('are wrapped before the record is indexed, which only moves the lines that continue it', () => {
    const buffer = bufferOf(head('ERROR', reason), 'Caused by: nothing');
    const index = new RecordIndex(buffer);
    const renderer = rendererOf(buffer, {...errors, records: index});
    expect([shown(renderer, 0).length, shown(renderer, 1)]).toEqual([3, ['  Caused by: nothing']]);
    index.step(1 << 20);
    expect([shown(renderer, 0).length, shown(renderer, 1)]).toEqual([3, [`${' '.repeat(17)}Caused by: nothing`]]);
  });

  it('are as long as the mode says', () => {
    const buffer = bufferOf(head('ERROR', `${reason} `.repeat(5)), head('INFO', reason));
    const heights = (wrap: (typeof wrapModes)[number]) =>
      [0, 1].map((id) => rendererOf(buffer, {width: 60, wrap}).heightOf(id));
    expect(heights('off')).toEqual([1, 1]);
    expect(heights('errors')).toEqual([13, 1]);
    expect(heights('all')).toEqual([13, 3]);
  });
});

describe('the lines that continue a record', () => {
  const frames = [
    'stack backtrace:',
    `   3: a::${'very::'.repeat(20)}deep`,
    `             at ./src/${'x'.repeat(60)}.rs:1:2`,
  ];
  const own = ['Invalid fragment:', '    {"id": 1}', ...frames];

  it('are below its message, with their own indentation; frames of a backtrace have one row', () => {
    const buffer = bufferOf(head('ERROR', 'broken'), ...own);
    const rows = (change: object) => own.flatMap((_, at) => shown(rendererOf(buffer, {width: 60, ...change}), at + 1));
    expect(rows({wrap: 'errors'})).toEqual([
      '                 Invalid fragment:',
      '                     {"id": 1}',
      '                 stack backtrace:',
      expect.stringMatching(/^ {20}3: a::very::.*…$/),
      expect.stringMatching(/^ {30}at \.\/src\/x+…$/),
    ]);
    expect(rows({time: 'off'})[0]).toBe('        Invalid fragment:');
    expect(rows({width: 100})[0]).toBe(`${' '.repeat(21)}Invalid fragment:`);
    expect(rows({width: 110})[0]).toBe(`${' '.repeat(33)}Invalid fragment:`);
    expect(rows({asSent: true})[0]).toBe('  Invalid fragment:');
  });

  it('of a panic, which has neither time nor level, begin where it begins', () => {
    const buffer = bufferOf("thread 'main' panicked at src/main.rs:1:2:", 'broken', ...frames);
    expect(shown(rendererOf(buffer, {width: 60, wrap: 'errors'}), 1)).toEqual(['  broken']);
  });
});

it.each([62, 87, 157])('the reason of every error of a real pipeline is shown in %i columns', (width) => {
  const {body} = recording('27-logs-real-pipeline.raw');
  const buffer = bufferOf(...body.toString().trimEnd().split('\n'));
  const renderer = rendererOf(buffer, {width, wrap: 'errors'});
  let checked = 0;
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const line = buffer.lineAt(id);
    const message = line && / ERROR /.test(withoutColors(line.toString())) ? messageOf(line) : undefined;
    if (message === undefined) continue;
    checked += 1;
    const rows = shown(renderer, id).map((row) => row.trim());
    expect(rows.length).toBeLessThanOrEqual(5);
    expect(rows.join(' ')).toContain(message);
  }
  expect(checked).toBeGreaterThan(50);
});

describe('a line of 2 MiB', () => {
  const long = Buffer.alloc(2 * 1024 * 1024, 'x');

  it('is shown cut, with its length', () => {
    const [row = ''] = shown(rendererOf(bufferOf(long), {width: 40}));
    expect(row).toMatch(/^ {2}x+.*… 2\.1 MB$/);
    expect(textWidth(row)).toBe(40);
  });

  it('wraps into a bounded number of rows, the last one with its length', () => {
    for (const width of [24, 80]) {
      const rows = shown(rendererOf(bufferOf(long), {width, wrap: 'all'}));
      expect(rows.length).toBeLessThanOrEqual(1000);
      expect(rows.length * (width - 2)).toBeGreaterThanOrEqual(Math.min(visibleBytes, 1000 * (width - 2)));
      for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(width);
      expect(rows.at(-1)).toMatch(/… 2\.1 MB$/);
    }
  });

  it('decodes only the visible part, and only once', () => {
    const renderer = rendererOf(bufferOf(long), {width: 80, wrap: 'all'});
    const decode = vi.spyOn(TextDecoder.prototype, 'decode');
    for (let times = 0; times < 5; times++) shown(renderer);
    const decoded = decode.mock.calls.reduce((sum, [input]) => sum + (input?.byteLength ?? 0), 0);
    decode.mockRestore();
    expect(decoded).toBe(visibleBytes);
  });
});

it('a line with more rows than the limit is cut, with its size', () => {
  const rows = shown(rendererOf(bufferOf('y'.repeat(60_000)), {width: 24, wrap: 'all'}));
  expect(rows).toHaveLength(1000);
  for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(24);
  expect(rows.at(-1)).toMatch(/^ {2}y+ *… 60 kB$/);
});

describe('searching', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO dbsp_adapters::server:  Started HTTP server on port 80';
  const inverse = (row: string) =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
    [...row.matchAll(/\x1b\[(?:[\d;]*;)?7(?:;[\d;]*)?m([^\x1b]*)/g)].map((match) => match[1]);

  it('paints each match', () => {
    const renderer = rendererOf(bufferOf(line), {search: compilePattern('server'), width: 100});
    const [row = ''] = paintedRows(renderer, 0);
    expect(inverse(row)).toEqual(['server', 'server']);
  });

  it('paints matches in the current line black on yellow, readable on any screen', () => {
    const renderer = rendererOf(bufferOf('server'), {search: compilePattern('server')});
    expect(paintedRows(renderer, 0, {current: 0})[0]).toContain('\u001B[7;93;40mserver\u001B[0m');
    expect(paintedRows(renderer, 0)[0]).toContain('\u001B[7mserver\u001B[0m');
  });

  it('shows the line as sent when the match is in a part that the compact form hides', () => {
    const compact = rendererOf(bufferOf(line), {search: compilePattern('HTTP'), width: 120});
    expect(shown(compact)[0]).toMatch(/^ {2}09:08:47\.372 INFO {2}server/);
    const hidden = rendererOf(bufferOf(line), {search: compilePattern('dbsp_adapters'), width: 120});
    expect(shown(hidden)[0]).toContain('[pa] 2026-11-25T09:08:47.372844Z');
    expect(inverse(paintedRows(hidden, 0)[0] ?? '')).toEqual(['dbsp_adapters']);
  });

  it('leaves lines without a match compact', () => {
    const renderer = rendererOf(bufferOf(line), {search: compilePattern('nowhere')});
    expect(shown(renderer)[0]).toMatch(/^ {2}09:08:47\.372 INFO/);
  });
});

describe('markers', () => {
  it('have their own rows, between rules, wrapped like lines', () => {
    const buffer = bufferOf('a');
    const id = buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: Date.UTC(2026, 10, 25, 9, 17, 30)}) ?? -1;
    expect(shown(rendererOf(buffer), id)).toEqual(['  ──── 09:17:30 renamed from a to b ────']);
    expect(shown(rendererOf(buffer, {width: 35}), id)).toEqual(['  ─ 09:17:30 renamed from a to b ─']);
    expect(shown(rendererOf(buffer, {width: 20, wrap: 'all'}), id)).toHaveLength(2);
  });

  it('have their times in the zone of the lines', () => {
    const buffer = bufferOf('a');
    const at = Date.UTC(2026, 10, 25, 23, 17, 30);
    const ended = buffer.addMarker({kind: 'ended', because: 'deleted', at}) ?? -1;
    const lost = {kind: 'lost', atLeast: 3, atMost: 3, from: at, to: at + 60_000, at} as const;
    const gap = buffer.addMarker(lost) ?? -1;
    const zoned = {width: 120, time: 'local', offsetAt: () => 60} as const;
    const words = (options: Parameters<typeof rendererOf>[1]) =>
      [ended, gap]
        .flatMap((id) => shown(rendererOf(buffer, options), id))
        .join(' ')
        .match(/\d\d:\d\d:\d\d/g);
    expect(words({width: 120})).toEqual(['23:17:30', '23:17:30', '23:18:30']);
    expect(words(zoned)).toEqual(['00:17:30', '00:17:30', '00:18:30']);
    expect(words({...zoned, asSent: true})).toEqual(['23:17:30', '23:17:30', '23:18:30']);
  });

  it('lets no control character of an error text through', () => {
    const buffer = bufferOf('a');
    const error = 'died \u001B]52;c;aGk=\u0007 of it';
    const id = buffer.addMarker({kind: 'state', from: 'Running', to: 'Sto\u0007pped', error, at: 0}) ?? -1;
    expect(shown(rendererOf(buffer), id)[0]).not.toMatch(/\p{Cc}/u);
  });

  it('are shown as replaced', () => {
    const buffer = bufferOf('a');
    const id = buffer.addMarker({kind: 'ended', because: 'stopped', at: 0}) ?? -1;
    const renderer = rendererOf(buffer);
    shown(renderer, id);
    buffer.replaceMarker(id, {kind: 'ended', because: 'deleted', at: 0});
    expect(shown(renderer, id)[0]).toContain('00:00:00 deleted');
  });
});

it('the open line is shown, and again when it has grown', () => {
  const buffer = bufferOf('a');
  const renderer = rendererOf(buffer);
  buffer.append(Buffer.from('half a '));
  expect(shown(renderer, 1)).toEqual(['  half a ']);
  buffer.append(Buffer.from('line\n'));
  expect(shown(renderer, 1)).toEqual(['  half a line']);
});

it('NO_COLOR leaves no colour, only attributes', () => {
  const renderer = rendererOf(bufferOf('[pa] 2026-11-25T09:08:47.372844Z ERROR a::b:  x \u001B[31my'), {
    colors: 'none',
  });
  for (const row of paintedRows(renderer, 0)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
    for (const [, parameters = ''] of row.matchAll(/\x1b\[([\d;]*)m/g)) expect(parameters).toMatch(/^[012478;]*$/);
  }
});

it('a narrow pane has no times, so that some of the message is visible', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  Started the server';
  expect(shown(rendererOf(bufferOf(line), {width: 30}))).toEqual(['  09:08:47 INFO  Started the …']);
  expect(shown(rendererOf(bufferOf(line), {width: 29}))).toEqual(['  INFO  Started the server']);
  expect(shown(rendererOf(bufferOf(line), {width: 29, time: 'delta'}))).toEqual(['  INFO  Started the server']);
});

it('an empty line is an empty row', () => {
  const renderer = rendererOf(bufferOf(''), {wrap: 'all'});
  expect(renderer.heightOf(0)).toBe(1);
  expect(shown(renderer)).toEqual(['  ']);
});

describe('the end of a row', () => {
  const shownIn = (...parameters: Parameters<typeof stateRows>) => stateRows(...parameters).map(withoutColors);

  describe('folded records', () => {
    it('are counted at the right end, whatever the line', () => {
      const options = {width: 20};
      expect(shownIn('abc', {folded: 1204}, options)).toEqual(['  abc         ×1,204']);
      expect(shownIn('abc'.repeat(20), {folded: 1204}, options)).toEqual(['  abcabcabca… ×1,204']);
      expect(shownIn('日'.repeat(20), {folded: 12}, options)).toEqual(['  日日日日日日…  ×12']);
      expect(shownIn('abc', {folded: 1}, options)).toEqual(['  abc']);
      expect(shownIn('abc', {folded: 2}, {...options, symbols: symbolsFor(false)})).toEqual(['  abc             x2']);
    });

    it('count errors that are not in the log apart; a line of the limiter only tells of them', () => {
      const options = {width: 60};
      const ends = (state: Partial<RowState>, change = options) => shownIn('abc', state, change)[0]?.slice(5).trim();
      expect(ends({folded: 274, suppressed: 1812, level: 'ERROR'})).toBe('×274 +1,812 suppressed');
      expect(ends({folded: 1, suppressed: 7, level: 'ERROR'})).toBe('+7 suppressed');
      expect(ends({folded: 3, suppressed: 531, level: 'INFO'})).toBe('×3 · 531 suppressed');
      expect(ends({folded: 1, suppressed: 177, level: 'INFO'})).toBe('');
      expect(ends({folded: 274, suppressed: 1812, level: 'ERROR'}, {width: 30})).toBe('×274 +1,812');
    });

    it('of several lines in one row show their number; of several records, that of the records', () => {
      const options = {width: 20};
      expect(shownIn('abc'.repeat(20), {lines: 1204}, options)).toEqual(['  abcab… 1,204 lines']);
      expect(shownIn('abc', {folded: 3, lines: 1204}, options)).toEqual(['  abc             ×3']);
    });

    it('are counted in the last row of a line that wraps, and in bold', () => {
      expect(stateRows('abcdefghijkl', {folded: 3}, {width: 10, wrap: 'all'})).toEqual([
        '  abcdefgh',
        '  ijkl \u001B[1m ×3\u001B[0m',
      ]);
    });

    it('give up their word before a wrapped text is cut', () => {
      const state = {folded: 1, suppressed: 8, level: 'ERROR' as const};
      const lastOf = (length: number, wrap: 'all' | 'off' = 'all') =>
        shownIn(`${'a'.repeat(50)} ${'b'.repeat(length)}`, state, {width: 62, wrap}).at(-1);
      expect(lastOf(40)).toMatch(/^ {2}b{40} +\+8 suppressed$/);
      expect(lastOf(50)).toMatch(/^ {2}b{50} +\+8$/);
      expect(lastOf(59)).toMatch(/b… \+8 suppressed$/);
      expect(lastOf(50, 'off')).toMatch(/a… \+8 suppressed$/);
    });

    it('never make a row too wide', () => {
      for (const width of [4, 6, 8, 12]) {
        for (const row of shownIn('日本語abc', {folded: 1_204_000}, {width})) expect(textWidth(row)).toBe(width);
      }
    });
  });
});

const shownIn = (...parameters: Parameters<typeof stateRows>) => stateRows(...parameters).map(withoutColors);

describe('the margin beside a state', () => {
  it('has a thin bar at the first row of an error', () => {
    expect(stateRows('abcdef', {level: 'ERROR'}, {width: 5, wrap: 'all'})).toEqual([
      ' \u001B[31m▎\u001B[0mabc',
      '  def',
    ]);
    expect(stateRows('abc', {level: 'WARN'})).toEqual(['  abc']);
  });

  it("has the user's mark, in front of an error, too", () => {
    expect(shownIn('abc', {marked: true})).toEqual([' ◆abc']);
    expect(stateRows('abc', {marked: true, level: 'ERROR'})).toEqual([' \u001B[1;31m◆\u001B[0mabc']);
    expect(shownIn('abc', {marked: true}, {symbols: symbolsFor(false)})).toEqual([' +abc']);
  });

  it('has a bar at selected lines, with the mark of the current line in it', () => {
    expect(stateRows('abc', {selected: true})).toEqual(['\u001B[7m \u001B[0m abc']);
    expect(stateRows('abc', {selected: true}, {}, 0)).toEqual(['\u001B[1;7m▸\u001B[0m \u001B[1mabc\u001B[0m']);
  });

  it('has both bars without colours, too', () => {
    expect(stateRows('abc', {selected: true, level: 'ERROR'}, {colors: 'none'})).toEqual(['\u001B[7m \u001B[0m▎abc']);
  });
});

describe('the origin', () => {
  // Already cut.
  const origin = {name: 'orde…ame', color: 6};

  it('is before the text of each row, with the same width for every name', () => {
    const options = {width: 30, originCells: 8, wrap: 'all'} as const;
    expect(shownIn('a'.repeat(25), {origin}, options)).toEqual([
      `  orde…ame ${'a'.repeat(19)}`,
      `  orde…ame ${'a'.repeat(6)}`,
    ]);
    expect(shownIn('abc', {origin: {name: 'etl', color: 2}}, options)).toEqual(['  etl      abc']);
    expect(shownIn('abc', {}, options)).toEqual(['           abc']);
    expect(stateRows('abc', {origin}, options)[0]).toContain('\u001B[36morde…ame\u001B[0m');
  });

  it('is left out in a narrow pane', () => {
    expect(shownIn('abc', {origin}, {width: 20, originCells: 8})).toEqual(['  abc']);
  });
});

describe('the current line', () => {
  it('is bold where it has no colour, and nothing of it is dim', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z WARN a::b:  refused \u001B[2;34mby\u001B[0m me';
    expect(stateRows(line, {}, {}, 0)).toEqual([
      '\u001B[1m▸\u001B[0m \u001B[1m09:08:47.372 \u001B[0;33mWARN  \u001B[0;1mb       refused \u001B[0;34mby\u001B[0;1m me\u001B[0m',
    ]);
  });

  it('has a ground on all rows of its record where the theme has one, and nothing bold', () => {
    const row = (looks: readonly number[]) =>
      stateRows('abcdef', {isOfCurrent: true}, {width: 5, wrap: 'all', colors: {depth: '256', looks}}, 0);
    expect(row(themes.dark.looks)).toEqual([
      '\u001B[1;48;5;235m▸\u001B[0;48;5;235m abc\u001B[0m',
      '\u001B[1;48;5;235m▸\u001B[0;48;5;235m def\u001B[0m',
    ]);
    expect(row(themes.light.looks)[0]).toContain('48;5;254m');
    const [wide = ''] = stateRows('abc', {isOfCurrent: true}, {colors: {depth: '256', looks: themes.dark.looks}});
    expect(textWidth(withoutColors(wide))).toBe(80);
  });

  it('has colours that can be read on its ground', () => {
    for (const {looks} of [themes.dark, themes.light]) {
      const ground = rgbOf(currentGround({depth: '256', looks}) ?? 0) ?? [0, 0, 0];
      for (const level of ['WARN', 'ERROR'] as const) {
        const text = rgbOf(looks[Number(levelStyles[level].fg)] ?? 0) ?? ground;
        expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('is emphasised among the records around a match', () => {
    expect(stateRows('abc', {isAround: true}, {}, 0)).toEqual(['\u001B[1m▸\u001B[0m \u001B[1mabc\u001B[0m']);
  });
});

describe('a record around a match', () => {
  const line = '[pa] 2026-11-25T09:08:47.372844Z ERROR a::b:  refused';

  it('is dim as a whole', () => {
    expect(stateRows(line, {isAround: true})).toEqual(['  \u001B[2m09:08:47.372 ERROR b       refused\u001B[0m']);
  });

  it('keeps painted matches', () => {
    const search = compilePattern('fuse');
    expect(stateRows(line, {isAround: true}, {search})[0]).toContain('\u001B[0;7mfuse\u001B[0;2md\u001B[0m');
  });
});
