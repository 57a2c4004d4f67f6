import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {processesAt} from '../harness/processes.ts';
import {launcher, program} from '../harness/program.ts';
import {openSsh, type Ssh} from '../harness/ssh.ts';
import {requireTool} from '../harness/tools.ts';
import {FloodProcess} from './flood-process.ts';

const mib = 1024 ** 2;

/** Starts the program at the far end of a real connection, with one live tab. */
async function openFar(server: FloodProcess, variables = ''): Promise<Ssh> {
  const {url} = await server.state();
  const ssh = await openSsh({
    command: `${variables} exec ${launcher} ${program} --host ${url} flood`,
    cols: 200,
    rows: 60,
  });
  await ssh.terminal.waitFor(() => /\bLIVE\b/.test(ssh.terminal.row(0)));
  return ssh;
}

async function expectNothingLeft(ssh: Ssh, server: FloodProcess): Promise<void> {
  await eventually(
    async () => (await processesAt(ssh.farHome)).length === 0,
    async () => `no process of the far end: ${await processesAt(ssh.farHome)}`,
  );
  await eventually(
    async () => (await server.flood(1)).open === 0,
    async () => `no connection: ${JSON.stringify(await server.state())}`,
  );
}

describe('over a real SSH connection', () => {
  test('q restores the terminal at the near end', async (context) => {
    requireTool(context, 'sshd');
    await using server = FloodProcess.start();
    await using ssh = await openFar(server);
    expect(ssh.terminal.alternateScreen).toBe(true);
    await ssh.terminal.press('q', 'q');
    expect(await ssh.terminal.waitForExit()).toMatchObject({code: 0});
    expect(ssh.terminal).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
    expect(ssh.terminal.privateMode(1004)).toBe(false);
    await expectNothingLeft(ssh, server);
  });

  test('a connection that is cut ends the program; nothing is left', async (context) => {
    requireTool(context, 'sshd');
    await using server = FloodProcess.start();
    await using ssh = await openFar(server);
    const flood = server.flood(20_000);
    ssh.terminal.kill('SIGKILL');
    await flood;
    await expectNothingLeft(ssh, server);
  });

  test('one that is stalled loses nothing, and one fresh frame follows what was in progress', async (context) => {
    requireTool(context, 'sshd');
    await using server = FloodProcess.start();
    await using ssh = await openFar(server, 'PIPETAIL_FPS=60');
    const {terminal} = ssh;
    await terminal.press('Tab', 'J');
    // 2,000 lines a second, in as many frames as the screen takes.
    let turns = 0;
    const turn = async () => {
      turns += 1;
      await server.flood(40);
      await sleep(20);
    };
    const begun = terminal.output.length;
    for (let each = 0; each < 150; each++) await turn();
    const bytesPerTurn = (terminal.output.length - begun) / turns;

    terminal.kill('SIGSTOP');
    const before = terminal.output.length;
    // Three times what SSH's window (1 MB for a terminal) and the kernel take; less on a machine that draws few frames.
    const stalledTurns = Math.min(1000, Math.ceil((3 * mib) / bytesPerTurn));
    for (let each = 0; each < stalledTurns; each++) await turn();
    await eventually(
      async () => (await server.state()).queued === 0,
      async () => `the stream goes on: ${JSON.stringify(await server.state())}`,
    );
    const {entries, ...state} = await server.state();
    expect(state).toMatchObject({connections: 1, open: 1});
    terminal.kill('SIGCONT');
    const last = turns * 40;
    await terminal.waitFor(`flood line ${last}.`);
    // The program is at the far end: what it draws last is this count.
    await terminal.waitFor(() => terminal.row(-2).includes(`${entries.toLocaleString('en')} lines`));
    await terminal.stable();
    const seen = terminal.screen();
    expect(terminal.output.length - before).toBeLessThan(2 * mib);
    await terminal.press('C-l');
    await terminal.stable();
    expect(seen).toEqual(terminal.screen());
    await terminal.press('q', 'q');
    await terminal.waitForExit();
    await expectNothingLeft(ssh, server);
  });
});
