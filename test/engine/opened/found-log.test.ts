import {expect, test} from 'vitest';
import {distinctNames, type FoundLog} from '../../../source/engine/opened/found-log.ts';

const file = (at: string): FoundLog => ({
  ...{kind: 'file', name: at.slice(at.lastIndexOf('/') + 1), path: at, packed: undefined},
});
const recording = (folder: string): FoundLog => ({kind: 'recording', name: 'orders', path: folder, recordings: []});
const namesOf = (logs: readonly FoundLog[], ...taken: readonly string[]) =>
  distinctNames(logs, (name) => taken.includes(name)).map(({name}) => name);

test('files of one name have as many folders in front as tell them apart', () => {
  expect(namesOf([file('/x/a/app.log'), file('/x/b/app.log'), file('/x/c.log')])).toEqual([
    ...['a/app.log', 'b/app.log', 'c.log'],
  ]);
  expect(namesOf([file('/x/a/app.log'), file('/y/a/app.log'), file('/y/b/app.log')])).toEqual([
    ...['x/a/app.log', 'y/a/app.log', 'b/app.log'],
  ]);
  expect(namesOf([file('/app.log'), file('/x/app.log')])).toEqual(['/app.log', 'x/app.log']);
});

test('recordings of one pipeline have the folder that they are in', () => {
  expect(namesOf([recording('/old'), recording('/new/')])).toEqual(['old/orders', 'new/orders']);
});

test('logs of one bundle have the time at which each was collected, in UTC', () => {
  const collected = (path: string, ...times: readonly (number | undefined)[]): FoundLog => ({
    ...{kind: 'bundle', name: 'orders', path},
    collections: times.map((at) => ({name: 'a folder', at, files: new Map()})),
  });
  const [five, six] = [Date.UTC(2026, 10, 27, 5, 10), Date.UTC(2026, 10, 27, 6, 11, 30)];
  expect(namesOf([collected('/x.zip', five - 60_000, five), collected('/x.zip', six)])).toEqual([
    ...['orders 2026-11-27 05:10:00', 'orders 2026-11-27 06:11:30'],
  ]);
  expect(namesOf([collected('/x.zip', undefined), collected('/x.zip', undefined)])[1]).toBe('orders (2)');
  expect(namesOf([collected('/x.zip', five), collected('/y.zip', six)])).toEqual(['x.zip/orders', 'y.zip/orders']);
});

test('the same log twice has a number, and stdin has no folder', () => {
  expect(namesOf([file('/a.log'), file('/a.log')])).toEqual(['a.log', 'a.log (2)']);
  const stdin: FoundLog = {kind: 'stdin', name: 'stdin', path: '-'};
  expect(namesOf([stdin, file('/x/stdin')])).toEqual(['stdin', 'x/stdin']);
});

test('thousands of one name, as of a bundle with as many collections, are not compared with each other', () => {
  let asked = 0;
  const taken = () => {
    asked += 1;
    return false;
  };
  const names = distinctNames(
    Array.from({length: 3000}, () => file('/x/app.log')),
    taken,
  ).map(({name}) => name);
  expect(new Set(names).size).toBe(3000);
  expect(names.at(-1)).toBe('app.log (3000)');
  expect(asked).toBeLessThan(4 * 3000);
});

test('a name that is taken stays with the log that has it', () => {
  expect(namesOf([file('/x/a/app.log')], 'app.log')).toEqual(['a/app.log']);
  expect(namesOf([file('/x/a/app.log')], 'app.log', 'a/app.log')).toEqual(['a/app.log (2)']);
});

test('a folder cannot send anything to the terminal', () => {
  expect(namesOf([file('/x\u001b[2J/app.log'), file('/y/app.log')])[0]).not.toContain('\u001b');
});
