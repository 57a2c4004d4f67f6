import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../harness/eventually.ts';
import {isOnNode, openProgram} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import type {Terminal, TerminalOptions} from '../harness/terminal.ts';
import {View} from './viewer.ts';

/** Two servers that require different credentials, and a home with a configuration that has a context for each. */
async function twoContexts() {
  await using stack = new AsyncDisposableStack();
  const home: TemporaryDirectory = stack.use(await temporaryDirectory());
  const staging = await DemoServer.start({scenario: quiet('alpha', 'beta'), apiKey: 'apikey:PLANTED-staging'});
  stack.defer(() => staging.close());
  const prod = await DemoServer.start({scenario: quiet('gamma', 'delta'), apiKey: 'apikey:PLANTED-prod'});
  stack.defer(() => prod.close());
  const keys = {STAGING_KEY: 'apikey:PLANTED-staging', PROD_KEY: 'apikey:PLANTED-prod'};
  // A credential from the environment would keep the file's own context from being in force.
  const env = {HOME: home.path, FELDERA_API_KEY: undefined, ...keys};
  const configure = async (text: string) => {
    const folder = path.join(home.path, '.config/pipetail');
    await mkdir(folder, {recursive: true});
    await writeFile(path.join(folder, 'config.toml'), text);
  };
  const contexts = [
    'context = "staging"',
    '[contexts.staging]',
    `host = "${staging.url}"`,
    'auth-variable = "STAGING_KEY"',
    '[contexts.prod]',
    `host = "${prod.url}"`,
    'auth-variable = "PROD_KEY"',
    'color = "#aa0000"',
  ].join('\n');
  await configure(contexts);
  const owned = stack.move();
  return {
    ...{home, staging, prod, contexts, configure},
    open: (args: readonly string[] = [], options: Omit<TerminalOptions, 'command' | 'args'> = {}) =>
      openProgram(args, {...options, env: {...env, ...options.env}}),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const live = (terminal: Terminal, ...words: readonly string[]) =>
  terminal.waitFor(() => ['LIVE', ...words].every((word) => terminal.row(0).includes(word)), {hint: words.join(' ')});

/** Whether every cell of the header has the colour as its ground. */
function isFilled(terminal: Terminal, color: string): boolean {
  return Array.from({length: 80}, (_, column) => terminal.cell(0, column).bg).every((bg) => bg === color);
}

/** Goes to the context `down` rows below the one in force. */
async function goTo(terminal: Terminal, ...moves: readonly string[]): Promise<void> {
  await terminal.press('C');
  await terminal.waitFor('current');
  await terminal.press(...moves, 'Enter');
}

describe('C', () => {
  test('shows the contexts and goes to another: its colour, its pipelines, its key, and back', async () => {
    await using rig = await twoContexts();
    await using terminal = await rig.open(['beta'], {cols: 80, rows: 24, env: {COLORTERM: 'truecolor'}});
    await live(terminal, 'staging', new URL(rig.staging.url).host);
    expect(terminal.styleOf('pipetail').bg).toBeUndefined();
    rig.staging.pipeline('beta').write('kept line');
    await terminal.waitFor('kept line');
    await terminal.press('w');
    await terminal.waitFor('wrap all');
    await new View(terminal).keepsSession();

    await goTo(terminal, 'j');
    await live(terminal, 'prod', new URL(rig.prod.url).host);
    await terminal.waitFor('gamma');
    expect(terminal.text()).not.toContain('beta');
    expect(terminal.row(0)).not.toContain('staging');
    expect(terminal.alternateScreen).toBe(true);
    expect(isFilled(terminal, '#aa0000')).toBe(true);
    await eventually(
      () => rig.staging.openLogConnections() === 0,
      () => 'the connections of staging are closed',
    );

    // The tab of the other server is back, as it was left.
    await goTo(terminal, 'k');
    await live(terminal, 'staging');
    await terminal.waitFor('wrap all');
    await terminal.waitFor('kept line');
    expect(terminal.styleOf('pipetail').bg).toBeUndefined();
    await eventually(
      () => rig.prod.openLogConnections() === 0,
      () => 'the connections of prod are closed',
    );

    // No credential went to the server of another.
    const sent = (server: DemoServer) => new Set(server.requests.map(({authorization}) => authorization));
    expect(sent(rig.staging)).toEqual(new Set(['Bearer apikey:PLANTED-staging']));
    expect(sent(rig.prod)).toEqual(new Set(['Bearer apikey:PLANTED-prod']));

    await terminal.press('q', 'q');
    expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
    expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true});
    expect(terminal.text().trim()).toBe('');
  });

  test('what is wrong with the other context is shown, and nothing is lost', async () => {
    await using rig = await twoContexts();
    await using terminal = await rig.open([], {env: {PROD_KEY: undefined}});
    await live(terminal, 'staging');
    await goTo(terminal, 'j');
    await terminal.waitFor('the variable PROD_KEY is not set');
    await terminal.press('Esc');
    await live(terminal, 'staging');
    expect(rig.staging.openLogConnections()).toBe(1);

    // The file is read again each time.
    await rig.configure(rig.contexts.replace('"PROD_KEY"', '"STAGING_KEY"'));
    await goTo(terminal, 'j');
    await terminal.waitFor('The server requires credentials');
    expect(terminal.row(0)).toContain('prod');
    expect(terminal.text()).toMatch(/Those from .*context prod.* were refused/);
    expect(terminal.text()).toContain('[contexts.prod]');
  });

  test('leads back to what was left, also with --fresh, which is about earlier runs', async () => {
    await using rig = await twoContexts();
    await using terminal = await rig.open(['--fresh']);
    await live(terminal, 'staging');
    await terminal.press('j', 'Enter');
    // No preview any more, which would have three dots.
    const isKept = () => /1 beta(?!…)/.test(terminal.row(1));
    await terminal.waitFor(isKept);
    await new View(terminal).keepsSession();
    await goTo(terminal, 'j');
    await live(terminal, 'prod');
    await goTo(terminal, 'k');
    await live(terminal, 'staging');
    await terminal.waitFor(isKept);
  });

  test('leads from what flags named to a context', async () => {
    await using rig = await twoContexts();
    await using terminal = await rig.open(['--host', rig.staging.url, '--auth', 'apikey:PLANTED-staging', 'alpha']);
    await live(terminal, new URL(rig.staging.url).host);
    expect(terminal.row(0)).not.toContain('staging');
    await terminal.press('C');
    await terminal.waitFor('prod');
    await terminal.press('j', 'Enter');
    await live(terminal, 'prod');
    expect(terminal.text()).not.toContain('alpha');
  });
});

test('a signal while it goes there ends the program', async () => {
  await using rig = await twoContexts();
  await using terminal = await rig.open();
  await live(terminal, 'staging');
  await terminal.press('C', 'j');
  terminal.write('\r');
  terminal.kill('SIGTERM');
  // Before, in between or after: it does not go on. Where nothing catches the signal, it ends by it.
  const {code, signal} = await terminal.waitForExit();
  expect(signal ?? code).toSatisfy((how) => how === 143 || how === 'SIGTERM');
  expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true});
});

test.skipIf(!isOnNode)('after ten switches as much is held as after one', async () => {
  await using rig = await twoContexts();
  const file = path.join(rig.home.path, 'samples');
  const preload = path.join(import.meta.dirname, 'held-sampler.mjs');
  await using terminal = await rig.open([], {env: {NODE_OPTIONS: `--import=${preload}`, PIPETAIL_HELD_FILE: file}});
  const sample = async (index: number): Promise<Readonly<Record<string, number>>> => {
    await terminal.stable();
    terminal.kill('SIGPWR');
    const line = await eventually(
      async () => (await readFile(file, 'utf8').catch(() => '')).split('\n')[index],
      () => 'a sample',
    );
    return JSON.parse(line) as Readonly<Record<string, number>>;
  };
  const thereAndBack = async () => {
    await goTo(terminal, 'j');
    await live(terminal, 'prod');
    await goTo(terminal, 'k');
    await live(terminal, 'staging');
  };
  await live(terminal, 'staging');
  await thereAndBack();
  const first = await sample(0);
  for (let round = 0; round < 5; round++) await thereAndBack();
  const last = await sample(1);
  for (const kind of ['sockets', 'timers', 'descriptors', 'socketDescriptors', 'listeners', 'others']) {
    expect(last[kind], `${kind}: ${JSON.stringify({first, last})}`).toBeLessThanOrEqual((first[kind] ?? 0) + 1);
  }
});
