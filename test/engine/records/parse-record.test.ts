import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {fingerprintOf} from '../../../source/engine/records/fingerprint.ts';
import {type Level, levels} from '../../../source/engine/records/level.ts';
import {levelIn, timeOfBytes} from '../../../source/engine/records/line-head.ts';
import {isRunnerLine} from '../../../source/engine/records/line-kind.ts';
import {type LogRecord, parseRecord, recordFields} from '../../../source/engine/records/parse-record.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

describe('lines in text form and in JSON', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 500);

  /** A record in one line, with its parts between bars; a line that is none as `plain`. */
  function describeRecord(text: string, record: LogRecord | undefined): string {
    if (!record) return `plain |${text}`;
    const {source, name, host, timeText, level, target, span} = record;
    const head = [source, name, host ?? '-', timeText.slice(11), level, target, span ?? '-'].join(' | ');
    if (record.format === 'json') {
      const fields = record.fields.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ');
      return `json | ${head} |${JSON.stringify(record.message)}| ${fields}`;
    }
    const fieldsStart = record.fieldsStart ?? text.length;
    return `text | ${head} |${text.slice(record.messageStart, fieldsStart)}|${text.slice(fieldsStart)}`;
  }

  test.each(sampleFiles)('every line of %s', async (file) => {
    const described = sampleLines(file).map(({text}) => describeRecord(text, parseRecord(text)));
    await expect(`${described.join('\n')}\n`).toMatchFileSnapshot(`./expected/${file.replace('.log', '.txt')}`);
  });

  const head = '[p] 2026-11-25T09:08:47.372844Z  INFO ';

  function partsOf(text: string) {
    const record = parseRecord(text);
    if (record?.format !== 'text') return undefined;
    const {source, target, span, messageStart, fieldsStart} = record;
    return {
      source,
      target,
      span,
      message: text.slice(messageStart, fieldsStart),
      fields: text.slice(fieldsStart ?? text.length),
    };
  }

  describe('the head of a text line', () => {
    test.each([
      ['two spaces before the message', 'a::b:  hello', 'a::b', undefined, 'hello'],
      ['one space only, after a path', 'a::b: error: no', 'a::b', undefined, 'error: no'],
      ['one space only, after a name', 'log: no more', 'log', undefined, 'no more'],
      ['an indented message', 'a::b:    hello', 'a::b', undefined, '  hello'],
      ['a message like a head', 'a::b:  c::d:  hello', 'a::b', undefined, 'c::d:  hello'],
      ['no message', 'a::b:', 'a::b', undefined, ''],
      ['a span without fields', 'in: a::b:  hello', 'a::b', 'in', 'hello'],
      ['a span without fields, before a name', 'in: log:  hello', 'log', 'in', 'hello'],
      ['one space only, after a name and before a message like a head', 'log: no: more', 'log', undefined, 'no: more'],
      ['one space only, after a name in a span', 'x{ a=1}: log: no: more', 'log', 'x{ a=1}', 'no: more'],
      ['one space only, after a path in a span', 'in: a::b: no: more', 'a::b', 'in', 'no: more'],
      ['spans within each other', 'x{ a=1}:y:z{ b="}"}: a::b:  hello', 'a::b', 'x{ a=1}:y:z{ b="}"}', 'hello'],
      ['braces and quotes in a span', 'x{ a=B { c: "\\"}" }}: a::b:  hi', 'a::b', 'x{ a=B { c: "\\"}" }}', 'hi'],
    ])('%s', (_, rest, target, span, message) => {
      expect(partsOf(head + rest)).toEqual({source: 'pipeline', target, span, message, fields: ''});
    });

    test('fields that end the line', () => {
      expect(partsOf(`${head}a::b:  got x=1 then y=2 z="3 \\" 4"`)).toMatchObject({
        message: 'got x=1 then',
        fields: ' y=2 z="3 \\" 4"',
      });
      expect(partsOf(`${head}a::b:  y=2`)).toMatchObject({message: '', fields: 'y=2'});
    });

    test.each(['заказы', '訂單-2', 'نظام', 'ümlaut', 'e\u0301t', '𠮷'.repeat(63)])('the name %s', (name) => {
      const record = parseRecord(`${head.replace('[p]', `[${name}]`)}a::b:  hello`);
      expect(record).toMatchObject({name, level: 'INFO', target: 'a::b', source: 'pipeline'});
      expect(parseRecord(`${head.replace('[p]', `[${name} host=0]`)}a::b:  hello`)).toMatchObject({name, host: '0'});
    });

    test('the runner and a pipeline called manager; only the runner’s suffix is fields', () => {
      const runner = head.replace('[p]', '[manager]');
      const suffix = ' pipeline-id="1" pipeline-name="p"';
      expect(partsOf(`${runner}a::b: exit code=1${suffix}`)).toMatchObject({
        source: 'manager',
        message: 'exit code=1',
        fields: suffix,
      });
      expect(partsOf(`${runner}a::b: exit code=1`)).toMatchObject({
        source: 'manager',
        message: 'exit code=1',
        fields: '',
      });
      expect(partsOf(`${runner}a::b:  hello`)).toMatchObject({source: 'pipeline', message: 'hello'});
    });

    test.each([
      '',
      '[',
      '{',
      '{}',
      '[p] ',
      head,
      `${head}no target`,
      `${head}x{ never="ends: a::b:  hello`,
      `x${head}a::b:  hello`,
      `${head.replace('INFO', 'NOTE')}a::b:  hello`,
      `${head.replace('[p]', '[p q]')}a::b:  hello`,
      `${head.replace('Z', '')}a::b:  hello`,
    ])('plain text: %j', (text) => {
      expect(parseRecord(text)).toBeUndefined();
    });
  });

  describe('a JSON line', () => {
    const line = {timestamp: '2026-11-25T09:08:54.372488Z', level: 'INFO', target: 't', fields: {message: 'm'}};

    test.each([
      ['without a level', {...line, level: undefined}],
      ['of an unknown level', {...line, level: 'info'}],
      ['without fields', {...line, fields: undefined}],
      ['whose fields are a list', {...line, fields: []}],
      ['without a time', {...line, timestamp: 5}],
    ])('%s is plain text', (_, json) => {
      expect(parseRecord(JSON.stringify(json))).toBeUndefined();
    });

    test('may lack a message, and have values of any kind', () => {
      const fields = {message: 5, list: [1, {a: null}], line: 7};
      expect(parseRecord(JSON.stringify({...line, fields}))).toMatchObject({
        message: '7',
        fields: [
          ['message', '5'],
          ['list', '[1,{"a":null}]'],
        ],
      });
    });

    test('keeps the digits of numbers that a double cannot hold', () => {
      const numbers = ['12345678901234567890', '-9007199254740993', '0.12345678901234567890123'];
      const objects = ['[1,{"id":18446744073709551615}]', '{"a":9007199254740993,"b":["9007199254740993"]}'];
      for (const value of [...numbers, ...objects]) {
        const text = JSON.stringify(line).replace('"m"', value);
        expect(parseRecord(text)).toMatchObject({fields: [['message', value]]});
      }
      expect(parseRecord(JSON.stringify({...line, fields: 0}).replace('0}', '12345678901234567890}'))).toBeUndefined();
    });

    test('nested beyond reason is plain text', () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const record = parseRecord(JSON.stringify(line).replace('"m"', deep));
      expect(record === undefined || record.format === 'json').toBe(true);
    });
  });

  const words = [
    ...['[p]', '[manager]', '[p host=1]', '2026-11-25T09:08:47.372844Z', ' ', ' ', '  ', 'INFO'],
    ...['ERROR', 'a::b', 'log', ':', '{', '}', '"', '\\', ' k="', ' k=v', '=', ' pipeline-id="1" pipeline-name="'],
    ...['🚀', 'é', 'x', '[', ']', '.', '-'],
  ];
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({maxLength: 3})), {maxLength: 30})
    .chain((parts) =>
      fc
        .constantFrom('', head, head.replace('p', 'manager'), `${head}a::b: `, `${head}a::b:  `)
        .map((start) => start + parts.join('')),
    );

  test('any text: no throw, and offsets in order and in range', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const record = parseRecord(text);
        if (record?.format !== 'text') return;
        const {messageStart, fieldsStart = text.length, target, span} = record;
        expect(text.slice(0, messageStart)).toContain(`${target}:`);
        if (span !== undefined) expect(text.slice(0, messageStart)).toContain(`${span}:`);
        expect(messageStart).toBeLessThanOrEqual(fieldsStart);
        expect(fieldsStart).toBeLessThanOrEqual(text.length);
      }),
      {numRuns: runs},
    );
  });

  test('any JSON: no throw', () => {
    const fields = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()));
    const line = fc.record({
      timestamp: fc.constant('t'),
      level: fc.constantFrom('INFO', 'x'),
      target: fc.jsonValue(),
      fields,
      span: fc.jsonValue(),
    });
    fc.assert(
      fc.property(line, (json) => {
        const record = parseRecord(JSON.stringify(json));
        if (record?.format !== 'json') return;
        for (const [key, value] of record.fields) expect([typeof key, typeof value]).toEqual(['string', 'string']);
        expect([typeof record.message, typeof record.target]).toEqual(['string', 'string']);
      }),
      {numRuns: runs},
    );
  });
});

describe('the same record in both forms', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 500);
  const time = '2026-11-25T09:08:47.372844Z';

  type Member = readonly [key: string, value: unknown];
  /** A record, independent of its form. */
  type Content = {
    readonly level: Level;
    readonly time: string;
    readonly target: string;
    readonly span: string | undefined;
    readonly message: string;
    readonly fields: readonly Member[];
  };

  /** Text that looks like a head, or like the end of one. */
  const traps = [
    '","level":"ERROR',
    '"},"level":"ERROR","timestamp":"2026-01-01T00:00:00Z"}',
    '{"timestamp":"2026-01-01T00:00:00Z","level":"ERROR","fields":{}}',
    '"feldera-service":"runner"',
    '\\"level\\":\\"ERROR\\"',
    '\\',
    '\\\\"',
    '}}',
    '"fields":{',
  ];
  const word = fc.oneof(
    fc.constantFrom('lost', 'a::b:', "'orders.kafka'", "it's", '12', '日本語', 'é', '🚀', '{', '"', ...traps),
    fc.string({unit: 'grapheme-ascii', maxLength: 6}),
  );
  // What ends in `key=value` has fields in text.
  const line = fc.array(word, {maxLength: 8}).map((words) => words.join(' ').replaceAll('=', ''));
  const value = fc.oneof(
    fc.nat(),
    fc.boolean(),
    fc.string({unit: 'grapheme-ascii', maxLength: 8}),
    fc.constantFrom(...traps),
  );
  const content: fc.Arbitrary<Content> = fc
    .record({
      level: fc.constantFrom(...levels),
      time: fc.constantFrom(time, '2026-11-25T09:08:47Z', '2026-11-25T09:08:47.372844123Z'),
      target: fc.constantFrom('dbsp_adapters::server', 'a::b', 'log', 'log_2'),
      span: fc.constantFrom(undefined, 'file_input', 'kafka_output'),
      lines: fc.array(line, {minLength: 1, maxLength: 3}),
      fields: fc.uniqueArray(fc.tuple(fc.constantFrom('level', 'timestamp', 'a', 'path', 'log.line'), value), {
        selector: ([key]) => key,
        maxLength: 3,
      }),
    })
    // In text the fields end the last line, which is a line of its own.
    .map(({lines, fields, ...rest}) => ({...rest, message: lines.join('\n'), fields: lines.length > 1 ? [] : fields}));

  const json: fc.Arbitrary<unknown> = fc.oneof(
    fc.jsonValue({maxDepth: 2}),
    fc.constantFrom(...traps, {level: 'ERROR', timestamp: time, fields: {message: 'no'}}, [{level: 'ERROR'}]),
  );
  const unknownKeys = fc.uniqueArray(
    fc.tuple(fc.constantFrom('levels', 'Level', 'a level', 'fields.level', '"', '}', '\\', '', 'time'), json),
    {selector: ([key]) => key, maxLength: 3},
  );

  function asText({level, time, target, span, message, fields}: Content): string {
    const tail = fields.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ');
    const head = `[p] ${time} ${level.padStart(5)} ${span === undefined ? '' : `${span}: `}${target}:  `;
    return `${head}${[message, tail].filter((part) => part !== '').join(' ')}`;
  }

  function membersOf({level, time, target, span, message, fields}: Content): readonly Member[] {
    return [
      ['timestamp', time],
      ['level', level],
      ['target', target],
      ['feldera-service', 'pipeline'],
      ['pipeline-name', 'p'],
      ['pipeline-id', '01a21bc5-58b9-7d43-9d20-e728333f3f30'],
      ['fields', [['message', message], ...fields]],
      ...(span === undefined ? [] : [['span', span] as const]),
    ];
  }

  /** `gap`: a blank wherever JSON may have one. */
  function asJson(members: readonly Member[], gap = ''): string {
    const parts = members.map(([key, value]) => {
      const isFields = key === 'fields';
      return `${JSON.stringify(key)}${gap}:${gap}${isFields ? asJson(value as Member[], gap) : JSON.stringify(value)}`;
    });
    return `{${gap}${parts.join(`${gap},${gap}`)}${gap}}`;
  }

  /** All that is read from a line; in text form with the lines that follow. */
  function read(text: string) {
    const [first = '', ...more] = text.split('\n');
    const bytes = Buffer.from(first);
    const record = parseRecord(first);
    const message = record?.format === 'text' ? first.slice(record.messageStart, record.fieldsStart) : record?.message;
    return {
      level: levelIn(bytes),
      time: timeOfBytes(bytes),
      isRunners: isRunnerLine(bytes, 0, bytes.length),
      shape: fingerprintOf(bytes),
      record: record && {source: record.source, level: record.level, time: record.timeText, target: record.target},
      span: record?.span,
      message: [message, ...more].join('\n'),
      fields: record && recordFields(record, first),
    };
  }

  test('a record is the same in text and in JSON, in any order and with unknown keys', () => {
    const shuffled = <Item>(items: readonly Item[]) => fc.shuffledSubarray([...items], {minLength: items.length});
    const forms = content.chain((record) =>
      fc.tuple(
        fc.constant(record),
        unknownKeys.chain((unknown) => shuffled([...membersOf(record), ...unknown])),
        fc.nat(record.fields.length),
        fc.constantFrom('', '', ' '),
      ),
    );
    fc.assert(
      fc.property(forms, ([record, members, place, gap]) => {
        const expected = read(asText(record));
        expect(expected.record).toEqual({
          source: 'pipeline',
          level: record.level,
          time: record.time,
          target: record.target,
        });
        expect(expected.message).toBe(record.message);
        const byTime = membersOf(record);
        const sorted = byTime.toSorted(([a], [b]) => (a < b ? -1 : 1));
        const fields: Member[] = [...record.fields];
        fields.splice(place, 0, ['message', record.message]);
        const anyOrder = members.map((member): Member => (member[0] === 'fields' ? ['fields', fields] : member));
        for (const each of [asJson(byTime), asJson(sorted), asJson(anyOrder, gap)])
          expect(read(each)).toEqual(expected);
      }),
      {numRuns: runs},
    );
  });

  describe('the keys of a line tell whether it is the runner’s', () => {
    const keys = {
      timestamp: time,
      level: 'INFO',
      fields: {line: 'x "feldera-service":"runner"', 'feldera-service': 'runner'},
    };
    const runnersTarget = 'pipeline_manager::runner::pipeline_automata';
    test.each([
      [true, {'feldera-service': 'runner', target: runnersTarget, 'pipeline-id': '1'}],
      [false, {'feldera-service': 'runner', target: 'a', 'pipeline-id': '1'}],
      [false, {'feldera-service': 'runner', target: runnersTarget}],
      [false, {'feldera-service': 'pipeline', target: runnersTarget}],
      [false, {target: runnersTarget}],
    ])('the runner’s: %s, %j', (isRunners, others) => {
      const members = Object.entries({...keys, ...others});
      for (const each of [members, members.toReversed(), members.toSorted(([a], [b]) => (a < b ? -1 : 1))]) {
        const text = JSON.stringify(Object.fromEntries(each));
        expect([text, isRunnerLine(Buffer.from(text), 0, Buffer.byteLength(text))]).toEqual([text, isRunners]);
        expect(parseRecord(text)?.source).toBe(isRunners ? 'manager' : 'pipeline');
      }
    });
  });

  test('a level or a time that is not the line’s own does not count', () => {
    const none = [
      `{"fields":{"message":"x","level":"ERROR","timestamp":"${time}"}}`,
      `{"fields":{"message":"x"},"timestamp":"${time}"}`,
      `{"fields":{"message":"\\",\\"level\\":\\"ERROR"},"timestamp":"${time}"}`,
      `{"a":[{"level":"ERROR"},"level","ERROR"],"timestamp":"${time}"}`,
      `{"level":"ERROR","fields":{"timestamp":"${time}"}}`,
      `{"level":"ERROR","fields":{"message":",\\"timestamp\\":\\"${time}"}}`,
      `{"level":{"level":"ERROR"},"timestamp":"${time}"}`,
      `["level","ERROR","timestamp","${time}"]`,
      `{"feldera-service":"pipeline","fields":{"message":"x"},"level":"error","timestamp":"${time}"}`,
    ];
    expect(none.map((line) => levelIn(Buffer.from(line)))).toEqual(none.map(() => undefined));
    expect(none.map((line) => timeOfBytes(Buffer.from(line)))).toEqual(none.map(() => undefined));
  });
});

describe('the fields of a record', () => {
  const head = '[pa] 2026-11-25T09:08:47.372844Z  INFO a::b:  ';
  const fieldsOf = (line: string) => {
    const record = parseRecord(line);
    return record && recordFields(record, line);
  };

  it('are read from the end of a text line, quotes and escapes undone', () => {
    const line = `${head}slow disk path="/var log" quote="a \\"b\\"" tab="a\\tb" ms=12 ratio=0.5`;
    expect(fieldsOf(line)).toEqual([
      ['path', '/var log'],
      ['quote', 'a "b"'],
      ['tab', 'a\tb'],
      ['ms', '12'],
      ['ratio', '0.5'],
    ]);
    expect(fieldsOf(`${head}a=1`)).toEqual([['a', '1']]);
    expect(fieldsOf(`${head}nothing but words`)).toEqual([]);
  });

  it('stay as written where their escapes are not those of JSON', () => {
    expect(fieldsOf(`${head}x e="a\\u{1b}b"`)).toEqual([['e', 'a\\u{1b}b']]);
  });

  it('are only id and name on lines of the runner', () => {
    const runner = head.replace('[pa]', '[manager]').replace('a::b:  ', 'a::b: ');
    expect(fieldsOf(`${runner}Fresh a=1 pipeline-id="01a2" pipeline-name="N/A"`)).toEqual([
      ['pipeline-id', '01a2'],
      ['pipeline-name', 'N/A'],
    ]);
  });
});
