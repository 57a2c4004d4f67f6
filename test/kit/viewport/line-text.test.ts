import {describe, expect, it} from 'vitest';
import {visibleBytes} from '../../../source/engine/buffer/style-joints.ts';
import {timeModes} from '../../../source/kit/settings/pane-option-table.ts';
import {compactLine, compactnessFor, lineAsSent, readLine} from '../../../source/kit/viewport/line-text.ts';
import {type TimeMode, timeCells} from '../../../source/kit/viewport/time-column.ts';
import {messageOf, sampleFiles, sampleLines} from '../../engine/records/sample-lines.ts';

const textLine =
  '[pa] \u001B[2m2026-11-25T09:08:47.372844Z\u001B[0m \u001B[32m INFO\u001B[0m \u001B[2mdbsp_adapters::server\u001B[0m\u001B[2m:\u001B[0m  Started HTTP server';

const asSent = (line: string) => lineAsSent(Buffer.from(line));

describe('a line as sent', () => {
  it('keeps its text and turns its colours into styles', () => {
    const {text, runs} = asSent(textLine);
    expect(text).toBe('[pa] 2026-11-25T09:08:47.372844Z  INFO dbsp_adapters::server:  Started HTTP server');
    expect(runs.find((run) => text.slice(run.start, run.end) === ' INFO')?.style).toEqual({fg: 2});
  });

  it('shows invalid UTF-8 and a byte order mark', () => {
    expect(lineAsSent(Buffer.from([0x61, 0xff, 0x62])).text).toBe('a\uFFFDb');
    expect(asSent('\uFEFFx').text).toBe('<U+FEFF>x');
  });

  it('is a record in JSON whose message is too long to be shown whole', () => {
    const keys = {fields: {message: 'é\n'.repeat(visibleBytes)}, level: 'ERROR', target: 'a::b'};
    const {record, asSent} = readLine(Buffer.from(JSON.stringify({...keys, timestamp: '2026-11-25T09:08:47.372844Z'})));
    expect(record).toMatchObject({level: 'ERROR', target: 'a::b', message: expect.stringMatching(/^é\né\n/)});
    expect(asSent.text.length).toBeLessThanOrEqual(visibleBytes);
  });
});

describe('the level of a line as sent', () => {
  const coloured = (line: string) => {
    const {text, runs} = readLine(Buffer.from(line)).asSent;
    return runs.map(({start, end, style}) => [text.slice(start, end), style.fg]);
  };

  it('is coloured where the server sent no colours', () => {
    expect(coloured('[pa] 2026-11-25T09:08:47.372844Z  WARN a::b:  WARN twice')).toEqual([['WARN', 3]]);
    expect(coloured('[multi host=0] 2026-11-25T09:08:47.372844Z ERROR a::b:  x')).toEqual([['ERROR', 1]]);
    const json =
      '{"timestamp":"2026-11-25T09:08:54.372488Z","level":"WARN","target":"WARN","fields":{"message":"WARN x"}}';
    expect(coloured(json)).toEqual([['WARN', 3]]);
    expect(readLine(Buffer.from(json.replaceAll('WARN', 'INFO'))).asSent.runs).toMatchObject([{style: {dim: true}}]);
    const sorted =
      '{"fields":{"level":"INFO","message":"é🚀 \\"level\\":\\"INFO\\""},"level":"INFO","target":"t","timestamp":"2026-11-25T09:08:54.372488Z"}';
    const [run] = readLine(Buffer.from(sorted)).asSent.runs;
    expect(sorted.slice((run?.start ?? 0) - 11)).toMatch(/^},"level":"INFO","target"/);
  });

  it('keeps the colour that the server gave it', () => {
    const own = '[pa] 2026-11-25T09:08:47.372844Z \u001B[35m INFO\u001B[0m a::b:  INFO';
    expect(coloured(own)).toEqual([[' INFO', 5]]);
  });

  it('is coloured in records only', () => {
    expect(coloured('an ERROR of a program')).toEqual([]);
    expect(readLine(Buffer.from('an ERROR of a program')).record).toBeUndefined();
  });
});

it('shows a line of another logger as sent, and reads it as Feldera writes it', () => {
  const sent = Buffer.from('time=2026-11-25T09:08:47Z msg=broken');
  const canonical = Buffer.from('[log] 2026-11-25T09:08:47Z NONE :  broken');
  const {asSent, record, text} = readLine(sent, canonical);
  expect(asSent.text).toBe(sent.toString());
  expect(record).toMatchObject({level: undefined, target: ''});
  const form = {compactness: compactnessFor(100), time: 'sent', offsetAt: () => 0} as const;
  expect(record && compactLine(text, record, form).text).toBe('09:08:47                   broken');
});

it('shows what is before the line of a container dim, and its name in the compact form', () => {
  const sent = Buffer.from('web-1  | 2026-11-25T09:08:47Z INFO started');
  const canonical = Buffer.from('[log container=web-1] 2026-11-25T09:08:47Z INFO :  started');
  const {asSent, record, text} = readLine(sent, canonical, 9);
  expect(asSent.text).toBe(sent.toString());
  expect(asSent.runs).toEqual([{start: 0, end: 9, style: {dim: true}}]);
  const form = {compactness: compactnessFor(100), time: 'sent', offsetAt: () => 0} as const;
  expect(record && compactLine(text, record, form).text).toBe('09:08:47     INFO  web-1         started');
});

/** The compact form of a record's line. */
function compactOf(line: string | Buffer, width: number, time: TimeMode = 'sent') {
  const {asSent, record} = readLine(Buffer.from(line));
  if (!record) throw new Error(`no record: ${line}`);
  return compactLine(asSent, record, {compactness: compactnessFor(width), time, offsetAt: () => 60});
}

describe('the compact form', () => {
  const compact = (line: string, width: number) => compactOf(line, width).text;

  it('has time, level, last part of the target and message where there is room', () => {
    expect(compact(textLine, 76)).toBe('09:08:47.372 INFO  server  Started HTTP server');
  });

  it('leaves out the target and the milliseconds first', () => {
    expect(compact(textLine, 75)).toBe('09:08:47 INFO  Started HTTP server');
  });

  it('keeps the host of a pipeline that runs on several', () => {
    const line = '[multi host=1] 2026-11-25T09:08:47.372844Z ERROR dbsp::circuit:  lost';
    expect(compact(line, 100)).toBe('09:08:47.372 ERROR host=1 circuit lost');
    expect(compact(line, 44)).toBe('09:08:47 ERROR host=1 lost');
    expect(compact(line, 43)).toBe('09:08:47 ERROR lost');
  });

  it('leaves out the id and name at the end of the lines of the runner', () => {
    const line =
      '[manager] 2026-11-25T09:08:47.069619Z  INFO pipeline_manager::runner: Fresh start pipeline-id="01a2" pipeline-name="N/A"';
    expect(compact(line, 100)).toBe('09:08:47.069 INFO  runner  Fresh start');
  });

  it('shows a line with one space before its message in the same way', () => {
    const other = '[p] 2026-11-25T09:08:47.069619Z ERROR rdkafka: error: broker down';
    expect(compact(other, 100)).toBe('09:08:47.069 ERROR rdkafka error: broker down');
  });

  it('shows the fields of a JSON line after the message', () => {
    const line = JSON.stringify({
      timestamp: '2026-11-25T09:08:47.372844Z',
      level: 'WARN',
      target: 'dbsp_adapters::server',
      'feldera-service': 'pipeline',
      'pipeline-name': 'pa',
      fields: {message: 'slow disk', path: '/var', ms: 12},
    });
    expect(compact(line, 100)).toBe('09:08:47.372 WARN  server  slow disk path=/var ms=12');
  });

  it('shows the span of a record, without its fields where they are long', () => {
    const text = (topic: string) =>
      `[pa] 2026-11-25T09:08:47.372844Z  INFO kafka_input{ topic="${topic}"}: dbsp_adapters::kafka::input:  end`;
    expect(compact(text('orders'), 104)).toBe('09:08:47.372 INFO  input       kafka_input{topic="orders"} end');
    expect(compact(text('o'.repeat(50)), 104)).toBe('09:08:47.372 INFO  input       kafka_input end');
    expect(compact(text('orders'), 103)).toBe('09:08:47.372 INFO  input   kafka_input end');
    const json =
      '{"timestamp":"2026-11-25T09:08:54.372580Z","level":"INFO","target":"a::input","feldera-service":"pipeline","fields":{"message":"end"},"span":"kafka_input"}';
    expect(compact(json, 100)).toBe('09:08:54.372 INFO  input   kafka_input end');
  });

  it('cuts a long target where there is little room', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::state_machine:  done';
    expect(compact(line, 104)).toBe('09:08:47.372 INFO  state_machine  done');
    expect(compact(line, 103)).toBe('09:08:47.372 INFO  state_… done');
  });

  it('shows the fields after the message dim', () => {
    const dim = (line: string) => {
      const {text, runs} = compactOf(line, 100);
      return runs.filter(({style}) => style.dim).map(({start, end}) => text.slice(start, end));
    };
    const head = '[pa] 2026-11-25T09:08:47.372844Z  WARN a::b:  ';
    expect(dim(`${head}slow disk path="/var" ms=12`)).toEqual(['09:08:47.372 ', 'b       ', ' path="/var" ms=12']);
    expect(dim(`${head}path="/var"`)).toEqual(['09:08:47.372 ', 'b       ']);
  });

  it('has no colour where nothing is wrong', () => {
    const styleOf = (level: string) => {
      const {text, runs} = compactOf(`[pa] 2026-11-25T09:08:47.372844Z ${level} a::b:  x`, 100);
      return runs.find(({start, end}) => text.slice(start, end).includes(level))?.style;
    };
    expect(['TRACE', 'DEBUG', 'INFO'].map(styleOf)).toEqual(Array.from({length: 3}, () => ({dim: true})));
    expect([styleOf('WARN'), styleOf('ERROR')]).toEqual([{fg: 3}, {fg: 1, bold: true}]);
  });

  it('quotes fields of JSON that would run into one another', () => {
    const line = `{"timestamp":"2026-11-25T09:08:54.3Z","level":"INFO","target":"a","fields":{"message":"x","a":"b c","d":{"e f":1}}}`;
    expect(compact(line, 100)).toMatch(/ x a="b c" d=\{"e f":1\}$/);
  });

  it('begins with a column of the same width in each mode', () => {
    for (const time of timeModes) {
      for (const width of [30, 50, 100]) {
        const cells = timeCells(time, width < 76);
        const column = compactOf(textLine, width, time).text.slice(0, cells);
        expect(column).toHaveLength(cells);
        expect(compactOf(textLine, width, time).text.slice(cells === 0 ? 0 : cells + 1)).toMatch(/^INFO {2}/);
      }
    }
  });

  it('lets no escape sequence out of JSON', () => {
    const evil = 'x\u001B]52;c;aGk=\u0007';
    const line = JSON.stringify({
      timestamp: `2026-11-25T${evil}`,
      level: 'INFO',
      target: evil,
      'pipeline-name': evil,
      fields: {message: evil, [evil]: evil},
    });
    for (const width of [24, 53, 100]) expect(compact(line, width)).not.toMatch(/\p{Cc}/u);
  });

  it('keeps the colours of the message', () => {
    const line = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  one \u001B[31mtwo\u001B[0m';
    const {text, runs} = compactOf(line, 100);
    expect(runs.filter((run) => run.style.fg === 1).map((run) => text.slice(run.start, run.end))).toEqual(['two']);
  });
});

describe.each(sampleFiles)('the lines of %s', (file) => {
  const lines = sampleLines(file).map(({bytes}) => bytes);

  it('lose nothing of their messages', () => {
    let checked = 0;
    for (const line of lines) {
      const message = messageOf(line);
      if (message === undefined || /[^ -~]/.test(message)) continue;
      checked += 1;
      const shown = compactOf(line, 100).text;
      expect(shown).toContain(message.replace(/ pipeline-id="[^"]*" pipeline-name="[^"]*"$/, ''));
    }
    expect(checked).toBeGreaterThan(4);
  });
});
