import {spawnSync} from 'node:child_process';
import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {expect, test} from 'vitest';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {requireTool} from '../harness/tools.ts';
import {openView, openViewer} from './viewer.ts';

const overSsh = {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'};

test('Y copies the filtered view: what grep finds in the same bytes, without their colours', async (context) => {
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
  expect(found.stdout.toString()).toContain('\u001B[0m');
  expect(String(terminal.copies[0])).toBe(stripVTControlCharacters(found.stdout.toString()));
  expect(found.stdout.toString().split('\n')).toHaveLength(28);
});

test('M copies Markdown: pipeline, server, time span, version, filters, gaps and the lines in a fence', async () => {
  await using viewer = await openViewer({pipelines: ['alpha'], cols: 120, env: overSsh});
  const {server, terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  viewer.say('alpha', '\u001B[31mfail\u001B[0m with a fence ```` in it', 'ERROR');
  await terminal.waitFor('with a fence');
  // What the server forgets while it is not followed: 1,200 entries of a kilobyte are more than the megabyte that it keeps.
  await server.stopApi();
  await terminal.waitFor(/reconnecting in \d+ s/);
  for (let line = 1; line <= 1200; line++) viewer.say('alpha', `lost ${line} ${'x'.repeat(1000)}`);
  viewer.write('alpha', 4);
  await server.startApi();
  await terminal.press('r');
  await viewer.live('line 7.');

  await terminal.press('Tab', '&');
  await terminal.type('!lost \\d');
  await terminal.press('Enter');
  await terminal.waitFor(/!lost \\d \(\d+ hidden\)/);
  await terminal.press('g', 'v', 'G', 'M');
  await terminal.waitFor(/Markdown: sent \d+ lines, \d\.\d kB by OSC 52/);
  const [copy = ''] = terminal.copies.map(String);
  const [head = '', rest = ''] = copy.split('\n`````text\n');
  const lines = rest.replace(/(?<=\n`````\n)\nThe same place.*/s, '');
  expect(head).toMatch(/^\*\*Log of `alpha` on `127\.0\.0\.1:\d+`\*\*\n/);
  expect(head).toMatch(/\n- Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d to (?:\S+ )?\d\d:\d\d:\d\d UTC\n/);
  expect(head).toMatch(/\n- Platform version: `\d+\.\d+\.\d+\S*`\n/);
  expect(head).toContain('\n- Filters: `!lost \\d`\n');
  expect(head).toMatch(/\n- Gaps:\n {2}- .*\d+ entries lost/);
  expect(lines.endsWith('\n`````\n')).toBe(true);
  const log = lines.split('\n').slice(0, -2);
  expect(head).toContain(`\n- Lines: ${log.length}\n`);
  expect(log.filter((line) => /line \d\.$/.test(line))).toHaveLength(7);
  expect(log.filter((line) => line.includes('fail with a fence ```` in it'))).toHaveLength(1);
  expect(copy).not.toContain('\u001B');
});

test('M ends with the command that shows the record again: on its server, and in a file that has lost its colours', async () => {
  await using folder = await temporaryDirectory();
  await using viewer = await openViewer({pipelines: ['alpha'], env: overSsh});
  const {server, terminal} = viewer;
  await viewer.live();
  viewer.write('alpha', 3);
  viewer.say('alpha', '\u001B[31mthe disk\u001B[0m is full', 'ERROR');
  viewer.say('alpha', 'it goes on', 'WARN');
  await terminal.waitFor('it goes on');
  await terminal.press('Tab', '&');
  await terminal.type('level:warn');
  await terminal.press('Enter');
  await terminal.waitForGone('line 3.');
  await terminal.press('g', 'M');
  await terminal.waitFor(/Markdown: sent \d+ lines/);
  const [copy = ''] = terminal.copies.map(String);
  const command = /```sh\n(pipetail .*)\n```\n$/.exec(copy)?.[1] ?? '';
  const hash = /record `([\da-f]{8})`:\n/.exec(copy)?.[1];
  expect(command).toMatch(
    new RegExp(`^pipetail --host ${server.url} alpha --at \\S+T\\S+\\.\\d{6}Z#${hash} --filter level:warn$`),
  );

  const words = command.split(' ').slice(1);
  await using again = await openView(words, {env: overSsh});
  await again.terminal.waitFor('found: this record is as it was copied');
  expect(again.countShown('the disk is full')).toBe(1);
  expect(again.countShown('line 3.')).toBe(0);

  const file = path.join(folder.path, 'alpha.log');
  const plain = stripVTControlCharacters(String(viewer.log('alpha')));
  const opened = async (text: string, said: RegExp) => {
    await writeFile(file, text);
    await using view = await openView(['open', file, ...words.slice(words.indexOf('--at'))]);
    await view.terminal.waitFor(said);
  };
  await opened(plain, /found: this record is as it was copied/);
  await opened(plain.replace('is full', 'is empty'), /changed: the record of .* UTC is not as it was copied/);
  await opened(plain.replace(/.*is full\n/, ''), /gone: the log has no record of .* UTC/);
});
