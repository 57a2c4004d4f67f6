import {expect, test} from 'vitest';
import {zoneOffset} from '../../source/screen/zone-offset.ts';

test.each([
  ['UTC', '2026-07-01T12:00:00Z', 0],
  ['Asia/Tokyo', '2026-07-01T12:00:00Z', 540],
  ['Asia/Kolkata', '2026-07-01T12:00:00Z', 330],
  ['America/New_York', '2026-07-01T12:00:00Z', -240],
  ['America/New_York', '2026-12-01T12:00:00Z', -300],
  ['America/St_Johns', '2026-12-01T12:00:00Z', -210],
])('%s at %s is %d minutes ahead', (zone, at, minutes) => {
  expect(zoneOffset(zone)(Date.parse(at))).toBe(minutes);
});

test('the change of the clocks is at its minute, whatever was asked before', () => {
  const offsetAt = zoneOffset('Europe/Berlin');
  const change = Date.parse('2026-10-25T01:00:00Z');
  expect([change - 1, change, change - 1, change + 1].map(offsetAt)).toEqual([120, 60, 120, 60]);
});

test("without a zone it is the system's", () => {
  const at = Date.parse('2026-07-01T12:00:00Z');
  expect(zoneOffset(undefined)(at)).toBe(-new Date(at).getTimezoneOffset());
});
