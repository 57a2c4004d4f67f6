import {expect, test} from 'vitest';
import {serverClock} from '../../../source/engine/api/server-clock.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

test("the wall time is the server's once that has answered, where the two clocks differ", async () => {
  const machine = new FakeClock(Date.UTC(2026, 0, 1, 12));
  const clock = serverClock(machine);
  const wall = () => new Date(clock.wall()).toISOString();
  clock.onDate('');
  clock.onDate('Thu, 01 Jan 2026 12:00:04 GMT');
  expect(wall()).toBe('2026-01-01T12:00:00.000Z');
  clock.onDate('Thu, 01 Jan 2026 10:00:00 GMT');
  expect(wall()).toBe('2026-01-01T10:00:00.500Z');
  await machine.advance(60_000);
  clock.onDate('Thu, 01 Jan 2026 10:00:58 GMT');
  expect([wall(), clock.machine()]).toEqual(['2026-01-01T10:01:00.500Z', machine.wall()]);
  // The machine's clock is set right.
  machine.jumpWall(-2 * 60 * 60_000);
  clock.onDate('Thu, 01 Jan 2026 10:01:00 GMT');
  expect(wall()).toBe('2026-01-01T10:01:00.000Z');
});
