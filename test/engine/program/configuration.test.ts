import fc from 'fast-check';
import {expect, it} from 'vitest';
import {configurationLines, fileOutputOf, kafkaInputOf} from '../../../demo/process-log.ts';
import {
  type ConfigurationChange,
  type ConfigurationValue,
  changeSteps,
  parseConfiguration,
  pathInWords,
  shownSteps,
} from '../../../source/engine/program/configuration.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';

type Value = ConfigurationValue | undefined;

const configurationChanges = (before: Value, now: Value) => runAtOnce(changeSteps(before, now));
const shownChange = (change: ConfigurationChange) => runAtOnce(shownSteps(change));

/** As `serde_json` prints it, without its first line. */
function read(lines: readonly string[]): ConfigurationValue | undefined {
  return parseConfiguration(['{', ...lines].join('\n'));
}

function parsed(json: unknown): ConfigurationValue {
  const [, ...lines] = JSON.stringify(json, undefined, 2).split('\n');
  const value = read(lines.length === 0 ? ['}'] : lines);
  if (value === undefined) throw new Error('not read');
  return value;
}

function shown(before: unknown, now: unknown): readonly string[] {
  return configurationChanges(parsed(before), parsed(now)).map((change) => {
    const {change: word, path, before: was, now: is, isHidden} = shownChange(change);
    return `${word} ${path} ${isHidden ? 'hidden: ' : ''}${[was, is].filter((each) => each !== undefined).join(' → ')}`;
  });
}

/** What stands for a secret; not a template. */
const secretOf = (name: string) => ['$', `{secret:k:${name}}`].join('');

const one = '"(hidden, 1 character)"';

const pipeline = {id: 'x', name: 'orders'};
const inputs = [kafkaInputOf('orders.kafka', 'orders')];

function printed(deployment: Parameters<typeof configurationLines>[1]): readonly string[] {
  return configurationLines(pipeline, deployment).slice(2);
}

it('reads what a pipeline prints, and finds what differs in it', () => {
  const before = read(printed({workers: 4, inputs}));
  const now = read(printed({workers: 8, inputs, outputs: [fileOutputOf('big.file', '/tmp/a')]}));
  expect(before).toBeInstanceOf(Map);
  expect(configurationChanges(before, before)).toEqual([]);
  expect(configurationChanges(before, now).map(shownChange)).toMatchObject([
    {change: 'changed', path: 'global.workers', before: '4', now: '8'},
    {change: 'added', path: 'outputs.big.file', now: expect.stringContaining('"path": "/tmp/a"')},
  ]);
});

it('a configuration that is not whole is none, wherever it was cut', () => {
  const lines = printed({inputs});
  for (let end = 0; end < lines.length; end++) expect(read(lines.slice(0, end))).toBeUndefined();
  for (let at = 0; at < lines.length; at++) {
    const without = read(lines.filter((_, line) => line !== at));
    const isOneLine = lines[at]?.endsWith('{') || lines[at]?.endsWith('[') || /^ *[\]}]/.test(lines[at] ?? '');
    if (isOneLine) expect(without).toBeUndefined();
  }
  expect(read([...lines, '}'])).toBeUndefined();
  expect(read(['  "a": "cut her'])).toBeUndefined();
});

it.each<[unknown, unknown, readonly string[]]>([
  [{a: 1}, {a: 1}, []],
  [{a: {b: [1, 2]}}, {a: {b: [1, 3]}}, ['changed a.b [1, 2] → [1, 3]']],
  [{plan: [{rate: 1}]}, {plan: [{rate: 2}, {rate: 3}]}, ['changed plan[0].rate 1 → 2', 'added plan[1] {"rate": 3}']],
  [{a: {}, b: []}, {a: null, b: [1]}, ['changed a {} → null', 'changed b [] → [1]']],
  [{b: 1, a: 2}, {a: 2, c: '1 s'}, ['added c "1 s"', 'gone b 1']],
  [
    {config: {password: 'a'}},
    {config: {password: 'bc'}},
    ['changed config.password hidden: "(hidden, 1 character)" → "(hidden, 2 characters)"'],
  ],
  [{uri: 'postgres://u:a@h/x'}, {uri: 's3://bucket/x'}, ['changed uri "(hidden, 18 characters)" → "s3://bucket/x"']],
  [{}, {env: {DB_PASSWORD: 'a', X: '1', Y: 'b'}}, [`added env {"DB_PASSWORD": ${one}, "X": "1", "Y": ${one}}`]],
  [{credentials: {user: 'a', pin: 1234}}, {}, ['gone credentials "(hidden)"']],
  [
    {login: {tokens: [1, 2], pins: {secret: 1}}},
    {login: {tokens: [1, 3], pins: {secret: 2}}},
    [
      'changed login.tokens hidden: "(hidden)" → "(hidden)"',
      'changed login.pins.secret hidden: "(hidden)" → "(hidden)"',
    ],
  ],
  [
    {headers: [{name: 'Authorization', value: 1}]},
    {headers: [{name: 'Authorization', value: 2}]},
    ['changed headers[0].value hidden: "(hidden)" → "(hidden)"'],
  ],
  [{}, {'bootstrap.servers': 'a:9092, b.c:9092'}, ['added bootstrap.servers "a:9092, b.c:9092"']],
  [{}, {'bootstrap.servers': 'me:pw@a:9092'}, ['added bootstrap.servers "(hidden, 12 characters)"']],
  [{}, {url: 'https://hooks.example/x/y'}, ['added url "(hidden, 25 characters)"']],
  [
    {},
    {url: 'https://a.example:8080', path: '/var/a b.json'},
    ['added url "https://a.example:8080"', 'added path "/var/a b.json"'],
  ],
  [
    {},
    {mode: 'snapshot_and_follow', start_from: 'earliest', model: 'zq7'},
    ['added mode "snapshot_and_follow"', 'added start_from "earliest"', 'added model "(hidden, 3 characters)"'],
  ],
  [
    {},
    {topic: 'orders', stream: 'sales.2', topics: ['a', 'b'], x: ['a']},
    ['added topic "orders"', 'added stream "sales.2"', 'added topics ["a", "b"]', `added x [${one}]`],
  ],
  [{password: secretOf('a')}, {password: secretOf('b')}, [`changed password "${secretOf('a')}" → "${secretOf('b')}"`]],
])('from %j to %j: %j', (before, now, changes) => {
  expect(shown(before, now)).toEqual(changes);
});

it('a long value is hidden in many steps', () => {
  const value = `${'id int, '.repeat(128 * 1024)}password = 'abc'`;
  const [change] = configurationChanges(parsed({}), parsed({program_code: value}));
  if (!change) throw new Error('no change');
  const work = shownSteps(change);
  let steps = 0;
  let step = work.next();
  for (; !step.done; step = work.next()) steps += 1;
  expect(steps).toBeGreaterThan(200);
  expect(step.value.now).toBe(JSON.stringify(value.replace('abc', '***')));
});

it('keeps all digits of a number', () => {
  const [before, now] = ['18446744073709551615', '18446744073709551614'].map((n) => read([`  "most": ${n}`, '}']));
  expect(configurationChanges(before, now)).toMatchObject([
    {before: '18446744073709551615', now: '18446744073709551614'},
  ]);
});

function jsonFrom(value: ConfigurationValue): unknown {
  if (typeof value === 'string') return JSON.parse(value);
  return value instanceof Map
    ? Object.fromEntries([...value].map(([key, each]) => [key, jsonFrom(each)]))
    : Array.from(value as readonly ConfigurationValue[], jsonFrom);
}

const gone = 'this part is gone';

/** A copy with one change made in it. */
function changed(json: unknown, [key, ...path]: readonly string[], now: unknown): unknown {
  if (key === undefined) return now;
  if (!Array.isArray(json)) {
    const parts = new Map(Object.entries(json as Record<string, unknown>));
    return Object.fromEntries(parts.set(key, changed(parts.get(key), path, now)));
  }
  const items = [...json];
  const at = Number(key.slice(1, -1));
  items[at] = changed(items[at], path, now);
  return items;
}

function withoutGone(json: unknown): unknown {
  if (Array.isArray(json)) return json.filter((item) => item !== gone).map(withoutGone);
  if (typeof json !== 'object' || json === null) return json;
  const parts = Object.entries(json).filter(([, each]) => each !== gone);
  return Object.fromEntries(parts.map(([key, each]) => [key, withoutGone(each)]));
}

it('the changes turn the one into the other, and back, and each of them is one', () => {
  const key = fc.stringMatching(/^[a-z]{1,2}$/);
  const plain = fc.oneof(fc.string(), fc.integer({min: 0}), fc.boolean(), fc.constant(null));
  const {value} = fc.letrec((tie) => ({
    value: fc.oneof({maxDepth: 3}, plain, fc.dictionary(key, tie('value')), fc.array(tie('value'), {maxLength: 3})),
  }));
  const configuration = fc.dictionary(key, value);
  fc.assert(
    fc.property(configuration, configuration, (before, now) => {
      const changes = configurationChanges(parsed(before), parsed(now));
      const made = changes.reduce<unknown>(
        (json, {path, now: is}) => changed(json, path, is === undefined ? gone : jsonFrom(is)),
        before,
      );
      expect(withoutGone(made)).toEqual(now);
      for (const {before: was, now: is} of changes) expect(is && jsonFrom(is)).not.toEqual(was && jsonFrom(was));
      const back = configurationChanges(parsed(now), parsed(before));
      const paths = (list: typeof changes) => list.map(({path}) => pathInWords(path)).sort();
      expect(paths(back)).toEqual(paths(changes));
    }),
  );
});

it('names a place as in JavaScript', () => {
  expect(pathInWords(['inputs', 'orders.bad', 'plan', '[0]', 'rate'])).toBe('inputs.orders.bad.plan[0].rate');
});

it('reads a text whatever signs it has', () => {
  const [change] = configurationChanges(parsed({a: 'x\u2028y'}), parsed({a: 'x\u2028z'}));
  expect(change && runAtOnce(shownSteps(change, true))).toMatchObject({before: '"x\u2028y"', now: '"x\u2028z"'});
});
