import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it, onTestFinished, test} from 'vitest';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {UsageError} from '../../../source/kit/settings/parse-values.ts';
import {nameHints, pipelinesSoon} from '../../../source/kit/shell/named-pipelines.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {openServer, runTokenCommand, serverVersion} from '../../../source/shells/startup/open-server.ts';
import {endsBeforeItsOutput} from '../../harness/ends-before-its-output.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {readSettings} from '../../harness/read-settings.ts';
import {startReplayServer} from '../../harness/replay-server.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

describe('open server', () => {
  const open = (...argv: readonly string[]) => openServer(readSettings(argv, {}), '1.2.3', systemClock);
  const {signal} = new AbortController();

  it('makes a client for the server and the key of the settings', async () => {
    await using stack = new AsyncDisposableStack();
    const demo = await DemoServer.start({apiKey: 'key', basePath: '/feldera'});
    stack.defer(() => demo.close());
    const server = await open('--host', demo.url, '--auth', 'key');
    stack.defer(() => server.close());
    expect(server.name).toBe(`127.0.0.1:${demo.port}`);
    expect(await server.client.listPipelines(signal)).toEqual([]);
  });

  it('starts a demo, which ends with it', async () => {
    const server = await open('--demo');
    expect(server.name).toBe('demo');
    expect((await server.client.listPipelines(signal)).map(({name}) => name)).toContain('orders');
    const {baseUrl} = server.client;
    await server.close();
    await expect(fetch(baseUrl)).rejects.toThrow('fetch failed');
  });

  it('a URL or a key that cannot be used is a usage error', async () => {
    await expect(open('--host', 'ftp://x')).rejects.toThrow(UsageError);
    const words = '--auth is empty or holds characters that a header cannot carry (a space, a line break)';
    await expect(open('--host', 'https://x', '--auth', 'two words')).rejects.toThrow(new UsageError(words));
  });

  it('reads its token from a command and the extra roots from a file, and returns its secrets', async () => {
    await using stack = new AsyncDisposableStack();
    const demo = await DemoServer.start({apiKey: 'printed', tenants: [{name: 'acme', role: 'read'}]});
    stack.defer(() => demo.close());
    const server = await open('--host', demo.url, '--auth-token-command', 'echo printed', '--tenant', 'acme');
    stack.defer(() => server.close());
    expect(server.secrets()).toEqual([]);
    expect(await server.client.listPipelines(signal)).toEqual([]);
    expect(server.secrets()).toEqual(['printed']);
    expect(demo.requests).toMatchObject([{authorization: 'Bearer printed', tenant: 'acme'}]);
    await expect(open('--host', 'https://x', '--tls-cert', '/dev/null')).rejects.toThrow(UsageError);
  });
});

describe('token command', () => {
  const {signal} = new AbortController();
  const run = (value: string) => runTokenCommand({value, from: '--auth-token-command'}, systemClock, signal);

  test('the output of the shell command is the token, trimmed', async () => {
    expect(await run('printf "\\n  %s.%s \\n" head body')).toBe('head.body');
    // Whoever reads from it gets nothing, and there is no terminal to ask on.
    expect(await run('cat; read x < /dev/tty || echo none')).toBe('none');
  });

  test('a token that is read late is the token', async () => {
    expect(await endsBeforeItsOutput(() => run('sleep 0.3; echo token'))).toBe('token');
  });

  it.each([
    ['echo SECRET; echo SECRET >&2; exit 7', 'the command ended with code 7 · run it in a shell to see why'],
    ['no-such-command-SECRET', 'the command ended with code 127 · run it in a shell to see why'],
    ['echo SECRET >&2', 'the command printed nothing · it must print a token to stdout'],
    [
      'echo SECRET SECRET',
      'the command printed characters that a header cannot carry (a space, a line break) · it must print the token alone',
    ],
    ['kill -TERM $$ # SECRET', 'the command was ended by SIGTERM'],
    ['yes SECRET', 'it printed more than 128 KiB'],
  ])('%j prints no token, and none of it is quoted', async (command, words) => {
    await expect(run(command)).rejects.toThrow(new Error(`no token from --auth-token-command · ${words}`));
  });

  test('what it leaves in the background is not waited for, and is ended if it could still print', async () => {
    await using home = await temporaryDirectory();
    const file = path.join(home.path, 'pid');
    const clock = new FakeClock();
    const value = `sleep 600 & echo $! > '${file}'; echo tok`;
    const token = runTokenCommand({value, from: 'X'}, clock, signal);
    await eventually(
      () => existsSync(file) && clock.pending > 1,
      () => 'the shell has not ended',
    );
    await clock.advance(1_000);
    expect(await token).toBe('tok');
    expect(clock.pending).toBe(0);
    const pid = Number(readFileSync(file, 'utf8'));
    const isRunning = () => /^State:\s+[^ZX]/m.test(readStatus(pid));
    await eventually(
      () => !isRunning(),
      () => `process ${pid} lives on`,
    );
  });

  describe('a command that does not end', () => {
    async function hanging(stop: (clock: FakeClock, abort: AbortController) => unknown) {
      await using home = await temporaryDirectory();
      const file = path.join(home.path, 'pid');
      const clock = new FakeClock();
      const abort = new AbortController();
      // In a subshell: what the shell started, and not the shell alone, has to end.
      const value = `(echo $$ > '${file}'; sleep 600) | cat`;
      const token = runTokenCommand({value, from: 'X'}, clock, abort.signal).catch((error: unknown) => String(error));
      const groupNow = () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0);
      await eventually(
        () => groupNow() > 0,
        () => 'the command never started',
      );
      const group = groupNow();
      await stop(clock, abort);
      const message = await token;
      const isThere = () => {
        try {
          return process.kill(-group, 0);
        } catch {
          return false;
        }
      };
      await eventually(
        () => !isThere(),
        () => `process group ${group} lives on`,
      );
      return {message, clock};
    }

    it('is ended, and leaves no process', async () => {
      const {message, clock} = await hanging((fake) => fake.advance(10_000));
      expect(message).toBe('Error: no token from X · the command did not end within 10 s');
      expect(clock.pending).toBe(0);
    });

    it('ends with the program', async () => {
      const {message, clock} = await hanging((_, abort) => abort.abort());
      expect(message).toBe('Error: no token from X · it is no longer needed');
      expect(clock.pending).toBe(0);
    });
  });
});

/** Of a process; empty after its end. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

describe('a server that does not answer', () => {
  async function setUp() {
    const server = await startReplayServer({reply: () => undefined});
    const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test'});
    onTestFinished(async () => {
      await client.close();
      await server[Symbol.asyncDispose]();
    });
    return {server, client, clock: new FakeClock()};
  }

  it('is asked for its version for 5 s', async () => {
    const {server, client, clock} = await setUp();
    const version = serverVersion(client, clock, new AbortController().signal);
    await server.untilOpen(1);
    await clock.advance(5_000);
    expect(await version).toBeUndefined();
  });

  it('is asked for the name that was meant for as long, and for names to choose from for 1 s', async () => {
    const {server, client, clock} = await setUp();
    let hint: string | undefined;
    const hinted = nameHints(
      client,
      clock,
    )('ordesr').then((text) => {
      hint = text;
    });
    const names = pipelinesSoon(client, clock);
    await server.untilOpen(2);
    await clock.advance(1_000);
    expect(await names).toBeUndefined();
    await clock.advance(3_999);
    expect(hint).toBeUndefined();
    await clock.advance(1);
    await hinted;
    expect(hint).toBe(' · run pipetail list to see them all');
  });
});
