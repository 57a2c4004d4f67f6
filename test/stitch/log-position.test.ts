import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {EntryCount, LogEpoch, type LogPosition, readLogPosition} from '../../source/stitch/log-position.ts';
import type {BodyStart} from '../../source/stitch/server-lines.ts';

const suffix = ' pipeline-id="1" pipeline-name="p"';

test.each([
  {what: 'nothing', text: '', min: 0, max: 0},
  {what: 'lines of a pipeline', text: '[p] a\n\nb\n', min: 3, max: 3},
  {what: 'an unfinished line', text: 'a\nb', min: 1, max: 1},
  {what: 'an entry of the runner', text: `[manager] a${suffix}\nb\n`, min: 2, max: 2},
  {what: 'one of three lines', text: `a\n[manager] b\nc\nd${suffix}\ne\n`, min: 3, max: 5},
  {what: 'one that is unfinished', text: 'a\n[manager] b\nc\n', min: 1, max: 3},
  {what: 'a suffix alone', text: `a${suffix}\n`, min: 1, max: 1},
  {what: 'a pipeline of a similar name', text: '[manager2] a\n[managers\nb\n', min: 3, max: 3},
  {what: 'an imitation before an entry', text: `[manager] a\n[manager] b${suffix}\n`, min: 1, max: 2},
])('$what, in any chunking', ({text, min, max}) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const count = new EntryCount(100);
      const ends = [...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of ends.entries()) count.append(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
    }),
  );
});

const record = '[p] \x1b[2m2026-01-01T00:00:00.000000Z\x1b[0m  INFO x: a\n';
const failed = '[control-plane] 2026-01-01T00:00:00.000000Z ERROR Resource error: a\n';
const started = '[control-plane] 2026-01-01T00:00:00.000000Z  INFO Status transition: paused -> running\n';

test.each([
  {what: 'lines of a pipeline', text: `${record}\nb\n`, min: 3, max: 3},
  {what: 'an entry that is never longer', text: `${started}a\n`, min: 2, max: 2},
  {what: 'an entry that may continue', text: failed, min: 0, max: 1},
  {what: 'lines that may be of it', text: `${failed}a\nb\n`, min: 0, max: 3},
  {what: 'its end, as the next record shows', text: `${failed}a\nb\n${record}c\n`, min: 3, max: 5},
  {what: 'one after the other', text: `${failed}a\n${failed}b\n${started}`, min: 3, max: 5},
  {what: 'lines of today', text: `[manager] a\nb\n`, min: 2, max: 2},
  {what: 'an unfinished beginning', text: `x\n${failed.slice(0, -1)}`, min: 1, max: 1},
])('$what before 0.207, in any chunking, written down in between', ({text, min, max}) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      let count = new EntryCount(100, 'control-plane');
      const ends = [...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of ends.entries()) {
        count.append(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
        count = EntryCount.from(JSON.parse(JSON.stringify(count.state)));
      }
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
      expect(count.form).toBe('control-plane');
    }),
  );
});

test('an endless line in pieces keeps its two ends only, and is still recognised', () => {
  const count = new EntryCount(0);
  count.append(Buffer.from('[manager] '));
  for (let piece = 0; piece < 1000; piece++) count.append(Buffer.alloc(10_000, 'x'));
  count.append(Buffer.from(`${suffix}\n`));
  expect(count.range).toEqual({min: 1, max: 1});
});

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

/** An epoch that was seen to begin. */
function epochOf(freshStart: string | undefined, pipelineId = 'id-1'): LogEpoch {
  const epoch = new LogEpoch();
  epoch.newEpochCause(start(freshStart, pipelineId), undefined);
  epoch.start(start(freshStart).freshStart);
  return epoch;
}

test('where no line names the pipeline, a restart and another pipeline differ by the caller’s id', () => {
  const epoch = new LogEpoch();
  epoch.newEpochCause(nameless('at one'), 'id-1');
  epoch.start(nameless('at one').freshStart);
  expect(epoch.lacksId).toBe(true);
  epoch.setPipelineId('id-1');
  expect(epoch.lacksId).toBe(false);
  expect(epoch.newEpochCause(nameless('at two'), 'id-1')).toBe('restarted');
  epoch.start(nameless('at two').freshStart);
  expect(epoch.newEpochCause(nameless('at three'), 'id-2')).toBe('created-again');
  expect(epoch.pipelineId).toBe('id-2');
});

test('an id that the caller learns late makes no other epoch of the same fresh start', () => {
  const epoch = new LogEpoch();
  epoch.newEpochCause(nameless('at one'), 'id-1');
  epoch.start(nameless('at one').freshStart);
  expect(epoch.newEpochCause(nameless('at one'), 'id-2')).toBeUndefined();
  expect(epoch.pipelineId).toBe('id-2');
});

test('another id by the caller alone, and no fresh start: a doubt that the bytes decide', () => {
  const epoch = epochOf('at one');
  expect(epoch.newEpochCause(nameless(), 'id-1')).toBeUndefined();
  expect([epoch.isDoubted, epoch.suspected]).toEqual([false, 'cleared']);
  expect(epoch.newEpochCause(nameless(), 'id-2')).toBeUndefined();
  expect([epoch.isDoubted, epoch.suspected]).toEqual([true, 'created-again']);
  // A body that was cut before it was decided leaves the doubt to the next one.
  expect(epoch.pipelineId).toBe('id-1');
  expect(epoch.newEpochCause(nameless(), 'id-2')).toBeUndefined();
  expect(epoch.isDoubted).toBe(true);
  epoch.continue(undefined, true);
  expect([epoch.pipelineId, epoch.isDoubted, epoch.lacksId]).toEqual(['id-2', false, false]);
});

test('an id that was not confirmed since the epoch began is corrected without a doubt', () => {
  const epoch = new LogEpoch();
  epoch.newEpochCause(nameless(), 'id-1');
  epoch.start(undefined);
  expect(epoch.newEpochCause(nameless(), 'id-2')).toBeUndefined();
  expect(epoch.isDoubted).toBe(false);
  epoch.continue(undefined, false);
  expect([epoch.pipelineId, epoch.lacksId]).toEqual(['id-2', true]);
  epoch.setPipelineId('id-3');
  expect([epoch.pipelineId, epoch.lacksId]).toEqual(['id-3', false]);
  epoch.setPipelineId('id-4');
  expect(epoch.pipelineId).toBe('id-3');
});

test('it is the same after it was written down', () => {
  const epoch = epochOf('at one é');
  const again = new LogEpoch();
  again.resume(JSON.parse(JSON.stringify(epoch.state)));
  expect(again.state).toEqual(epoch.state);
  expect(again.newEpochCause(start('at one é'), undefined)).toBeUndefined();
  expect(again.newEpochCause(start('at two'), undefined)).toBe('restarted');
  expect(new LogEpoch().state).toEqual({});
});

const state: LogPosition = {
  count: {min: 3, max: 5, open: true, partial: '[manager] begun'},
  life: 'Fresh start of pipeline logs',
  pipelineId: 'one',
};
const unknownCount = {min: 0, max: Number.MAX_SAFE_INTEGER / 2, open: false, partial: ''};

it('reads back what was written', () => {
  const former = {...state, count: {...state.count, form: 'control-plane'}};
  for (const written of [state, former, {...state, isLifeUnknown: true}, {count: state.count}]) {
    expect(readLogPosition(JSON.parse(JSON.stringify(written)), undefined)).toEqual(written);
  }
});

it('leaves out a form that it does not know', () => {
  expect(readLogPosition({...state, count: {...state.count, form: 'other'}}, undefined)).toEqual(state);
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
