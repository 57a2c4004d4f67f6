import {expect, test} from 'vitest';
import {soakReport} from './report.ts';
import {BrokenSoak, soak} from './soak.ts';

test('what is opened is closed: after some rounds of use the program holds what it held before', async () => {
  const {samples, deeds, connections} = await soak({
    minutes: 1 / 3,
    leastSamples: 3,
    rate: 2000,
    roundsPerSample: 1,
    log: () => {},
  });
  expect(samples.length).toBeGreaterThan(2);
  expect(connections).toBeGreaterThan(deeds.tabs);
  // The first round loads code and opens what stays open.
  const [, second] = samples;
  const last = samples.at(-1);
  for (const name of ['descriptors', 'listeners', 'others']) {
    expect({name, count: last?.counts[name]}).toEqual({name, count: second?.counts[name]});
  }
  // One more where a request is under way.
  expect(last?.counts.sockets).toBeLessThanOrEqual((second?.counts.sockets ?? 0) + 1);
  for (const name of ['timers', 'socketDescriptors']) {
    expect(last?.counts[name], name).toBeLessThanOrEqual((second?.counts[name] ?? 0) + 2);
  }
  // Segments of 24 MiB, sockets that were closed a moment ago, signals of open requests: a few, whatever was done.
  expect(last?.counts.socketObjects).toBeLessThan(20);
  expect(last?.counts.arrayBuffers).toBeLessThan(500);
  expect(last?.counts.abortSignals).toBeLessThan(300);
});

test('a soak that breaks off reports the samples until then', async () => {
  const lines: string[] = [];
  const log = (line: string) => {
    lines.push(line);
    if (lines.length === 2) throw new Error('the screen never came to rest');
  };
  const broken = await soak({minutes: 5, rate: 2000, roundsPerSample: 1, log}).catch((error: unknown) => error);
  if (!(broken instanceof BrokenSoak)) throw new Error(`not broken: ${broken}`);
  const {result} = broken;
  expect(result.samples).toHaveLength(2);
  expect(result.connections).toBeGreaterThan(0);
  expect(soakReport(result, 2000)).toContain('slopes over 1 samples');
  expect(broken.cause).toMatchObject({message: 'the screen never came to rest'});
});
