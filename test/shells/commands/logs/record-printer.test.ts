import {readFileSync} from 'node:fs';
import {stripVTControlCharacters} from 'node:util';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../../source/engine/buffer/log-buffer.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {RecordPrinter} from '../../../../source/shells/commands/logs/record-printer.ts';
import {recordPrinters} from '../../../../source/shells/commands/logs/run-logs.ts';
import {recording} from '../../../demo/recording.ts';
import {readRequest} from '../../../harness/read-settings.ts';

const head = (second: number, level: string, message: string) =>
  `[orders] 2026-11-25T12:00:${String(second).padStart(2, '0')}.000001Z ${level.padStart(5)} dbsp::a: ${message}`;

const log = [
  'a program said this',
  head(1, 'INFO', 'started'),
  head(2, 'ERROR', 'could not connect'),
  '    refused by peer',
  '    after 3 tries',
  head(3, 'WARN', 'late'),
  head(4, 'INFO', 'ready'),
  head(5, 'INFO', 'done'),
];

/** What `pipetail logs orders …` prints of these lines, in whatever pieces they come. */
function printed(args: readonly string[], lines: readonly string[] = log, pieces: readonly number[] = [1e6]): string {
  const request = readRequest<LogsRequest>(['logs', 'orders', ...args]);
  const recordsOf = recordPrinters(request, Date.UTC(2026, 10, 25, 12, 0, 10));
  const options = recordsOf?.({name: 'orders', prefix: undefined});
  if (!options) throw new Error('no records were requested');
  const buffer = new WritableLogBuffer({maxBytes: 1e8});
  const way = new RecordPrinter(buffer, options);
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  let out = '';
  let next = 0;
  const take = () => {
    const taken = way.read({from: next, stop: way.selector.completeTo, end: way.selector.completeTo, maxBytes: 1000});
    next = taken.next;
    out += Buffer.from(taken.bytes).toString();
    buffer.dropBefore(next);
  };
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, pieces[turn % pieces.length] ?? 1);
    buffer.append(bytes.subarray(at, at + size));
    at += size;
    way.selector.check();
    take();
  }
  way.selector.closeLog();
  while (next < buffer.endId && !way.over && !way.selector.isPastEnd) take();
  return out + Buffer.from(way.end()).toString();
}

const linesAt = (...indexes: readonly number[]) => indexes.map((index) => `${log[index]}\n`).join('');

test('errors of a pipeline in JSON pass, whose keys come sorted', () => {
  const real = readFileSync(new URL('../../../wire/samples-json-real.log', import.meta.url), 'utf8').split('\n');
  const errors = real.filter((line) => line.includes('"level":"ERROR"'));
  expect(errors).toHaveLength(13);
  expect(printed(['--level', 'error'], real)).toBe(errors.map((line) => `${line}\n`).join(''));
  const objects = printed(['--level', 'error', '--output', 'json'], real)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects.map(({message}) => message)).toEqual(errors.map((line) => JSON.parse(line).fields.message));
  const target = 'dbsp_adapters::server';
  expect(objects[0]).toMatchObject({level: 'ERROR', target, span: 'file_input', time: '2026-11-27T06:50:57.426987Z'});
});

describe('records pass whole, or not', () => {
  test.each([
    [
      ['--grep', 'refused'],
      [2, 3, 4],
    ],
    [['--grep', 'REFUSED'], []],
    // Case counts in each pattern by itself.
    [
      ['--grep', 'REFUSED', '--grep', 'late', '--grep', 'Done', '--grep', 'rea'],
      [5, 6],
    ],
    [
      ['--grep', 'refused', '--grep', 'late', '--level', 'error'],
      [2, 3, 4],
    ],
    [
      ['--exclude', 'tries', '-e', 'late|ready'],
      [0, 1, 7],
    ],
    [['--grep', 'refused', '--grep', 'late', '--exclude', 'after', '--exclude', 'nothing'], [5]],
    [['--grep', 'late', '--grep', 'ready', '--tail', '1'], [6]],
    [
      ['--exclude', 'tries'],
      [0, 1, 5, 6, 7],
    ],
    [
      ['--level', 'warn'],
      [2, 3, 4, 5],
    ],
    [['--level', 'error', '--exclude', 'refused'], []],
    [
      ['--since', '12:00:03'],
      [5, 6, 7],
    ],
    [
      ['--since', '8s'],
      [2, 3, 4, 5, 6, 7],
    ],
    [['--tail', '1'], [7]],
    [
      ['--tail', '4'],
      [2, 3, 4, 5, 6, 7],
    ],
    [['--tail', '0'], []],
    [
      ['--tail', '1', '--level', 'error'],
      [2, 3, 4],
    ],
    [
      ['--tail', '1', '--grep', 'refused', '--exit-on', 'ready'],
      [2, 3, 4],
    ],
    [
      ['--exit-on', 'tries'],
      [0, 1, 2, 3, 4],
    ],
    [
      ['--exit-on', 'ready', '--level', 'error'],
      [2, 3, 4],
    ],
    // The printing begins with the last N: a match before them is not seen, one that is not printed is.
    [
      ['--exit-on', 'tries', '--tail', '3'],
      [5, 6, 7],
    ],
    [
      ['--exit-on', 'tries', '--tail', '4'],
      [2, 3, 4],
    ],
    [
      ['--exit-on', 'late', '--tail', '1', '--level', 'error'],
      [2, 3, 4],
    ],
    [
      ['--exit-on', 'started', '--tail', '1', '--level', 'error'],
      [2, 3, 4],
    ],
    [
      ['--until', '12:00:03'],
      [0, 1, 2, 3, 4],
    ],
    [['--until', '12:00:03.5', '--since', '12:00:02', '--tail', '1'], [5]],
    [['--until', '11:00'], [0]],
    [
      ['--until', '12:00:02', '--exit-on', 'ready'],
      [0, 1],
    ],
    [['--exit-on', 'done', '--tail', '0'], []],
    [
      ['--exit-on', 'started', '--since', '12:00:02'],
      [2, 3, 4, 5, 6, 7],
    ],
  ])('%j', (args, indexes) => {
    expect(printed(args)).toBe(linesAt(...indexes));
  });
});

describe('at the end of a catch-up that was long, its last records and those that may have come live', () => {
  const lines = [1, 2, 3, 4, 5].map((second) => head(second, 'INFO', `number ${second}`));
  const numbers = (args: readonly string[], mayBeLive: number, log: readonly string[] = lines) => {
    const request = readRequest<LogsRequest>(['logs', 'orders', ...args]);
    const options = recordPrinters(request, 0)?.({name: 'orders', prefix: undefined});
    if (!options) throw new Error('no records were requested');
    const buffer = new WritableLogBuffer({maxBytes: 1e6});
    const printer = new RecordPrinter(buffer, options);
    buffer.append(Buffer.from(`${log.join('\n')}\n`));
    printer.selector.flush();
    const range = {from: 0, stop: buffer.endId, end: buffer.endId, maxBytes: 1e6};
    expect(printer.read(range).bytes).toHaveLength(0);
    const text = Buffer.from(printer.caughtUp(mayBeLive)).toString();
    return {printed: [...text.matchAll(/number (\d)/g)].map(([, number]) => Number(number)), over: printer.over};
  };

  test.each<[readonly string[], number, readonly number[]]>([
    [['--tail', '1'], 0, [5]],
    [['--tail', '1'], 2_000, [3, 4, 5]],
    [['--tail', '4'], 2_000, [2, 3, 4, 5]],
    [['--tail', '0'], 1_000, [4, 5]],
    [['--tail', '0', '--grep', '4'], 1_000, [4]],
  ])('%j, %d ms', (args, mayBeLive, expected) => {
    expect(numbers(args, mayBeLive)).toEqual({printed: expected, over: undefined});
  });

  test('one of these ends the log, printed or not; an older one does not', () => {
    const exitOn = (pattern: string, ...more: readonly string[]) =>
      numbers(['--tail', '0', '--exit-on', pattern, ...more], 2_000);
    expect(exitOn('number 4')).toEqual({printed: [3, 4], over: 'matched'});
    expect(exitOn('number 4', '--grep', '3')).toEqual({printed: [3], over: 'matched'});
    expect(exitOn('number 2')).toEqual({printed: [3, 4, 5], over: undefined});
  });

  test('of two patterns the one that comes first ends the log, and a failure wins in one record', () => {
    const numbersOf = (...args: readonly string[]) => numbers(['--tail', '0', ...args], 2_000);
    expect(numbersOf('--fail-on', 'number 4')).toEqual({printed: [3, 4], over: 'failed'});
    expect(numbersOf('--fail-on', 'number 5', '--exit-on', 'number 4')).toEqual({printed: [3, 4], over: 'matched'});
    expect(numbersOf('--fail-on', 'number 4', '--exit-on', 'number')).toEqual({printed: [3], over: 'matched'});
    expect(numbersOf('--fail-on', 'number 3', '--exit-on', 'number')).toEqual({printed: [3], over: 'failed'});
  });

  test('without any time all may have come live', () => {
    const plain = ['number 1', 'number 2', 'number 3'];
    expect(numbers(['--tail', '1'], 1, plain).printed).toEqual([1, 2, 3]);
    expect(numbers(['--tail', '1'], 0, plain).printed).toEqual([3]);
  });
});

describe('--around: the records before and after those that are selected', () => {
  const letters = [...'abcdefghij'];
  const lines = letters.map((letter, at) => head(at, 'INFO', `message ${letter}${letter === 'e' ? '\n  more' : ''}`));
  const near = (...args: readonly string[]) =>
    printed(args, lines)
      .replaceAll(/.*message /g, '')
      .split('\n')
      .slice(0, -1);

  test.each<[readonly string[], readonly string[]]>([
    [
      ['--grep', 'message d', '-C', '1'],
      ['c', 'd', 'e', '  more'],
    ],
    // A record counts as one, whatever its lines; groups that touch are one.
    [
      ['--grep', 'message [dg]', '-C', '1'],
      ['c', 'd', 'e', '  more', 'f', 'g', 'h'],
    ],
    [
      ['--grep', 'message [bg]', '-C', '1'],
      ['a', 'b', 'c', '--', 'f', 'g', 'h'],
    ],
    [
      ['--grep', 'message [bg]', '--around', '2'],
      ['a', 'b', 'c', 'd', 'e', '  more', 'f', 'g', 'h', 'i'],
    ],
    [
      ['--grep', 'more', '-C1'],
      ['d', 'e', '  more', 'f'],
    ],
    [
      ['--grep', 'message [bj]', '-C', '0'],
      ['b', 'j'],
    ],
    // The last one that is selected, with what is around it.
    [
      ['--grep', 'message [bg]', '-C', '1', '--tail', '1'],
      ['f', 'g', 'h'],
    ],
    [
      ['--grep', 'message g', '-C', '9', '--since', '12:00:05', '--until', '12:00:08'],
      ['f', 'g', 'h'],
    ],
    [
      ['--grep', 'message b', '-C', '1', '--exit-on', 'message i'],
      ['a', 'b', 'c'],
    ],
    [
      ['--grep', 'message b', '-C', '9', '--exit-on', 'message d'],
      ['a', 'b', 'c', 'd'],
    ],
    [['--exclude', 'message [a-f]', '-C', '1', '--tail', '1'], ['j']],
  ])('%j', (args, expected) => {
    expect(near(...args)).toEqual(expected);
  });

  test('in JSON they are marked, and in a template there is the same line between groups', () => {
    const objects = printed(['--grep', 'message [bg]', '-C', '1', '-o', 'json'], lines).trimEnd().split('\n');
    expect(objects.map((line) => JSON.parse(line)).map(({message, around}) => [message.slice(-1), around])).toEqual([
      ...[
        ['a', true],
        ['b', undefined],
        ['c', true],
      ],
      ...[
        ['f', true],
        ['g', undefined],
        ['h', true],
      ],
    ]);
  });

  test('whatever is selected, as grep does it with lines', () => {
    const log = fc.array(fc.constantFrom('x', 'y', 'z'), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(log, fc.integer({min: 1, max: 4}), fc.integer({min: 1, max: 300}), (words, around, piece) => {
        const lines = words.map((word, at) => head(at % 60, 'INFO', `${word} ${at}`));
        const expected: string[] = [];
        let last = -1;
        for (const [at, line] of lines.entries()) {
          const isNear = words.some((word, other) => word === 'x' && Math.abs(other - at) <= around);
          if (!isNear) continue;
          if (expected.length > 0 && at > last + 1) expected.push('--');
          expected.push(line);
          last = at;
        }
        const text = printed(['--grep', 'x', '-C', String(around)], lines, [piece]);
        expect(text).toBe(expected.map((line) => `${line}\n`).join(''));
      }),
      {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
    );
  });
});

describe('--run: one run of the log', () => {
  const manager = (second: number, message: string) =>
    `[manager] 2026-11-25T12:00:${String(second).padStart(2, '0')}.000001Z  INFO pipeline_manager::runner::pipeline_automata: ${message} pipeline-id="1" pipeline-name="orders"`;
  const start = (second: number) =>
    manager(second, 'Resources transition: stopped -> provisioning (desired: provisioned)');
  const stop = (second: number) => manager(second, 'Resources transition: stopping -> stopped (desired: stopped)');
  const fresh = manager(0, 'Fresh start of pipeline logs');
  const three = [
    ...[fresh, start(1), head(2, 'INFO', 'first'), stop(3)],
    ...[start(4), head(5, 'WARN', 'second'), stop(6)],
    ...[start(7), head(8, 'INFO', 'third'), head(9, 'WARN', 'more'), stop(10)],
  ];
  const run = (...args: readonly string[]) => printed(args, three, [50]).split('\n').slice(0, -1);

  test.each<[readonly string[], readonly [number, number]]>([
    // What the runner wrote before the first start is of the run that begins there.
    [
      ['--run', '1'],
      [0, 4],
    ],
    [
      ['--run', '2'],
      [4, 7],
    ],
    [
      ['--run', '3'],
      [7, 11],
    ],
    [['--last-run'], [7, 11]],
    [
      ['--run', '-1'],
      [7, 11],
    ],
    [['--run=-2'], [4, 7]],
    [
      ['--run', '-3'],
      [0, 4],
    ],
    [
      ['--last-run', '--tail', '2'],
      [9, 11],
    ],
    [
      ['--run', '-2', '--level', 'warn'],
      [5, 6],
    ],
    [
      ['--run', '-2', '--level', 'warn', '-C', '5'],
      [4, 7],
    ],
    [
      ['--run', '2', '--exit-on', 'first'],
      [4, 7],
    ],
    [
      ['--run', '4'],
      [0, 0],
    ],
    [
      ['--run', '-4'],
      [0, 0],
    ],
  ])('%j', (args, [from, to]) => {
    expect(run(...args)).toEqual(three.slice(from, to));
  });

  test('a log without a start is one run', () => {
    expect(printed(['--last-run'])).toBe(linesAt(...log.keys()));
    expect(printed(['--run', '1'])).toBe(linesAt(...log.keys()));
  });
});

test('of a long recording only the last records are held', () => {
  const lines = Array.from({length: 40_000}, (_, at) => head(at % 60, 'INFO', `${at} ${'x'.repeat(400)}`));
  expect(printed(['--tail', '3'], lines)).toBe(
    lines
      .slice(-3)
      .map((line) => `${line}\n`)
      .join(''),
  );
});

test('however the bytes are cut, the same is printed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({min: 1, max: 200}), {minLength: 1, maxLength: 8}), (pieces) => {
      for (const args of [
        ['--grep', 'refused'],
        ['--tail', '3'],
        ['--level', 'warn'],
        ['-o', 'json'],
        ['--grep', 'refused', '--grep', 'late'],
      ]) {
        expect(printed(args, log, pieces)).toBe(printed(args));
      }
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 50)},
  );
});

test('json: an object a record, with all its lines', () => {
  const objects = printed(['-o', 'json'])
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects).toHaveLength(6);
  expect(objects[0]).toEqual({pipeline: 'orders', time: null, level: null, target: null, message: log[0]});
  expect(objects[2]).toEqual({
    pipeline: 'orders',
    time: '2026-11-25T12:00:02.000001Z',
    level: 'ERROR',
    target: 'dbsp::a',
    message: 'could not connect\n    refused by peer\n    after 3 tries',
  });
});

describe('json and templates: panics and configurations are one record each', () => {
  const recorded = (file: string) => recording(file).body.toString().trimEnd().split('\n');
  const objectsOf = (args: readonly string[], lines: readonly string[], pieces?: readonly number[]) =>
    printed([...args, '-o', 'json'], lines, pieces)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  const plain = (lines: readonly string[]) => stripVTControlCharacters(lines.join('\n'));

  test('a configuration, before the records that came between its lines', () => {
    const lines = recorded('27-logs-real-pipeline.raw');
    const objects = objectsOf([], lines);
    const configurations = objects.filter(({message}) => message.startsWith('Pipeline configuration loaded'));
    expect(configurations).toHaveLength(2);
    for (const {message, level, continues} of configurations) {
      expect(message.endsWith('\n}')).toBe(true);
      expect(message.split('\n')).toHaveLength(237);
      expect([level, continues]).toEqual([null, undefined]);
    }
    expect(objects.some(({continues}) => continues)).toBe(false);
    // Everything is printed, and nothing twice.
    const count = objects.reduce((sum, {message}) => sum + message.split('\n').length, 0);
    expect(count).toBe(lines.length);
    expect(objectsOf([], lines, [1000])).toEqual(objects);
  });

  test('a panic with its reports, which is one error', () => {
    const lines = recorded('35-worker-panic-logs.raw');
    const errors = objectsOf(['--level', 'error'], lines);
    expect(errors.map(({message}) => message.split('\n')[0])).toEqual([
      '',
      'Transaction 4: Error retrieving commit progress (runtime error: circuit has been terminated)',
      'Response: 500 Internal Server Error (size: Sized(9579)) to request GET /status',
    ]);
    expect(errors[0]).toMatchObject({level: 'ERROR', target: null, time: '2026-11-27T06:46:43.912732Z'});
    expect(errors[0].message).toBe(plain([...lines.slice(114, 265), ...lines.slice(266, 354)]));
  });

  test('one record counts, and ends the log', () => {
    const lines = recorded('35-worker-panic-logs.raw');
    // With the last lines of the record, which come after another error.
    const [panic, ...more] = objectsOf(['--exit-on', 'panicked at', '--level', 'error'], lines);
    expect(panic.message.split('\n')).toHaveLength(239);
    expect(more).toEqual([]);
    expect(printed(['--exit-on', '"outputs": ', '--level', 'error', '-o', 'json'], lines)).toBe('');
  });

  test('lines as sent stay in their order, and count as one record', () => {
    const lines = recorded('27-logs-real-pipeline.raw').slice(0, 244);
    expect(printed(['--level', 'info'], lines)).toBe(lines.map((line) => `${line}\n`).join(''));
    // The four records came between the lines of the configuration.
    expect(printed(['--tail', '4'], lines)).toBe(
      lines
        .slice(132, 136)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect(printed(['--tail', '5'], lines)).toBe(
      lines
        .slice(3)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });

  test('lines that come after a silence continue the record', () => {
    const buffer = new WritableLogBuffer({maxBytes: 1e6});
    const request = readRequest<LogsRequest>(['logs', 'orders', '-o', 'json']);
    const options = recordPrinters(request, 0)?.({name: 'orders', prefix: undefined});
    if (!options) throw new Error('no records were requested');
    const printer = new RecordPrinter(buffer, options);
    let next = 0;
    const read = () => {
      printer.selector.check();
      const end = printer.selector.completeTo;
      const taken = printer.read({from: next, stop: end, end, maxBytes: 1000});
      next = taken.next;
      buffer.dropBefore(next);
      return Buffer.from(taken.bytes).toString();
    };
    buffer.append(Buffer.from('Pipeline configuration loaded successfully: {\n  "name": "orders",\n'));
    expect(read()).toBe('');
    buffer.append(Buffer.from(`${head(1, 'INFO', 'one')}\n${head(2, 'INFO', 'two')}\n`));
    expect(read()).toBe('');
    printer.selector.flush();
    expect(read()).toMatch(
      /^\{[^\n]*"message":"Pipeline configuration loaded[^\n]*\}\n\{[^\n]*"one"\}\n\{[^\n]*"two"\}\n$/,
    );
    buffer.append(Buffer.from(`  "global": {}\n}\n${head(3, 'INFO', 'three')}\n${head(4, 'INFO', 'four')}\n`));
    expect(read()).toMatch(/^\{[^\n]*"message":" {2}\\"global\\": \{\}\\n\}","continues":true\}\n\{[^\n]*"three"\}\n$/);
  });
});

const jsonLine = (message: string, fields: Readonly<Record<string, unknown>>) =>
  JSON.stringify({
    timestamp: '2026-11-25T12:00:02.000001Z',
    level: 'INFO',
    target: 'dbsp::a',
    'pipeline-name': 'orders',
    fields: {message, ...fields},
  });
const runnersLine =
  '[manager] 2026-11-25T12:00:03.000001Z  INFO pipeline_manager::runner: Fresh start a=1 pipeline-id="01a2" pipeline-name="orders"';

test('json: a line of text has what one in JSON has: fields, span, host', () => {
  const lines = [
    head(1, 'INFO', 'checkpoint written: 8 MB step=80 path="/var log"'),
    jsonLine('checkpoint written: 8 MB', {step: 80, path: '/var log'}),
    '[orders host=1] 2026-11-25T12:00:02.000001Z  INFO kafka_input{ topic="a"}: dbsp::a:  elapsed_ms=12',
    runnersLine,
    head(4, 'INFO', 'moved from=1 to=2 from=3'),
  ];
  const objects = printed(['-o', 'json'], lines)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const fields = {step: '80', path: '/var log'};
  expect(objects).toMatchObject([
    {message: 'checkpoint written: 8 MB', fields},
    {message: 'checkpoint written: 8 MB', fields},
    {message: '', host: '1', span: 'kafka_input{ topic="a"}', target: 'dbsp::a', fields: {elapsed_ms: '12'}},
    {message: 'Fresh start a=1', fields: {'pipeline-id': '01a2', 'pipeline-name': 'orders'}},
    // Of two that are called the same there is room for one.
    {message: 'moved from=1 to=2 from=3', fields: {from: '3', to: '2'}},
  ]);
});

test('json: what a terminal obeys in a line is escaped, and read as it was sent', () => {
  const line = 'a program sent \u009b31m, \u0085 and \u2028';
  const json = printed(['-o', 'json'], [line]);
  expect(json).toContain(String.raw`sent \u009b31m, \u0085 and \u2028`);
  expect(JSON.parse(json)).toMatchObject({message: line});
});

describe('a time', () => {
  const before = '2026-11-25T12:00:01.000001Z';

  test('of a record without one is that of the record before it, which is said; a panic is an error', () => {
    const panic = "thread 'dbsp-worker-0' (12) panicked at src/lib.rs:1:2:";
    const lines = ['a program', head(1, 'INFO', 'started'), panic, 'no luck', '   0: main', head(3, 'INFO', 'ready')];
    const objects = printed(['-o', 'json'], lines)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(objects.map(({time, timeFrom, level}) => ({time, timeFrom, level}))).toEqual([
      {time: null, timeFrom: undefined, level: null},
      {time: before, timeFrom: undefined, level: 'INFO'},
      {time: before, timeFrom: 'before', level: 'ERROR'},
      {time: '2026-11-25T12:00:03.000001Z', timeFrom: undefined, level: 'INFO'},
    ]);
    expect(objects[2].message).toBe(lines.slice(2, 5).join('\n'));
  });

  test.each(['27-logs-real-pipeline.raw', '35-worker-panic-logs.raw', '27b-logs-real-pipeline-json.raw'])(
    'has the digits of the log in every form: %s',
    (file) => {
      const lines = recording(file).body.toString().trimEnd().split('\n');
      const objects = printed(['-o', 'json'], lines)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const times = objects.map(({time}) => time ?? '-');
      expect(times.some((time) => /\.\d{6}Z$/.test(time))).toBe(true);
      const stamps = new Set(printed(['-t', '--level', 'trace'], lines).match(/^\S+(?= )/gm));
      expect(times.filter((time, at) => objects[at].level !== null && !stamps.has(time))).toEqual([]);
    },
  );
});

test('timestamps: the time of its record before each line', () => {
  expect(printed(['--timestamps']).split('\n').slice(0, 4)).toEqual([
    '- a program said this',
    `2026-11-25T12:00:01.000001Z ${log[1]}`,
    `2026-11-25T12:00:02.000001Z ${log[2]}`,
    '2026-11-25T12:00:02.000001Z     refused by peer',
  ]);
});

test('without a form or a filter there is no record printer', () => {
  const request = readRequest<LogsRequest>(['logs', 'orders', '-f', '--color', 'never']);
  expect(recordPrinters(request, 0)).toBeUndefined();
});

test('-C has the records before a match whole, though their memory is used again meanwhile', () => {
  const lines = Array.from({length: 8000}, (_, at) => head(at % 60, 'INFO', `record ${at} ${'x'.repeat(at % 97)}`));
  const near = lines.slice(50).flatMap((line, at) => (at % 100 === 99 ? '--' : line));
  expect(printed(['-C', '49', '--grep', 'record \\d*99 '], lines, [300])).toBe(`${near.join('\n')}\n`);
});
