import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {isOnNode, openProgram} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openRig} from './logs-rig.ts';
import {startProgram} from './running-program.ts';
import {expectClean, expectGone, openShellSession, type ShellSession} from './shell-session.ts';
import {openViewer} from './viewer.ts';

// All ways to end. Each is checked for what the user's shell would find.

describe('the terminal is as it was, and nothing is left', () => {
  test('after q', async () => {
    await using session = await openShellSession();
    await session.terminal.press('q', 'q');
    await expectClean(session, 0);
  });

  test.skipIf(process.platform !== 'linux')('after q, where the folder of sessions cannot be made', async () => {
    await using session = await openShellSession({env: {XDG_STATE_HOME: '/proc'}, args: ['--record', '/proc/none']});
    await session.terminal.waitFor('the folder cannot be written to');
    await session.terminal.press('q', 'q');
    await expectClean(session, 0);
  });

  test('after ^C twice', async () => {
    await using session = await openShellSession();
    await session.terminal.press('C-c');
    await session.terminal.waitFor('press ^C again to quit');
    await session.terminal.press('C-c');
    await expectClean(session, 0);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
    ['SIGABRT', 134],
  ] as const)('after %s, with a title and a page open', async (signal, code) => {
    await using session = await openShellSession({args: ['--title']});
    process.kill(session.pid, 'SIGUSR1');
    await session.terminal.press('?');
    await session.terminal.waitFor('type to find');
    process.kill(session.pid, signal);
    // The shell waits for the program, whatever signal ended it: it knows only the exit code.
    await expectClean(session, code);
    // What was written to stderr meanwhile is printed at the end.
    expect(session.terminal.output.toString('latin1')).not.toContain('Debugger listening');
  });

  test('after SIGTERM while lines stream and a prompt is open', async () => {
    await using session = await openShellSession();
    const {terminal, server} = session;
    await terminal.press('/');
    await terminal.type('line');
    for (let n = 1; n <= 5000; n++) server.pipeline('alpha').write(`line ${n}`);
    await terminal.waitFor(/\d of \d/);
    process.kill(session.pid, 'SIGTERM');
    await expectClean(session, 143);
  });
});

const preload = path.join(import.meta.dirname, 'fault-preload.mjs');

function faultIn(place: string, folder: string) {
  return {
    NODE_OPTIONS: `--import=${preload}`,
    PIPETAIL_TEST_MESSAGE: 'broken',
    PIPETAIL_TEST_FAULT: place,
    PIPETAIL_TEST_READY: path.join(folder, 'ready'),
  };
}

/** The next key, or nothing more, makes the program fail. */
async function prepareFault(pid: number, folder: string): Promise<void> {
  process.kill(pid, 'SIGURG');
  await eventually(
    () => existsSync(path.join(folder, 'ready')),
    () => 'the signal was not handled',
  );
}
const apiKey = 'apikey:PLANTED-by-flag';

// The faults come through NODE_OPTIONS.
describe.skipIf(!isOnNode)('a fault of its own', () => {
  test.each([
    ['an exception', 'SIGUSR2', 'Error'],
    ['an unhandled rejection', 'SIGPWR', 'TypeError'],
  ] as const)('%s: message and stack that hold no secret, exit 1', async (_, signal, name) => {
    await using session = await openShellSession({
      apiKey,
      args: ['--auth', apiKey],
      env: {
        NODE_OPTIONS: `--import=${preload}`,
        PIPETAIL_TEST_MESSAGE: `cannot read "a line of a log" of ${apiKey} at https://me:PLANTED-1@host/`,
        PIPETAIL_TEST_OTHER: 'PLANTED-2',
      },
    });
    const {terminal} = session;
    process.kill(session.pid, signal);
    await expectClean(session, 1);
    const text = terminal.text();
    expect(text).toMatch(/^pipetail \d+\.\d+\.\d+ crashed \(this is a bug\): /m);
    const joined = text.replaceAll('\n', '');
    expect(joined).toContain(`${name}: cannot read "…" of [secret] at https://[secret]@host/    at `);
    expect(terminal.output.toString('latin1')).not.toContain('PLANTED');
    for (const hidden of ['a line of a log', 'PIPETAIL_TEST', session.server.url, 'Fresh start']) {
      expect(joined).not.toContain(hidden);
    }
  });

  test.each([
    ['SIGUSR2', 'Error', []],
    ['SIGPWR', 'TypeError', ['-o', 'json']],
  ] as const)('%s while logs follows: message and stack, exit 1', async (signal, name, args) => {
    const {server} = await openRig(['orders']);
    await using program = await startProgram(
      ['logs', '-f', '--host', server.url, '--auth', apiKey, 'orders', ...args],
      {
        NODE_OPTIONS: `--import=${preload}`,
        PIPETAIL_TEST_MESSAGE: `cannot read "a line of a log" of ${apiKey}`,
      },
    );
    await program.untilStdout('Fresh start');
    program.kill(signal);
    expect(await program.ended).toBe(1);
    const written =
      args.length > 0 ? (JSON.parse(program.stderr()) as {error: string}).error : program.stderr().trimEnd();
    expect(written.replace(/^pipetail \d+\.\d+\.\d+ /, '')).toMatch(
      new RegExp(String.raw`^crashed \(this is a bug\): ${name}: cannot read "…" of \[secret\](\n    at .*)+$`),
    );
  });

  test.each([[['list', '-o', 'json']], [['demo', '--port', '0']]])(
    'while %j runs: the same',
    async ([command = '', ...args]) => {
      // A server that never answers.
      const connected = Promise.withResolvers<void>();
      const silent = createServer(() => connected.resolve()).listen(0, '127.0.0.1');
      await using _ = {[Symbol.asyncDispose]: async () => void silent.close()};
      await once(silent, 'listening');
      const {port} = silent.address() as AddressInfo;
      const host = command === 'demo' ? [] : ['--host', `http://127.0.0.1:${port}`];
      await using program = await startProgram([command, ...args, ...host], {
        NODE_OPTIONS: `--import=${preload}`,
        PIPETAIL_TEST_MESSAGE: 'broken',
      });
      await (command === 'demo' ? program.untilStdout('serving') : connected.promise);
      program.kill('SIGUSR2');
      expect(await program.ended).toBe(1);
      const written = program.stderr().trimEnd();
      const text = args.includes('json') ? (JSON.parse(written) as {error: string}).error : written;
      expect(text).toMatch(/^pipetail \d+\.\d+\.\d+ crashed \(this is a bug\): Error: broken(\n {4}at .*)+$/);
    },
  );

  test.each(['component', 'key', 'stream', 'timer'])('in a %s: the terminal is restored, exit 1', async (place) => {
    await using folder = await temporaryDirectory();
    await using session = await openShellSession({args: ['--title'], env: faultIn(place, folder.path)});
    await prepareFault(session.pid, folder.path);
    // What draws and what reads keys fails at the next key.
    await session.terminal.press('?');
    await expectClean(session, 1);
    expect(session.terminal.text()).toContain('Error: broken');
  });

  test('in a component while the terminal reads nothing: restored once it reads', async () => {
    await using folder = await temporaryDirectory();
    await using session = await openShellSession({
      env: faultIn('component', folder.path),
      afterwards: 'exec cat',
    });
    const {terminal, pid} = session;
    await stallWithFrames(session);
    await prepareFault(pid, folder.path);
    await terminal.press('?');
    await sleep(200);
    terminal.unstall();
    await terminal.waitFor('code 1\n');
    await terminal.stable();
    expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
    expect(terminal.privateMode(1004)).toBe(false);
    expect(terminal.text()).not.toMatch(typedAnswer);
  });
});

test('after kill -9 all that is needed is reset', async () => {
  await using session = await openShellSession({afterwards: 'reset; echo before; echo "code $?"'});
  process.kill(session.pid, 'SIGKILL');
  // `reset` clears the first reply, too.
  await expectClean(session, 0);
});

describe('the terminal is gone', () => {
  test.each([[[]], [['--title']]])('a closed PTY ends the program: %j', async (args) => {
    await using viewer = await openViewer({args: ['alpha', ...args]});
    const {terminal, server} = viewer;
    await terminal.waitFor('LIVE');
    terminal.hangUp();
    await expectGone(terminal, server);
    // Two signals come, the system's and node-pty's. One that comes when Node has undone its listeners, after all that
    // the program does, has its default effect: for a shell both are 129.
    const {code, signal} = await terminal.waitForExit();
    expect(signal === 'SIGHUP' ? 129 : code).toBe(129);
  });

  test('so it does while lines stream', async () => {
    await using viewer = await openViewer({args: ['alpha']});
    const {terminal, server} = viewer;
    await viewer.live();
    viewer.write('alpha', 3000);
    terminal.hangUp();
    viewer.write('alpha', 3000);
    await expectGone(terminal, server);
  });

  test.each([
    ['is never read again', false],
    ['is read again in the last moment', true],
  ] as const)('a terminal that nobody reads does not keep SIGTERM from ending it; it %s', async (_, isRead) => {
    await using viewer = await openViewer({args: ['alpha'], cols: 200, rows: 60});
    const {terminal, server} = viewer;
    await viewer.live();
    terminal.stall();
    for (let round = 0; round < 60; round++) {
      viewer.write('alpha', 100, `a long line ${'x'.repeat(150)}`);
      await sleep(30);
    }
    terminal.kill('SIGTERM');
    if (isRead) terminal.unstall();
    await expectGone(terminal, server);
    terminal.unstall();
    expect(await terminal.waitForExit()).toEqual({code: 143, signal: undefined});
    // What the kernel had no room for is lost with the process.
    if (isRead) expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
  });
});

describe('a terminal that does not read answers nothing into the shell', () => {
  test('when it reads again while the program ends', async () => {
    await using session = await openShellSession({afterwards: 'exec cat'});
    const {terminal, pid} = session;
    await stallWithFrames(session);
    process.kill(pid, 'SIGTERM');
    await sleep(200);
    terminal.unstall();
    await terminal.waitFor('code 143');
    await terminal.stable();
    expect(terminal.text()).not.toMatch(typedAnswer);
  });

  test('when it reads again after seconds: the end waits for what was asked, and nothing else is ever asked', async () => {
    await using session = await openShellSession({args: ['--title'], afterwards: 'exec cat'});
    const {terminal, pid} = session;
    await stallWithFrames(session);
    process.kill(pid, 'SIGTERM');
    await sleep(2500);
    terminal.unstall();
    await terminal.waitFor('code 143');
    await terminal.stable();
    expect(terminal.text()).not.toMatch(typedAnswer);
    expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
    const others = terminal.output
      .toString('latin1')
      .replaceAll('\u001B[6n', '')
      .replace('\u001B]11;?\u0007\u001B[c', '');
    expect(others).not.toMatch(question);
  });

  test('when it reads later than anybody waits: no more than was asked before its answers were late', async () => {
    await using session = await openShellSession({afterwards: 'exec cat'});
    const {terminal, pid, server} = session;
    await stallWithFrames(session);
    process.kill(pid, 'SIGTERM');
    await eventually(
      () => server.openLogConnections() === 0,
      () => 'the program to end',
    );
    await sleep(1500);
    terminal.unstall();
    // The kernel had no room for the end of the last frame: the terminal is as that left it.
    await eventually(
      () => terminal.output.includes('code 143'),
      () => 'the shell',
    );
    await terminal.stable();
    expect([...terminal.text().matchAll(new RegExp(typedAnswer, 'g'))].length).toBeLessThanOrEqual(2);
  });
});

const [esc, bel] = ['\u001B', '\u0007'];

/** What a terminal answers: DA, DSR, its version, modes, sizes, colours, capabilities. */
const question = new RegExp(
  `${esc}(?:\\[[?>=]?[\\d;]*(?:[cnx]|\\$p)|\\[\\?u|\\[>\\d*q|\\[1[1-9]t|\\][^${bel}${esc}]*\\?[${bel}${esc}]|P[+$]q)`,
);

/** A terminal's answer to DSR 6 as `cat` and an echoing line show it. */
const typedAnswer = /\d+;\d+R/;

/** Keys draw frames for some seconds, of which the terminal reads nothing. */
async function stallWithFrames({terminal}: ShellSession): Promise<void> {
  terminal.stall();
  for (let times = 0; times < 6; times++) {
    await terminal.press('?');
    await sleep(250);
    await terminal.press('Esc');
    await sleep(250);
  }
}

test('without a screen there is one line and exit 2', async () => {
  await using terminal = await openProgram(['--demo'], {env: {TERM: 'dumb'}});
  expect(await terminal.waitForExit()).toMatchObject({code: 2});
  expect(terminal.text().trim()).toMatch(/^pipetail: the screen needs more than TERM=dumb[^\n]*$/);
  expect(terminal.output.toString('latin1')).not.toContain('\u001B');
});

test('after a stop from outside, fg brings a whole screen and working keys back', async () => {
  await using viewer = await openViewer();
  const {terminal} = viewer;
  await viewer.live();
  terminal.kill('SIGSTOP');
  viewer.write('alpha', 3);
  await sleep(200);
  terminal.kill('SIGCONT');
  // In between, Ink leaves the alternate screen and comes back to an empty one.
  await terminal.waitFor((seen) => seen.row(0).includes('pipetail') && seen.text().includes('line 3.'));
  await terminal.press('?');
  await terminal.waitFor('type to find');
});
