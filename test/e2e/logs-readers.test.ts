import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {eventually} from '../harness/eventually.ts';
import {program as built, launcher, node} from '../harness/program.ts';
import {strictText} from '../harness/strict-terminal.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal} from '../harness/terminal.ts';
import {FloodProcess} from './flood-process.ts';
import {held, linesOf, openRig, startLogs, startLogsShell} from './logs-rig.ts';

/** A server in its own process, with the real limit of 100,000 lines for a follower. */
async function openFlood() {
  const flood = FloodProcess.start();
  onTestFinished(() => flood[Symbol.asyncDispose]());
  const {url} = await flood.state();
  return {
    url,
    state: () => flood.state(),
    /**
     * Writes lines at full speed, half of the limit at once, and waits until they have left the server: a machine that
     * is busy with other things does not make a reader too slow, and one that stops reading is found out.
     */
    async write(lines: number): Promise<void> {
      for (let written = 0; written < lines; written += 50_000) {
        await flood.flood(Math.min(50_000, lines - written));
        await eventually(
          async () => (await flood.state()).queued === 0,
          async () => `nothing queued: ${JSON.stringify(await flood.state())}`,
        );
      }
    },
  };
}

/** The numbers of the flood's lines, in order. */
function numbersOf(stdout: Buffer): number[] {
  return linesOf(stdout).flatMap((line) => {
    const number = /flood line (\d+)\./.exec(line)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

const count = 150_000;
const all = Array.from({length: count}, (_, index) => index + 1);

test('a reader that has enough ends it, quietly, though the log stays silent', async () => {
  const {server, shell, write, untilConnections} = await openRig(['orders']);
  write('orders', 5000);
  const program = await shell('{ pipetail $LOGS -f orders; echo "code $?" >&2; } | head -2');
  expect(await program.ended).toBe(0);
  expect(linesOf(program.stdout())).toEqual(linesOf(held(server, 'orders')).slice(0, 2));
  expect(program.stderr()).toBe('code 0\n');
  await untilConnections(0);
});

test('a reader of both streams that has enough ends it too, while nothing is connected', async () => {
  const {server, shell} = await openRig(['orders']);
  const lines = linesOf(held(server, 'orders'));
  const reader = `sed -u ${lines.length + 1}q`;
  const program = await shell(`{ pipetail $LOGS -f orders 2>&1; echo "code $?" >&2; } | ${reader}`);
  await program.untilStdout(`${lines.at(-1)}\n`);
  await server.stopApi();
  expect(await program.ended).toBe(0);
  expect(linesOf(program.stdout()).at(-1)).toMatch(/trying again$/);
  expect(program.stderr()).toBe('code 0\n');
});

test('a program that reads it through a socket and closes that ends it too', async () => {
  const {shell, untilConnections} = await openRig(['orders']);
  const parent = `
    const [program, ...args] = process.argv.slice(1);
    const child = require('node:child_process').spawn(process.env.NODE, [program, ...args], {stdio: ['ignore', 'pipe', 2]});
    child.stdout.once('data', () => child.stdout.destroy());
    child.on('exit', (code) => console.log('code ' + code));
  `;
  const program = await shell(`exec "${node}" -e "${parent}" -- "$PROGRAM" $LOGS -f orders`);
  expect(await program.ended).toBe(0);
  expect(program.stdout().toString()).toBe('code 0\n');
  expect(program.stderr()).toBe('');
  await untilConnections(0);
});

test('a reader that stops is waited for, and the server does not drop us', async () => {
  const flood = await openFlood();
  const program = await startLogs(flood.url, '-f', 'flood');
  await program.untilStdout('Fresh start');
  program.standStill();
  await flood.write(count);
  expect(numbersOf(program.stdout()).length).toBeLessThan(count / 10);
  program.attachTo();
  await program.untilStdout(`flood line ${count}.`);
  expect(numbersOf(program.stdout())).toEqual(all);
  expect(program.stderr()).toBe('');
  expect(await flood.state()).toMatchObject({connections: 1, open: 1});
});

test('of a reader that is too slow the number of dropped lines is reported, once for each long gap', async () => {
  const flood = await openFlood();
  // Each of 32 logs has the 32nd part of 256 MiB.
  const others = Array.from({length: 31}, (_, index) => `other-${index}`);
  const program = await startLogs(flood.url, '-f', 'flood', ...others);
  await program.untilStdout('Fresh start');
  program.standStill();
  await flood.write(count);
  program.attachTo();
  await program.untilStdout(`flood line ${count}.`);
  const numbers = numbersOf(program.stdout());
  const gaps = numbers.filter((number, index) => number !== (numbers[index - 1] ?? 0) + 1);
  const said = linesOf(Buffer.from(program.stderr())).filter((line) => !line.startsWith('pipetail: other-'));
  const dropped = said.map(
    (line) => /^pipetail: flood: the reader is too slow: ([\d,]+) lines dropped$/.exec(line)?.[1],
  );
  expect(gaps.length).toBeGreaterThan(0);
  expect(said).toHaveLength(gaps.length);
  const sum = dropped.reduce((total, number = 'x') => total + Number(number.replaceAll(',', '')), 0);
  expect(numbers.length + sum).toBe(count);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(await flood.state()).toMatchObject({connections: 1, open: 1});
});

test('a terminal that is not read does not stop the reading of the log', async () => {
  const flood = await openFlood();
  await using terminal = await openTerminal({
    command: launcher,
    args: [built, 'logs', '--host', flood.url, '-f', 'flood'],
    cols: 200,
  });
  await terminal.waitFor('initializing -> running');
  terminal.stall();
  await flood.write(count);
  terminal.unstall();
  // 18 MB, which the emulator takes ten times as long for as the program.
  await terminal.waitFor(`flood line ${count}.`);
  expect(await flood.state()).toMatchObject({connections: 1, open: 1});
});

test('a log does not control the terminal that it is printed to, unless it is requested as sent', async () => {
  const {server, write} = await openRig(['orders']);
  const hostile = 'x\x1b]0;title\x07 \x1bP+q544e\x1b\\ \x1b[6n\x1b[c \x1b[?1049h \x9b5n \x1b[31mred';
  server.pipeline('orders').write(`${hostile}\u009d0;c1\u009c \u200b\u{e0041}`);
  write('orders', 1);
  const run = `"$1" "$2" logs orders --host "$3"`;
  // Answers to the queries of what is printed as sent would be echoed.
  const line = `stty -echo; ${run}; echo ==; ${run} --color never; echo ==; ${run} | cat; echo ==; ${run} -o raw; echo ==; sleep 60`;
  await using terminal = await openTerminal({
    command: 'sh',
    args: ['-c', line, 'sh', launcher, built, server.url],
    cols: 200,
  });
  const parts = () => terminal.output.toString('latin1').replaceAll('\r\n', '\n').split('==\n');
  await terminal.waitFor(() => parts().length > 4);
  const [colored = '', bare = '', piped = '', asSent = ''] = parts().map((part) => Buffer.from(part, 'latin1'));
  const text = strictText(Buffer.from(colored));
  expect(text).toContain(
    'x^[]0;title^G ^[P+q544e^[\\ ^[[6n^[[c ^[[?1049h <U+009B>5n red<U+009D>0;c1<U+009C> <U+200B><U+E0041>\n',
  );
  expect(bare.toString()).toBe(text);
  const sent = held(server, 'orders').toString('latin1');
  expect(asSent.toString('latin1')).toBe(sent);
  expect(piped.toString('latin1')).toBe(sent.replaceAll('\x1b[31m', ''));
});

test('lines that were printed are freed', async () => {
  const flood = await openFlood();
  const program = await startLogsShell(flood.url, 'exec "$NODE" "$PROGRAM" $LOGS -f flood > /dev/null');
  await eventually(
    async () => (await flood.state()).open === 1,
    () => 'a connection',
  );
  // 96 MB, and the program takes 100 without them; what waits for a reader may be 256 MiB.
  await flood.write(600_000);
  const status = await readFile(`/proc/${program.pid}/status`, 'utf8');
  expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(170_000);
});

test('^C ends it at once, whatever the reader does', async () => {
  const flood = await openFlood();
  const program = await startLogs(flood.url, '-f', 'flood');
  await program.untilStdout('Fresh start');
  program.standStill();
  await flood.write(20_000);
  program.kill('SIGINT');
  await program.exited;
  program.attachTo();
  expect(await program.ended).toBe(130);
});

test('a file gets the bytes as well', async () => {
  const {server, shell, write} = await openRig(['orders']);
  write('orders', 10_000);
  await using folder = await temporaryDirectory();
  const file = path.join(folder.path, 'orders.log');
  await writeFile(file, 'before\n');
  const program = await shell(`pipetail $LOGS orders >> ${file}`);
  expect(await program.ended).toBe(0);
  expect((await readFile(file)).equals(Buffer.concat([Buffer.from('before\n'), held(server, 'orders')]))).toBe(true);
});

test('a full disk is a failure', async () => {
  const {shell} = await openRig(['orders']);
  const program = await shell('pipetail $LOGS -f orders > /dev/full');
  expect(await program.ended).toBe(1);
  expect(program.stderr()).toMatch(/^pipetail: cannot write to stdout: ENOSPC[^\n]*\n$/);
});

test('a full disk and a reader that has gone are the same to what prints once', async () => {
  const {shell} = await openRig(['orders']);
  const line = 'pipetail: cannot write to stdout: ENOSPC: no space left on device, write\n';
  for (const what of ['--version', 'logs --help', 'demo --port 0']) {
    const program = await shell(`pipetail ${what} > /dev/full; echo $? >&2; (pipetail ${what}; echo $? >&2) | true`);
    expect(await program.ended).toBe(0);
    expect(program.stderr()).toBe(`${line}1\n0\n`);
  }
  // A disk with little room accepts a part of it.
  await using folder = await temporaryDirectory();
  const limited = await shell(`ulimit -f 1; pipetail --help > ${folder.path}/help; echo $? >&2`);
  expect(await limited.ended).toBe(0);
  expect(limited.stderr()).toBe('pipetail: cannot write to stdout: EFBIG: file too large, write\n1\n');
});

test('streams that are closed are no obstacle', async () => {
  const {shell} = await openRig(['orders']);
  const program = await shell('pipetail $LOGS orders >&- 2>&-');
  expect(await program.ended).toBe(0);
});
