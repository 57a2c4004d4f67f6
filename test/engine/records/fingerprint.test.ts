import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {visibleText} from '../../../source/engine/buffer/style-joints.ts';
import {fingerprintOf, fingerprintText} from '../../../source/engine/records/fingerprint.ts';
import {head, json, runner, runnerJson} from './index-lines.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const fingerprint = (line: string) => fingerprintOf(Buffer.from(line));

describe('variable parts are left out', () => {
  test.each([
    ['step 12 finished in 3.5 ms', 'step # finished in # ms'],
    ['12ms, 1,204 rows, -5, v2.1', '#ms, # rows, -#, v#'],
    ['ipv4#172.18.0.3:9092', 'ipv###:#'],
    ['2026-08-22T08:15:00+00:00', '#-#-#T#:#:#+#:#'],
    ['id 01a211f2-15cc-70e3-b64e-8ab41f6b239d.', 'id #.'],
    ['id abcdefab-cdef-abcd-efab-cdefabcdefa1', 'id #'],
    ['id abcdefab-cdef', 'id abcdefab-cdef'],
    ['x01a211f2-15cc-70e3-b64e-8ab41f6b239d', 'x#a#f#-#-#-#-#'],
    ['id 01a211f2-15cc-70e3-b64e-8ab41f6b239d0', 'id #-#-#-#-#'],
    ['id abcdefab-cdef.abcd-efab-cdefabcdefa1', 'id abcdefab-cdef.abcd-efab-#'],
    ['commit 59807616e1fa2540 or e1fa or e1 or 1a2', 'commit # or # or e# or #a#'],
    ['at 0x7fff and 0x, facade', 'at # and #x, facade'],
    ['worker-3 of table_7', 'worker-# of table_#'],
    ["endpoint 'orders.kafka': don't", "endpoint '*': don't"],
    ["it's 'it's' not", "it's '*' not"],
    ["one ' only", "one ' only"],
    ["refused 'two,Grace Hopper", "refused '*'"],
    ['refused "two, it\'s', 'refused "*"'],
    ['x="1" y="a \\" b" z="', 'x="*" y="*" z="'],
    ['`Result::unwrap()` [a] {b}', '`Result::unwrap()` [a] {b}'],
    ['日本語 é 🚀', '日本語 é 🚀'],
    ['', ''],
    ['ends\r', 'ends'],
  ])('%j', (text, expected) => {
    expect(fingerprintText(text)).toBe(expected);
    const target = 'dbsp_adapters::server:  ';
    expect(fingerprintText(head(text))).toBe(`INFO ${target}${expected}`);
    expect(fingerprintText(json(text))).toBe(`INFO ${target}${expected}`);
  });
});

test('a panic is its place and its message, not its thread; quotations say what was wrong', () => {
  const text = `thread 'dbsp-worker-0' (26008) panicked at src/main.rs:64:21:\norder 77: "refused", it's 'b'`;
  expect(fingerprintText(text)).toBe(`panicked at src/main.rs:64:21: order #: "refused", it's 'b'`);
  expect(fingerprint(text.replace("'dbsp-worker-0' (26008)", "'main'"))).toBe(fingerprint(text));
  expect(fingerprint(text.replace('64', '63'))).not.toBe(fingerprint(text));
  expect(fingerprint(text.replace('refused', 'timed out'))).not.toBe(fingerprint(text));
  const old = "thread 'main' panicked at 'no space', a.rs:1:2";
  expect(fingerprint(old.replace('space', 'memory'))).not.toBe(fingerprint(old));
});

describe('level, target and text count', () => {
  const line = head('hello');
  test.each([
    ['level', head('hello', 'WARN')],
    ['target', line.replace('server', 'controller')],
    ['text', head('hello you')],
    ['span', line.replace('dbsp', 'in{ a="1"}: dbsp')],
  ])('%s', (_, other) => {
    expect(fingerprint(other)).not.toBe(fingerprint(line));
  });

  test('name, host, time and colours do not', () => {
    const coloured =
      '[q] \x1b[2m2026-01-01T00:00:00Z\x1b[0m \x1b[32m INFO\x1b[0m \x1b[2mdbsp_adapters::server\x1b[0m\x1b[2m:\x1b[0m  hello';
    expect(fingerprint(coloured)).toBe(fingerprint(line));
    expect(fingerprint(line.replace('[p]', '[p host=3]'))).toBe(fingerprint(line));
    expect(fingerprint(json('hello'))).toBe(fingerprint(line));
  });
});

describe('a line in JSON', () => {
  const line = json('hello "you" \\ 5');
  const withFields = (fields: object) =>
    JSON.stringify({
      timestamp: '2026-01-01T00:00:00Z',
      level: 'WARN',
      target: 'log',
      'feldera-service': 'pipeline',
      fields,
    });

  test('of the runner has its text', () => {
    expect(fingerprintText(runnerJson('exit 5'))).toBe('INFO pipeline_manager::runner::pipeline_automata:  exit #');
    expect(fingerprintText(runner('exit 5'))).toContain('pipeline_automata: exit # pipeline-id="*"');
  });

  test('quotes inside its message are quotes', () => {
    expect(fingerprintText(line)).toBe('INFO dbsp_adapters::server:  hello "*" \\ #');
    expect(fingerprintText(json('a "b \\"c\\" d" e'))).toBe('INFO dbsp_adapters::server:  a "*" e');
  });

  test('its fields count by their names, and numbers and texts are left out', () => {
    const fields = {message: 'm', 'log.target': 'rdkafka::client', ok: true, ratio: 0.5, tenant: 't1'};
    expect(fingerprintText(withFields(fields))).toBe('WARN rdkafka::client:  m ok=true ratio=# tenant="*"');
  });

  test('has the fingerprint of the first line of the same record in text', () => {
    expect(fingerprintText(json('5 lost:\nnode 1\nnode 2'))).toBe('INFO dbsp_adapters::server:  # lost:');
    expect(fingerprintText(json('5 lost:\r\nnode 1'))).toBe('INFO dbsp_adapters::server:  # lost:');
    const characters = '\x1b[31mred\x1b[0m 12 \t\b\f\u0007 🚀 日本語';
    const escaped = json(characters).replace(
      /[^ -~]/g,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    for (const line of [json(characters), escaped]) expect(fingerprint(line)).toBe(fingerprint(head(characters)));
    expect(fingerprintText(json('x').replace('"x"', '"a\\ud83d b"'))).toBe('INFO dbsp_adapters::server:  a\ufffd b');
  });

  test('that is no record has all of its text after the level', () => {
    const other = {timestamp: '2026-01-01T00:00:00Z', level: 'WARN', message: '5 lost', tries: 3};
    expect(fingerprintText(JSON.stringify(other))).toBe('WARN","message":"# lost","tries":#}');
    expect(fingerprintText(json('x').replace('"x"', '"a 5 \\u12"'))).toMatch(/^INFO",.*"a # \\u#"}}$/);
  });

  test('that is cut or has no message has a fingerprint, too', () => {
    for (let end = 0; end <= line.length; end++) expect(fingerprintText(line.slice(0, end))).toBeTypeOf('string');
    expect(fingerprintText(withFields({answer: 42}))).toBe('WARN log:  answer=#');
  });
});

test.each(sampleFiles)('lines of %s have equal fingerprints exactly if their texts are equal', (file) => {
  const lines = sampleLines(file).map(({bytes}) => bytes);
  const texts = lines.map((line) => fingerprintText(line.toString()));
  const fingerprints = lines.map((line) => fingerprintOf(line));
  expect(new Set(texts).size).toBeGreaterThan(7);
  expect(fingerprints.map((each) => fingerprints.indexOf(each))).toEqual(texts.map((text) => texts.indexOf(text)));
});

test('colours make no difference', () => {
  for (const {bytes} of sampleLines('samples-text-ansi.log')) {
    expect(fingerprintText(bytes.toString())).toBe(fingerprintText(visibleText(bytes)));
  }
});

const word = fc.constantFrom('step', 'finished', 'in', 'ms,', 'a::b', '(', ')', 'kafka:', 'at', '=', '`x`', '-', 'é');
const hex = (length: number) =>
  fc.string({unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length});
const values = {
  number: fc.oneof(
    fc.nat(),
    fc.nat(20),
    fc.double({min: 0, max: 1e6, noNaN: true}).map((value) => value.toFixed(3)),
  ),
  id: hex(16).map((digits) => `${digits.slice(0, 8)}7${digits.slice(8)}`),
  uuid: hex(32).map((digits) => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')),
  quoted: fc.string().map((text) => JSON.stringify(text)),
  single: fc.string({unit: fc.constantFrom(...'abc 019.:/"')}).map((text) => `'${text.replaceAll('"', '')}'`),
};
type Part = string | {readonly kind: keyof typeof values; readonly pair: readonly [string, string]};
const varying = (kind: keyof typeof values) =>
  fc.tuple(values[kind], values[kind]).map(([a, b]): Part => ({kind, pair: [String(a), String(b)]}));
const part: fc.Arbitrary<Part> = fc.oneof(
  word,
  ...(['number', 'id', 'uuid', 'quoted', 'single'] as const).map(varying),
);

test('lines that differ in numbers, ids and quoted values have one fingerprint', () => {
  fc.assert(
    fc.property(fc.array(part, {maxLength: 12}), (parts) => {
      const [one, two] = [0, 1].map((side) =>
        parts.map((each) => (typeof each === 'string' ? each : each.pair[side as 0 | 1])).join(' '),
      );
      expect(fingerprintText(head(one ?? ''))).toBe(fingerprintText(head(two ?? '')));
      expect(fingerprint(head(one ?? ''))).toBe(fingerprint(head(two ?? '')));
      expect(fingerprint(json(one ?? ''))).toBe(fingerprint(json(two ?? '')));
    }),
    {numRuns: runs},
  );
});

test('any two texts: equal fingerprints exactly if their texts are equal', () => {
  const text = fc.array(fc.oneof(word, fc.string({maxLength: 8}), fc.constantFrom('"', "'", '\\', '1', 'a1b2', '-')), {
    maxLength: 8,
  });
  fc.assert(
    fc.property(text, text, fc.boolean(), (one, two, isSame) => {
      const [a, b] = [one.join(''), (isSame ? one : two).join('').replaceAll(/\d/g, '7')];
      expect(fingerprint(a) === fingerprint(b)).toBe(fingerprintText(a) === fingerprintText(b));
    }),
    {numRuns: runs},
  );
});

test('any bytes have a fingerprint', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({maxLength: 300}),
      fc.constantFrom('', head(''), json('x').slice(0, -4)),
      (bytes, start) => {
        const line = Buffer.concat([Buffer.from(start), bytes]);
        expect(fingerprintOf(line)).toBe(fingerprintOf(Buffer.from(line)));
      },
    ),
    {numRuns: runs},
  );
});

test('a JSON line whose escape crosses the end of the part that counts has a fingerprint', () => {
  const lengths = Array.from({length: 60}, (_, index) => 65_480 + index);
  for (const escaped of ['\\u001b', '\\u00e9', '\\ud83d\\ude80']) {
    for (const length of lengths) {
      const line = json('x'.repeat(length)).replace('xx"', `x${escaped} tail"`);
      expect(fingerprint(line)).not.toBe(fingerprint(json('y')));
    }
  }
});

test('of a line of megabytes only the visible part counts', () => {
  const long = `${head('x')} ${'y'.repeat(1 << 20)}`;
  expect(fingerprint(`${long}z`)).toBe(fingerprint(long));
});
