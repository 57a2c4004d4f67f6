import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {quiet} from '../../../../demo/scenario.ts';
import {DemoServer} from '../../../../demo/server.ts';
import type {LogsRequest} from '../../../../source/shells/commands/logs/logs-command.ts';
import {conversionOf} from '../../../../source/shells/commands/logs/run-logs.ts';
import {node} from '../../../harness/program.ts';
import {readRequest} from '../../../harness/read-settings.ts';

const program = path.join(import.meta.dirname, 'run-logs-program.ts');

test('once all is printed no timer keeps the process from ending', async () => {
  const server = await DemoServer.start({scenario: quiet('orders')});
  onTestFinished(() => server.close());
  const {stdout, stderr} = await promisify(execFile)(node, [program, '--host', server.url, 'orders']);
  expect(stdout).toContain('Fresh start');
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).not.toContain('Timeout');
});

test.each([
  {flags: [], on: {terminal: true, noColor: false, pipe: false}},
  {flags: ['--color', 'always'], on: {terminal: true, noColor: true, pipe: true}},
  {flags: ['--color', 'never'], on: {terminal: false, noColor: false, pipe: false}},
  {flags: ['-o', 'raw'], on: {terminal: true, noColor: true, pipe: true}},
  {flags: ['-o', 'raw', '--color', 'never'], on: {terminal: false, noColor: false, pipe: false}},
])('$flags: colours on a terminal, on one with NO_COLOR, in a pipe: $on', ({flags, on}) => {
  const request = readRequest<LogsRequest>(['logs', 'orders', ...flags]);
  const hasColors = (terminal?: {isUtf8: boolean; hasColors: boolean}) => {
    const convert = conversionOf(request, terminal);
    const sent = Buffer.from('\u001B[31mred\u001B[0m\n');
    return Buffer.from(convert?.(sent) ?? sent).includes('\u001B[31m');
  };
  const isUtf8 = true;
  expect({
    terminal: hasColors({isUtf8, hasColors: true}),
    noColor: hasColors({isUtf8, hasColors: false}),
    pipe: hasColors(),
  }).toEqual(on);
});
