import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {expect, it, vi} from 'vitest';
import {AlertCommand} from '../../../source/kit/system/alert-command.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

function commandOf(command: string) {
  return new AlertCommand({command, credentialVariables: ['FELDERA_API_KEY', 'PROD_KEY'], process, clock: systemClock});
}

const texts = (command: AlertCommand) => command.runs.get().map(({text}) => text);

it('reads one JSON object on a line, and what it prints on stdout and stderr is kept', async () => {
  const command = commandOf('cat; echo told >&2');
  command.add('orders', {pipeline: 'orders', count: 2});
  await command.idle();
  expect(texts(command)).toEqual(['{"pipeline":"orders","count":2}\ntold']);
});

it('inherits no variable that may hold a credential', async () => {
  for (const name of ['FELDERA_API_KEY', 'PROD_KEY', 'WEBHOOK']) vi.stubEnv(name, `of ${name}`);
  const command = commandOf('env');
  command.add('orders', {});
  await command.idle();
  vi.unstubAllEnvs();
  const [printed = ''] = texts(command);
  expect(printed).toContain('WEBHOOK=of WEBHOOK');
  expect(printed).not.toMatch(/FELDERA_API_KEY|PROD_KEY/);
});

it('a failure is told once, with the output, until a run succeeds', async () => {
  await using folder = await temporaryDirectory();
  const told: string[] = [];
  const command = commandOf(`test -e ${folder.path}/ok || { echo no route; exit 7; }`);
  command.onFailure((text) => told.push(text));
  for (const _ of [1, 2]) {
    command.add('orders', {});
    await command.idle();
  }
  const failed = 'the alert command failed: it ended with code 7 · no route';
  expect(told).toEqual([failed]);
  expect(texts(command)).toEqual([failed, failed]);
  writeFileSync(path.join(folder.path, 'ok'), '');
  command.add('orders', {});
  await command.idle();
  expect(texts(command).at(-1)).toBe('the alert command ended without output');
  rmSync(path.join(folder.path, 'ok'));
  command.add('orders', {});
  await command.idle();
  expect(told).toEqual([failed, failed]);
});

it('four run at the same time; of a pipeline that waits only the newest alert is told', async () => {
  await using folder = await temporaryDirectory();
  const command = commandOf(`cat; while ! test -e ${folder.path}/go; do sleep 0.05; done`);
  for (const pipeline of ['a', 'b', 'c', 'd', 'e', 'e'])
    command.add(pipeline, {pipeline, at: command.runs.get().length});
  command.add('e', {pipeline: 'e', newest: true});
  writeFileSync(path.join(folder.path, 'go'), '');
  await command.idle();
  expect(texts(command).toSorted()).toEqual([
    ...['a', 'b', 'c', 'd'].map((pipeline) => `{"pipeline":"${pipeline}","at":0}`),
    '{"pipeline":"e","newest":true}',
  ]);
});

it('each failure of a pipeline that waits is told', async () => {
  await using folder = await temporaryDirectory();
  const command = commandOf(`cat; while ! test -e ${folder.path}/go; do sleep 0.05; done`);
  for (const pipeline of ['a', 'b', 'c', 'd']) command.add(pipeline, {pipeline});
  for (const nth of [1, 2]) command.add('e', {failure: nth}, true);
  for (const nth of [3, 4]) command.add('e', {other: nth});
  writeFileSync(path.join(folder.path, 'go'), '');
  await command.idle();
  const ofE = texts(command).filter((text) => !text.includes('pipeline'));
  expect(ofE.toSorted()).toEqual(['{"failure":1}', '{"failure":2}', '{"other":4}']);
});

it('what a command has started ends with it', async () => {
  await using folder = await temporaryDirectory();
  const command = commandOf(`(sleep 100 & echo $! > ${folder.path}/pid; wait)`);
  command.add('orders', {});
  const file = path.join(folder.path, 'pid');
  await eventually(
    () => existsSync(file) && /\n/.test(readFileSync(file, 'utf8')),
    () => 'no process',
  );
  const pid = Number(readFileSync(file, 'utf8'));
  command.dispose();
  await command.idle();
  await eventually(
    () => !isAlive(pid),
    () => `process ${pid} lives`,
  );
  command.add('orders', {});
  await command.idle();
  expect(texts(command)).toEqual([]);
});

/** A killed process stays a zombie until its parent, which may be the container's first process, has read its end. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
