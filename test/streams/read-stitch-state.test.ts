import {describe, expect, it} from 'vitest';
import type {StitchState} from '../../source/stitch/stitch-state.ts';
import {readStitchState} from '../../source/streams/read-stitch-state.ts';

const state: StitchState = {
  count: {min: 3, max: 5, open: true, partial: '[manager] begun'},
  life: 'Fresh start of pipeline logs',
  pipelineId: 'one',
};
const unknownCount = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

it('reads back what was written', () => {
  const former = {...state, count: {...state.count, form: 'control-plane'}};
  for (const written of [state, former, {...state, isLifeUnknown: true}, {count: state.count}]) {
    expect(readStitchState(JSON.parse(JSON.stringify(written)), undefined)).toEqual(written);
  }
});

it('leaves out a form that it does not know', () => {
  expect(readStitchState({...state, count: {...state.count, form: 'other'}}, undefined)).toEqual(state);
});

it('takes the id that is known where none was written', () => {
  expect(readStitchState({count: state.count}, 'known').pipelineId).toBe('known');
  expect(readStitchState(state, 'known').pipelineId).toBe('one');
});

describe('makes the count and the life unknown, which is always true, for', () => {
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
    expect(readStitchState(value, 'one')).toEqual({count: unknownCount, isLifeUnknown: true, pipelineId: 'one'});
  });
});
