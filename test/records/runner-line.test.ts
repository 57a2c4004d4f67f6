import {expect, test} from 'vitest';
import {isRunnersIn, isWholeEntry, runnersMessage} from '../../source/records/runner-line.ts';
import {head, json, runner, runnerJson} from './index-lines.ts';

const isRunners = (line: string) => isRunnersIn(Buffer.from(line), 0, Buffer.byteLength(line));

test('a line of the runner is told from a pipeline’s', () => {
  expect([runner('hello'), runnerJson('hello')].map(isRunners)).toEqual([true, true]);
  const others = [head('hello'), json('hello'), head('hello').replace('[p]', '[manager]'), '[manager] hello', '{}'];
  expect(others.map(isRunners)).toEqual(others.map(() => false));
});

test('the message, without the suffix', () => {
  const messages = [runner('hello "you"'), runnerJson('hello "you"')].map((line) => runnersMessage(Buffer.from(line)));
  expect(messages).toEqual(['hello "you"', 'hello "you"']);
  expect(runnersMessage(Buffer.from(head('hello')))).toBeUndefined();
});

test('an entry of several lines is whole with its last one', () => {
  const [first = '', last = ''] = runner('one\ntwo').split('\n');
  expect([first, last, runnerJson('one\ntwo')].map((line) => isWholeEntry(Buffer.from(line)))).toEqual([
    false,
    true,
    true,
  ]);
  expect(runnersMessage(Buffer.from(first))).toBeUndefined();
});

test('a line longer than any of the runner’s is not read', () => {
  expect(runnersMessage(Buffer.from(runner('x'.repeat(5000))))).toBeUndefined();
});
