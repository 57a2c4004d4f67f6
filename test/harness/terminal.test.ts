import {expect, test} from 'vitest';
import {node} from './program.ts';
import {openTerminal} from './terminal.ts';

/** Prints each piece of input, as it was read, on a line of its own. */
const ECHO = `process.stdin.setRawMode(true);
console.log('ready');
process.stdin.on('data', (bytes) => {
  console.log(JSON.stringify(String(bytes)));
  if (String(bytes) === 'q') process.exit(7);
});`;

const runNode = (script: string, options = {}) => openTerminal({command: node, args: ['-e', script], ...options});
const runShell = (script: string) => openTerminal({command: '/bin/sh', args: ['-c', script]});

test('shows the screen, not the stream of bytes', async () => {
  await using terminal = await runShell(String.raw`printf 'one\r\ntwo\033[1;1HONE\033[24;1Hlast'; sleep 9`);
  await terminal.waitFor('last');
  expect(terminal.row(0)).toBe('ONE');
  expect(terminal.row(1)).toBe('two');
  expect(terminal.row(-1)).toBe('last');
  expect(terminal.screen()).toHaveLength(24);
  expect(terminal.output.toString()).toContain('two\u001B[1;1HONE');
});

test('reads styles, with wide characters to the left', async () => {
  await using terminal = await runShell(
    String.raw`printf '日本 \033[1;31mred\033[0m \033[7;38;5;208minv\033[0m \033[48;2;1;2;3mrgb\033[0m end'; sleep 9`,
  );
  await terminal.waitFor('end');
  expect(terminal.find('red')).toEqual({row: 0, column: 5});
  expect(terminal.styleOf('red')).toMatchObject({fg: 'red', bg: undefined, bold: true, inverse: false});
  expect(terminal.styleOf('inv')).toMatchObject({fg: 'palette-208', inverse: true, bold: false});
  expect(terminal.styleOf('rgb')).toMatchObject({bg: '#010203'});
  expect(terminal.styleOf('end')).toMatchObject({fg: undefined, bg: undefined});
  expect(() => terminal.styleOf('nothing')).toThrow(/not on the screen/);
});

test('each key is a chunk of its own, with the bytes of a terminal', async () => {
  await using terminal = await runNode(ECHO);
  await terminal.waitFor('ready');
  const chunks = {
    ...{Esc: '\u001B', j: 'j', Up: '\u001B[A', PageDown: '\u001B[6~', 'C-c': '\u0003', 'S-Tab': '\u001B[Z'},
    ...{Enter: '\r', 'M-x': '\u001Bx', é: 'é'},
  };
  for (const [row, [key, chunk]] of Object.entries(chunks).entries()) {
    await terminal.press(key);
    // Before the next one: a program that a busy machine keeps waiting reads two at once.
    await terminal.waitFor(() => terminal.row(1 + row) === JSON.stringify(chunk), {hint: key});
  }
  await expect(terminal.press('Pgup')).rejects.toThrow('no such key: Pgup');
  await terminal.press('q');
  expect(await terminal.waitForExit()).toEqual({code: 7, signal: undefined});
});

test('pastes in brackets only when asked to', async () => {
  await using terminal = await runNode(`${ECHO} setTimeout(() => console.log('\\x1b[?2004hnow'), 200);`);
  await terminal.waitFor('ready');
  terminal.paste('ab\r');
  await terminal.waitFor(JSON.stringify('ab\r'));
  await terminal.waitFor('now');
  terminal.paste('cd');
  await terminal.waitFor(JSON.stringify('\u001B[200~cd\u001B[201~'));
});

test('knows the modes that a program leaves behind', async () => {
  await using terminal = await runShell(
    String.raw`printf 'main\r\n\033[?1049h\033[?25l\033[?2004h\033]0;title\007\007on'; read x
      printf '\033[?25h\033[?2004l\033[?1049loff'; sleep 9`,
  );
  await terminal.waitFor('on');
  expect(terminal).toMatchObject({alternateScreen: true, cursorVisible: false, bracketedPaste: true});
  expect(terminal).toMatchObject({title: 'title', bells: 1});
  expect(terminal.text()).not.toContain('main');
  await terminal.press('Enter');
  await terminal.waitFor('off');
  expect(terminal).toMatchObject({alternateScreen: false, cursorVisible: true, bracketedPaste: false});
  expect(terminal.row(0)).toBe('main');
});

test('half of a synchronised frame is not seen', async () => {
  await using terminal = await runShell(
    String.raw`printf '\033[?2026hhalf'; read x; printf '\033[1;1Hdone\033[?2026l'; sleep 9`,
  );
  await expect(terminal.waitFor('half', {timeout: 400})).rejects.toThrow(/400 ms passed/);
  await terminal.press('Enter');
  await terminal.waitFor('done');
});

test('a screen is not at rest while its program is busy', async () => {
  const busy = 'const end = performance.now() + 800; while (performance.now() < end); ';
  await using terminal = await runNode(
    `console.log('one'); setImmediate(() => { ${busy} console.log('two'); setInterval(() => {}, 1000); });`,
  );
  await terminal.waitFor('one');
  await terminal.stable();
  expect(terminal.text()).toContain('two');
});

test('an Esc has been read before the next key, also by a program that was busy', async () => {
  const busy = "if (String(bytes) === 'b') for (const end = performance.now() + 400; performance.now() < end; );";
  await using terminal = await runNode(`${ECHO} process.stdin.on('data', (bytes) => { ${busy} });`);
  await terminal.waitFor('ready');
  await terminal.press('b');
  // Read by itself: together with the Esc it would be another key, after which the program is not busy.
  await terminal.waitFor(JSON.stringify('b'));
  await terminal.press('Esc', 'j');
  await terminal.waitFor(JSON.stringify('j'));
  expect(terminal.row(2)).toBe(JSON.stringify('\u001B'));
});

test('a key that a program may drop is pressed until it shows', async () => {
  await using terminal = await runNode(`${ECHO} process.stdin.on('data', () => console.log('heard'));`);
  await terminal.waitFor('ready');
  await terminal.pressUntil('a', /heard[\s\S]*heard/);
  await expect(terminal.pressUntil('q', 'nothing of the kind')).rejects.toThrow('code 7');
});

test('the environment is clean, and a resize arrives', async () => {
  await using terminal = await runNode(
    `const {CI, NO_COLOR, TERM, HOME} = process.env;
     console.log(JSON.stringify({CI, NO_COLOR, TERM, HOME, X: process.env.X}), 'CI' in process.env);
     process.stdout.on('resize', () => console.log(process.stdout.columns + 'x' + process.stdout.rows));
     setInterval(() => {}, 1000);`,
    {env: {X: 'y'}, cols: 200},
  );
  await terminal.waitFor('false');
  expect(JSON.parse(terminal.row(0).replace(/ false$/, ''))).toEqual({
    TERM: 'xterm-256color',
    HOME: terminal.home,
    X: 'y',
  });
  terminal.resize(60, 10);
  await terminal.waitFor('60x10');
});

test('a failed wait shows the screen, and how the program ended', async () => {
  await using terminal = await runShell('echo what is there; exit 3');
  await expect(terminal.waitFor('nothing of the kind')).rejects.toThrow(/ended \(code 3\)[\s\S]*what is there/);
  await using killed = await runShell('echo up; sleep 9');
  await killed.waitFor('up');
  killed.kill('SIGTERM');
  expect(await killed.waitForExit()).toMatchObject({signal: 'SIGTERM'});
});
