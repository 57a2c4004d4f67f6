import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {processesAt} from '../harness/processes.ts';
import {node, program} from '../harness/program.ts';
import {openSsh, type Ssh} from '../harness/ssh.ts';
import {requireTool} from '../harness/tools.ts';
import {FloodProcess} from './flood-process.ts';

/** Starts the program at the far end of a real connection, with one live tab. */
async function openFar(server: FloodProcess): Promise<Ssh> {
  const {url} = await server.state();
  const ssh = await openSsh({command: `exec ${node} ${program} --host ${url} flood`, cols: 140, rows: 40});
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

  test('one that is stalled loses nothing, and one fresh frame follows what was under way', {
    timeout: 90_000,
  }, async (context) => {
    requireTool(context, 'sshd');
    await using server = FloodProcess.start();
    await using ssh = await openFar(server);
    const {terminal} = ssh;
    await server.flood(500);
    await terminal.waitFor('flood line 500.');
    terminal.kill('SIGSTOP');
    const before = terminal.output.length;
    // 2,000 lines a second: three frames in four are dropped once SSH's window and the kernel are full.
    for (let turn = 0; turn < 75; turn++) {
      await server.flood(400);
      await sleep(200);
    }
    await eventually(
      async () => (await server.state()).queued === 0,
      async () => `the stream goes on: ${JSON.stringify(await server.state())}`,
    );
    expect(await server.state()).toMatchObject({connections: 1, open: 1, entries: 30_500 + 5});
    terminal.kill('SIGCONT');
    await terminal.waitFor('flood line 30500.');
    await terminal.stable();
    const seen = terminal.screen();
    // 75 turns of full frames are 8 MB or so.
    expect(terminal.output.length - before).toBeLessThan(4 * 1024 * 1024);
    await terminal.press('C-l');
    await terminal.stable();
    expect(seen).toEqual(terminal.screen());
    expect(terminal.row(-2)).toContain('30,505 lines');
    await terminal.press('q', 'q');
    await terminal.waitForExit();
    await expectNothingLeft(ssh, server);
  });
});
