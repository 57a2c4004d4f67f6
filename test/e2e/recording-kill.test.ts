import {spawn} from 'node:child_process';
import {statSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {zstdDecompressSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {createRandom} from '../../demo/random.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {TruthLog} from '../chaos/truth-log.ts';
import {Writer} from '../chaos/writer.ts';
import {cleanEnvironment} from '../harness/environment.ts';
import {launcher, program, runCommand} from '../harness/program.ts';
import {SecretWatch} from '../harness/secret-watch.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

const environment: {readonly PIPETAIL_KILLS?: string; readonly PIPETAIL_SEED?: string} = process.env;
const kills = Number(environment.PIPETAIL_KILLS ?? 10);
const seed = Number(environment.PIPETAIL_SEED ?? Date.now() % 1e6);

test('killed with -9 at random moments: the recording is what the server wrote, byte for byte', {
  timeout: 240_000 + kills * 4_000,
}, async () => {
  await using home = await temporaryDirectory();
  const name = 'orders';
  const server = await DemoServer.start({seed, scenario: quiet(name), chunking: 'ragged'});
  const pipeline = server.pipeline(name);
  const truth = new TruthLog(name);
  truth.watch(pipeline);
  const writer = new Writer({name, seed, identical: 0});
  const random = createRandom(seed, 'kills');
  const record = path.join(home.path, 'records');
  const file = path.join(record, `${name}--${pipeline.id}`, '000001.log');
  let bytesWritten = 0;
  const write = pipeline.write.bind(pipeline);
  pipeline.write = (entry) => {
    bytesWritten += Buffer.byteLength(entry) + 1;
    return write(entry);
  };
  // However slow the programs are, the ring has what was not recorded: nothing may be lost.
  const writing = setInterval(() => {
    const unrecorded = bytesWritten - (statSync(file, {throwIfNoEntry: false})?.size ?? 0);
    if (unrecorded < 600_000) writer.write(pipeline, random.integer(12));
  }, 10);
  const args = ['logs', '--host', server.url, '--record', record, name];
  const env = cleanEnvironment(home.path);
  const secrets = new SecretWatch(env);
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(launcher, [program, ...args, '--follow'], {
        cwd: home.path,
        env,
        stdio: 'ignore',
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await sleep(50 + random.integer(1_200));
      secrets.lookAtProcesses();
      child.kill('SIGKILL');
      await ended;
    }
    clearInterval(writing);
    secrets.expectNone();
    const last = await runCommand(args);
    expect(last).toMatchObject({code: 0});
    const [life, ...others] = truth.truth().lives;
    expect(others).toEqual([]);
    const folder = path.join(record, `${name}--${pipeline.id}`);
    const recorded = await bytesIn(folder);
    expect(difference(recorded, Buffer.from(life?.wire ?? [])), `seed ${seed}`).toBe('none');
    expect((await readdir(folder)).filter((file) => file === 'lock')).toEqual([]);
    const printed = await runCommand(['logs', '--color', 'always', '--from', record, name]);
    expect(difference(Buffer.from(printed.stdout), recorded)).toBe('none');
    expect(printed.stderr).not.toMatch(/\bcut\b|[1-9][\d,]* entr/);
  } finally {
    clearInterval(writing);
    await server.close();
  }
});

/** Whole recordings: compressed files, then the one that is written. */
async function bytesIn(folder: string): Promise<Buffer> {
  const files = (await readdir(folder)).filter((file) => file.includes('.log')).sort();
  const parts = files.map(async (file) => {
    const bytes = await readFile(path.join(folder, file));
    return file.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes;
  });
  return Buffer.concat(await Promise.all(parts));
}

function difference(got: Buffer, expected: Buffer): string {
  if (got.equals(expected)) return 'none';
  let at = 0;
  while (at < got.length && got[at] === expected[at]) at += 1;
  const near = (bytes: Buffer) => JSON.stringify(bytes.toString('latin1', Math.max(0, at - 60), at + 120));
  return `at ${at} of ${got.length} and ${expected.length}: ${near(got)} instead of ${near(expected)}`;
}
