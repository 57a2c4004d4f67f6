import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type LogRecord, parseRecord} from '../../source/records/parse-record.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

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

  test('the runner is told from a pipeline called manager, and only its own suffix is fields', () => {
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

  test('the runner before 0.207 names no target; a pipeline called as it was does', () => {
    const runner = head.replace('[p]', '[control-plane]');
    expect(partsOf(`${runner}Status transition: running -> stopping`)).toEqual({
      source: 'manager',
      target: '',
      span: undefined,
      message: 'Status transition: running -> stopping',
      fields: '',
    });
    expect(partsOf(`${runner}Resources error: exit code=1`)).toMatchObject({message: 'Resources error: exit code=1'});
    expect(partsOf(`${runner}standin: hello`)).toMatchObject({source: 'pipeline', target: 'standin', message: 'hello'});
    expect(partsOf(`${runner}x{ a=1}: log: hello`)).toMatchObject({
      source: 'pipeline',
      target: 'log',
      message: 'hello',
    });
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

  test('of the runner of 0.200 to 0.206 names no service, and the pipeline or the control plane', () => {
    const old = (pipeline: string) => ({
      ...{timestamp: '2026-11-27T07:21:39.502374Z', level: 'INFO', target: 'pipeline_manager::runner::pipeline_logs'},
      ...{pipeline, 'pipeline-id': '1', fields: {line: 'Fresh start of pipeline logs'}},
    });
    for (const name of ['control-plane', 'orders']) {
      expect(parseRecord(JSON.stringify(old(name)))).toMatchObject({
        ...{source: 'manager', name, message: 'Fresh start of pipeline logs', fields: []},
      });
    }
    expect(parseRecord(JSON.stringify({...old('x'), 'feldera-service': 'pipeline'}))?.source).toBe('pipeline');
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

  test('nested beyond reason is plain text', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const record = parseRecord(JSON.stringify(line).replace('"m"', deep));
    expect(record === undefined || record.format === 'json').toBe(true);
  });
});

const words = [
  '[p]',
  '[manager]',
  '[control-plane]',
  '[p host=1]',
  '2026-11-25T09:08:47.372844Z',
  ' ',
  ' ',
  '  ',
  'INFO',
  'ERROR',
  'a::b',
  'log',
  ':',
].concat([
  '{',
  '}',
  '"',
  '\\',
  ' k="',
  ' k=v',
  '=',
  ' pipeline-id="1" pipeline-name="',
  '🚀',
  'é',
  'x',
  '[',
  ']',
  '.',
  '-',
]);
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...words), fc.string({maxLength: 3})), {maxLength: 30})
  .chain((parts) =>
    fc
      .constantFrom('', head, head.replace('p', 'control-plane'), `${head}a::b: `, `${head}a::b:  `)
      .map((start) => start + parts.join('')),
  );

test('any text: no throw, and offsets in order and in range', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const record = parseRecord(text);
      if (record?.format !== 'text') return;
      const {messageStart, fieldsStart = text.length, target, span} = record;
      if (target === '') expect(text).toMatch(/^\[control-plane\] /);
      else expect(text.slice(0, messageStart)).toContain(`${target}:`);
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
