import {spawnSync} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {requireTool} from '../harness/tools.ts';
import {openViewer, type Viewer} from './viewer.ts';

const overSsh = {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'};

/** Lines of a pipeline's log that hold `text`, each with its newline. */
function linesWith(viewer: Viewer, text: string): string {
  const lines = viewer
    .log('alpha')
    .toString()
    .split(/(?<=\n)/);
  return lines.filter((line) => line.includes(text)).join('');
}

test('v selects whole records, moves reach up and down, y copies them and ends the selection', async () => {
  await using viewer = await openViewer({env: overSsh});
  const {terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  viewer.say('alpha', 'of several lines\n  and one more\n  and the last');
  viewer.write('alpha', 5);
  await terminal.waitFor('line 8.');
  // From line 2 over the record of three lines to line 4, picked upwards.
  await terminal.press('Tab', ...'kkkk', 'v');
  await terminal.waitFor('move to select');
  await terminal.press(...'kkkkk');
  expect(viewer.status()).toContain('selecting');
  await terminal.press('y');
  await terminal.waitFor(/sent 6 lines, \d+ B by OSC 52/);
  expect(viewer.status()).not.toContain('selecting');
  const log = viewer.log('alpha').toString();
  const start = log.indexOf('[alpha]', log.indexOf('line 1.'));
  const end = log.indexOf('line 4.') + 'line 4.\n'.length;
  expect(terminal.copies.map(String)).toEqual([log.slice(start, end)]);

  await terminal.press('v', 'j', 'Esc', 'y');
  await terminal.waitFor('sent 1 line');
  expect(String(terminal.copies[1])).toBe(linesWith(viewer, 'line 3.'));
});

test('Y copies the filtered view: what grep finds in the same bytes', async (context) => {
  const grep = requireTool(context, 'grep');
  await using viewer = await openViewer({env: overSsh});
  const {terminal} = viewer;
  await viewer.live();
  for (let index = 1; index <= 300; index++) {
    viewer.say('alpha', `step ${index} \u001B[3${index % 8}mcoloured\u001B[0m ${index % 7 === 0 ? 'Kafka' : 'file'}`);
  }
  await terminal.waitFor('step 300');
  await terminal.press('Tab', '&');
  await terminal.type('kafka');
  await terminal.press('Enter', '&');
  await terminal.type('!step 1');
  await terminal.press('Enter');
  await terminal.waitForGone('step 14 ');
  await terminal.press('Y');
  await terminal.waitFor(/sent 27 lines, \d\.\d kB by OSC 52/);
  const found = spawnSync('sh', ['-c', `${grep} -ai kafka | ${grep} -aiv 'step 1'`], {input: viewer.log('alpha')});
  expect(String(terminal.copies[0])).toBe(found.stdout.toString());
  expect(found.stdout.toString().split('\n')).toHaveLength(28);
});

test('what is too large for OSC 52 is offered for saving, the selection too', async () => {
  await using viewer = await openViewer({env: overSsh, cols: 160});
  const {terminal} = viewer;
  await viewer.live();
  for (let index = 1; index <= 900; index++) viewer.say('alpha', `wide ${index} ${'x'.repeat(60)}`);
  await terminal.waitFor('wide 900');
  await terminal.press('Tab', 'Y');
  await terminal.waitFor(/not sent: 9\d\d lines, \d+ kB, and terminals drop more than 75 kB; Enter saves it/);
  await terminal.press('C-u');
  await terminal.type('whole.log');
  await terminal.press('Enter');
  await terminal.waitFor(/saved 9\d\d lines, \d+ kB, to whole\.log/);
  expect((await readFile(path.join(terminal.home, 'whole.log'))).equals(viewer.log('alpha'))).toBe(true);

  await terminal.press('v', 'g', ...'jjjjj', 'y');
  await terminal.waitFor('save the selection');
  await terminal.waitFor('Enter saves it');
  await terminal.press('C-u');
  await terminal.type('selected.log');
  await terminal.press('Enter');
  await terminal.waitFor(/saved 900 lines, \d+ kB, to selected\.log/);
  expect(await readFile(path.join(terminal.home, 'selected.log'), 'utf8')).toBe(linesWith(viewer, 'wide '));
  expect(terminal.copies).toEqual([]);
});
