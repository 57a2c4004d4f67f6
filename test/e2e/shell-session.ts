import {expect} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {childrenOf, processesAt} from '../harness/processes.ts';
import {launcher, program} from '../harness/program.ts';
import {openTerminal, type Terminal} from '../harness/terminal.ts';

/** The program, started by a shell that afterwards prints how it ended and how the terminal's line is set. */
export type ShellSession = AsyncDisposable & {
  readonly terminal: Terminal;
  readonly server: DemoServer;
  /** Process id of the program. */
  readonly pid: number;
};

export type ShellSessionOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** Shell commands between the program and the report. */
  readonly afterwards?: string;
  readonly apiKey?: string;
};

/** Opens it with one live tab. */
export async function openShellSession(options: ShellSessionOptions = {}): Promise<ShellSession> {
  const {env, args = [], afterwards = ':', apiKey} = options;
  const server = await DemoServer.start({scenario: quiet('alpha', 'beta'), ...(apiKey !== undefined && {apiKey})});
  const line = `echo before; "$@"; echo "code $?"; ${afterwards}; stty -a; echo the end`;
  const terminal = await openTerminal({
    command: 'sh',
    args: ['-c', line, 'sh', launcher, program, '--host', server.url, ...args, 'alpha'],
    rows: 30,
    cols: 100,
    ...(env && {env}),
  });
  await terminal.waitFor(() => /\bLIVE\b/.test(terminal.row(0)));
  await terminal.waitFor('Fresh start');
  const [pid = 0] = await childrenOf(terminal.pid);
  return {
    terminal,
    server,
    pid,
    async [Symbol.asyncDispose]() {
      await terminal.dispose();
      await server.close();
    },
  };
}

/**
 * Expects what a shell should find after the program: the main screen with what stood on it before, a cursor, no mode
 * left on, a line that echoes; and no process and no socket left.
 */
export async function expectClean({terminal, server}: ShellSession, code: number): Promise<void> {
  await terminal.waitForExit();
  expect(terminal).toMatchObject({
    alternateScreen: false,
    cursorVisible: true,
    bracketedPaste: false,
    title: '',
  });
  for (const mode of [1004, 2026]) expect({mode, on: terminal.privateMode(mode)}).toEqual({mode, on: false});
  expect(terminal.row(0)).toBe('before');
  expect(terminal.text()).toContain(`code ${code}\n`);
  // Of `stty -a`: a minus means off.
  for (const setting of ['icanon', 'echo', 'isig', 'opost', 'icrnl']) {
    expect(terminal.text()).toMatch(new RegExp(`(?<!-)\\b${setting}\\b`));
  }
  expect(terminal.text()).not.toMatch(/pipetail {2}|│/);
  await expectGone(terminal, server);
}

/** Expects that no process and no connection is left. */
export async function expectGone(terminal: Terminal, server: DemoServer): Promise<void> {
  await eventually(
    async () => (await processesAt(terminal.home)).length === 0,
    async () => `no process left: ${await processesAt(terminal.home)}`,
  );
  await eventually(
    () => {
      // After a kill the server learns it from what it sends next.
      for (const name of ['alpha', 'beta']) server.pipeline(name).write('is anybody there?');
      return server.openLogConnections() === 0;
    },
    () => `no connection left: ${server.openLogConnections()}`,
  );
}
