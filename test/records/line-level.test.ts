import fc from 'fast-check';
import {expect, test} from 'vitest';
import {levelIn} from '../../source/records/line-level.ts';
import {parseRecord} from '../../source/records/parse-record.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 500);

test.each(sampleFiles)('agrees with the parser on every line of %s', (file) => {
  const lines = sampleLines(file);
  expect(lines.map(({bytes}) => levelIn(bytes))).toEqual(lines.map(({text}) => parseRecord(text)?.level));
  expect(new Set(lines.map(({bytes}) => levelIn(bytes))).size).toBeGreaterThan(2);
});

test.each(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])('knows %s, with and without colours', (level) => {
  const padded = level.padStart(5);
  const time = '2026-11-25T09:08:47.372844Z';
  const name = 'n'.repeat(63);
  for (const line of [
    `[p] ${time} ${padded} a::b:  message`,
    `[${name} host=12] ${time} ${padded} a::b:  message`,
    `[p] \x1b[2m${time}\x1b[0m \x1b[38;5;9m${padded}\x1b[0m \x1b[2ma::b\x1b[0m:  message`,
    `{"timestamp":"${time}","level":"${level}","target":"t","fields":{}}`,
  ]) {
    expect(levelIn(Buffer.from(line))).toBe(level);
  }
});

test.each([
  '',
  '[',
  '{',
  '[p]',
  '[p] ERROR a::b:  no time',
  '[p] 2026-11-25T09:08:47.372844Z',
  '[p] 2026-11-25T09:08:47.372844Z ERROR',
  '[p] 2026-11-25T09:08:47.372844Z ERRORS a::b:  no level',
  '[p] 2026-11-25T09:08:47.372844Z \x1b[31 ERROR a::b:  no colour',
  '[p] 5Z ERROR a::b:  no time',
  'ERROR [p] 2026-11-25T09:08:47.372844Z  INFO a::b:  no tag',
  '{"level":"ERROR"}',
  '{"timestamp":"2026-11-25T09:08:47.372844Z","level":"ERRORS"}',
])('finds none in %j', (line) => {
  expect(levelIn(Buffer.from(line))).toBeUndefined();
});

const pieces = [
  '[',
  'p',
  ']',
  ' ',
  '\x1b[',
  '\x1b[0m',
  '2',
  'm',
  ';',
  '2026-11-25T09:08:47.372844Z',
  'Z',
  'ERROR',
  'INFO',
  'a::b:',
  '{"timestamp":"',
  '","level":"',
  '"',
];

test('is never taken from text that cannot be a head', () => {
  const lines = fc.array(fc.constantFrom(...pieces), {maxLength: 20}).map((parts) => parts.join(''));
  fc.assert(
    fc.property(lines, (line) => {
      const level = levelIn(Buffer.from(line));
      if (level === undefined) return;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
      const visible = line.replaceAll(/\x1b\[[0-9;]*m/g, '');
      expect(visible).toMatch(new RegExp(`^(\\[[^\\]]*\\] *|\\{"timestamp":")[-\\d:.TZ]+( *|","level":")${level}`));
    }),
    {numRuns: runs},
  );
});

test('in damaged lines it is what the parser finds, if both find one', () => {
  const samples = sampleFiles.flatMap((file) => sampleLines(file).map(({text}) => Buffer.from(text)));
  const damage = fc.record({
    line: fc.constantFrom(...samples),
    at: fc.nat(400),
    byte: fc.integer({min: 0x20, max: 0x7e}),
  });
  fc.assert(
    fc.property(damage, ({line, at, byte}) => {
      const bytes = Buffer.from(line);
      if (at < bytes.length) bytes[at] = byte;
      const level = levelIn(bytes);
      const parsed = parseRecord(bytes.toString())?.level;
      if (level !== undefined && parsed !== undefined) expect(level).toBe(parsed);
      // Past the level a head stays one, unless its time stands there.
      if (at > 100 && !line.toString().startsWith('{"feldera')) expect(level).toBe(levelIn(line));
      // What the parser takes for a record has a head; in JSON its time may be none.
      if (line[0] !== 0x7b && parsed !== undefined) expect(level).toBe(parsed);
    }),
    {numRuns: runs},
  );
});
