import path from 'node:path';
import {expect, it} from 'vitest';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import {readFacts} from '../../../source/engine/logs/bundle-facts.ts';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import {declarationSteps, excerptOf, positionIn} from '../../../source/engine/program/program-excerpt.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {root} from '../../harness/program.ts';
import {bytesIn} from '../../harness/work-done.ts';

/** The lines of an excerpt as text, the marked part in brackets. */
function shown(code: string, place: Parameters<typeof excerptOf>[1]): readonly string[] | undefined {
  return excerptOf(code, place)?.map(({number, text, marked}) => {
    if (!marked) return `${number} ${text}`;
    return `${number} ${text.slice(0, marked.from)}[${text.slice(marked.from, marked.to)}]${text.slice(marked.to)}`;
  });
}

const program = `-- create table orders (not this one);
create table "Orders" (x int) with ('connectors' = '[{"name": "bad"}]');
CREATE TABLE orders (
  id BIGINT NOT NULL, -- it''s a comment
  customer VARCHAR DEFAULT 'create table orders; ''x''',
  amount DOUBLE
) WITH (
  'materialized' = 'true',
  'connectors' = '[
    {"transport": {"name": "datagen", "config": {"plan": [{"name": "bad"}]}}},
    {
      "name": "o''brien", "transport": {"name": "file_input"}
    },
    {"name": "bad", "transport": {"name": "kafka_input", "config": {"sasl.password": "PLANTED"}}}
  ]'
);
create function f(x int) returns int;
create materialized /* big */ view if not exists big_orders with ('connectors'='[{"transport": {"name": "x"}}]') as
select * from orders where amount >= 100;
`;

const connectorOf = (endpoint: string, code = program) => {
  const steps = declarationSteps(code, endpoint);
  let step = steps.next();
  while (!step.done) step = steps.next();
  const found = step.value;
  const of = (range: {from: number; to: number} | undefined) => range && code.slice(range.from, range.to);
  return found && [of(found.statement), of(found.connector)];
};

it.each<[string, readonly (string | undefined)[] | undefined]>([
  ['orders.bad', ['CREATE TABLE orders', '"name": "bad"']],
  ['Orders.bad', ['create table "Orders"', '"name": "bad"']],
  ["orders.o'brien", ['CREATE TABLE orders', `"name": "o''brien"`]],
  [
    'orders.unnamed-0',
    ['CREATE TABLE orders', '{"transport": {"name": "datagen", "config": {"plan": [{"name": "bad"}]}}}'],
  ],
  ['orders.api-ingress-4e7f', ['CREATE TABLE orders', undefined]],
  [
    'big_orders.unnamed-0',
    ['create materialized /* big */ view if not exists big_orders', '{"transport": {"name": "x"}}'],
  ],
  ['order.bad', undefined],
  ['f.x', undefined],
])('%s is declared in %j', (endpoint, declared) => {
  expect(connectorOf(endpoint)).toEqual(declared);
});

it('shows the entry of a connector with the lines around it, and the statement above, without credentials', () => {
  expect(shown(program, {kind: 'endpoint', endpoint: 'orders.bad'})).toEqual([
    '3 CREATE TABLE orders (',
    '11     {',
    `12       "name": "o''brien", "transport": {"name": "file_input"}`,
    '13     },',
    '14     {["name": "bad"], "transport": {"name": "kafka_input", "config": {"sasl.password": "***"}}}',
    "15   ]'",
    '16 );',
    '17 create function f(x int) returns int;',
  ]);
  expect(shown(program, {kind: 'endpoint', endpoint: 'orders.gone'})?.[2]).toBe('3 [CREATE TABLE orders] (');
  expect(shown(program, {kind: 'endpoint', endpoint: 'nothing.here'})).toBeUndefined();
});

it('hides a credential whose name is a line above, and a key of several lines', () => {
  const code = `create table t (x int) with ('connectors' = '[{"name": "a",\n  "password":\n    "PLANTED",\n  "x": 1}]');`;
  const lines = shown(code.replace('"x": 1', '"private_key": "PLANTED\nPLANTED",\n  "y": 2'), {
    kind: 'position',
    line: 3,
    column: 1,
  });
  expect(lines?.join('\n')).not.toContain('PLANTED');
  expect(lines?.[2]).toBe('3 [ ]   "***",');
  expect(lines?.at(-1)).toContain('"y": 2');
});

it('hides what is below the name of a credential, also if that is far above the lines that are shown', () => {
  const members = Array.from({length: 20}, (_, at) => `    "user${at}": "PLANTED",`).join('\n');
  const code = `create table t (x int) with ('connectors' = '[{\n  "credentials": {\n${members}\n    "z": 1\n  }, "x": 1}]');`;
  const lines = shown(code, {kind: 'position', line: 18, column: 1});
  expect(lines).toHaveLength(7);
  expect(lines?.join('\n')).not.toContain('PLANTED');
});

it('finds each connector in the program of a real pipeline, all in one line of it', async () => {
  const [found] = await findOpened(path.join(root, 'test/wire/31-support-bundle-real.zip'));
  const facts = found && (await readFacts(found, {clock: systemClock}));
  const code = facts?.pipeline?.programCode ?? '';
  for (const name of ['good', 'bad', 'sheet', 'web', 'gen'])
    expect(connectorOf(`orders.${name}`, code)).toEqual(['create table orders', `"name": "${name}"`]);
  expect(connectorOf('big_orders.full', code)?.[0]).toBe('create materialized view big_orders');
});

it.each<[number, number, {line: number; column: number} | undefined, readonly string[]]>([
  [1, 1, undefined, ['1 [a]b', '2 c', '3 d', '4 e']],
  [1, 1, {line: 1, column: 2}, ['1 [ab]', '2 c', '3 d', '4 e']],
  [4, 1, {line: 5, column: 1}, ['1 ab', '2 c', '3 d', '4 [e]', '5 f', '6 g']],
  [6, 9, undefined, ['3 d', '4 e', '5 f', '6 g[]']],
])('line %i column %i to %j', (line, column, end, lines) => {
  expect(shown('ab\nc\nd\ne\nf\ng', {kind: 'position', line, column, end})).toEqual(lines);
});

it('a line that the program does not have has no excerpt', () => {
  expect(shown('a', {kind: 'position', line: 2, column: 1})).toBeUndefined();
});

it.each<[string, readonly [number, number] | undefined]>([
  ["thread 'dbsp-worker-0' (1) panicked at a.rs:1:2:\nline 12 column 5: cast of NULL value", [12, 5]],
  ["thread 'dbsp-worker-0' panicked at 'line 3 column 18: overflow', a.rs:1:2", [3, 18]],
  ['one\npanic message: line 2 column 7: division by zero\nmore', [2, 7]],
  // The place in the JSON of a record, which is no place of the program.
  ["parse error on input endpoint 'a.b': expected f64 at line 1 column 55", undefined],
  ["thread 'x' panicked at a.rs:1:2:\ncustomer is PANIC", undefined],
])('%j: %j', (message, place) => {
  expect(positionIn(message)).toEqual(place && {kind: 'position', line: place[0], column: place[1]});
});

it('takes a few bytes for a line of a program, of which there may be millions', async () => {
  const lines = 1_000_000;
  const json = new ServerJson({code: `-- é\n${'\n'.repeat(lines)}last`});
  const bytes = await bytesIn(() => {
    const code = json.codeOf('code');
    expect(shown(code, {kind: 'position', line: lines + 2, column: 2})?.at(-1)).toBe(`${lines + 2} l[a]st`);
    expect(shown(code, {kind: 'position', line: 129, column: 1})?.at(3)).toBe('129 [ ]'.replace(' ]', ']'));
  });
  expect(bytes / lines).toBeLessThan(8);
});

it('finds each line of a long program by its number, and its place by the name of a table', () => {
  const texts = Array.from({length: 400}, (_, at) =>
    at % 3 === 0 ? '' : `create table t${at} (x int) with ('y'='z');`,
  );
  for (const end of ['', '\n']) {
    const code = texts.join('\n') + end;
    for (const [at, text] of texts.entries()) {
      const line = at + 1;
      const around = shown(code, {kind: 'position', line, column: 3}) ?? [];
      expect(around).toContain(text === '' ? `${line} []` : `${line} cr[e]${text.slice(3)}`);
      expect(around[0]).toMatch(new RegExp(`^${Math.max(1, line - 3)} `));
      if (text !== '')
        expect(shown(code, {kind: 'endpoint', endpoint: `t${at}.c`})).toContain(
          `${line} [create table t${at}]${text.slice(`create table t${at}`.length)}`,
        );
    }
    expect(shown(code, {kind: 'position', line: end === '' ? 401 : 402, column: 1})).toBeUndefined();
  }
});
