import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {features} from '../../source/shells/features.ts';
import {runCommand} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openViewer} from './viewer.ts';

/** A configuration file with these lines below `[keys]`; the first of them is line 2. */
async function keysFile(...lines: readonly string[]) {
  const folder = await temporaryDirectory();
  const file = path.join(folder.path, 'config.toml');
  await writeFile(file, ['[keys]', ...lines].join('\n'));
  return {file, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]()};
}

test('keys of the user run the commands; footer, help and notices name them', async () => {
  await using keys = await keysFile(
    'pause = "ctrl+p"',
    'search = ["pgdn", "@"]',
    'page-down = "/"',
    'quit = "Q"',
    'reconnect = []',
    'pipeline-page = "r"',
  );
  await using viewer = await openViewer({args: ['--config', keys.file, 'alpha']});
  const {terminal} = viewer;
  await viewer.live('Fresh start');
  await terminal.waitFor(() => terminal.row(-1).includes(' PgDn find'));
  expect(terminal.row(-1)).toContain(' ^P pause');
  expect(terminal.row(-1)).not.toContain('reconnect');

  await terminal.press('PageDown');
  await terminal.waitFor(() => viewer.status().startsWith(' /'));
  await terminal.press('Esc', '@');
  await terminal.waitFor(() => viewer.status().startsWith(' /'));
  await terminal.press('Esc', 'n');
  await terminal.waitFor('no search: press PgDn to start one');
  await terminal.press('p');
  await terminal.waitFor('p has no effect here: press ? to list the keys');
  expect(viewer.header()).not.toContain('PAUSED');
  await terminal.press('C-p');
  await terminal.waitFor('PAUSED');

  await terminal.press('?');
  await terminal.type('its problems and details');
  await terminal.waitFor('default: d');
  expect(terminal.text()).toMatch(/▸ r +page of the pipeline: its problems and details/);
  await terminal.press('Enter');
  await terminal.waitFor(/^ alpha {2}D /m);
  await terminal.press('Esc', 'Q');
  await terminal.waitFor('1 tab is open: press Q again to quit');
  await terminal.press('Q');
  expect(await terminal.waitForExit()).toEqual({code: 0, signal: undefined});
});

test('config init has every command with its keys', async () => {
  await using folder = await temporaryDirectory();
  const env = {HOME: folder.path};
  const file = path.join(folder.path, 'own.toml');
  expect(await runCommand(['config', 'init', '--config', file], {env})).toMatchObject({code: 0});
  const written = await readFile(file, 'utf8');
  const [, section = ''] = /\n#\[keys\]\n([\s\S]*)/.exec(written) ?? [];
  expect([...section.matchAll(/^#([\w-]+) = /gm)].map(([, id]) => id)).toEqual(features.commands.map(({id}) => id));
  // Put in force unchanged they are right.
  await writeFile(file, `[keys]\n${section.replaceAll(/^#/gm, '')}\n`);
  expect(await runCommand(['list', '--demo', '--config', file], {env})).toMatchObject({code: 0, stderr: ''});
});
