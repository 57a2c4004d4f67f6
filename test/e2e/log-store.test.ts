import {spawn} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {connect} from 'node:net';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {freePort} from '../harness/free-port.ts';
import {root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool} from '../harness/tools.ts';
import {openRig} from './logs-rig.ts';
import {startShell} from './running-program.ts';

const page = await readFile(path.join(root, 'docs/shell.md'), 'utf8');
const [, config = ''] = /^```conf\n(.*?)^```$/ms.exec(page) ?? [];
const [, command = ''] = /`(pipetail logs [^`]*)` \(in bash\)/.exec(page) ?? [];

/** rsyslogd with the page's configuration. Returns the port, and what it has stored: the messages with their numbers. */
async function startStore(rsyslogd: string) {
  const [folder, port] = [await temporaryDirectory(), await freePort()];
  const [file, own] = [path.join(folder.path, 'feldera.json'), path.join(folder.path, 'rsyslog.conf')];
  const text = config.replace('/var/log/feldera.json', file).replace('5140', String(port));
  await writeFile(own, `global(workDirectory="${folder.path}")\n${text}`);
  const child = spawn(rsyslogd, ['-n', '-f', own, '-i', path.join(folder.path, 'pid')], {stdio: 'inherit'});
  const ended = new Promise((resolve) => child.on('close', resolve));
  onTestFinished(async () => {
    child.kill();
    await ended;
    await folder[Symbol.asyncDispose]();
  });
  const accepts = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('close', () => {}).end();
    });
  await eventually(accepts, () => 'rsyslogd does not listen');
  const stored = async (): Promise<readonly {readonly message: string}[]> => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  };
  const numbers = async () =>
    (await stored()).flatMap(({message}) => Number(/^line (\d+)$/.exec(message)?.[1] ?? '') || []);
  const untilStored = (number: number) =>
    eventually(
      async () => (await numbers()).at(-1) === number,
      async () => `line ${number} is not stored, the last are ${(await numbers()).slice(-3).join()}`,
    );
  return {port, stored, numbers, untilStored};
}

const numbersTo = (last: number) => Array.from({length: last}, (_, at) => at + 1);

test('rsyslog gets each record once, through a cut; after a restart with a recording, too, and without one again', async (context) => {
  const rsyslogd = requireTool(context, 'rsyslogd');
  const {port, stored, numbers, untilStored} = await startStore(rsyslogd);
  const {server, write} = await openRig(['orders', 'fraud']);
  const records = await temporaryDirectory();
  onTestFinished(() => records[Symbol.asyncDispose]());
  const start = async (more = '') => {
    const line = `${command.replace('pipetail logs', 'exec "$NODE" "$PROGRAM" $LOGS')} ${more}`;
    const LINE = line.replace('5140', String(port));
    const program = await startShell('exec bash -c "$LINE"', {LINE, LOGS: `logs --host ${server.url}`});
    onTestFinished(() => program[Symbol.asyncDispose]());
    return program;
  };
  const recorded = `--record ${records.path}`;

  const first = await start(recorded);
  write('orders', 50);
  await untilStored(50);
  server.cutConnections({name: 'orders', afterBytes: 100});
  write('orders', 40);
  await untilStored(90);
  expect(await numbers()).toEqual(numbersTo(90));
  // A long record is stored whole.
  const long = 'x'.repeat(300_000);
  server.pipeline('fraud').write(`[fraud] ${server.pipeline('fraud').stamp()}  INFO test:  ${long}`);
  await eventually(
    async () => (await stored()).at(-1)?.message === long,
    () => 'the long record is not stored',
  );

  first.kill('SIGTERM');
  await first.ended;
  write('orders', 10);
  const second = await start(recorded);
  await untilStored(100);
  expect(await numbers()).toEqual(numbersTo(100));

  second.kill('SIGTERM');
  await second.ended;
  const third = await start();
  await eventually(
    async () => (await numbers()).length === 200,
    async () => `${(await numbers()).length} lines are stored`,
  );
  expect(await numbers()).toEqual([...numbersTo(100), ...numbersTo(100)]);
  third.kill('SIGTERM');
  await third.ended;
});
