import {expect, test} from 'vitest';
import {soak} from './soak.ts';

test('what is opened is closed: after some rounds of use the program holds what it held before', {
  timeout: 180_000,
}, async () => {
  const {samples, deeds, connections} = await soak({minutes: 1 / 3, rate: 2000, roundsPerSample: 1, log: () => {}});
  expect(samples.length).toBeGreaterThan(2);
  expect(connections).toBeGreaterThan(deeds.tabs);
  // The first round loads code and opens what stays open.
  const [, second] = samples;
  const last = samples.at(-1);
  for (const name of ['sockets', 'descriptors', 'listeners', 'others']) {
    expect({name, count: last?.counts[name]}).toEqual({name, count: second?.counts[name]});
  }
  expect(last?.counts.timers).toBeLessThanOrEqual((second?.counts.timers ?? 0) + 2);
  // Segments of 24 MiB, sockets that were closed a moment ago, signals of requests under way: a few, whatever was done.
  expect(last?.counts.socketObjects).toBeLessThan(20);
  expect(last?.counts.arrayBuffers).toBeLessThan(500);
  expect(last?.counts.abortSignals).toBeLessThan(300);
});
