import {describe, expect, test} from 'vitest';
import {FakeClock} from './fake-clock.ts';
import {node} from './program.ts';
import {Lane} from './slow-link.ts';
import {openTerminal} from './terminal.ts';

describe('a lane', () => {
  test('bytes arrive in order, at its rate and after its delay', async () => {
    const clock = new FakeClock();
    const arrived: {at: number; text: string}[] = [];
    // A byte a millisecond.
    const lane = new Lane({
      ...{bitsPerSecond: 8000, delay: 100, clock},
      onArrived: (bytes) => arrived.push({at: clock.monotonic(), text: String(bytes)}),
    });
    lane.send(Buffer.from('abc'));
    lane.send(Buffer.from('de'));
    expect(lane.queued).toBe(5);
    await clock.advance(104);
    lane.send(Buffer.from('f'));
    await clock.advance(1000);
    expect(arrived).toEqual([
      {at: 103, text: 'abc'},
      {at: 105, text: 'de'},
      {at: 205, text: 'f'},
    ]);
    expect(lane.queued).toBe(0);
  });

  test('a long write arrives in packets', async () => {
    const clock = new FakeClock();
    const arrived: Buffer[] = [];
    const lane = new Lane({bitsPerSecond: 8000, delay: 0, clock, onArrived: (bytes) => arrived.push(bytes)});
    const count = () => Buffer.concat(arrived).length;
    lane.send(Buffer.alloc(10_000));
    await clock.advance(5_000);
    expect(count()).toBeGreaterThan(4_700);
    expect(count()).toBeLessThanOrEqual(5_000);
    await clock.advance(5_000);
    expect(count()).toBe(10_000);
    await lane.isEmpty;
  });
});

test('a program behind a full line is read no faster than the line, and everything arrives in order', async () => {
  const link = {bitsPerSecond: 1_600_000, roundTrip: 20, buffer: 8 * 1024};
  const script = `for (let each = 1; each <= 20000; each++) console.log('line ' + each + '.');
    process.stdin.once('data', (key) => console.log('got ' + key));`;
  await using terminal = await openTerminal({command: node, args: ['-e', script], link});
  await terminal.waitFor(/line \d/);
  expect(terminal.output.length).toBeLessThan(64 * 1024);
  await terminal.waitFor('line 20000.');
  // One read of the pseudoterminal more than the buffer.
  expect(terminal.link?.mostQueued).toBeLessThan(64 * 1024);
  await terminal.press('x', 'Enter');
  await terminal.waitFor('got x');
});
