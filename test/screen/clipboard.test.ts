import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {copyToClipboard} from '../../source/screen/clipboard.ts';
import {osc52, osc52Limit} from '../../source/take/osc52.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {openTmux} from '../harness/tmux.ts';
import {requireTool} from '../harness/tools.ts';

const text = Buffer.from('one \u001B[31mred\u001B[0m\n\u00FF日本\n', 'utf8');
const signal = new AbortController().signal;

/** A terminal that takes everything, or nothing. */
function terminal(takes = true) {
  const written: string[] = [];
  const write = (sequence: string) => {
    if (takes) written.push(sequence);
    return takes;
  };
  return {written, write};
}

/** A search path of stand-ins: shell scripts under the names of the tools. */
async function toolsIn(directory: string, scripts: Readonly<Record<string, string>>): Promise<string> {
  const bin = path.join(directory, 'bin');
  await mkdir(bin);
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(bin, name), 0o755);
  }
  return bin;
}

test('in a plain terminal: OSC 52, whole, and said to be sent', async () => {
  const {written, write} = terminal();
  const answer = await copyToClipboard(text, 2, {env: {}, platform: 'linux', write, signal});
  expect(answer).toEqual({kind: 'sent', how: 'OSC 52', bytes: text.length, lines: 2});
  expect(written).toEqual([osc52(text)]);
});

test('too large for OSC 52: nothing is written', async () => {
  const {written, write} = terminal();
  const env = {SSH_CONNECTION: 'a b c d'};
  const large = Buffer.alloc(osc52Limit + 1, 'x');
  expect(await copyToClipboard(large, 7, {env, platform: 'linux', write, signal})).toEqual({
    kind: 'too-large',
    bytes: osc52Limit + 1,
    lines: 7,
    limit: osc52Limit,
  });
  expect(written).toEqual([]);
});

test('a terminal that takes nothing at the moment was not sent anything', async () => {
  const {write} = terminal(false);
  const answer = await copyToClipboard(text, 2, {env: {}, platform: 'linux', write, signal});
  expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('takes nothing')});
});

test('on a desktop the tool gets the bytes; nothing goes to the terminal', async () => {
  await using home = await temporaryDirectory();
  const PATH = `${await toolsIn(home.path, {
    'wl-copy': `echo "$@" > '${home.path}/args'; /bin/cat > '${home.path}/got'`,
  })}:/bin`;
  const {written, write} = terminal();
  const large = Buffer.concat([text, Buffer.alloc(2_000_000, 'x\n')]);
  const env = {PATH, WAYLAND_DISPLAY: 'wayland-0'};
  expect(await copyToClipboard(large, 3, {env, platform: 'linux', write, signal})).toEqual({
    kind: 'sent',
    how: 'wl-copy',
    bytes: large.length,
    lines: 3,
  });
  expect((await readFile(`${home.path}/got`)).equals(large)).toBe(true);
  expect(await readFile(`${home.path}/args`, 'utf8')).toBe('--type text/plain;charset=utf-8\n');
  expect(written).toEqual([]);
});

test('a tool that fails gives way to the next, and the terminal is the last, which is told', async () => {
  await using home = await temporaryDirectory();
  const env = {WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0'};
  const options = {platform: 'linux', signal};
  const failing = {'wl-copy': 'echo "no compositor" >&2; exit 1'};
  const PATH = await toolsIn(home.path, {...failing, xclip: `echo "$@" > '${home.path}/args'; exec /bin/cat`});
  const {written, write} = terminal();
  const answer = await copyToClipboard(text, 2, {...options, env: {...env, PATH}, write});
  expect(answer).toMatchObject({kind: 'sent', how: 'xclip'});
  expect(await readFile(`${home.path}/args`, 'utf8')).toBe('-selection clipboard\n');
  expect(written).toEqual([]);

  await using other = await temporaryDirectory();
  const without = await toolsIn(other.path, failing);
  expect(await copyToClipboard(text, 2, {...options, env: {...env, PATH: without}, write})).toMatchObject({
    kind: 'sent',
    how: 'OSC 52',
    hint: 'wl-copy: no compositor · xclip: not installed',
  });
  expect(written).toEqual([osc52(text)]);
});

test('in tmux: its buffer holds the bytes, and the terminal around it hears of them', async (context) => {
  const tool = requireTool(context, 'tmux');
  await using tmux = await openTmux({
    command: '/bin/sh',
    args: ['-c', 'printf "%s" "$TMUX"; exec sleep 60'],
    cols: 200,
  });
  await tmux.waitFor(/,\d+,\d+/);
  // SSH variables in tmux are those of the day when the session was made.
  const env = {PATH: path.dirname(tool), TMUX: tmux.row(0), SSH_CONNECTION: 'a b c d', HOME: tmux.home};
  const {written, write} = terminal();
  const copy = async (bytes: Uint8Array = text) =>
    await copyToClipboard(bytes, 2, {env, platform: 'linux', write, signal});
  expect(await copy()).toEqual({
    kind: 'sent',
    how: 'tmux',
    bytes: text.length,
    lines: 2,
    hint: 'no terminal is attached: only tmux itself can paste it',
  });
  // A pipe of a test would decode the bytes.
  tmux.tmux('save-buffer', `${tmux.home}/buffer`);
  expect((await readFile(`${tmux.home}/buffer`)).equals(text)).toBe(true);

  const socket = tmux.row(0).split(',')[0] ?? '';
  // The pseudoterminal's own name wins over a TERM in the environment.
  const attach = async (term: string) =>
    await openTerminal({command: '/usr/bin/env', args: [`TERM=${term}`, tool, '-S', socket, 'attach'], cols: 200});
  {
    await using client = await attach('xterm-256color');
    await client.waitFor(/,\d+,\d+/);
    // Whatever this says: it is about what applications send, and about copy mode.
    tmux.tmux('set', '-s', 'set-clipboard', 'off');
    expect(await copy()).toEqual({kind: 'sent', how: 'tmux', bytes: text.length, lines: 2});
    await client.waitFor(() => client.output.includes(`\u001B]52;;${text.toString('base64')}\u0007`));
    const large = Buffer.alloc(1_000_000, 'line\n');
    expect(await copy(large)).toMatchObject({how: 'tmux', hint: expect.stringContaining('tmux has it all')});
    tmux.tmux('save-buffer', `${tmux.home}/large`);
    expect((await readFile(`${tmux.home}/large`)).equals(large)).toBe(true);
  }
  await using client = await attach('vt100');
  await client.waitFor(/,\d+,\d+/);
  expect(await copy()).toMatchObject({
    hint: "tmux knows no clipboard of vt100: set -as terminal-features ',vt100:clipboard'",
  });
  expect(written).toEqual([]);
});

test('a tmux that is gone: the terminal is tried, with what it takes to work', async (context) => {
  requireTool(context, 'tmux');
  const {written, write} = terminal();
  const env = {PATH: process.env.PATH, TMUX: '/nowhere/default,1,0'};
  const answer = await copyToClipboard(text, 2, {env, platform: 'linux', write, signal});
  expect(answer).toMatchObject({
    kind: 'sent',
    how: 'OSC 52',
    hint: expect.stringMatching(/^tmux: .*nowhere.* · tmux passes it on only with set-clipboard on$/),
  });
  expect(written).toHaveLength(1);
});

test('called off while a tool works', async () => {
  await using home = await temporaryDirectory();
  const PATH = await toolsIn(home.path, {xclip: 'exec /bin/sleep 60'});
  const stop = new AbortController();
  const {write} = terminal();
  const copying = copyToClipboard(text, 2, {env: {PATH, DISPLAY: ':0'}, platform: 'linux', write, signal: stop.signal});
  stop.abort(new Error('called off'));
  await expect(copying).rejects.toThrow('called off');
});
