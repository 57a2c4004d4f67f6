import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseRecord} from '../../source/records/parse-record.ts';
import {timeOfBytes} from '../../source/records/time-text.ts';
import {sampleFiles, sampleLines} from './sample-lines.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);

test.each(sampleFiles)('reads the time of every head of %s', (file) => {
  for (const {bytes, text} of sampleLines(file)) {
    const timeText = parseRecord(text)?.timeText;
    // `Date` knows no microseconds.
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
