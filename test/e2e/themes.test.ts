import {expect, test} from 'vitest';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {launcher, program, runCommand} from '../harness/program.ts';
import {openTerminal} from '../harness/terminal.ts';
import {openViewer, type Viewer} from './viewer.ts';

const truecolor = {COLORTERM: 'truecolor'};

/** A log with an error that has colours of its own, a failing pipeline in the list, and a pattern that is painted. */
async function openOn(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  ground?: string,
): Promise<Viewer> {
  const viewer = await openViewer({
    args: [...args, 'alpha'],
    cols: 120,
    env,
    ...(ground !== undefined && {ground}),
    before: (server) => server.pipeline('gamma').fail('exit status: 101'),
  });
  const {terminal} = viewer;
  await viewer.live();
  await terminal.waitFor('✗');
  viewer.say('alpha', 'an error, \u001B[34mblue by itself\u001B[0m, and \u001B[38;5;208morange\u001B[0m.', 'ERROR');
  await terminal.waitFor('orange.');
  await terminal.press('*');
  await terminal.type('and');
  await terminal.press('Enter');
  await terminal.waitFor(() => terminal.styleOf('and ').bg !== undefined || terminal.styleOf('and ').underline);
  return viewer;
}

/** Colours of a level, of the log's own text, of a highlight, of the list and of the header. */
function colours({terminal}: Viewer) {
  const {fg, bg} = terminal.styleOf('and ');
  return {
    level: terminal.styleOf('ERROR').fg,
    own: terminal.styleOf('blue by itself').fg,
    exact: terminal.styleOf('orange.').fg,
    highlight: [fg, bg],
    list: terminal.styleOf('✗').fg,
    header: terminal.styleOf('LIVE').fg,
  };
}

test('a theme colours the whole screen: the log, what it sent itself, highlights, list and header', async () => {
  await using viewer = await openOn(['--theme', 'dark'], truecolor);
  expect(colours(viewer)).toEqual({
    level: 'palette-203',
    own: 'palette-75',
    exact: 'palette-208',
    // Black is what reads best on that cyan.
    highlight: ['palette-16', 'palette-73'],
    list: 'palette-203',
    header: 'palette-71',
  });
});

test('with 256 colours its colours are of those', async () => {
  await using light = await openOn(['--theme', 'light']);
  expect(colours(light)).toEqual({
    level: 'palette-124',
    own: 'palette-25',
    exact: 'palette-208',
    highlight: ['palette-231', 'palette-23'],
    list: 'palette-124',
    header: 'palette-22',
  });
});

test('the terminal is asked how light it is: the theme is the one for its ground', async () => {
  await using light = await openOn([], {}, 'rgb:ffff/ffff/dddd');
  await light.terminal.waitFor(() => colours(light).header === 'palette-22');
  expect(colours(light)).toMatchObject({level: 'palette-124', own: 'palette-25', list: 'palette-124'});
  await using dark = await openOn([], {COLORFGBG: '0;15'}, 'rgb:00/2b/36');
  await dark.terminal.waitFor(() => colours(dark).header === 'palette-71');
  expect(colours(dark)).toMatchObject({level: 'palette-203', own: 'palette-75', list: 'palette-203'});
});

test('where it does not answer, the environment tells; else there are only colours that are read on any ground', async () => {
  await using told = await openOn([], {COLORFGBG: '0;15'});
  expect(colours(told)).toMatchObject({level: 'palette-124', header: 'palette-22'});
  await using unknown = await openOn([]);
  expect(colours(unknown)).toEqual({
    level: 'palette-196',
    own: 'palette-27',
    exact: 'palette-208',
    highlight: ['palette-16', 'palette-30'],
    list: 'palette-196',
    header: 'palette-28',
  });
});

test.each([
  ['while a text is typed', 'type'],
  ['when the shell is back', 'leave'],
])('an answer that comes after two seconds is read by nobody: %s', async (_, way) => {
  const server = await DemoServer.start({scenario: quiet('alpha')});
  await using terminal = await openTerminal({
    command: 'sh',
    args: ['-c', '"$@"; echo the shell; exec cat', 'sh', launcher, program, '--host', server.url, 'alpha'],
    ground: 'rgb:ff/ff/ff',
    link: {bitsPerSecond: 1_000_000, roundTrip: 2000, buffer: 128 * 1024},
  });
  // The first frame has just arrived, and the question with it: the answer is a second away.
  await terminal.waitFor('pipetail');
  if (way === 'type') {
    await terminal.press('/');
    await terminal.type('abc');
    await terminal.waitFor('/abc');
    await terminal.waitFor(() => terminal.styleOf('●').fg === 'palette-22');
    expect(terminal.row(-2)).toMatch(/\/abc\b(?!\S)/);
    await terminal.press('Esc');
  }
  await terminal.press('C-c', 'C-c');
  await terminal.waitFor('the shell');
  await terminal.stable(3000);
  // `cat` shows what it reads, and the terminal echoes it before.
  expect(terminal.text()).not.toMatch(/rgb|\]11|\^\[|\?\d/);
  await server.close();
});

test.each([
  ['mono', ['--theme', 'mono'], truecolor],
  ['NO_COLOR over any theme', ['--theme', 'dark'], {...truecolor, NO_COLOR: '1'}],
])('%s has no colour anywhere: a highlight is underlined', async (_, args, env) => {
  await using viewer = await openOn(args, env);
  const {terminal} = viewer;
  for (let row = 0; row < terminal.rows; row++) {
    for (let column = 0; column < terminal.cols; column++) {
      expect(terminal.cell(row, column)).toMatchObject({fg: undefined, bg: undefined});
    }
  }
  expect(terminal.styleOf('and ').underline).toBe(true);
  expect(terminal.styleOf('ERROR').bold).toBe(true);
});

test('on sixteen colours a theme has those of them that are read on its ground', async () => {
  await using viewer = await openOn(['--theme', 'dark'], {TERM: 'xterm'});
  expect(colours(viewer)).toMatchObject({level: 'bright-red', own: 'bright-cyan', list: 'bright-red', header: 'green'});
  await using light = await openOn(['--theme', 'light'], {TERM: 'xterm'});
  expect(colours(light)).toMatchObject({level: 'red', own: 'blue', list: 'red', header: undefined});
});

test('a theme that is not there is one line with the nearest', async () => {
  expect(await runCommand(['--theme', 'drak'])).toMatchObject({
    code: 2,
    stderr: "pipetail: --theme takes default, light, dark or mono, not 'drak' · did you mean 'dark'?\n",
  });
});
