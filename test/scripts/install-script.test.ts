import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {chmod, mkdir, readdir, readFile, readlink, rm, symlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {type CommandResult, root, run} from '../harness/program.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../harness/temporary-directory.ts';
import {findTool, requireTool} from '../harness/tools.ts';

const script = path.join(root, 'scripts/install.sh');
const name = `pipetail-9-linux-${process.arch}`;

describe.runIf(process.platform === 'linux')('install.sh, with a release that holds a script', () => {
  let place: TemporaryDirectory;
  let prefix: string;

  beforeEach(async () => {
    place = await temporaryDirectory();
    prefix = path.join(place.path, 'home/.local');
    await mkdir(path.join(place.path, 'temporary'));
    await mkdir(path.join(place.path, 'home'));
    await release('echo pipetail 9');
  });
  afterEach(() => place[Symbol.asyncDispose]());

  async function release(program: string): Promise<void> {
    const folder = path.join(place.path, name);
    for (const [file, text] of [
      ['bin/pipetail', `#!/bin/sh\n${program}\n`],
      ['share/man/man1/pipetail.1', '.TH\n'],
    ] as const) {
      await mkdir(path.dirname(path.join(folder, file)), {recursive: true});
      await writeFile(path.join(folder, file), text);
    }
    await chmod(path.join(folder, 'bin/pipetail'), 0o755);
    const archive = path.join(place.path, `${name}.tar.gz`);
    expect(await run('tar', ['-czf', archive, '-C', place.path, name])).toMatchObject({code: 0});
    const sum = createHash('sha256')
      .update(await readFile(archive))
      .digest('hex');
    await writeFile(path.join(place.path, 'SHA256SUMS'), `${sum}  ${name}.tar.gz\n`);
  }

  const environment = (more: NodeJS.ProcessEnv = {}) => ({
    HOME: path.join(place.path, 'home'),
    TMPDIR: path.join(place.path, 'temporary'),
    PATH: process.env.PATH,
    ...more,
  });

  async function install(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const all = [script, '--from', place.path, '--version', '9', ...args];
    return await run('sh', all, {cwd: place.path, env: environment(env)});
  }

  const uninstall = async () => await run('sh', [script, '--uninstall'], {env: environment()});

  /** A folder of tools: these scripts, and all others that the installer uses, except `without`. */
  async function tools(scripts: Readonly<Record<string, string>>, without: readonly string[] = []): Promise<string> {
    const folder = path.join(place.path, 'tools');
    await mkdir(folder);
    const used = 'sh cat sed uname ls mktemp rm cp mv mkdir rmdir cut tar gzip zstd grep sleep sha256sum shasum env';
    for (const tool of used.split(' ').filter((each) => !without.includes(each) && !Object.hasOwn(scripts, each))) {
      const file = findTool(tool);
      if (file !== undefined) await symlink(file, path.join(folder, tool));
    }
    for (const [tool, text] of Object.entries(scripts)) {
      await writeFile(path.join(folder, tool), `#!/bin/sh\n${text}\n`, {mode: 0o755});
    }
    return folder;
  }

  /** All below the home folder, folders too. */
  const inHome = async () => (await readdir(path.join(place.path, 'home'), {recursive: true})).toSorted();
  const leftOver = async () => await readdir(path.join(place.path, 'temporary'));

  test('installs, installs again, and removes all that it has installed', async () => {
    expect(await install()).toMatchObject({code: 0, stderr: ''});
    await release('echo pipetail 9, built again');
    expect(await install()).toMatchObject({code: 0, stderr: ''});
    expect((await run(path.join(prefix, 'bin/pipetail'), [])).stdout).toBe('pipetail 9, built again\n');
    expect(await uninstall()).toMatchObject({code: 0, stderr: ''});
    expect(await inHome()).toEqual(['.local']);
    expect(await leftOver()).toEqual([]);
  });

  test.each([
    ['', 'bin/pipetail.new'],
    ['an older one stays: ', 'bin/pipetail.new'],
    ['', 'share/doc/pipetail/SHA256SUMS.new'],
  ])('%sa disk without room for %s: nothing is left, and it can be removed', async (older, file) => {
    if (older) await install();
    const before = await inHome();
    const cp = `case "$2" in *${file}) printf x >"$2"; echo full >&2; exit 1 ;; esac\nexec ${findTool('cp')} "$@"`;
    const result = await install([], {PATH: await tools({cp})});
    expect(result).toMatchObject({code: 1, stdout: ''});
    expect(result.stderr).toMatch(/install\.sh: \S+ cannot be written: nothing is installed\n$/);
    expect(await inHome()).toEqual(older ? before : ['.local']);
    expect(await leftOver()).toEqual([]);
    if (older) expect(await uninstall()).toMatchObject({code: 0, stderr: ''});
  });

  test('files without the program, as an interrupted end leaves them, are removed', async () => {
    await install();
    await rm(path.join(prefix, 'bin/pipetail'));
    expect(await uninstall()).toMatchObject({code: 0, stderr: ''});
    expect(await inHome()).toEqual(['.local']);
  });

  test.each([
    [['--prefix', ''], {}, '--prefix needs a value'],
    [['--prefix', '--uninstall'], {}, '--prefix needs a value'],
    [['--from', ''], {}, '--from needs a value'],
    [[], {HOME: undefined}, 'HOME is not set · try: sh install.sh --prefix DIR'],
    [[], {HOME: ''}, 'HOME is not set · try: sh install.sh --prefix DIR'],
  ])('%j with %j: one line, and nothing is installed', async (args, env, words) => {
    const before = await readdir(place.path);
    expect(await install(args, env)).toMatchObject({code: 1, stdout: '', stderr: `install.sh: ${words}\n`});
    expect(await readdir(place.path)).toEqual(before);
  });

  test('a folder in the place of the program is named', async () => {
    await mkdir(path.join(prefix, 'bin/pipetail'), {recursive: true});
    const stderr = `install.sh: ${prefix}/bin/pipetail is a folder · try: sh install.sh --prefix DIR\n`;
    expect(await install()).toMatchObject({code: 1, stdout: '', stderr});
    expect(await inHome()).toEqual(['.local', '.local/bin', '.local/bin/pipetail']);
  });

  test('a link at the name for the time being leads no copy elsewhere', async () => {
    await mkdir(path.join(prefix, 'bin'), {recursive: true});
    const other = path.join(place.path, 'other');
    await writeFile(other, 'of another');
    await symlink(other, path.join(prefix, 'bin/pipetail.new'));
    expect(await install()).toMatchObject({code: 0, stderr: ''});
    expect(await readFile(other, 'utf8')).toBe('of another');
    expect((await run(path.join(prefix, 'bin/pipetail'), [])).stdout).toBe('pipetail 9\n');
  });

  test('a program of another origin is neither replaced nor removed', async () => {
    const program = path.join(prefix, 'bin/pipetail');
    await mkdir(path.dirname(program), {recursive: true});
    await symlink('/somewhere/pipetail.js', program);
    const refused = await install();
    expect(refused).toMatchObject({code: 1, stdout: ''});
    expect(refused.stderr).toMatch(/bin\/pipetail is not from install\.sh · remove it, or try: .* --prefix DIR\n$/);
    const stderr = `install.sh: there is no pipetail in ${prefix} that install.sh has installed\n`;
    expect(await uninstall()).toMatchObject({code: 1, stdout: '', stderr});
    await rm(program);
    await install();
    await rm(program);
    await symlink('/somewhere/pipetail.js', program);
    const removed = await uninstall();
    expect(removed).toMatchObject({code: 0, stderr: `install.sh: ${program} is not as it was installed: it stays\n`});
    expect(await readlink(program)).toBe('/somewhere/pipetail.js');
    expect(await inHome()).toEqual(['.local', '.local/bin', '.local/bin/pipetail']);
  });

  test.each(['SIGHUP', 'SIGTERM', 'SIGINT'] as const)('%s: its temporary folder goes', async (signal) => {
    const PATH = await tools({gzip: `: >${place.path}/started; while [ ! -e ${place.path}/go ]; do sleep 0.05; done`});
    const child = spawn('sh', [script, '--from', place.path, '--version', '9'], {
      env: environment({PATH}),
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await eventually(
      async () => (await readdir(place.path)).includes('started'),
      () => 'it does not unpack',
    );
    child.kill(signal);
    await writeFile(path.join(place.path, 'go'), '');
    await ended;
    expect(await leftOver()).toEqual([]);
    expect(await inHome()).toEqual([]);
  });

  describe('with the key of the project', () => {
    /** Signs SHA256SUMS with a new key; resolves to its public half. */
    async function sign(): Promise<string> {
      const key = path.join(place.path, 'key');
      await rm(key, {force: true});
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
      const sums = path.join(place.path, 'SHA256SUMS');
      await rm(`${sums}.sig`, {force: true});
      expect(await run('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'pipetail', sums])).toMatchObject({code: 0});
      return (await readFile(`${key}.pub`, 'utf8')).trim();
    }

    /** install.sh as a release has it. */
    async function installWith(key: string, env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
      const own = path.join(place.path, 'install.sh');
      await writeFile(own, (await readFile(script, 'utf8')).replace("\nkey=''", `\nkey='${key}'`));
      return await run('sh', [own, '--from', place.path, '--version', '9'], {env: environment(env)});
    }

    test('it installs what the key has signed, and nothing else', async (context) => {
      requireTool(context, 'ssh-keygen');
      const key = await sign();
      expect(await installWith(key)).toMatchObject({code: 0, stderr: ''});
      await uninstall();

      const wrong = 'install.sh: SHA256SUMS is not the one that was released: its signature is wrong\n';
      await release('echo pipetail 9, of somebody else');
      expect(await installWith(key)).toMatchObject({code: 1, stdout: '', stderr: wrong});
      await sign();
      expect(await installWith(key)).toMatchObject({code: 1, stdout: '', stderr: wrong});
      await rm(path.join(place.path, 'SHA256SUMS.sig'));
      const unsigned = await installWith(key);
      expect(unsigned.code).toBe(1);
      expect(unsigned.stderr).toMatch(/SHA256SUMS\.sig cannot be had\n$/);
      expect(await inHome()).toEqual(['.local']);
    });

    test.each([
      ['without ssh-keygen', {}],
      ['with one that is too old', {'ssh-keygen': 'echo "ssh-keygen: unknown option -- Y" >&2; exit 1'}],
    ])('%s it says that the signature is not checked', async (_, scripts) => {
      const PATH = await tools(scripts);
      const stderr = 'install.sh: the signature of SHA256SUMS is not checked: that needs ssh-keygen of OpenSSH 8.2\n';
      expect(await installWith('ssh-ed25519 AAAA', {PATH})).toMatchObject({code: 0, stderr});
    });
  });

  test('without a tool for checksums it says so', async () => {
    const PATH = await tools({}, ['sha256sum', 'shasum']);
    const stderr = 'install.sh: sha256sum or shasum is needed\n';
    expect(await install([], {PATH})).toMatchObject({code: 1, stdout: '', stderr});
  });
});
