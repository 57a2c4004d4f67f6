import {expect, test} from 'vitest';
import {runCommand} from '../harness/program.ts';
import {openViewer, type Viewer} from './viewer.ts';

const truecolor = {COLORTERM: 'truecolor'};

/** A log with an error that has colours of its own, a failing pipeline in the list, and a pattern that is painted. */
async function openOn(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Viewer> {
  const viewer = await openViewer({
    args: [...args, 'alpha'],
    cols: 120,
    env,
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

test('with 256 colours its colours are of those, and without a theme the terminal has its own', async () => {
  await using light = await openOn(['--theme', 'light']);
  expect(colours(light)).toEqual({
    level: 'palette-124',
    own: 'palette-25',
    exact: 'palette-208',
    highlight: ['palette-231', 'palette-23'],
    list: 'palette-124',
    header: 'palette-22',
  });
  await using plain = await openOn([]);
  expect(colours(plain)).toEqual({
    level: 'red',
    own: 'blue',
    exact: 'palette-208',
    highlight: ['black', 'cyan'],
    list: 'red',
    header: 'green',
  });
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

test('on sixteen colours a theme leaves them to the terminal', async () => {
  await using viewer = await openOn(['--theme', 'dark'], {TERM: 'xterm'});
  expect(colours(viewer)).toMatchObject({level: 'red', own: 'blue', list: 'red', header: 'green'});
});

test('a theme that is not there is one line with the nearest', async () => {
  expect(await runCommand(['--theme', 'drak'])).toMatchObject({
    code: 2,
    stderr: "pipetail: --theme takes default, light, dark or mono, not 'drak' · did you mean 'dark'?\n",
  });
});
