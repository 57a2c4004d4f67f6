import {spawnSync} from 'node:child_process';
import {appendFile, chmod, mkdir, open, rename, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {byteSize} from '../../source/lib/format.ts';
import {launcher, program, root, runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {openView} from './viewer.ts';

const formats = path.join(root, 'test/engine/disk/formats/recordings');
const bundle = path.join(root, 'test/wire/31-support-bundle-real.zip');

/** A server that is named, and counts who comes. */
async function listening() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {url: `http://127.0.0.1:${address.port}`, connections: () => connections, close: () => server.close()};
}

const line = (number: number) => `[orders] 2026-11-25T09:17:30.${100 + number}Z  INFO standin: line ${number}.\n`;

test('recordings, a bundle, a gzip file and a file that grows and is rotated, without a server', async () => {
  await using folder = await temporaryDirectory();
  const server = await listening();
  const packed = path.join(folder.path, 'packed.log.gz');
  const growing = path.join(folder.path, 'growing.log');
  const lines = Array.from({length: 300}, (_, number) => line(number)).join('');
  await writeFile(packed, gzipSync(lines));
  await writeFile(growing, line(1));
  const missing = path.join(folder.path, 'no.log');
  const args = ['open', growing, packed, bundle, missing, formats, growing];
  await using view = await openView(args, {
    cols: 120,
    rows: 30,
    env: {FELDERA_HOST: server.url, PIPETAIL_LIST_WIDTH: '34'},
  });
  const {terminal} = view;
  await terminal.waitFor('line 1.');
  // The others are shown all the same, and one that was named twice is shown once.
  await terminal.waitFor('/no.log cannot be opened: there is no such file or folder');
  await terminal.waitFor(() => /pipetail {2}6 logs .*end of file/.test(view.header()));
  await terminal.waitFor(() => view.list().every((row) => /[●○]/.test(row)), {hint: 'all are read'});
  expect(view.list().map((row) => row.trim().replace(/ +/g, ' '))).toEqual([
    '·● growing.log 57 B',
    `·○ packed.log.gz ${byteSize(lines.length)}`,
    '·○ orders-live 70 kB 3k✗',
    '·○ alpha 3.3 kB 1✗',
    '·○ gamma 2.5 kB 1✗',
    '·○ kinds 984 B',
  ]);
  await appendFile(growing, line(2));
  await terminal.waitFor('line 2.');
  expect(view.header()).toContain('growing');
  await rename(growing, `${growing}.1`);
  await writeFile(growing, line(3));
  await terminal.waitFor('line 3.');
  await terminal.waitFor('the file was rotated');
  expect(view.countShown('line 2.')).toBe(1);
  await terminal.press('r');
  await terminal.waitFor('no connection: this log is read from a file');

  await terminal.press('2');
  await terminal.waitFor('line 299.');
  await terminal.press('g');
  await terminal.waitFor('line 0.');
  await terminal.press('3', 'd');
  await terminal.waitFor(/Statistics of .* UTC/);
  await terminal.press('Esc', '4');
  await terminal.waitFor(/ended/);
  await terminal.press('C');
  await terminal.waitFor('no connection: these logs are files');
  await terminal.press('q');
  expect(await terminal.waitForExit()).toMatchObject({code: 0});
  expect(server.connections()).toBe(0);
  server.close();
});

test('a pipe is followed while the terminal has the keys', async () => {
  await using folder = await temporaryDirectory();
  const fifo = path.join(folder.path, 'fifo');
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
  await using terminal = await openTerminal({
    command: 'sh',
    args: ['-c', `cat "$FIFO" | "$LAUNCHER" "$PROGRAM" open -; echo "code $?"`],
    env: {FIFO: fifo, LAUNCHER: launcher, PROGRAM: program},
  });
  await using writer = await open(fifo, 'w');
  await terminal.waitFor(() => /stdin .*waiting/.test(terminal.row(0)));
  await writer.write(line(1) + line(2));
  await terminal.waitFor('line 2.');
  expect(terminal.row(0)).toMatch(/stdin .*growing/);
  await terminal.press('g', '/');
  await terminal.type('line 3');
  await terminal.press('Enter');
  await writer.write(line(3));
  // Whether it is the current line depends on which came first.
  await terminal.waitFor(/\/line 3 {2}1 (matching line|of 1)/);
  // The end of the pipe is none of the terminal.
  await writer.close();
  await terminal.waitFor(() => /stdin .*ended/.test(terminal.row(0)));
  // What came through it is gone with the program.
  await terminal.press('q');
  await terminal.waitFor('press q again to quit');
  await terminal.press('q');
  await terminal.waitFor('code 0');
});

test('what cannot be opened gets one line, and the code of a failure or of wrong usage', async () => {
  await using folder = await temporaryDirectory();
  const at = (name: string) => path.join(folder.path, name);
  await mkdir(at('empty'));
  await writeFile(at('binary'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]));
  // The end of an empty ZIP.
  await writeFile(at('a.zip'), Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]));
  await writeFile(at('secret.log'), line(1));
  await chmod(at('secret.log'), 0);
  const whats = ['empty', 'binary', 'a.zip', 'nothing-here', ...(process.geteuid?.() === 0 ? [] : ['secret.log'])];
  await using terminal = await openTerminal({
    command: 'sh',
    args: [
      '-c',
      `for what in ${whats.join(' ')} -; do "$LAUNCHER" "$PROGRAM" open $what; echo "$what code $?"; done; sleep 9`,
    ],
    ...{cwd: folder.path, cols: 160, rows: 40, env: {LAUNCHER: launcher, PROGRAM: program}},
  });
  await terminal.waitFor('- code 2');
  const rows = terminal.screen().filter((row) => row !== '');
  expect(rows).toHaveLength(2 * (whats.length + 1));
  for (const what of whats) {
    const index = rows.indexOf(`${what} code 1`);
    expect(rows[index - 1], what).toMatch(new RegExp(`^pipetail: ${what} .*`));
  }
  expect(rows[rows.indexOf('nothing-here code 1') - 1]).toContain(' · a pipeline: pipetail nothing-here');
  expect(rows.at(-2)).toContain('- is stdin, which is the terminal here');

  const piped = await runCommand(['open', at('binary')]);
  expect(piped).toMatchObject({code: 2, stdout: ''});
  expect(piped.stderr).toBe('pipetail: the screen needs a terminal · use pipetail logs --from in a pipe\n');
});
