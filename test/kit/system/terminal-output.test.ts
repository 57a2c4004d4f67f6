import {Writable} from 'node:stream';
import {setImmediate as nextTurn} from 'node:timers/promises';
import type {WriteStream} from 'node:tty';
import {expect, it, test} from 'vitest';
import {
  boundWrites,
  holdStderr,
  notificationWriter,
  reportModes,
  restoreSequence,
  windowTitle,
} from '../../../source/kit/system/terminal-output.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

function sent(
  by: Parameters<typeof notificationWriter>[0],
  env: NodeJS.ProcessEnv,
  text = 'orders: no space; left',
): string[] {
  const written: string[] = [];
  notificationWriter(by, {env, write: (sequence) => written.push(sequence) > 0})?.(text);
  return written;
}

it.each([
  ['off', []],
  ['bell', ['\u0007']],
  ['osc9', ['\u001B]9;pipetail · orders: no space; left\u0007']],
  ['osc777', ['\u001B]777;notify;pipetail;orders: no space, left\u0007']],
] as const)('%s', (by, sequences) => {
  expect(sent(by, {})).toEqual(sequences);
});

it.each([{TMUX: '/tmp/tmux-0/default,1,0'}, {STY: '1.pts'}])('inside %j only the bell gets out', (env) => {
  expect(sent('osc9', env)).toEqual(['\u0007']);
  expect(sent('off', env)).toEqual([]);
});

/** A terminal that accepts a write only when `accept` is called, and holds one more back. */
function slowTerminal() {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _, done) {
      written.push(String(chunk));
      waiting.push(done);
    },
  });
  const accept = async () => {
    waiting.shift()?.();
    await nextTurn();
  };
  return {written, accept, stdout: stream as unknown as WriteStream};
}

test('frames are dropped while the terminal accepts nothing, and the screen is drawn anew once it does', async () => {
  const {written, accept, stdout} = slowTerminal();
  let recovered = 0;
  boundWrites(stdout, {onRecovered: () => recovered++});
  stdout.write('one');
  const dropped: string[] = [];
  stdout.write('two', () => dropped.push('two'));
  await nextTurn();
  expect([written, dropped, recovered]).toEqual([['one'], ['two'], 0]);
  await accept();
  expect(recovered).toBe(1);
  stdout.write('three');
  await accept();
  expect([written, recovered]).toEqual([['one', 'three'], 1]);
});

test.each([
  [['frame'], ''],
  [['frame', 'dropped'], 'restored'],
])('the end waits until %j is out, and then writes %j', async (frames, restored) => {
  const {written, accept, stdout} = slowTerminal();
  const writes = boundWrites(stdout, {onRecovered() {}});
  for (const frame of frames) stdout.write(frame);
  const isOut = writes.end({restore: 'restored', patience: 1000, clock: new FakeClock()});
  await accept();
  await accept();
  expect(await isOut).toBe(true);
  expect(written.join('|')).toBe(`frame|${restored}`);
});

test('what was dropped outside frames is restored at the end, also when frames got through since', async () => {
  const {written, accept, stdout} = slowTerminal();
  const writes = boundWrites(stdout, {onRecovered() {}});
  stdout.write('frame');
  stdout.write('\u001B[?1049l');
  await accept();
  const isOut = writes.end({restore: 'restored', patience: 1000, clock: new FakeClock()});
  await accept();
  expect(await isOut).toBe(true);
  expect(written).toEqual(['frame', 'restored']);
});

test('the end does not wait for a terminal that never accepts anything', async () => {
  const clock = new FakeClock();
  const {stdout} = slowTerminal();
  const writes = boundWrites(stdout, {onRecovered() {}});
  stdout.write('frame');
  const isOut = writes.end({restore: '', patience: 500, clock});
  await clock.advance(500);
  expect(await isOut).toBe(false);
});

test('the shell gets a line of its own where no alternate screen is left, and nothing else is changed', async () => {
  const {written, accept, stdout} = slowTerminal();
  boundWrites(stdout, {onRecovered() {}});
  for (const sequence of ['\u001B[?1049h frame', '\u001B[?1049l']) {
    stdout.write(sequence);
    await accept();
  }
  expect(written).toEqual(['\u001B[?1049h frame', '\r\n\u001B[?1049l']);
});

/** As Ink writes a frame. */
function frame(stdout: WriteStream, text: string): void {
  for (const part of ['\u001B[?2026h', text, '\u001B[?2026l']) stdout.write(part);
}

/** A terminal that accepts everything at once. */
function fastTerminal() {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      done();
    },
  });
  return {written, stdout: stream as unknown as WriteStream};
}

test('what is written behind a frame follows its end, and only a frame that was written has it', async () => {
  const {written, stdout} = fastTerminal();
  const sizes: number[] = [];
  const onFrame = (bytes: number) => `?${sizes.push(bytes)}`;
  boundWrites(stdout, {onRecovered() {}, onFrame});
  frame(stdout, 'one');
  stdout.write('title');
  frame(stdout, 'three');
  expect(written.join('')).toBe('\u001B[?2026hone\u001B[?2026l?1title\u001B[?2026hthree\u001B[?2026l?2');
  expect(sizes).toEqual([19, 21]);

  const slow = slowTerminal();
  boundWrites(slow.stdout, {onRecovered() {}, onFrame});
  frame(slow.stdout, 'dropped');
  await slow.accept();
  expect([slow.written.join(''), sizes.length]).toEqual(['\u001B[?2026h', 2]);
  // The next write is no part of that frame.
  slow.stdout.write('title');
  await slow.accept();
  expect(slow.written.at(-1)).toBe('title');
});

test('after it is left no frame is written on the alternate screen', () => {
  const {written, stdout} = fastTerminal();
  const writes = boundWrites(stdout, {onRecovered() {}});
  frame(stdout, 'one');
  written.length = 0;
  writes.leave();
  stdout.write('|');
  frame(stdout, 'last');
  stdout.write('\u001B[?1049l');
  expect(written.join('')).toBe('|\r\n\u001B[?1049l');
});

test('stderr is held back, and written at the end', async () => {
  const {written, stdout} = slowTerminal();
  const release = holdStderr(stdout);
  const done: string[] = [];
  stdout.write('a warning\n', () => done.push('called'));
  stdout.write(Buffer.from('and another\n'));
  await nextTurn();
  expect([written, done]).toEqual([[], ['called']]);
  release();
  expect(written).toEqual(['a warning\nand another\n']);
});

test('each mode is switched off again, also by the restore sequence', () => {
  const written: string[] = [];
  const modes = reportModes({write: (text) => written.push(text)});
  modes.on();
  modes.off();
  const [on = '', off = ''] = written;
  const asked = [...on.matchAll(/\?(\d+)h/g)].map(([, mode]) => mode);
  expect(asked).toEqual(['1004']);
  expect(off).toBe(on.replaceAll('h', 'l'));
  for (const mode of asked) expect(restoreSequence).toContain(`\u001B[?${mode}l`);
});

function terminal() {
  const written: string[] = [];
  const stdout = {writableNeedDrain: false, write: (text: string | Uint8Array) => written.push(String(text)) > 0};
  return {written, stdout, title: windowTitle(stdout)};
}

it('saves the terminal’s title, sets each change once, and restores it', () => {
  const {written, title} = terminal();
  title.set('pipetail');
  title.set('pipetail');
  title.set('pipetail · 3 failing');
  title.off();
  title.off();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B]2;pipetail · 3 failing\u0007',
    '\u001B[23;2t',
  ]);
});

it('a title that was never set is not restored', () => {
  const {written, title} = terminal();
  title.off();
  expect(written).toEqual([]);
});

it('lends the terminal with its own title, and sets ours again after', () => {
  const {written, title} = terminal();
  title.on();
  title.set('pipetail');
  title.off();
  title.on();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B[23;2t',
    '\u001B[22;2t\u001B]2;pipetail\u0007',
  ]);
});

it('writes no title while the terminal accepts nothing', () => {
  const {written, stdout, title} = terminal();
  stdout.writableNeedDrain = true;
  title.set('pipetail');
  stdout.writableNeedDrain = false;
  title.set('pipetail');
  expect(written).toHaveLength(1);
});
