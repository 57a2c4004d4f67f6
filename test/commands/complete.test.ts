import {describe, expect, test} from 'vitest';
import {complete} from '../../source/commands/complete.ts';

const nothingOwn = {contexts: [], themes: []};
const words = (...typed: string[]) => complete(typed, nothingOwn).candidates.map(({word}) => word);

test.each([
  [[''], ['logs', 'list', 'status', 'completion', 'config', 'demo']],
  [['l'], ['logs', 'list']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['completion', 'bash', ''], []],
  [
    ['config', ''],
    ['path', 'show', 'check', 'init'],
  ],
  [['config', 'show', '--fp'], ['--fps']],
  [['config', 'show', '--fol'], []],
  [
    ['config', 'path', '-'],
    ['--config', '--help', '--version'],
  ],
  [
    ['config', 'show', '-o', ''],
    ['text', 'json'],
  ],
  [['--context', ''], []],
  [['logs', '--out'], ['--output']],
  [
    ['logs', '--output', ''],
    ['raw', 'json', 'markdown'],
  ],
  [['logs', '-o', 'm'], ['markdown']],
  [
    ['list', '--output', ''],
    ['table', 'wide', 'name', 'json'],
  ],
  [['list', '--output=j'], ['--output=json']],
  [['logs', '--level', 'w'], ['warn']],
  [
    ['list', '--status', 'R'],
    ['Running', 'RustError'],
  ],
  [
    ['--notify', 'o'],
    ['osc9', 'osc777', 'off'],
  ],
  [['demo', ''], []],
  [['orders', ''], []],
])('%j', (typed, expected) => {
  expect(words(...typed)).toEqual(expected);
});

test('the contexts and themes of the configuration file', () => {
  const completed = (...typed: string[]) =>
    complete(typed, {contexts: ['prod', 'test'], themes: ['mine']}).candidates.map(({word}) => word);
  expect(completed('--context', '')).toEqual(['prod', 'test']);
  expect(completed('list', '--context=p')).toEqual(['--context=prod']);
  expect(completed('config', 'show', '--context', 't')).toEqual(['test']);
  expect(completed('--theme', 'm')).toEqual(['mono', 'mine']);
});

describe('pipelines', () => {
  test.each([
    [[''], true],
    [['logs', 'o'], true],
    [['logs', '-f', 'a', 'o'], true],
    [['status', ''], true],
    [['--', 'l'], true],
    [['--host', 'h'], false],
    [['logs', '--grep', 'h'], false],
    [['list', ''], false],
    [['demo', ''], false],
    [['logs', '-'], false],
  ])('%j: %s', (typed, expected) => {
    expect(complete(typed, nothingOwn).names).toBe(expected);
  });
});

test('only flags that the command takes', () => {
  expect(words('demo', '--')).toEqual(['--port', '--help', '--version']);
  expect(words('logs', '--')).not.toContain('--fps');
});
