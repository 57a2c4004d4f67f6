import {execFile} from 'node:child_process';
import path from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';
import {quiet} from '../../../demo/scenario.ts';
import {DemoServer} from '../../../demo/server.ts';
import {node} from '../../harness/program.ts';

const program = path.join(import.meta.dirname, 'run-logs-program.ts');

test('once all is printed no timer keeps the process from ending', async () => {
  const server = await DemoServer.start({scenario: quiet('orders')});
  onTestFinished(() => server.close());
  const {stdout, stderr} = await promisify(execFile)(node, [program, '--host', server.url, 'orders']);
  expect(stdout).toContain('Fresh start');
  expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).not.toContain('Timeout');
});
