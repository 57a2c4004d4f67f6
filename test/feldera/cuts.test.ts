import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {startProgram} from '../e2e/running-program.ts';
import {openView} from '../e2e/viewer.ts';
import {eventually} from '../harness/eventually.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {CUTS, CutProxy} from './cut-proxy.ts';
import {felderaForAll, needsOwnServer, prepareOwn} from './suite.ts';

/** How many cuts of log connections there are at least, over both programs; thousands are for trials by hand. */
const cuts = Number(process.env.CUTS ?? 150);
const seed = Number(process.env.PIPETAIL_SEED ?? 1);
const names = Array.from({length: 12}, (_, index) => `cut-${index + 1}`);
/** Seconds: a frozen connection is replaced after it. */
const env = {PIPETAIL_SILENCE: '2'};

const rig = felderaForAll();
prepareOwn(async ({client}) => {
  await Promise.all(names.map((name) => client.put(name)));
});

/** The numbers that the lines of one pipeline carry, in their order. */
function numbersOf(name: string, text: string): number[] {
  const lines = text.split('\n').filter((line) => line.replace(/^[\w-]+ +\| /, '').startsWith(`[${name}] `));
  return lines.flatMap((line) => /\bseq=(\d+)/.exec(line)?.[1] ?? []).map(Number);
}

test(`${cuts} cuts, on twelve pipelines at once: no line lost, none twice, all in order`, {
  timeout: 600_000,
}, async (context) => {
  needsOwnServer(context);
  const {client} = rig();
  await Promise.all(names.map((name) => client.run(name)));
  onTestFinished(async () => void (await Promise.all(names.map((name) => client.stop(name)))));
  await Promise.all(names.map((name) => client.control(name, {rate: 20})));

  const random = createRandom(seed, 'cuts');
  const next = () => random.next();
  await using printed = await CutProxy.start(client.url, next);
  await using seen = await CutProxy.start(client.url, next);
  await using folder = await temporaryDirectory();
  const follow = ['logs', '--color', 'always', '-f', '--host', printed.url];
  await using logs = await startProgram([...follow, ...names], env);
  const record = ['--host', seen.url, '--record', folder.path];
  await using view = await openView([...record, ...names], {cols: 160, rows: 40, env});
  const proxies = [printed, seen];
  const allLive = async (since: number, wait: number) => {
    await eventually(
      () =>
        proxies.every((proxy) => names.every((name) => proxy.live.includes(name) && (proxy.begun(name) ?? 0) > since)),
      () => proxies.map((proxy) => `live: ${proxy.live.join(' ')}`).join('\n') + view.terminal.text() + logs.stderr(),
      wait,
    );
  };
  await allLive(0, 20_000);

  let done = 0;
  let slowest = 0;
  for (let round = 0; done < cuts; round++) {
    const refused = round % 5 === 4;
    const how = CUTS[round % CUTS.length] ?? 'reset';
    await sleep(500 + next() * 700);
    // Every third time they are cut once more, while they wait, connect or catch up.
    if (round % 3 === 1) {
      for (const proxy of proxies) done += proxy.cut('reset');
      await sleep(next() * 2500);
    }
    const at = performance.now();
    for (const proxy of proxies) {
      done += proxy.cut(refused ? 'reset' : how);
      if (refused) proxy.close();
    }
    if (refused) await sleep(1000);
    for (const proxy of proxies) proxy.refuses = false;
    const back = performance.now();
    await allLive(at, 20_000);
    // A frozen link has no moment at which the server is back: it is replaced after the silence.
    if (how === 'frozen' && !refused) continue;
    const latest = Math.max(...proxies.flatMap((proxy) => names.map((name) => proxy.begun(name) ?? 0)));
    slowest = Math.max(slowest, latest - back);
  }

  const last = await Promise.all(names.map(async (name) => (await client.control(name, {rate: 0})) ?? 0));
  const all = (name: string, count: number, text: string) =>
    expect(numbersOf(name, text), name).toEqual(Array.from({length: count}, (_, index) => index + 1));
  const printedAll = () =>
    names.every((name, index) => numbersOf(name, logs.stdout().toString()).length >= (last[index] ?? 0));
  await eventually(printedAll, () => logs.stderr());
  for (const [index, name] of names.entries()) all(name, last[index] ?? 0, logs.stdout().toString());

  await view.terminal.press('C-c', 'C-c');
  await view.terminal.waitForExit();
  for (const [index, name] of names.entries()) {
    const recorded = await rig().run('logs', '--color', 'always', '--from', path.join(folder.path), name);
    all(name, last[index] ?? 0, recorded.stdout);
  }
  await context.annotate(
    `${done} cuts, ${last.reduce((sum, each) => sum + each, 0)} lines, live after ${Math.round(slowest)} ms at most`,
  );
});
