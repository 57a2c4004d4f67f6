import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, onTestFinished, test} from 'vitest';
import {Probe} from '../../../bench/frame/probe.ts';
import {eventually} from '../../harness/eventually.ts';

/**
 * When it is told to: work of 300 ms of CPU, however busy the machine is. Its event loop turns before, since a hold is
 * measured from the turn before it.
 */
const script = `
  const work = () => {
    for (const start = process.cpuUsage(); process.cpuUsage(start).user < 300_000; );
    console.log('done');
  };
  process.stdin.once('data', () => setTimeout(work, 50));
  setInterval(() => {}, 1000);
  console.log('here');
`;

test('measures what a process used and held up', async () => {
  await using probe = await Probe.make();
  const child = spawn(process.execPath, ['-e', script], {
    env: {...process.env, ...probe.env},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  const before = await probe.ask('cpu');
  await probe.ask('hold');
  const done = once(child.stdout, 'data');
  child.stdin.write('work');
  await done;
  // Its event loop may be asked before it has measured itself.
  let hold = 0;
  await eventually(
    async () => {
      hold = Math.max(hold, await probe.ask('hold'));
      return hold > 250;
    },
    () => `a hold of 300 ms, not ${hold}`,
  );
  // Since the last request.
  await eventually(
    async () => (await probe.ask('hold')) < hold,
    () => `a hold shorter than ${hold} ms`,
  );
  expect((await probe.ask('cpu')) - before).toBeGreaterThan(250);
  await probe.rest();
});

test('a process that is not there is an error', async () => {
  await using probe = await Probe.make();
  await expect(probe.ask('cpu')).rejects.toThrow('ENOENT');
});
