import {expect, test} from 'vitest';
import {runTool, type ToolOptions} from '../../../source/kit/system/processes.ts';
import {endsBeforeItsOutput} from '../../harness/ends-before-its-output.ts';

const shell = (script: string, options: Partial<ToolOptions> = {}) =>
  runTool('/bin/sh', ['-c', script], {
    input: Buffer.from('input\n'),
    env: {PATH: process.env.PATH},
    signal: new AbortController().signal,
    ...options,
  });

test('passes the input and returns the output', async () => {
  expect(await shell('cat; printf more')).toEqual({kind: 'done', output: 'input\nmore'});
  const large = Buffer.alloc(3_000_000, 'x');
  expect(await shell('wc -c', {input: large})).toMatchObject({kind: 'done', output: expect.stringMatching(/3000000/)});
});

test('all that a tool has printed is returned, however late it is read', async () => {
  const answer = endsBeforeItsOutput(() => shell('sleep 0.3; printf told; exit 2'));
  expect(await answer).toMatchObject({kind: 'failed', output: 'told'});
});

test('a tool need not read its input', async () => {
  expect(await shell('exit 0', {input: Buffer.alloc(3_000_000)})).toEqual({kind: 'done', output: ''});
});

test('a failure has the tool’s words, or its exit code', async () => {
  expect(await shell('echo no display >&2; echo more >&2; exit 1')).toMatchObject({kind: 'failed', why: 'no display'});
  expect(await shell('exit 3')).toMatchObject({kind: 'failed', why: 'it ended with code 3'});
  expect(await shell('kill -TERM $$')).toMatchObject({kind: 'failed', why: 'it was ended by SIGTERM'});
});

test('a tool may be missing', async () => {
  const options = {input: Buffer.of(), env: {}, signal: new AbortController().signal};
  expect(await runTool('no-such-tool', [], options)).toEqual({kind: 'missing'});
});

test('has no terminal, and leaves its group', async () => {
  expect(await shell('[ -t 0 ] || [ -t 1 ] || [ -t 2 ] || (: </dev/tty) 2>/dev/null || printf none')).toEqual({
    kind: 'done',
    output: 'none',
  });
});

test('neither waits for a process that a tool leaves behind, nor ends it', async () => {
  const answer = await shell('sleep 30 & echo $!');
  expect(answer).toMatchObject({kind: 'done', output: expect.stringMatching(/^\d+\n$/)});
  const pid = answer.kind === 'done' ? Number(answer.output) : 0;
  expect(process.kill(pid, 0)).toBe(true);
  process.kill(pid);
});

test('a tool that hangs is ended, and so is an aborted one', async () => {
  expect(await shell('exec sleep 60', {limit: 50})).toMatchObject({
    kind: 'failed',
    why: 'it did not end within 0.05 s',
  });
  const stop = new AbortController();
  const running = shell('exec sleep 60', {signal: stop.signal});
  stop.abort(new Error('called off'));
  await expect(running).rejects.toThrow('called off');
});
