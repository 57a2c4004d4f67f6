import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {startProgram} from '../e2e/running-program.ts';
import {recordedBytes} from '../engine/logs/recorded-form.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {felderaForAll, needsOwnServer, prepareOwn} from './suite.ts';

/** How often a recording is ended, or killed, and compared: for trials by hand. */
const rounds = Number(process.env.RINGS ?? 0);
const seed = Number(process.env.PIPETAIL_SEED ?? 1);
const name = 'rings';

const rig = felderaForAll();
prepareOwn(({client}) => client.put(name));

test(`${rounds} times: what the server holds of a log is the end of its recording`, async (context) => {
  needsOwnServer(context);
  if (rounds === 0) context.skip('a trial by hand: RINGS=50');
  const {client} = rig();
  await client.run(name);
  onTestFinished(async () => void (await client.stop(name)));
  await using folder = await temporaryDirectory();
  const random = createRandom(seed, 'rings');
  const record = ['logs', '--record', folder.path, name];
  for (let round = 1; round <= rounds; round++) {
    await client.control(name, {rate: 200 + random.integer(2000)});
    await using recording = await startProgram([...record, '--follow', '--host', client.url]);
    await sleep(1000 + random.integer(1500));
    recording.kill(round % 2 === 0 ? 'SIGKILL' : 'SIGINT');
    await recording.ended;
    await sleep(random.integer(500));
    await client.control(name, {rate: 0});
    expect(await rig().run(...record)).toMatchObject({code: 0});
    const pipeline = await client.find(name);
    const recorded = await recordedBytes(path.join(folder.path, `${name}--${pipeline?.id}`));
    const held = await client.log(name);
    // The server's own first line tells what it has discarded.
    const ring = held.includes('prior log lines were discarded') ? held.subarray(held.indexOf('\n') + 1) : held;
    expect(ring.length, `round ${round}`).toBeGreaterThan(1000);
    expect(recorded.subarray(-ring.length).equals(ring), `round ${round}, seed ${seed}`).toBe(true);
  }
});
