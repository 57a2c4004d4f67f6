import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {levelIn, timeOfBytes} from '../../../source/engine/records/line-head.ts';
import {parseRecord} from '../../../source/engine/records/parse-record.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

describe('the level of a line', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 500);

  test.each(sampleFiles)('agrees with the parser on every line of %s', (file) => {
    const lines = sampleLines(file);
    expect(lines.map(({bytes}) => levelIn(bytes))).toEqual(lines.map(({text}) => parseRecord(text)?.level));
    expect(new Set(lines.map(({bytes}) => levelIn(bytes))).size).toBeGreaterThan(2);
  });

  test.each(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])('finds %s, with and without colours', (level) => {
    const padded = level.padStart(5);
    const time = '2026-11-25T09:08:47.372844Z';
    const name = 'n'.repeat(63);
    for (const line of [
      `[p] ${time} ${padded} a::b:  message`,
      `[${name} host=12] ${time} ${padded} a::b:  message`,
      `[${'𠮷'.repeat(63)} host=12] ${time} ${padded} a::b:  message`,
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
    '[p] 2026-11-25_09:08:47.372844Z ERROR a::b:  no time',
    'ERROR [p] 2026-11-25T09:08:47.372844Z  INFO a::b:  no tag',
    '{"level":"ERROR"}',
    '{"timestamp":"2026-11-25T09:08:47.372844Z","level":"ERRORS"}',
  ])('finds none in %j', (line) => {
    expect(levelIn(Buffer.from(line))).toBeUndefined();
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
        // Damage after the level leaves a head, unless the time is there.
        if (at > 100 && !line.toString().startsWith('{"feldera')) expect(level).toBe(levelIn(line));
        // A record of the parser has a head; in JSON its time may be invalid.
        if (line[0] !== 0x7b && parsed !== undefined) expect(level).toBe(parsed);
      }),
      {numRuns: runs},
    );
  });
});

describe('the time of a line', () => {
  const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

  test.each(sampleFiles)('reads the time of every head of %s', (file) => {
    for (const {bytes, text} of sampleLines(file)) {
      const timeText = parseRecord(text)?.timeText;
      // `Date` has no microseconds.
      const expected = timeText && Date.parse(timeText) + Number(`0.${timeText.slice(23, 26)}`);
      if (expected) expect(timeOfBytes(bytes)).toBeCloseTo(expected, 3);
      else expect(timeOfBytes(bytes)).toBeUndefined();
    }
  });

  test('any date from year 0 to 9999', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (value) => {
        expect(timeOfBytes(Buffer.from(`[p] ${value.toISOString()}  INFO a::b:  m`))).toBe(value.getTime());
      }),
      {numRuns: runs},
    );
  });

  test.each([
    ['2026-11-25T09:08:47Z', 0],
    ['2026-11-25T09:08:47.5Z', 500],
    ['2026-11-25T09:08:47.372844Z', 372.844],
    ['2026-11-25T09:08:47.123456789Z', 123.456789],
    ['2026-11-25T09:08:60Z', 13_000],
  ])('%s', (time, expected) => {
    const line = Buffer.from(`{"timestamp":"${time}","level":"INFO","target":"t","fields":{}}`);
    expect(timeOfBytes(line)).toBeCloseTo(Date.parse('2026-11-25T09:08:47Z') + expected, 3);
  });

  test.each([
    '2026-13-25T09:08:47Z',
    '2026-00-25T09:08:47Z',
    '2026-11-32T09:08:47Z',
    '2026-11-25T24:08:47Z',
    '2026-11-25T09:60:47Z',
    '2026-11-25T09:08:61Z',
    '2026-11-25T09:08:47.Z',
    '2026-11-25-09:08:47Z',
    '2026:11:25T09:08:47Z',
    '20261125T090847.000Z',
  ])('%s is no time', (time) => {
    expect(timeOfBytes(Buffer.from(`[p] ${time}  INFO a::b:  m`))).toBeUndefined();
  });

  test('a line that is no head has none', () => {
    expect(timeOfBytes(Buffer.from('2026-11-25T09:08:47Z'))).toBeUndefined();
    expect(timeOfBytes(Buffer.from('[p] 2026-11-25T09:08:47.372844Z and so on'))).toBeUndefined();
  });
});
