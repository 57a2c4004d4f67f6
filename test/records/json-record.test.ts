import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Level, levels} from '../../source/records/level.ts';
import {levelIn} from '../../source/records/line-level.ts';
import {parseRecord} from '../../source/records/parse-record.ts';
import {isRunnersIn} from '../../source/records/runner-line.ts';
import {shapeOf} from '../../source/records/shape.ts';
import {timeOfBytes} from '../../source/records/time-text.ts';
import {recordFields} from '../../source/viewport/record-fields.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 500);
const time = '2026-11-25T09:08:47.372844Z';

type Member = readonly [key: string, value: unknown];
/** What a record says, whatever form it is sent in. */
type Said = {
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
const said: fc.Arbitrary<Said> = fc
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

function asText({level, time, target, span, message, fields}: Said): string {
  const tail = fields.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ');
  const head = `[p] ${time} ${level.padStart(5)} ${span === undefined ? '' : `${span}: `}${target}:  `;
  return `${head}${[message, tail].filter((part) => part !== '').join(' ')}`;
}

function membersOf({level, time, target, span, message, fields}: Said): readonly Member[] {
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

/** All that is read from a line; of one in text the lines that follow are given, too. */
function read(text: string) {
  const [first = '', ...more] = text.split('\n');
  const bytes = Buffer.from(first);
  const record = parseRecord(first);
  const message = record?.format === 'text' ? first.slice(record.messageStart, record.fieldsStart) : record?.message;
  return {
    level: levelIn(bytes),
    time: timeOfBytes(bytes),
    isRunners: isRunnersIn(bytes, 0, bytes.length),
    shape: shapeOf(bytes),
    record: record && {source: record.source, level: record.level, time: record.timeText, target: record.target},
    span: record?.span,
    message: [message, ...more].join('\n'),
    fields: record && recordFields(record, first),
  };
}

test('a record is the same in text and in JSON, in any order and with keys that nobody knows', () => {
  const shuffled = <Item>(items: readonly Item[]) => fc.shuffledSubarray([...items], {minLength: items.length});
  const forms = said.chain((record) =>
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
      for (const each of [asJson(byTime), asJson(sorted), asJson(anyOrder, gap)]) expect(read(each)).toEqual(expected);
    }),
    {numRuns: runs},
  );
});

describe('whose line it is, its keys tell', () => {
  const keys = {
    timestamp: time,
    level: 'INFO',
    fields: {line: 'x "feldera-service":"runner"', pipeline: 'control-plane'},
  };
  const runnersTarget = 'pipeline_manager::runner::pipeline_automata';
  test.each([
    [true, {'feldera-service': 'runner', target: 'a'}],
    [true, {pipeline: 'control-plane', target: 'a'}],
    [true, {pipeline: 'orders', target: runnersTarget}],
    [false, {'feldera-service': 'pipeline', target: runnersTarget}],
    [false, {'feldera-service': 'pipeline', pipeline: 'control-plane', target: 'a'}],
    [false, {pipeline: 'orders', target: 'a'}],
    [false, {target: 'a'}],
  ])('the runner’s: %s, %j', (isRunners, others) => {
    const members = Object.entries({...keys, ...others});
    for (const each of [members, members.toReversed(), members.toSorted(([a], [b]) => (a < b ? -1 : 1))]) {
      const text = JSON.stringify(Object.fromEntries(each));
      expect([text, isRunnersIn(Buffer.from(text), 0, Buffer.byteLength(text))]).toEqual([text, isRunners]);
      expect(parseRecord(text)?.source).toBe(isRunners ? 'manager' : 'pipeline');
    }
  });
});

test('a level or a time that is not the line’s own is none', () => {
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
