import {describe, expect, it, test} from 'vitest';
import {LogEpoch, type LogPosition, readLogPosition} from '../../../source/engine/stitch/log-position.ts';

const begun = (freshStart: string) => Buffer.from(freshStart);

test('it is the same after it was written down', () => {
  const epoch = new LogEpoch();
  epoch.newEpochCause(begun('at one é'), 'id-1');
  epoch.start(begun('at one é'));
  const again = new LogEpoch();
  again.resume(JSON.parse(JSON.stringify(epoch.state)));
  expect(again.state).toEqual(epoch.state);
  expect(again.newEpochCause(begun('at one é'), undefined)).toBeUndefined();
  expect(again.newEpochCause(begun('at two'), undefined)).toBe('restarted');
  expect(new LogEpoch().state).toEqual({});
});

const state: LogPosition = {
  count: {min: 3, max: 5, open: true, partial: '[manager] begun'},
  life: 'Fresh start of pipeline logs',
  pipelineId: 'one',
};
const unknownCount = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

it('reads back what was written', () => {
  for (const written of [state, {...state, isLifeUnknown: true}, {count: state.count}]) {
    expect(readLogPosition(JSON.parse(JSON.stringify(written)), undefined)).toEqual(written);
  }
});

it('uses the id of the caller where none was written', () => {
  expect(readLogPosition({count: state.count}, 'callers').pipelineId).toBe('callers');
  expect(readLogPosition(state, 'callers').pipelineId).toBe('one');
});

describe('makes the count and the epoch unknown for', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', 'state'],
    ['no count', {life: 'life'}],
    ['a count below zero', {...state, count: {...state.count, min: -1}}],
    ['a count with a fraction', {...state, count: {...state.count, max: 5.5}}],
    ['bounds that are crossed', {...state, count: {...state.count, min: 6}}],
    ['a partial line that is no text', {...state, count: {...state.count, partial: 7}}],
  ])('%s', (_, value) => {
    expect(readLogPosition(value, 'one')).toEqual({count: unknownCount, isLifeUnknown: true, pipelineId: 'one'});
  });
});
