import {chmod, readFile, writeFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import path from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {sectionOf} from '../harness/docs-tables.ts';
import {eventually} from '../harness/eventually.ts';
import {root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool} from '../harness/tools.ts';
import {openRig} from './logs-rig.ts';
import {startProgram} from './running-program.ts';
import {openViewer} from './viewer.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder.path;
}

/** What a file holds once it holds `lines` lines. */
async function linesIn(file: string, lines: number): Promise<readonly string[]> {
  let found: readonly string[] = [];
  await eventually(
    async () => {
      found = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
      return found.length >= lines;
    },
    () => `${file} has ${found.length} lines, not ${lines}`,
  );
  return found;
}

/** The bodies that a web server got. */
async function openWebhook() {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return {bodies, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`};
}

test('the alert commands of docs/leave-it-running.md work, in logs --follow: a webhook, one with a text, a notice on the desktop', async (context) => {
  for (const tool of ['curl', 'jq']) requireTool(context, tool);
  const page = await readFile(path.join(root, 'docs/leave-it-running.md'), 'utf8');
  const commands = sectionOf(page, 'alert-commands') ?? '';
  const examples = [...commands.matchAll(/```sh\n(.*?)\n```/gs)].map(([, example = '']) => example);
  expect(examples).toHaveLength(3);
  const {server, untilConnections} = await openRig(['orders', 'other']);
  const webhook = await openWebhook();
  const bin = await temporaryFolder();
  const shown = path.join(bin, 'shown');
  await writeFile(path.join(bin, 'notify-send'), `#!/bin/sh\nprintf '%s|%s\\n' "$1" "$2" >> ${shown}\n`);
  await chmod(path.join(bin, 'notify-send'), 0o755);
  const env = {PATH: `${bin}:${process.env.PATH}`, WEBHOOK: webhook.url};
  const programs = await Promise.all(
    examples.map((example) => startProgram(['logs', '-f', '--host', server.url, 'orders', '--on-alert', example], env)),
  );
  for (const program of programs) onTestFinished(() => program[Symbol.asyncDispose]());
  await untilConnections(examples.length);
  const orders = server.pipeline('orders');
  const say = (message: string) => orders.write(`[orders] ${orders.stamp()} ERROR test:  ${message}`);
  // What a catch-up brings is no news, and only an error of a new kind is: one comes each second, until the logs are live.
  const notices = () => readFile(shown, 'utf8').catch(() => '');
  for (let kinds = 0; kinds < 30 && !(webhook.bodies.length >= 2 && (await notices()).endsWith('\n')); kinds++) {
    say(`disk $(full) "x" is ${'so '.repeat(kinds)}`);
    await sleep(1000);
  }
  // Several where another one was late.
  expect(await notices()).toMatch(/^(orders\|test disk \$\(full\) "x" is(?: so)*\n)+$/);
  const objects = webhook.bodies.map((body): unknown => JSON.parse(body));
  expect(objects).toContainEqual({text: expect.stringMatching(/^orders: test disk \$\(full\) "x" is/)});
  expect(objects).toContainEqual(
    expect.objectContaining({
      ...{pipeline: 'orders', kind: 'error', text: expect.stringMatching(/^test disk \$\(full\) "x" is/)},
      ...{server: server.url, url: `${server.url}/v0/pipelines/orders`},
    }),
  );
});

test('on the screen: an alert command gets what notifies, and its failure is told; ! asks for the next change', async () => {
  const file = path.join(await temporaryFolder(), 'alerts');
  await using viewer = await openViewer({
    // As the first line of cli.tsx sets it, for the program alone.
    env: {MALLOC_ARENA_MAX: '1'},
    args: ['alpha', '--on-alert', `cat >> ${file}; echo "heaps:$MALLOC_ARENA_MAX."; test $(wc -l < ${file}) != 1`],
  });
  const {terminal, server} = viewer;
  await viewer.live();
  server.pipeline('gamma').fail('exit status: 101');
  const [failed = ''] = await linesIn(file, 1);
  expect(JSON.parse(failed)).toMatchObject({
    pipeline: 'gamma',
    kind: 'failed',
    text: 'Failed · exit status: 101',
    count: 1,
  });
  await terminal.waitFor('the alert command failed: it ended with code 1 · heaps:.');

  await terminal.press('!');
  await terminal.waitFor('alpha: you will be alerted when it next changes: press ! to cancel');
  server.pipeline('alpha').stop();
  await terminal.waitFor('alpha: Stopped');
  const [, stopped = ''] = await linesIn(file, 2);
  expect(JSON.parse(stopped)).toMatchObject({pipeline: 'alpha', kind: 'changed', text: 'Stopped'});
  await terminal.press('i');
  await terminal.waitFor(/\d\d:\d\d:\d\d +heaps:\./);
  expect(terminal.bells).toBe(0);
});
