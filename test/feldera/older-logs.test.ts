import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {type RunningProgram, startProgram} from '../e2e/running-program.ts';
import {eventually} from '../harness/eventually.ts';
import {CUTS, CutProxy} from './cut-proxy.ts';
import {felderaForAll, needsOwnServer, ownManager} from './suite.ts';

felderaForAll();

/** Lines that make the ring overflow: it holds 7,000 to 9,000 of the stand-in's. */
const OVERFLOW = 20_000;

/** The numbers that the stand-in's lines carry, in their order. */
function numbersIn({stdout}: RunningProgram): number[] {
  return [
    ...stdout()
      .toString()
      .matchAll(/\bseq=(\d+)/g),
  ].map(([, number]) => Number(number));
}

test('0.280: an overflowed ring over cuts, a loss, and another pipeline', {
  timeout: 400_000,
}, async (context) => {
  needsOwnServer(context);
  await using manager = await ownManager({version: '0.280'});
  const client = manager.client();
  await client.put('old');
  await client.run('old');
  await client.control('old', {burst: OVERFLOW, rate: 50});

  const random = createRandom(1, '0.280');
  await using proxy = await CutProxy.start(client.url, () => random.next());
  // Nobody asks for the list here, which would tell the pipeline's id.
  const follow = ['logs', '--color', 'always', '-f', '--host', proxy.url, 'old'];
  await using logs = await startProgram(follow, {PIPETAIL_SILENCE: '1'});
  const untilLive = (since: number) =>
    eventually(
      () => proxy.live.includes('old') && (proxy.begun('old') ?? 0) > since,
      () => `live: ${proxy.live.join(' ')} ${logs.stderr()}`,
      20_000,
    );
  const untilSeen = (number: number) =>
    eventually(
      () => (numbersIn(logs).at(-1) ?? 0) >= number,
      () => `line ${number} of ${numbersIn(logs).at(-1)} ${logs.stderr()}`,
      20_000,
    );
  await untilSeen(OVERFLOW);
  for (const how of CUTS) {
    const at = performance.now();
    proxy.cut(how);
    await untilLive(at);
    await untilSeen((await client.control('old', {})) ?? 0);
  }
  const seen = numbersIn(logs);
  const [first = 0] = seen;
  expect(first).toBeGreaterThan(OVERFLOW / 2);
  expect(seen).toEqual(Array.from(seen, (_, index) => first + index));
  expect(logs.stderr()).toMatch(/^pipetail: old: [\d,]+ earlier entries no longer held by the server\n/);
  expect(logs.stderr()).not.toMatch(/cleared|created again/);
  expect(logs.stdout().toString()).not.toContain('prior log lines');

  proxy.close();
  await client.control('old', {burst: OVERFLOW});
  await sleep(500);
  proxy.refuses = false;
  await untilSeen((await client.control('old', {})) ?? 0);
  const all = numbersIn(logs);
  const after = all.findIndex((number, index) => index > 0 && number !== (all[index - 1] ?? 0) + 1);
  const lost = (all[after] ?? 0) - (all[after - 1] ?? 0) - 1;
  expect(lost).toBeGreaterThan(OVERFLOW / 4);
  expect(logs.stderr().replaceAll(',', '')).toContain(`: ${lost} entries lost between`);

  proxy.close();
  await client.remove('old');
  await client.put('old');
  await client.run('old');
  proxy.refuses = false;
  await eventually(
    () => /old: server unreachable [\w ]+ · created again · a new pipeline of the same name\n/.test(logs.stderr()),
    () => logs.stderr(),
    20_000,
  );
});
