import {expect, test} from 'vitest';
import type {BodyStart} from '../../source/stitch/body-start.ts';
import {LogLife} from '../../source/stitch/log-life.ts';

const start = (freshStart: string | undefined, pipelineId: string | undefined = 'id-1'): BodyStart => ({
  index: 0,
  replay: Buffer.alloc(0),
  freshStart: freshStart === undefined ? undefined : Buffer.from(freshStart),
  pipelineId,
  form: 'manager',
});
/** Of a line that names no pipeline. */
const nameless = (freshStart?: string): BodyStart => ({
  ...start(freshStart),
  pipelineId: undefined,
  form: 'control-plane',
});

/** A life that was seen to begin. */
function lifeOf(freshStart: string | undefined, pipelineId = 'id-1'): LogLife {
  const life = new LogLife();
  life.otherLife(start(freshStart, pipelineId), undefined);
  life.begin(start(freshStart).freshStart);
  return life;
}

test('the same fresh start proves the life, another one another life', () => {
  const life = lifeOf('at one');
  const same = start('at one');
  expect(life.otherLife(same, undefined)).toBeUndefined();
  expect(life.isProvedBy(same.freshStart)).toBe(true);
  expect(life.otherLife(start('at two'), undefined)).toBe('restarted');
});

test('one that we have not seen begin does not begin again', () => {
  expect(lifeOf(undefined).otherLife(start('at one'), undefined)).toBe('restarted');
});

test('a line without a fresh start proves nothing', () => {
  const life = lifeOf('at one');
  expect(life.otherLife(start(undefined), undefined)).toBeUndefined();
  expect(life.isProvedBy(undefined)).toBe(false);
});

test('another id is another pipeline; the line is believed before the caller', () => {
  const life = lifeOf('at one');
  const entry = {...start(undefined), pipelineId: undefined};
  expect(life.otherLife(entry, undefined)).toBeUndefined();
  expect(life.lacksId).toBe(false);
  expect(life.otherLife(start(undefined), 'id-2')).toBeUndefined();
  expect(life.pipelineId).toBe('id-1');
  expect(life.otherLife(start(undefined, 'id-3'), 'id-1')).toBe('created-again');
  expect(life.pipelineId).toBe('id-3');
  expect(life.otherLife(entry, 'id-4')).toBe('created-again');
});

test('where no line names the pipeline, the caller tells a restart and another pipeline apart', () => {
  const life = new LogLife();
  life.otherLife(nameless('at one'), 'id-1');
  life.begin(nameless('at one').freshStart);
  expect(life.lacksId).toBe(true);
  life.noteId('id-1');
  expect(life.lacksId).toBe(false);
  expect(life.otherLife(nameless('at two'), 'id-1')).toBe('restarted');
  life.begin(nameless('at two').freshStart);
  expect(life.otherLife(nameless('at three'), 'id-2')).toBe('created-again');
  expect(life.pipelineId).toBe('id-2');
});

test('an id that the caller learns late makes no other life of the same fresh start', () => {
  const life = new LogLife();
  life.otherLife(nameless('at one'), 'id-1');
  life.begin(nameless('at one').freshStart);
  expect(life.otherLife(nameless('at one'), 'id-2')).toBeUndefined();
  expect(life.pipelineId).toBe('id-2');
});

test('another id by the caller alone, and no fresh start: a doubt that the bytes decide', () => {
  const life = lifeOf('at one');
  expect(life.otherLife(nameless(), 'id-1')).toBeUndefined();
  expect([life.isDoubted, life.suspected]).toEqual([false, 'cleared']);
  expect(life.otherLife(nameless(), 'id-2')).toBeUndefined();
  expect([life.isDoubted, life.suspected]).toEqual([true, 'created-again']);
  // A body that was cut before it was decided leaves the doubt to the next one.
  expect(life.pipelineId).toBe('id-1');
  expect(life.otherLife(nameless(), 'id-2')).toBeUndefined();
  expect(life.isDoubted).toBe(true);
  life.goOn(undefined, true);
  expect([life.pipelineId, life.isDoubted, life.lacksId]).toEqual(['id-2', false, false]);
});

test('an id that nobody confirmed since the life began is corrected without a doubt', () => {
  const life = new LogLife();
  life.otherLife(nameless(), 'id-1');
  life.begin(undefined);
  expect(life.otherLife(nameless(), 'id-2')).toBeUndefined();
  expect(life.isDoubted).toBe(false);
  life.goOn(undefined, false);
  expect([life.pipelineId, life.lacksId]).toEqual(['id-2', true]);
  life.noteId('id-3');
  expect([life.pipelineId, life.lacksId]).toEqual(['id-3', false]);
  life.noteId('id-4');
  expect(life.pipelineId).toBe('id-3');
});

test('it is the same after it was written down', () => {
  const life = lifeOf('at one é');
  const again = new LogLife();
  again.resume(JSON.parse(JSON.stringify(life.state)));
  expect(again.state).toEqual(life.state);
  expect(again.otherLife(start('at one é'), undefined)).toBeUndefined();
  expect(again.otherLife(start('at two'), undefined)).toBe('restarted');
  expect(new LogLife().state).toEqual({});
});

test('of an unknown life a fresh start proves nothing, until it has gone on', () => {
  const life = new LogLife();
  life.resume({isLifeUnknown: true, pipelineId: 'id-1'});
  const {freshStart} = start('at one');
  expect(life.otherLife(start('at one'), undefined)).toBeUndefined();
  expect(life.isProvedBy(freshStart)).toBe(false);
  life.goOn(freshStart, true);
  expect(life.isProvedBy(freshStart)).toBe(true);
  expect(life.otherLife(start('at two'), undefined)).toBe('restarted');
  life.goOn(start('at two').freshStart, true);
  expect(life.otherLife(start('at one'), undefined)).toBeUndefined();
});
