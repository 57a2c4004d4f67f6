import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {DemoServer} from '../../demo/server.ts';
import {ownSecretFile} from '../harness/planted-secret.ts';
import {launcher, program, run, runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';

const secret = 'PLANTED-0123456789';

const nothingListens = 'http://127.0.0.1:9';
const config = (name: string) => `~/.config/pipetail/config.toml${name}`;

describe('a mistake is one line, and exit code 2', () => {
  test.each([
    [['--folow'], {}, 'unknown option --folow · did you mean pipetail logs --follow?'],
    [['logs', 'a', '--tail', 'ten'], {}, "--tail takes a number of records up to 1000000, or -1 for all, not 'ten'"],
    [
      ['logs', 'a', '--since', 'yesterday'],
      {},
      "--since 'yesterday' is not a time; try 10m, 1h30m, 12:03, 2026-11-25 12:03 or now",
    ],
    [[], {PIPETAIL_FPS: 'many'}, "PIPETAIL_FPS takes a whole number from 1 to 60, not 'many'"],
  ])('%j with %j', async (args, variables, line) => {
    const env = {FELDERA_API_KEY: `apikey:${secret}`, FELDERA_HOST: nothingListens, TERM: 'xterm', ...variables};
    const result = await runCommand(args, {env});
    expect(result).toEqual({code: 2, signal: null, stdout: '', stderr: `pipetail: ${line}\n`});
  });

  test.each([
    [`auth = ${secret}`, ":1: 'auth': this is not TOML · text needs quotation marks"],
    ['[keys]\nqiut = "q"', ":2: no command is called 'qiut' · did you mean 'quit'?"],
  ])('in the configuration file with its number, for every command: %j', async (text, line) => {
    await using home = await temporaryDirectory();
    const folder = path.join(home.path, '.config/pipetail');
    await mkdir(folder, {recursive: true});
    await writeFile(ownSecretFile(path.join(folder, 'config.toml')), `${text}\n`, {mode: 0o644});
    const env = {HOME: home.path, XDG_CONFIG_HOME: undefined, FELDERA_HOST: nothingListens, TERM: 'xterm'};
    for (const args of [[], ['list']]) {
      const result = await runCommand(args, {env});
      expect(result).toEqual({code: 2, signal: null, stdout: '', stderr: `pipetail: ${config(line)}\n`});
    }
    expect(await runCommand(['--help'], {env})).toMatchObject({code: 0, stderr: ''});
  });
});

describe('what is found out later is one line as well', () => {
  async function setUp() {
    const server = await DemoServer.start();
    server.addPipeline('orders').start();
    onTestFinished(() => server.close());
    return server;
  }

  test('a folder as stdin', async () => {
    const line = '"$1" "$2" logs --from - </';
    const result = await run('sh', ['-c', line, 'sh', launcher, program]);
    const stderr = 'pipetail: - is stdin, which is a folder here · name the folder instead\n';
    expect(result).toEqual({code: 1, signal: null, stdout: '', stderr});
  });

  test.each([
    [['ls'], "'ls' is neither a command nor a pipeline · did you mean 'pipetail list'?", 2],
    [['tail', 'orders'], "'tail' is neither a command nor a pipeline · did you mean 'pipetail logs --follow'?", 2],
    [['lgos', 'orders'], "'lgos' is neither a command nor a pipeline · did you mean 'pipetail logs'?", 2],
    [['logs', 'ordres'], "ordres: there is no such pipeline · did you mean 'orders'?", 1],
    [['status', 'nothing'], "there is no pipeline 'nothing' · run pipetail list to see them all", 1],
    [['status', 'x*'], "no pipeline matches 'x*' · run pipetail list to see them all", 1],
    [['list', '--status', 'Runing'], "unknown state 'Runing' for --status · did you mean 'Running'?", 2],
    [
      ['list', '--status', 'zzzzzz'],
      "unknown state 'zzzzzz' for --status · use Running, Paused, Stopped, Failed, SqlError, …",
      2,
    ],
  ] as const)('%j', async (args, line, code) => {
    const {url} = await setUp();
    const result = await runCommand(args, {env: {FELDERA_HOST: url}});
    expect(result).toEqual({code, signal: null, stdout: '', stderr: `pipetail: ${line}\n`});
  });

  test('a refused key', async () => {
    const server = await DemoServer.start({apiKey: 'apikey:PLANTED-another'});
    onTestFinished(() => server.close());
    for (const args of [['list'], ['status'], ['logs', 'orders']]) {
      const result = await runCommand(args, {env: {FELDERA_HOST: server.url, FELDERA_API_KEY: `apikey:${secret}`}});
      expect(result).toMatchObject({code: 1, stdout: ''});
      expect(result.stderr).toMatch(/^pipetail: [^\n]+\n$/);
      expect(result.stderr).not.toContain(secret);
    }
  });

  test.each(['not a url', 'ftp://example.com', nothingListens, `http://user:${secret}@127.0.0.1:9`])(
    'a server that cannot be asked: %s',
    async (host) => {
      for (const args of [['list'], ['status', 'a'], ['logs', 'a'], ['logs', 'a*']]) {
        const result = await runCommand([...args, '--host', host]);
        expect(result.stderr).toMatch(/^pipetail: [^\n]+\n$/);
        expect(result.stdout).toBe('');
        expect(result.code).toBe(host === nothingListens ? 1 : 2);
        expect(result.stderr).not.toMatch(/\n {4}at |Error:|PLANTED/);
      }
    },
  );

  test('recordings that are not there, and a folder that is none', async () => {
    await using folder = await temporaryDirectory();
    await mkdir(path.join(folder.path, 'empty'));
    await writeFile(path.join(folder.path, 'file'), '');
    const from = async (name: string) => await runCommand(['logs', 'a', '--from', path.join(folder.path, name)]);
    for (const name of ['empty', 'none', 'file']) {
      const result = await from(name);
      expect(result).toMatchObject({code: 1, stdout: ''});
      expect(result.stderr).toMatch(/^pipetail: a: [^\n]+\n$/);
    }
  });

  test.skipIf(process.platform !== 'linux')('a folder that cannot be made', async () => {
    const why = 'the folder cannot be written to';
    const init = await runCommand(['config', 'init', '--config', '/proc/none/c.toml']);
    expect(init).toMatchObject({code: 1, stdout: '', stderr: expect.stringContaining(`cannot be written · ${why} · `)});
    const recorded = await runCommand(['logs', '--demo', '--record', '/proc/none', 'orders']);
    expect(recorded.stderr).toContain(why);
  });

  test('a server that is not there: where it is looked for, and what names another', async () => {
    const line = 'connection refused by 127.0.0.1:9 · set the server with --host, FELDERA_HOST or a context';
    for (const [args, name] of [
      [['list'], ''],
      [['status', 'a'], ''],
      [['logs', 'a'], 'a: '],
      [['logs', 'a*'], ''],
    ] as const) {
      const result = await runCommand([...args, '--host', nothingListens]);
      expect(result).toEqual({code: 1, signal: null, stdout: '', stderr: `pipetail: ${name}${line}\n`});
    }
  });

  test('errors are JSON where JSON was requested', async () => {
    const result = await runCommand(['list', '-o', 'json', '--host', nothingListens]);
    expect(JSON.parse(result.stderr)).toEqual({error: expect.stringContaining('127.0.0.1:9'), code: 1});
    const wrong = await runCommand(['logs', '-o', 'json']);
    expect(JSON.parse(wrong.stderr)).toMatchObject({code: 2});
  });

  test('a reader that has gone is no failure', async () => {
    const {url} = await setUp();
    for (const args of ['list', 'list -o json', 'status', 'completion bash', 'logs orders --tail 5']) {
      const line = `"$NODE" "$PIPETAIL" ${args} | true; exit "\${PIPESTATUS[0]}"`;
      const result = await run('bash', ['-c', line], {env: {NODE: launcher, PIPETAIL: program, FELDERA_HOST: url}});
      expect(result).toMatchObject({code: 0, stderr: ''});
    }
  });
});
