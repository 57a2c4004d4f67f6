import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {readdir, readlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {felderaForAll, needsOwnServer, prepareOwn, rowOf} from './suite.ts';

const feldera = felderaForAll();

prepareOwn(async ({client}) => {
  await client.put('again');
});

/** Ends the process of a pipeline as the kernel does when memory runs out. */
async function kill(name: string): Promise<void> {
  const {client} = feldera();
  const folder = await client.folderOf(name);
  const ids = await readdir('/proc');
  const folders = await Promise.all(ids.map((id) => readlink(`/proc/${id}/cwd`).catch(() => '')));
  const id = ids[folders.indexOf(folder)];
  if (id === undefined) throw new Error(`${name} has no process`);
  process.kill(Number(id), 'SIGKILL');
  await client.until(name, ({deployment_error, deployment_status}) => {
    return deployment_error !== null && deployment_status === 'Stopped';
  });
}

test('killed and started again: list, page, alert and status say how the run before ended, and a stop is none', async (context) => {
  needsOwnServer(context);
  const rig = feldera();
  const {client} = rig;
  const status = async () => (await rig.run('status', 'again')).stdout;
  const size = {cols: 120, rows: 30};
  await client.run('again');
  const alerts = path.join(mkdtempSync(path.join(tmpdir(), 'pipetail-ends-')), 'alerts');
  onTestFinished(() => rmSync(path.dirname(alerts), {recursive: true}));
  await using watching = await rig.open(['again', '--on-alert', `cat >> ${alerts}`], size);
  await watching.live();
  expect(await status()).toMatch(/^again\n {2}Running, no known problems/);
  await kill('again');
  await client.run('again');
  const ended = /The run before was killed \(signal 9\), likely because it ran out of memory/;
  await watching.terminal.waitFor(() => /◐ Degraded/.test(rowOf(watching, 'again')));
  await watching.terminal.press('d');
  await watching.terminal.waitFor(ended);
  expect(await status()).toMatch(/^again\n {2}Running, but degraded \(API\)\n/);
  expect(await status()).toMatch(new RegExp(`\\n {2}${ended.source} \\(log · last at `));
  await kill('again');
  await client.run('again');
  await watching.terminal.waitFor(/3rd start in .*\. The run before was killed/);
  const told = () => readFileSync(alerts, 'utf8');
  await eventually(() => /"kind":"degraded","text":"3rd start in [^"]*\. The run before was killed/.test(told()), told);
  // Who comes later has it from the API's events, without the log.
  await using later = await rig.open([], size);
  await later.terminal.waitFor(() => /◐ Degraded/.test(rowOf(later, 'again')));
  const [listed] = JSON.parse((await rig.run('list', '-o', 'json')).stdout).filter(
    ({name}: {name: string}) => name === 'again',
  );
  expect(listed).toMatchObject({state: 'Running', degraded: true});
  await client.stop('again');
  await client.run('again');
  await watching.terminal.waitFor(() => !/The run before/.test(watching.terminal.text()));
  await later.terminal.waitFor(() => /[●◦] Running/.test(rowOf(later, 'again')));
  expect(await status()).toMatch(/^again\n {2}Running, no known problems/);
});
