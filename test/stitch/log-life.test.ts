import {expect, test} from 'vitest';
import {LogLife} from '../../source/stitch/log-life.ts';

const start = (freshStart: string | undefined, pipelineId: string | undefined = 'id-1') => ({
  index: 0,
  replay: Buffer.alloc(0),
  freshStart: freshStart === undefined ? undefined : Buffer.from(freshStart),
  pipelineId,
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
  expect(life.otherLife(start(undefined), 'id-2')).toBeUndefined();
  expect(life.pipelineId).toBe('id-1');
  expect(life.otherLife(start(undefined, 'id-3'), 'id-1')).toBe('created-again');
  expect(life.pipelineId).toBe('id-3');
  expect(life.otherLife(entry, 'id-4')).toBe('created-again');
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
  life.goOn(freshStart);
  expect(life.isProvedBy(freshStart)).toBe(true);
  expect(life.otherLife(start('at two'), undefined)).toBe('restarted');
  life.goOn(start('at two').freshStart);
  expect(life.otherLife(start('at one'), undefined)).toBeUndefined();
});
