import {once} from 'node:events';
import net from 'node:net';
import {expect, test} from 'vitest';
import {openView} from '../e2e/viewer.ts';
import {runCommand} from '../harness/program.ts';
import {ownManagerForAll} from './suite.ts';

/** Where the API looks for the runner: what listens there is a link to it. */
const runnerHost = '127.0.0.2';
const own = ownManagerForAll({runnerHost});

/** Between the API and its runner, which are one process: once it is closed, the runner cannot be reached. */
class RunnerLink implements AsyncDisposable {
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  private constructor(port: number) {
    this.#server = net.createServer((api) => {
      const runner = net.connect(port, '127.0.0.1');
      for (const [from, to] of [
        [api, runner],
        [runner, api],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => {});
        from.on('close', () => to.destroy());
        from.pipe(to);
      }
    });
  }

  static async open(port: number): Promise<RunnerLink> {
    const link = new RunnerLink(port);
    link.#server.listen(port, runnerHost);
    await once(link.#server, 'listening');
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

test('a runner that is away while the API answers: what the server says of it in header, d and status', async () => {
  const manager = own();
  const client = manager.client();
  await client.put('orders');
  const link = await RunnerLink.open(manager.runnerPort);
  await client.compiled('orders');
  await client.start('orders');
  // The runner looks for the process there, too.
  const unreachable = await client.status('orders', 'Unavailable');
  const [, port] = /127\.0\.0\.2:(\d+)/.exec(JSON.stringify(unreachable)) ?? [];
  await using process = await RunnerLink.open(Number(port));
  expect(process).toBeDefined();
  await client.status('orders', 'Running');
  const env = {PIPETAIL_LIST_WIDTH: '34'};
  await using view = await openView(['--host', manager.url, 'orders'], {cols: 150, rows: 40, env});
  await view.live();
  await view.terminal.press('d');
  await view.terminal.waitFor(/ Running {2}API · since /);
  await link[Symbol.asyncDispose]();
  // The server checks its services every 10 s.
  await view.terminal.waitFor(
    /The runner is away: Unable to connect to the runner at http:\/\/127\.0\.0\.2:\d+\/healthz/,
  );
  await view.terminal.waitFor(() => /1 pipeline · runner away since \d\d:\d\d:\d\d/.test(view.header()));
  expect(view.terminal.text()).not.toContain('no known problems');
  const {stdout} = await runCommand(['status', 'orders', '--host', manager.url]);
  expect(stdout).toMatch(/^orders\n {2}Running \(API · since .*\)\n/);
  expect(stdout).toMatch(/\n {2}The runner is away: Unable to connect to the runner at .* \(API · since /);
  expect(stdout).toMatch(/\n {2}Log unreachable: .*the pipeline's runner does not answer/);
  await using back = await RunnerLink.open(manager.runnerPort);
  expect(back).toBeDefined();
  await view.terminal.waitFor(() => !/runner away|unreachable/.test(view.header()));
  await view.terminal.waitFor(() => !view.terminal.text().includes('The runner is away'));
});
