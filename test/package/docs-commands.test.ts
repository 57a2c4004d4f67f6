import {existsSync} from 'node:fs';
import {chmod, cp, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {installation} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import type {Exit} from '../harness/emulated-program.ts';
import {node, program, root} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal, type Terminal} from '../harness/terminal.ts';
import {skipOrFail} from '../harness/tools.ts';

/** What is not run here, and why; a file that runs it is named where there is one. */
const elsewhere: readonly {
  readonly command: RegExp;
  readonly why: string;
  readonly by?: string;
  /** It is not part of this project. */
  readonly isForeign?: true;
}[] = [
  {command: /^npm test$/, why: 'it is what runs this test'},
  {
    command: /^npm run bench\b/,
    why: 'takes minutes, and writes its results into the project',
    by: 'test/bench/run.test.ts',
  },
  {command: /^npm run build$/, why: 'is done before these tests'},
  {command: /^npm run single-file\b/, why: 'takes half a minute', by: 'test/package/single-file.test.ts'},
  {
    command: /^(sha256sum|tar|ln) .*(SHA256SUMS|pipetail-)/,
    why: 'needs what release-files makes',
    by: 'test/package/single-file.test.ts',
  },
  {command: /^npm install -g\b/, why: 'changes the machine', by: 'test/package/install.test.ts', isForeign: true},
  {command: /^docker\b/, why: 'needs Docker, and a server that goes on', isForeign: true},
  {command: /^kubectl\b/, why: 'needs a cluster', isForeign: true},
  {command: /^ssh\b/, why: 'needs a host; tmux and SSH are tried by', by: 'test/e2e/stalled-ssh.test.ts'},
  {command: /"\$WEBHOOK"|notify-send/, why: 'reads an alert', by: 'test/e2e/alerts.test.ts'},
];

const commands = new Set(
  (await Promise.all((await pages()).map(async (page) => commandsIn(await readFile(page, 'utf8'))))).flat(),
);

/** The readme and the pages under docs/. */
async function pages(): Promise<readonly string[]> {
  const names = await readdir(path.join(root, 'docs'), {recursive: true});
  return [
    path.join(root, 'readme.md'),
    ...names.filter((name) => name.endsWith('.md')).map((name) => path.join(root, 'docs', name)),
  ];
}

/** The lines of a page's shell blocks without their comments; a backslash at the end joins a line with the next. */
function commandsIn(page: string): string[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block.replaceAll('\\\n', ' '));
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

let server: DemoServer;
/** One home for all commands, since what one leaves there another reads. */
let home: TemporaryDirectory;

beforeAll(async () => {
  server = await DemoServer.start({scenario: installation});
  home = await temporaryDirectory();
  const pipetail = path.join(home.path, 'bin/pipetail');
  await mkdir(path.dirname(pipetail));
  await writeFile(pipetail, `#!/bin/sh\nexec '${node}' '${program}' "$@"\n`);
  await chmod(pipetail, 0o755);
  // What the pages open.
  const logs = path.join(home.path, 'logs');
  await mkdir(logs);
  await cp(path.join(root, 'test/wire/19-support-bundle.zip'), path.join(logs, 'bundle.zip'));
  await writeFile(path.join(logs, 'orders.log'), 'a line\n');
  await writeFile(path.join(logs, 'orders.log.1.gz'), gzipSync('an older line\n'));
});

afterAll(async () => {
  await server.close();
  await home[Symbol.asyncDispose]();
});

/**
 * The command as it is run here: on the demo server of this test, without putting the project's packages in anew, and on
 * a port that is free.
 */
function asRunHere(command: string): string {
  return command
    .replace(/--port \d+/, '--port 0')
    .replace(/\bpipetail demo\b(?!.*--port)/, 'pipetail demo --port 0')
    .replace(/^npm ci\b/, 'npm ci --dry-run --offline --ignore-scripts >&2')
    .replaceAll(/https?:\/\/([\w.-]*example\.com|localhost)(:\d+)?/g, server.url);
}

/** Before a command: bash writes the names of programs that are not on this machine into the file `$MISSING`. */
const namesMissing = 'command_not_found_handle() { echo "$1" >>"$MISSING"; return 127; }; ';

/** What goes on until it is told to stop. */
const endless = /\blogs\b.*\s(--follow|-f)\b|(^|\s)demo\b/;

/** Waits until the command has ended, or done what it is for; ends it then, as a person would. */
async function endOf(terminal: Terminal, command: string): Promise<Exit> {
  if (endless.test(command)) {
    await terminal.waitFor(() => server.openLogConnections() > 0 || terminal.text().includes('serving'));
    await terminal.stable(500);
    await terminal.press('C-c');
    return await terminal.waitForExit();
  }
  await terminal.waitFor(() => terminal.alternateScreen || !terminal.running, {timeout: 50_000});
  if (!terminal.running) return await terminal.exit;
  await terminal.waitFor(/ (LIVE|ended|end of file)\b/);
  await terminal.press('q');
  await terminal.waitFor(() => !terminal.running || terminal.text().includes('press q again to quit'));
  if (terminal.running) await terminal.press('q');
  return await terminal.waitForExit();
}

/** What is run elsewhere is there at least: the script of npm, and the test that runs it. */
async function expectThere(command: string, by: string | undefined): Promise<void> {
  const {scripts} = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const name = /^npm (?:run )?([\w-]+)/.exec(command)?.[1];
  expect(name ?? by).toBeDefined();
  if (name !== undefined) expect(Object.keys(scripts)).toContain(name);
  if (by !== undefined) expect(existsSync(path.join(root, by))).toBe(true);
}

test('the readme and the pages have commands', () => {
  expect(commands.size).toBeGreaterThan(5);
  expect([...commands].some((command) => /^pipetail\b/.test(command))).toBe(true);
});

test('the readme begins with two commands: one that shows the program, and the tests, which .ci/run runs as they stand there', async () => {
  const readme = await readFile(path.join(root, 'readme.md'), 'utf8');
  const [block = ''] = /^```sh\n.*?^```$/ms.exec(readme) ?? [];
  const first = commandsIn(block);
  expect(first).toEqual(['npm ci && npm start -- --demo', 'npm ci && npm test']);
  const run = await readFile(path.join(root, '.ci/run'), 'utf8');
  // Nothing before it puts in what it needs.
  const lines = run.split('\n').filter((line) => !line.startsWith('#') && /\bnpm (?:ci|test)(?![\w:])/.test(line));
  expect(lines.map((line) => /^PIPETAIL_REQUIRE_TOOLS=1 bash -c '(.*?)' /.exec(line)?.[1])).toEqual([first[1]]);
});

test.for([...commands])('%s', async (command, context) => {
  const parts = command.split(' && ');
  for (const part of parts) {
    const other = elsewhere.find((each) => each.command.test(part));
    if (other && !other.isForeign) await expectThere(part, other.by);
  }
  const here = parts.filter((part) => !elsewhere.some((each) => each.command.test(part))).join(' && ');
  if (here === '') return;
  const PATH = [path.join(home.path, 'bin'), process.env.PATH].join(path.delimiter);
  const missing = path.join(home.path, 'missing');
  await using terminal = await openTerminal({
    command: 'bash',
    args: ['-c', namesMissing + asRunHere(here)],
    ...{cwd: root, cols: 120, rows: 40},
    env: {HOME: home.path, PATH, FELDERA_HOST: server.url, MISSING: missing},
  });
  const {code, signal} = await endOf(terminal, here);
  if (existsSync(missing)) {
    const names = (await readFile(missing, 'utf8')).trimEnd().split('\n');
    await rm(missing);
    skipOrFail(context, `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not installed`);
  }
  // 130, or the signal itself: interrupted, as was asked for.
  const wanted = endless.test(here) ? [0, 130] : [0];
  expect(signal === 'SIGINT' ? 130 : code, terminal.text()).toBeOneOf(wanted);
});

test('comments, continued lines and other blocks are told apart', () => {
  const page = '```sh\na b    # words\n# all words\nc \\\n  d\n```\n```text\ne\n```\n```sh\nf#g\n```\n';
  expect(commandsIn(page)).toEqual(['a b', 'c    d', 'f#g']);
});
