import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {clipboardRoutes, copyToClipboard, hintFrom, osc52, osc52Limit} from '../../../source/kit/system/clipboard.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {openTerminal} from '../../harness/terminal.ts';
import {openTmux} from '../../harness/tmux.ts';
import {requireTool} from '../../harness/tools.ts';

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

test('in a plain terminal: OSC 52, whole, reported as sent', async () => {
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

test('a terminal that accepts nothing gets nothing', async () => {
  const {write} = terminal(false);
  const answer = await copyToClipboard(text, 2, {env: {}, platform: 'linux', write, signal});
  expect(answer).toMatchObject({kind: 'failed', why: expect.stringContaining('accepts nothing')});
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

test('a tool that fails is replaced by the next, and last by the terminal, with a hint', async () => {
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

test('in tmux: its buffer holds the bytes, and the terminal around it gets them', async (context) => {
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

test('a tmux that is gone: the terminal is tried, with a hint', async (context) => {
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

test('aborted while a tool runs', async () => {
  await using home = await temporaryDirectory();
  const PATH = await toolsIn(home.path, {xclip: 'exec /bin/sleep 60'});
  const stop = new AbortController();
  const {write} = terminal();
  const copying = copyToClipboard(text, 2, {env: {PATH, DISPLAY: ':0'}, platform: 'linux', write, signal: stop.signal});
  stop.abort(new Error('called off'));
  await expect(copying).rejects.toThrow('called off');
});

/** As tmux 3.5a prints it, all other capabilities left out. */
const listOf = (...terminals: readonly [string, string, string][]) =>
  terminals
    .map(
      ([name, tty, sequence], index) =>
        `Terminal ${index}: ${name} for ${tty}, flags=0x20:\n 192: kmous: (string) \\033[M\n 193: Ms: ${sequence}\n`,
    )
    .join('');
const known = '(string) \\033]52;%p1%s;%p2%s\\a';

test('no hint where tmux passes the text on', () => {
  const list = listOf(['xterm-256color', '/dev/pts/1', known]);
  const client = '/dev/pts/1 xterm-256color\n';
  expect(hintFrom(client, list, {bytes: 1000})).toBeUndefined();
  expect(hintFrom(client, list, {bytes: 100_000})).toBe(
    'so large a text may be dropped by the terminal; tmux has it all',
  );
});

test('a terminal without a clipboard that tmux knows, attached beside one that has it', () => {
  const list = listOf(
    ['xterm', '/dev/pts/1', known],
    ['vt100', '/dev/pts/11', '[missing]'],
    ['xterm', '/dev/pts/2', known],
  );
  expect(hintFrom('/dev/pts/11 vt100\n', list, {bytes: 1})).toBe(
    "tmux knows no clipboard of vt100: set -as terminal-features ',vt100:clipboard'",
  );
});

test.for([
  ['nobody is attached', ' \n', '', 'no terminal is attached: only tmux itself can paste it'],
  [
    'tmux in tmux',
    '/dev/pts/1 tmux-256color\n',
    listOf(['tmux-256color', '/dev/pts/1', known]),
    'a tmux around this one passes it on only with set-clipboard on',
  ],
  ['a list that cannot be read', '/dev/pts/1 xterm\n', 'something else\n', undefined],
] as const)('%s', ([, client, list, hint]) => {
  expect(hintFrom(client, list, {bytes: 1})).toBe(hint);
});

const tmux = '/tmp/tmux-1000/default,1,0';
const ssh = '10.0.0.1 5000 10.0.0.2 22';

test.for<[string, Record<string, string>, string, string[]]>([
  ['a bare terminal', {}, 'linux', ['OSC 52']],
  ['Wayland', {WAYLAND_DISPLAY: 'wayland-0'}, 'linux', ['wl-copy', 'OSC 52']],
  ['Wayland with XWayland', {WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0'}, 'linux', ['wl-copy', 'xclip', 'OSC 52']],
  ['X11', {DISPLAY: ':0'}, 'linux', ['xclip', 'OSC 52']],
  ['macOS', {}, 'darwin', ['pbcopy', 'OSC 52']],
  ['macOS with XQuartz', {DISPLAY: '/private/tmp/x:0'}, 'darwin', ['pbcopy', 'OSC 52']],
  ['SSH', {SSH_TTY: '/dev/pts/3', SSH_CONNECTION: ssh}, 'linux', ['OSC 52']],
  ['SSH with a forwarded display', {SSH_CONNECTION: ssh, DISPLAY: 'localhost:10.0'}, 'linux', ['OSC 52']],
  ['SSH into a Mac', {SSH_TTY: '/dev/ttys001'}, 'darwin', ['OSC 52']],
  ['tmux', {TMUX: tmux}, 'linux', ['tmux', 'OSC 52']],
  ['tmux over SSH', {TMUX: tmux, SSH_CONNECTION: ssh}, 'linux', ['tmux', 'OSC 52']],
  ['tmux on a desktop', {TMUX: tmux, DISPLAY: ':0'}, 'linux', ['tmux', 'xclip', 'OSC 52']],
  ['variables set to nothing', {TMUX: '', SSH_TTY: '', WAYLAND_DISPLAY: '', DISPLAY: ''}, 'linux', ['OSC 52']],
])('%s', ([, env, platform, routes]) => {
  expect(clipboardRoutes({env, platform})).toEqual(routes);
});

/** What a terminal finds in the sequence, and what it shows of it. */
async function readBack(sequence: string): Promise<{clipboard: Buffer | undefined; shown: string}> {
  const terminal = new xterm.Terminal({allowProposedApi: true});
  let clipboard: Buffer | undefined;
  terminal.parser.registerOscHandler(52, (data) => {
    const [selection, base64] = data.split(';');
    if (selection === 'c') clipboard = Buffer.from(base64 ?? '', 'base64');
    return true;
  });
  await new Promise<void>((resolve) => terminal.write(sequence, resolve));
  const shown = terminal.buffer.active.getLine(0)?.translateToString(true) ?? '';
  terminal.dispose();
  return {clipboard, shown};
}

test.for([
  ['text', Buffer.from('one\ntwo\n')],
  ['nothing', Buffer.of()],
  ['control characters, the ends of sequences among them', Buffer.from('\u0007\u001B\\\u001B[31m\u009C\u0000')],
  ['what is no UTF-8', Buffer.from([0xff, 0xfe, 0x80, 0x0a])],
  ['wide characters', Buffer.from('日本語 🦀\n')],
] as const)('a terminal reads back: %s', async ([, text]) => {
  expect(await readBack(osc52(text))).toEqual({clipboard: Buffer.from(text), shown: ''});
});

test('the longest text makes a sequence of 100,000 bytes, and a terminal accepts it whole', async () => {
  const text = Buffer.alloc(osc52Limit, 'abc\n');
  const sequence = osc52(text);
  expect(sequence).toHaveLength(100_000);
  expect((await readBack(sequence)).clipboard?.equals(text)).toBe(true);
});

test('a part of a larger array is sent as that part', () => {
  const whole = Buffer.from('before text after');
  expect(osc52(whole.subarray(7, 11))).toBe(osc52(Buffer.from('text')));
});
