import {expect, test} from 'vitest';
import {cpuMsIn, cpuMsOf, nameOf, rssOf} from '../../../bench/frame/process-use.ts';

test('CPU time is user and system time, whatever the process is called', () => {
  const rest = 'S 1 42 42 0 -1 4194304 100 0 0 0 250 50 7 8 20 0 1 0 12345 1000 200';
  expect(cpuMsIn(`42 (node) ${rest}`)).toBe(3000);
  expect(cpuMsIn(`42 (a) b (c d) ${rest}`)).toBe(3000);
});

test('of this process: time that grows with work, memory as Node tells it', async () => {
  const before = await cpuMsOf(process.pid);
  const {user, system} = process.cpuUsage();
  expect(before).toBeGreaterThan(0);
  // In steps of 10 ms.
  expect(Math.abs(before - (user + system) / 1000)).toBeLessThan(200);
  const {rss} = process.memoryUsage();
  expect((await rssOf(process.pid)) / rss).toBeCloseTo(1, 0);
});

test('a process that has ended has no name and no memory', async () => {
  expect(await nameOf(2 ** 30)).toBe('');
  await expect(rssOf(2 ** 30)).rejects.toThrow('ENOENT');
});
