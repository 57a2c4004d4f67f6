import {expect, it} from 'vitest';
import {ErrorShapes, watchedKey} from '../../source/attention/error-shapes.ts';

const refused = (port: number) =>
  Buffer.from(`[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  connection refused on ${port}`);
const full = Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR disk:  no space left');

it('lines that differ in numbers alone are one, with its first and last', () => {
  const shapes = new ErrorShapes();
  shapes.add(refused(9092), {id: 4, at: 100});
  shapes.add(full, {id: 5, at: 200});
  shapes.add(refused(9093), {id: 9, at: 300});
  const [disk, kafka] = [...shapes.byKey.values()];
  expect(disk).toMatchObject({count: 1, firstId: 5, lastId: 5});
  expect(kafka).toMatchObject({count: 2, firstId: 4, lastId: 9, firstAt: 100, lastAt: 300});
  expect(Buffer.from(kafka?.example ?? []).toString()).toContain('on 9092');
});

it('the example is bounded and none of the caller’s bytes', () => {
  const shapes = new ErrorShapes();
  const line = Buffer.from(`ERROR ${'x'.repeat(10_000)}`);
  shapes.add(line, {id: 0, at: 0});
  line.fill('y');
  const [shape] = [...shapes.byKey.values()];
  expect(shape?.example.length).toBe(512);
  expect(shape?.example.includes('y'.charCodeAt(0))).toBe(false);
});

it('the example of a long line in JSON has lost the end of its message, and nothing else', () => {
  const shapes = new ErrorShapes();
  const message = `parse error: "\u001b${'é🚀\\'.repeat(300)}`;
  const keys = {'feldera-service': 'pipeline', fields: {message}, level: 'ERROR', target: 'a::b'};
  for (let blanks = 0; blanks < 12; blanks++) {
    const line = {...keys, span: ' '.repeat(blanks), timestamp: '2026-01-01T00:00:00.000001Z'};
    shapes.add(Buffer.from(JSON.stringify(line)), {id: blanks, at: 0, key: blanks});
    const example = shapes.byKey.get(blanks)?.example ?? new Uint8Array();
    expect(example.length).toBeGreaterThan(500);
    const {fields, ...rest} = JSON.parse(Buffer.from(example).toString());
    expect(rest).toEqual({
      'feldera-service': 'pipeline',
      level: 'ERROR',
      target: 'a::b',
      span: line.span,
      timestamp: line.timestamp,
    });
    expect(fields.message.length).toBeGreaterThan(100);
    expect(message.isWellFormed() && message.startsWith(fields.message)).toBe(true);
  }
});

it('what came since the last look is unseen, with the first of it', () => {
  const shapes = new ErrorShapes();
  shapes.add(refused(1), {id: 1, at: 10});
  shapes.look();
  const only = () => [...shapes.byKey.values()][0];
  expect(only()).toMatchObject({count: 1, unseen: 0});
  shapes.add(refused(2), {id: 7, at: 70});
  shapes.add(refused(3), {id: 8, at: 80});
  expect(only()).toMatchObject({count: 3, firstId: 1, unseen: 2, unseenId: 7, unseenAt: 70});
});

it('what was told stays as it was, and is the same until there is more to tell', () => {
  const shapes = new ErrorShapes();
  shapes.add(refused(1), {id: 1, at: 10});
  shapes.add(full, {id: 2, at: 20});
  const before = shapes.byKey;
  expect(shapes.byKey).toBe(before);
  shapes.add(refused(2), {id: 3, at: 30});
  expect([...before.values()].map(({count}) => count)).toEqual([1, 1]);
  const [disk, kafka] = [...shapes.byKey.values()];
  expect(kafka).toMatchObject({count: 2, lastId: 3});
  expect(disk).toBe([...before.values()][1]);
});

it('of too many shapes the one that was silent for longest gives way, and is counted', () => {
  const shapes = new ErrorShapes({most: 2});
  shapes.add(refused(1), {id: 1, at: 1});
  shapes.add(full, {id: 2, at: 2});
  shapes.add(refused(2), {id: 3, at: 3});
  shapes.add(Buffer.from('a third kind'), {id: 4, at: 4});
  expect([...shapes.byKey.values()].map(({lastId}) => lastId)).toEqual([3, 4]);
  expect(shapes.dropped).toBe(1);
});

it('watched lines are one kind, whatever they say', () => {
  const shapes = new ErrorShapes();
  shapes.add(refused(1), {id: 1, at: 1, key: watchedKey});
  shapes.add(full, {id: 2, at: 2, key: watchedKey});
  expect(shapes.byKey.get(watchedKey)).toMatchObject({count: 2, firstId: 1, lastId: 2});
});

it('no line is taken for a watched one, whatever its shape', () => {
  const shapes = new ErrorShapes();
  // Of this one it is -1: shapes are signed.
  shapes.add(Buffer.from('[orders] 2026-01-01T00:00:00.000001Z ERROR kafka:  vynmgtij'), {id: 1, at: 1});
  shapes.add(refused(1), {id: 2, at: 2, key: watchedKey});
  expect([...shapes.byKey.values()].map(({count}) => count)).toEqual([1, 1]);
});

it('the map is the same until there is another error, and one that was taken never changes', () => {
  const shapes = new ErrorShapes();
  shapes.add(full, {id: 1, at: 1});
  const taken = shapes.byKey;
  expect(shapes.byKey).toBe(taken);
  shapes.add(full, {id: 2, at: 2});
  expect([...taken.values()].map(({count}) => count)).toEqual([1]);
  expect([...shapes.byKey.values()].map(({count}) => count)).toEqual([2]);
});
