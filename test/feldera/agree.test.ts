import {appendFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {eventually} from '../harness/eventually.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {fetchedOnce, followedFile, generated, ordersProgram} from './real-pipeline.ts';
import {ownManagerForAll, Rig, rowOf} from './suite.ts';

/** How long there is trouble: a trial by hand, since a short one finds little in a minute. */
const seconds = Number(process.env.PIPETAIL_AGREE_SECONDS ?? 0);
const seed = Number(process.env.PIPETAIL_SEED ?? 1);

const manager = ownManagerForAll();

type Listed = {
  readonly name: string;
  readonly state: string;
  readonly degraded: boolean | null;
  readonly logRead: boolean | null;
};

test('random troubles: two screens and the commands say the same of each pipeline, and have read its log', {
  timeout: 400_000 + seconds * 4000,
}, async (context) => {
  if (seconds === 0) context.skip('a trial by hand: PIPETAIL_AGREE_SECONDS=1800');
  const client = manager().client();
  const rig = new Rig(client);
  await using folder = await temporaryDirectory();
  const feed = path.join(folder.path, 'feed.json');
  writeFileSync(feed, '');
  const [plain, other, fed, dead] = ['plain', 'plain-2', 'real-fed', 'real-dead'] as const;
  const names = [plain, other, fed, dead] as const;
  await Promise.all([plain, other].map((name) => client.put(name)));
  await client.put(fed, ordersProgram([followedFile('feed', feed), generated('gen', 20)]));
  await client.put(dead, ordersProgram([fetchedOnce('web', 'http://127.0.0.1:9/x.json'), generated('gen', 20)]));
  for (const name of names) await client.run(name);
  const args = ['--read-logs', 'all', other];
  await using narrow = await rig.open(args, {cols: 100, rows: 24});
  await using wide = await rig.open(args, {cols: 200, rows: 50});

  const agreed = async (after: string): Promise<void> => {
    let last = '';
    await eventually(
      async () => {
        const {stdout} = await rig.run('list', '-o', 'json');
        const listed: readonly Listed[] = JSON.parse(stdout);
        const told = await Promise.all(
          listed.map(async ({name, state, degraded, logRead}) => {
            const {stdout: status} = await rig.run('status', name);
            const word = degraded === true ? 'Degraded' : state;
            const rows = [narrow, wide].map((view) => rowOf(view, name));
            const isSaid =
              rows.every((row) => row === rows[0] && row.includes(` ${word}`) && !row.startsWith('◦')) &&
              /^ {2}.*\bdegraded\b/m.test(status) === (degraded === true) &&
              // Of one that does not run, the list tells all.
              logRead !== false;
            return {name, state, degraded, logRead, rows, status: status.split('\n').slice(0, 4), isSaid};
          }),
        );
        last = JSON.stringify(told, undefined, 2);
        const isAgreed = told.every(({isSaid}) => isSaid);
        // Each look starts five programs.
        if (!isAgreed) await sleep(1000);
        return isAgreed;
      },
      () => `after ${after} they do not agree: ${last}\n${narrow.terminal.text()}`,
    );
  };
  await agreed('the start');
  expect(rowOf(narrow, dead)).toContain('Degraded');

  const random = createRandom(seed, 'agree');
  const isRunning = async (name: string) => (await client.find(name))?.deployment_status === 'Running';
  const exit = async () => {
    if (await isRunning(plain)) await client.control(plain, {exit: 3}).catch(() => undefined);
  };
  const abort = async () => {
    if (await isRunning(other)) await client.control(other, {abort: 1}).catch(() => undefined);
  };
  const panic = async () => {
    if (await isRunning(plain)) await client.control(plain, {panic: 'oops'});
  };
  const refuse = async () => appendFileSync(feed, '{"id":"x"}\n'.repeat(1 + random.integer(3)));
  const stop = async () => void (await client.stop(random.pick(names)));
  const start = async () => {
    for (const name of names) if (!(await isRunning(name))) await client.run(name);
  };
  const end = performance.now() + seconds * 1000;
  const happened: string[] = [];
  while (performance.now() < end || happened.length < 4) {
    const trouble = random.pick([exit, abort, panic, refuse, stop, start]);
    happened.push(trouble.name);
    await trouble();
    // Some follow at once.
    if (random.chance(0.4)) continue;
    await sleep(random.integer(1500));
    await agreed(happened.slice(-3).join(', then '));
  }
  await agreed('all');
});
