import {chmod, mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, type TestContext, test} from 'vitest';
import {DemoServer} from '../../demo/server.ts';
import {isOnNode, launcher, program, run, runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {requireTool} from '../harness/tools.ts';

/** A server with two pipelines, and a folder with `pipetail` in it. */
async function setUp() {
  const server = await DemoServer.start();
  for (const name of ['orders', 'orders-eu']) server.addPipeline(name, {tags: ['prod|ef4444', 'eu']});
  const folder = await temporaryDirectory();
  onTestFinished(async () => {
    await server.close();
    await folder[Symbol.asyncDispose]();
  });
  const bin = path.join(folder.path, 'bin');
  await mkdir(bin);
  const command = path.join(bin, 'pipetail');
  await writeFile(command, `#!/bin/sh\nexec "${launcher}" "${program}" "$@"\n`);
  await chmod(command, 0o755);
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    FELDERA_HOST: server.url,
    XDG_STATE_HOME: path.join(folder.path, 'state'),
  };
  return {server, env};
}

/** What a shell offers for each line, the cursor at its end, after commands such as those of its start-up file. */
type Offered = (line: string, before?: string) => Promise<readonly string[]>;

async function offersWhatFits(offered: Offered) {
  expect(await offered('pipetail lo')).toEqual(['logs']);
  expect(await offered('pipetail completion ')).toEqual(['bash', 'fish', 'zsh']);
  expect(await offered('pl --outp', "alias pl='pipetail logs'")).toEqual(['--output']);
  const alias = isOnNode ? `alias pipetail='${launcher} ${program}'` : '';
  expect(await offered('pipetail logs --output ', alias)).toEqual(['json', 'raw']);
  expect(await offered('pipetail logs ord')).toEqual(['orders', 'orders-eu']);
  expect(await offered('pipetail status orders-')).toEqual(['orders-eu']);
  expect(await offered('pipetail list --tag p')).toEqual(['prod']);
}

test('bash', async (context: TestContext) => {
  const bash = requireTool(context, 'bash');
  const {env} = await setUp();
  await offersWhatFits(async (line, before = '') => {
    const script = [
      'shopt -s expand_aliases',
      before,
      'source <(pipetail completion bash)',
      `complete -p ${line.split(' ', 1)} | grep -q _pipetail || echo not completed`,
      `COMP_LINE='${line}' COMP_POINT=${line.length}`,
      `COMP_WORDS=(${line}${line.endsWith(' ') ? "''" : ''}) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))`,
      '_pipetail',
      `printf "%s\\n" "\${COMPREPLY[@]}"`,
    ];
    const {stdout, stderr} = await run(bash, ['--norc', '-c', script.join('\n')], {env});
    expect(stderr).toBe('');
    return stdout.trim().split('\n').toSorted();
  });
});

test('zsh', async (context: TestContext) => {
  const zsh = requireTool(context, 'zsh');
  const {env} = await setUp();
  await offersWhatFits(async (line, before = '') => {
    // zsh expands an alias before it completes. The functions of zsh that would draw a menu print their arguments instead.
    const expanded = line.replace(/^pl /, 'pipetail logs ');
    const script = [
      'compdef() { }; _files() { print -r -- FILES }',
      `_describe() { local each; for each in "$shown[@]" "$names[@]"; do print -r -- "\${\${each//\\\\:/;}%%:*}"; done }`,
      before,
      'source <(pipetail completion zsh)',
      `words=(${expanded}${line.endsWith(' ') ? "''" : ''}); CURRENT=\${#words}`,
      '_pipetail',
    ];
    const {stdout, stderr} = await run(zsh, ['-f', '-c', script.join('\n')], {env});
    expect(stderr).toBe('');
    return stdout.trim().split('\n').toSorted();
  });
});

test.for([
  ['a file in fpath', 'fpath=(~/functions $fpath); autoload -U compinit && compinit -u'],
  ['read by .zshrc', 'autoload -U compinit && compinit -u; source <(pipetail completion zsh)'],
])('zsh completes at the first Tab of a new shell: %s', async ([, zshrc], context) => {
  const zsh = requireTool(context, 'zsh');
  const {server, env} = await setUp();
  const folder = path.join(env.XDG_STATE_HOME, 'home');
  await mkdir(path.join(folder, 'functions'), {recursive: true});
  const {stdout} = await runCommand(['completion', 'zsh'], {env});
  await writeFile(path.join(folder, 'functions', '_pipetail'), stdout);
  await writeFile(path.join(folder, '.zshrc'), `PS1='ready> '; HOME=${folder}; ${zshrc}\n`);
  await using terminal = await openTerminal({command: zsh, args: ['-d', '-i'], env: {...env, ZDOTDIR: folder}});
  await terminal.waitFor('ready>');
  await terminal.type('pipetail status orders-');
  await terminal.press('Tab');
  await terminal.waitFor('pipetail status orders-eu');
  // Commands and pipelines are shown without a question.
  for (let number = 1; number <= 9; number++) server.addPipeline(`p${number}`);
  await terminal.press('C-u');
  await rm(path.join(env.XDG_STATE_HOME, 'pipetail'), {recursive: true});
  await terminal.type('pipetail ');
  await terminal.press('Tab');
  await terminal.waitFor(/version +-- the version/);
  await terminal.waitFor('p9');
  expect(terminal.text()).not.toContain('do you wish');
});

test('fish', async (context: TestContext) => {
  const fish = requireTool(context, 'fish');
  const {env} = await setUp();
  const cwd = path.join(env.XDG_STATE_HOME, 'logs');
  await mkdir(path.join(cwd, 'old'), {recursive: true});
  for (const file of ['app.log', 'bundle.zip', 'old/app.log']) await writeFile(path.join(cwd, file), '');
  const offered: Offered = async (line, before = '') => {
    const script = `${before}; pipetail completion fish | source; complete -C '${line}'`;
    const {stdout, stderr} = await run(fish, ['--no-config', '-c', script], {env, cwd});
    expect(stderr).toBe('');
    const words = stdout
      .trim()
      .split('\n')
      .map((answer) => answer.split('\t', 1)[0] ?? '');
    return words.toSorted();
  };
  await offersWhatFits(offered);
  // bash and zsh offer files wherever nothing else fits.
  const files = ['app.log', 'bundle.zip', 'old/'];
  expect(await offered('pipetail open ')).toEqual(files);
  expect(await offered('pipetail open app.log old/')).toEqual(['old/app.log']);
  expect(await offered('pipetail open --mem')).toEqual(['--memory']);
  expect(await offered('pipetail open --histogram ')).toEqual(['auto', 'off', 'on']);
  expect(await offered('pipetail open --histogram off b')).toEqual(['bundle.zip']);
  expect(await offered('pipetail logs --from ')).toEqual(files);
  expect(await offered('pipetail -- open ')).toEqual(['orders', 'orders-eu']);
});

test('names are kept for 30 s, for their server alone, and a server that is gone costs nothing', async () => {
  const {server, env} = await setUp();
  const answer = async (more: Readonly<Record<string, string>> = {}) =>
    (await runCommand(['completion', 'answer', '--', 'logs', 'ord'], {env: {...env, ...more}})).stdout;
  expect(await answer()).toBe('orders\tpipeline\norders-eu\tpipeline\n');
  const asked = server.requests.length;
  expect(await answer()).toBe('orders\tpipeline\norders-eu\tpipeline\n');
  expect(server.requests).toHaveLength(asked);
  expect(await answer({FELDERA_HOST: 'http://127.0.0.1:9'})).toBe('');
  const kept = await readFile(path.join(env.XDG_STATE_HOME, 'pipetail', 'completion.json'), 'utf8');
  expect(kept).not.toContain('apikey');
});
