import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {describe, expect, test} from 'vitest';
import {findSecret, ownSecretFile, plantedKey} from './planted-secret.ts';
import {node, run} from './program.ts';
import {temporaryDirectory} from './temporary-directory.ts';
import {openTerminal} from './terminal.ts';
import {openTmux} from './tmux.ts';
import {requireTool} from './tools.ts';

const light = /a planted secret came to light/;

/** Runs a script, with the planted key as its last argument if asked to, and disposes of the terminal. */
async function inTerminal(script: string, ...args: readonly string[]): Promise<void> {
  await using terminal = await openTerminal({command: node, args: ['-e', script, '--', ...args]});
  await terminal.waitFor('ready');
}

const KEY = 'process.env.FELDERA_API_KEY';
const STAY = "console.log('ready'); setInterval(() => {}, 1000);";

describe('a program in a terminal', () => {
  test('that prints the key', async () => {
    await expect(inTerminal(`console.log(${KEY}); ${STAY}`)).rejects.toThrow(/the terminal: .*PLANTED/);
  });

  test.each([
    ['in the title', String.raw`process.stdout.write('\x1b]0;' + ${KEY} + '\x07');`, /the terminal: /],
    ['in the clipboard', `process.stdout.write('\\x1b]52;c;' + btoa(${KEY}) + '\\x07');`, /the terminal: /],
    ['in two colours', `console.log(${KEY}.replace('TED', '\\x1b[31mTED'));`, /the text on the terminal: /],
    ['over the end of a row', `console.log(' '.repeat(70) + ${KEY}.replace('NT', 'N\\r\\nT'));`, /the text on/],
  ])('that shows it %s', async (_, script, where) => {
    await expect(inTerminal(script + STAY)).rejects.toThrow(where);
  });

  test('that writes it to its home', async () => {
    const write = `require('node:fs').writeFileSync('left', 'x' + ${KEY});`;
    await expect(inTerminal(write + STAY)).rejects.toThrow(/\/left: "xapikey:PLANTED/);
  });

  test('that links to what is outside its home, or to its home', async () => {
    await using outside = await temporaryDirectory();
    await writeFile(ownSecretFile(path.join(outside.path, 'theirs')), plantedKey);
    const link = `require('node:fs').symlinkSync('${outside.path}', 'out'); require('node:fs').symlinkSync('.', 'loop');`;
    await expect(inTerminal(link + STAY)).resolves.toBeUndefined();
  });

  test('that has it in its command line', async () => {
    await expect(inTerminal(STAY, plantedKey)).rejects.toThrow(/the command line of process \d+: /);
  });

  test('that took it out of its command line', async () => {
    await expect(inTerminal(`process.title = 'other'; ${STAY}`, plantedKey)).resolves.toBeUndefined();
  });

  test('that started another one, which has it in its command line', async () => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', ${KEY}]);`;
    await expect(inTerminal(child + STAY)).rejects.toThrow(/the command line of process \d+: /);
  });
});

describe('a command', () => {
  test.each(['stdout', 'stderr'])('that prints the key in two pieces, on %s', async (name) => {
    const half = plantedKey.length / 2;
    const script = `const {${name}: to, env: {FELDERA_API_KEY: key}} = process;
      to.write(key.slice(0, ${half})); setTimeout(() => to.write(key.slice(${half})), 300);`;
    await expect(run(node, ['-e', script])).rejects.toThrow(new RegExp(`${name}: .*PLANTED`));
  });

  test('that leaves it in a compressed file', async () => {
    const script = `require('node:fs').writeFileSync('left.gz', require('node:zlib').gzipSync(${KEY}));`;
    await expect(run(node, ['-e', script])).rejects.toThrow(/left\.gz: "apikey:PLANTED/);
  });

  test('that links to what is outside its home, or to its home', async () => {
    await using outside = await temporaryDirectory();
    await writeFile(ownSecretFile(path.join(outside.path, 'theirs')), plantedKey);
    const link = `require('node:fs').symlinkSync('${outside.path}', 'out'); require('node:fs').symlinkSync('.', 'loop');`;
    await expect(inTerminal(link + STAY)).resolves.toBeUndefined();
  });

  test('that has it in its command line', async () => {
    const script = "console.log('ready'); setTimeout(() => {}, 300);";
    await expect(run(node, ['-e', script, plantedKey])).rejects.toThrow(/the command line of process \d+: /);
  });

  test('that keeps it to itself', async () => {
    const script = `console.log(${KEY}.length)`;
    expect(await run(node, ['-e', script])).toMatchObject({stdout: `${plantedKey.length}\n`});
    expect(await run(node, ['-e', script], {env: {FELDERA_API_KEY: 'other'}})).toMatchObject({stdout: '5\n'});
  });
});

test('a program in tmux that prints the key, and clears it away', async (context) => {
  requireTool(context, 'tmux');
  const inTmux = async (script: string): Promise<void> => {
    await using tmux = await openTmux({command: node, args: ['-e', script]});
    await tmux.waitFor('ready');
  };
  const shown = `setTimeout(() => { process.stdout.write(${KEY} + '\\x1b[2J\\x1b[H'); ${STAY} }, 200);`;
  await expect(inTmux(shown)).rejects.toThrow(/\.pane: .*PLANTED/);
  await expect(inTmux(STAY)).resolves.toBeUndefined();
});

test('a file that is killed while it is compressed, a name of a file, and a file of the test itself', async () => {
  const left = async (name: string, text: Buffer | string, path_ = (file: string) => file): Promise<void> => {
    await using directory = await temporaryDirectory();
    const file = path_(path.join(directory.path, 'in', name));
    await mkdir(path.dirname(file));
    await writeFile(file, text);
  };
  await expect(left('log.gz', gzipSync(`${plantedKey} and more`).subarray(0, -9))).rejects.toThrow(light);
  await expect(left(`${plantedKey}.log`, '')).rejects.toThrow(light);
  await expect(left('token', plantedKey)).rejects.toThrow(light);
  await expect(left('token', plantedKey, ownSecretFile)).resolves.toBeUndefined();
});

test.each(['', 'm', 'me', 'me:'])('base64 behind %j', (before) => {
  expect(findSecret(Buffer.from(`Basic ${btoa(`${before}${plantedKey.slice(7)}`)}=`))).toContain('Basic');
});
