import {Writable} from 'node:stream';
import {expect, it, test} from 'vitest';
import type {NotifyBy} from '../../source/settings/settings.ts';
import {
  leaveOnOwnLine,
  notificationWriter,
  reportModes,
  restoreSequence,
  windowTitle,
} from '../../source/system/terminal-output.ts';

function sent(by: NotifyBy, env: NodeJS.ProcessEnv, text = 'orders: no space; left'): string[] {
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

test('a line of its own in front of the main screen, and nothing else is changed', async () => {
  let seen = '';
  const stdout = new Writable({
    write(chunk, _, done) {
      seen += chunk;
      done();
    },
  });
  const undo = leaveOnOwnLine(stdout as unknown as NodeJS.WriteStream);
  stdout.write('\u001B[?1049h frame');
  await new Promise<void>((resolve) => stdout.write('\u001B[?1049l', () => resolve()));
  expect(seen).toBe('\u001B[?1049h frame\r\n\u001B[?1049l');
  undo();
  stdout.write('\u001B[?1049l');
  expect(seen.endsWith('\u001B[?1049l\u001B[?1049l')).toBe(true);
});

test.each([false, true])(
  'what is switched on is switched off again, and by the restoring as well (mouse: %s)',
  (mouse) => {
    const written: string[] = [];
    const modes = reportModes({write: (text) => written.push(text)}, {mouse});
    modes.on();
    modes.off();
    const [on = '', off = ''] = written;
    const asked = [...on.matchAll(/\?(\d+)h/g)].map(([, mode]) => mode);
    expect(asked).toEqual(mouse ? ['1004', '1002', '1006'] : ['1004']);
    expect(off).toBe(on.replaceAll('h', 'l'));
    for (const mode of asked) expect(restoreSequence).toContain(`\u001B[?${mode}l`);
  },
);

function terminal() {
  const written: string[] = [];
  const stdout = {writableNeedDrain: false, write: (text: string | Uint8Array) => written.push(String(text)) > 0};
  return {written, stdout, title: windowTitle(stdout)};
}

it('keeps the title that there was before the first, sets each change once, and puts it back', () => {
  const {written, title} = terminal();
  title.set('pipetail');
  title.set('pipetail');
  title.set('pipetail · 3 failing');
  title.restore();
  title.restore();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B]2;pipetail · 3 failing\u0007',
    '\u001B[23;2t',
  ]);
});

it('a title that was never set is not put back', () => {
  const {written, title} = terminal();
  title.restore();
  expect(written).toEqual([]);
});

it('lends the terminal with its own title, and sets ours again after', () => {
  const {written, title} = terminal();
  title.resume();
  title.set('pipetail');
  title.restore();
  title.resume();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B[23;2t',
    '\u001B[22;2t\u001B]2;pipetail\u0007',
  ]);
});

it('writes nothing while the terminal takes nothing', () => {
  const {written, stdout, title} = terminal();
  stdout.writableNeedDrain = true;
  title.set('pipetail');
  stdout.writableNeedDrain = false;
  title.set('pipetail');
  expect(written).toHaveLength(1);
});
