import {existsSync} from 'node:fs';
import {chmod, chown, mkdir, readFile, stat, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, onTestFinished, type TestContext, test} from 'vitest';
import {DemoServer} from '../../demo/server.ts';
import {ownSecretFile} from '../harness/planted-secret.ts';
import {launcher, openProgram, program, run, runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool, skipOrFail} from '../harness/tools.ts';

/** A home with a configuration file in it, and the program run in it. */
async function homeWith(text?: string, mode = 0o600) {
  const home = await temporaryDirectory();
  onTestFinished(() => home[Symbol.asyncDispose]());
  const file = path.join(home.path, 'config.toml');
  if (text !== undefined) await writeFile(ownSecretFile(file), text);
  if (text !== undefined) await chmod(file, mode);
  // A credential from the environment would keep the file's own context from being in force.
  const env = {HOME: home.path, PIPETAIL_CONFIG: file, FELDERA_API_KEY: undefined};
  return {
    file,
    env,
    pipetail: (line: string, more: Readonly<Record<string, string>> = {}) =>
      runCommand(line.split(' '), {env: {...env, ...more}}),
  };
}

/** A server that requires its key, with a pipeline of its own name. */
async function serverWith(name: string, apiKey: string) {
  const server = await DemoServer.start({apiKey});
  server.addPipeline(name).start();
  onTestFinished(() => server.close());
  return server;
}

describe('the two of them', () => {
  test('path: also when nothing is there', async () => {
    await using home = await temporaryDirectory();
    const env = {HOME: home.path, XDG_CONFIG_HOME: undefined};
    const file = path.join(home.path, '.config/pipetail/config.toml');
    expect(await runCommand(['config', 'path'], {env})).toMatchObject({code: 0, stdout: `${file}\n`, stderr: ''});
  });

  test('init: a file for its owner alone, never over another; it is fine', async () => {
    const {file, pipetail} = await homeWith();
    expect(await pipetail('config init')).toMatchObject({code: 0, stdout: 'wrote ~/config.toml\n', stderr: ''});
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await pipetail('list --demo -o name')).toMatchObject({code: 0, stderr: ''});
    await writeFile(file, 'fps = 3\n');
    expect(await pipetail('config init')).toMatchObject({
      ...{code: 1, stdout: ''},
      stderr:
        'pipetail: ~/config.toml is there already · it is never overwritten · pipetail config init --config FILE writes another\n',
    });
    expect(await readFile(file, 'utf8')).toBe('fps = 3\n');
  });
});

test('a saved filter that is wrong, or that is not there, is one line and exit code 2', async () => {
  const {file, pipetail} = await homeWith(
    '[filters]\nnoise = ["!step completed", "level:info"]\nslow = "level:loud"\n',
  );
  expect(await pipetail('--demo')).toMatchObject({
    ...{code: 2, stdout: ''},
    stderr: `pipetail: ~/config.toml:3: filter 'slow': no level "loud": there are trace, debug, info, warn and error\n`,
  });
  await writeFile(file, '[filters]\nnoise = ["!step completed", "level:info"]\n');
  expect(await pipetail('--demo --filter @nois')).toMatchObject({
    ...{code: 2, stdout: ''},
    stderr:
      "pipetail: --filter '@nois' · no saved filter '@nois' · did you mean '@noise'? · for that text: text:@nois\n",
  });
});

describe('contexts', () => {
  async function setUp() {
    const one = await serverWith('one', 'PLANTED-one');
    const two = await serverWith('two', 'PLANTED-two');
    const home = await homeWith(`context = "one"
[contexts.one]
host = "${one.url}"
auth = "PLANTED-one"
[contexts.two]
host = "${two.url}"
auth-variable = "KEY_OF_TWO"
color = "red"
[contexts.three]
host = "${two.url}"
auth-token-command = "echo PLANTED-two"
`);
    return {one, two, ...home, env: {...home.env, KEY_OF_TWO: 'PLANTED-two'}};
  }

  const sent = (server: DemoServer) => new Set(server.requests.map(({authorization}) => authorization));

  test('each server is sent its own credential and no other', async () => {
    const {one, two, pipetail} = await setUp();
    const key = {KEY_OF_TWO: 'PLANTED-two'};
    // Variables that name a server have no part in it.
    const others = {FELDERA_TENANT: 'x', FELDERA_TLS_INSECURE: '1', ...key};
    const named = {FELDERA_HOST: one.url, FELDERA_API_KEY: 'PLANTED-other', ...others};
    const answers = [
      await pipetail('list -o name', others),
      await pipetail('list -o name --context two', named),
      await pipetail('list -o name --context three', named),
      await pipetail('list -o name', {...named, PIPETAIL_CONTEXT: 'two'}),
    ];
    expect(answers.map(({stdout, stderr}) => stdout + stderr)).toEqual(['one\n', 'two\n', 'two\n', 'two\n']);
    expect(sent(one)).toEqual(new Set(['Bearer PLANTED-one']));
    expect(sent(two)).toEqual(new Set(['Bearer PLANTED-two']));
    // Variables that name a server are meant, not the usual context.
    const direct = await pipetail('list -o name', {FELDERA_HOST: two.url, FELDERA_API_KEY: 'PLANTED-two'});
    expect(direct).toMatchObject({code: 0, stdout: 'two\n'});
    expect(await pipetail(`list --host ${two.url}`)).toMatchObject({code: 1, stdout: ''});
    expect(sent(two)).toEqual(new Set(['Bearer PLANTED-two', undefined]));
  });

  test('a key in a file that others can read is refused, with what to do', async () => {
    const {file, one, pipetail} = await setUp();
    await chmod(file, 0o644);
    for (const line of ['list', 'logs one']) {
      expect(await pipetail(line)).toMatchObject({
        ...{code: 2, stdout: ''},
        stderr:
          "pipetail: ~/config.toml:4: 'auth' is a key in a file that other users can read · chmod 600 ~/config.toml, or name a variable: auth-variable\n",
      });
    }
    expect(one.requests).toEqual([]);
    await chmod(file, 0o600);
    expect(await pipetail('list -o name')).toMatchObject({code: 0, stdout: 'one\n'});
  });

  test('what is refused is named by its context', async () => {
    const {two, env} = await setUp();
    two.setApiKey('another');
    await using terminal = await openProgram(['--context', 'two'], {env});
    await terminal.waitFor('Those from KEY_OF_TWO of context two were refused.');
    expect(terminal.output.toString('latin1')).not.toContain('PLANTED');
  });

  test('their names are completed', async () => {
    const {pipetail} = await setUp();
    const {stdout} = await pipetail('completion answer -- list --context t');
    expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['two', 'three', '']);
  });
});

describe('a user id without a name, as containers have one', () => {
  const [user, other] = [1234, 1235];

  /** The file in a folder that all may read, and the program run by that user. `hasRun`: the token command did. */
  async function setUp(context: TestContext) {
    if (process.geteuid?.() !== 0) skipOrFail(context, 'only root can run the program as another user');
    const setpriv = requireTool(context, 'setpriv');
    const folder = await temporaryDirectory();
    onTestFinished(() => folder[Symbol.asyncDispose]());
    await chmod(folder.path, 0o755);
    const out = path.join(folder.path, 'out');
    await mkdir(out);
    await chown(out, user, user);
    const file = path.join(folder.path, 'config.toml');
    const server = await serverWith('one', 'PLANTED-one');
    const command = `touch ${out}/ran; echo PLANTED-one`;
    const text = `[contexts.a]\nhost = "${server.url}"\nauth-token-command = "${command}"\n`;
    await writeFile(ownSecretFile(file), text);
    const ids = ['--reuid', `${user}`, '--regid', `${user}`, '--clear-groups'];
    const call = [...ids, launcher, program, 'list', '-o', 'name', '--context', 'a', '--config', file];
    return {
      file,
      hasRun: () => existsSync(path.join(out, 'ran')),
      list: () => run(setpriv, call, {cwd: '/'}),
    };
  }

  test('a file of another user, or one that others may write to, runs no command', async (context) => {
    const {file, hasRun, list} = await setUp(context);
    for (const [owner, mode, why, way] of [
      [other, 0o644, 'it belongs to another user', 'sudo chown $(id -u)'],
      [other, 0o666, 'it belongs to another user', 'sudo chown $(id -u)'],
      [user, 0o606, 'other users may write to it', 'chmod go-w'],
    ] as const) {
      await chown(file, owner, owner);
      await chmod(file, mode);
      const {code, stdout, stderr} = await list();
      expect({code, stdout}).toEqual({code: 2, stdout: ''});
      expect(stderr).toBe(`pipetail: ${file}: ${why}, so this file is not used · ${way} ${file}\n`);
    }
    expect(hasRun()).toBe(false);
  });

  test('its own file is used', async (context) => {
    const {file, hasRun, list} = await setUp(context);
    await chown(file, user, user);
    await chmod(file, 0o600);
    expect(await list()).toMatchObject({code: 0, stdout: 'one\n', stderr: ''});
    expect(hasRun()).toBe(true);
  });
});

test('the options of the file are in force on the screen, and a flag wins', async () => {
  const {env} = await homeWith('list-width = "off"\n');
  await using off = await openProgram(['--demo', 'billing'], {env});
  await off.waitFor('pipelines');
  await off.waitFor('billing');
  // Of the list there is nothing but the tab's own name.
  expect(off.text()).not.toContain('clickstream');
  await using on = await openProgram(['--demo', 'billing'], {env: {...env, PIPETAIL_LIST_WIDTH: '30'}});
  await on.waitFor('clickstream');
});
