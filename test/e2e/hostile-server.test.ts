import {readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {hostile, startHostileServer} from '../harness/hostile-answers.ts';
import {openProgram, runCommand} from '../harness/program.ts';
import {unexpectedIn, unprintableIn} from '../harness/strict-output.ts';

const overSsh = {SSH_CONNECTION: '10.0.0.1 50000 10.0.0.2 22'};

test('a server with hostile text in every field of every answer: the screen, its title, notices and copies', async () => {
  await using server = await startHostileServer({isLogHostile: true});
  await using terminal = await openProgram(['--host', server.url, '--title'], {cols: 120, rows: 40, env: overSsh});
  await terminal.waitFor('three');
  const walks = [
    [],
    ['Enter'],
    ['d'],
    ['G'],
    ['y'],
    ['Y'],
    ['M'],
    ['Esc'],
    ['Enter', 'k', 'm', "'"],
    ['Esc', 'Enter'],
    ['Esc', 'i'],
    ['Esc', 'A'],
    ['Esc', 'C'],
    ['Esc', 'D'],
    ['Esc', 'H'],
    ['G', 'y', 'M'],
    ['Esc', '!'],
    ['Esc', '?'],
    ['Esc', 'M'],
    ['W'],
    ['W'],
    ['Tab', 'Down', 'Enter'],
    ['Down', 'd'],
    ['G', 'M', 'Esc'],
    ['m', 'Down', 'm', '+'],
    ['Tab', 'Enter'],
    ['Esc', 'M'],
    ['i', 'Esc', "'", 'Esc'],
  ];
  const leaks: string[] = [];
  let from = 0;
  for (const keys of walks) {
    await terminal.press(...keys);
    // Of the two runs of the log.
    if (keys.includes('D')) await terminal.waitFor(/new .*×1.*two/);
    await terminal.stable();
    const {output} = terminal;
    const unexpected = unexpectedIn(output.subarray(from));
    if (unexpected.length > 0) leaks.push(`${keys.join(' ')}: ${unexpected.join(' ')}`);
    from = output.length;
  }
  expect(leaks).toEqual([]);
  await terminal.press('S');
  await terminal.type('report.md');
  await terminal.press('Enter');
  await terminal.waitFor('saved Markdown');
  expect(unprintableIn(readFileSync(path.join(terminal.home, 'report.md'), 'utf8'))).toEqual([]);
  expect(terminal.copies.length).toBeGreaterThan(4);
  expect(terminal.title).not.toBe('');
});

test('a server with hostile text in every field of every answer: what the commands print', async () => {
  await using server = await startHostileServer();
  await using withLog = await startHostileServer({isLogHostile: true});
  // The server answers for each name that contains one of its own.
  const name = server.names[0]?.replaceAll(hostile, '') ?? '';
  const commands = [
    ['list'],
    ['list', '-o', 'wide'],
    ['list', '-o', 'name'],
    ['list', '-o', 'json'],
    ['status'],
    ['status', '-o', 'json'],
    ['logs', '*'],
    ['logs', '*', '-t'],
    ['logs', '*', '-o', 'json'],
    ['timeline', name],
    ['timeline', name, '-o', 'json'],
    ['diff', name],
    ['diff', name, '-o', 'json'],
    ['completion', 'answer', 'logs', ''],
  ];
  const leaks: string[] = [];
  for (const command of commands) {
    const readsLog = ['timeline', 'diff'].includes(command[0] ?? '');
    const {stdout, stderr, code} = await runCommand([...command, '--host', readsLog ? withLog.url : server.url]);
    if (readsLog) expect({command, code, stderr}).toEqual({command, code: 0, stderr: ''});
    const unexpected = [...unprintableIn(stdout), ...unprintableIn(stderr)];
    if (unexpected.length > 0) leaks.push(`${command.join(' ')}: ${unexpected.join(' ')}`);
    expect(stdout || stderr, command.join(' ')).not.toBe('');
  }
  expect(leaks).toEqual([]);
});
