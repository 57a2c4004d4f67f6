import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {EntryCount, managerEntries} from '../../source/stitch/entry-count.ts';
import {LogEpoch} from '../../source/stitch/log-position.ts';
import {CallersId, controlPlaneEntries, readRecordHead} from '../../source/stitch/old-servers.ts';

const lines = (file: string) => readFileSync(`test/wire/${file}`, 'latin1').split(/\r?\n/);

test.each(['40e-v0.200-log-start-stop.raw', '41e-v0.100-log-start-stop.raw'])('%s: every line is an entry', (file) => {
  const heads = lines(file).filter((line) => line.startsWith('['));
  expect(heads.length).toBeGreaterThan(20);
  expect(new Set(heads.map((line) => readRecordHead(Buffer.from(line))))).toEqual(new Set(['whole-entry']));
});

test.each([
  ['[control-plane] 2026-11-27T07:19:41.677071Z ERROR Resource error: the cause may follow', 'open-entry'],
  ['[control-plane] 2026-11-27T07:19:41.677071Z ERROR \r', 'open-entry'],
  ['[control-plane] 2026-11-27T07:19:41.677071Z  INFO stdout ended', 'whole-entry'],
  ['[control-plane] 2026-11-27T07:19:41.677071Z  INFO Storage has been cleared', 'whole-entry'],
  ['[control-plane] 2026-11-27T07:19:41.677071Z', 'whole-entry'],
  ['[name host=0] 2026-11-27T07:19:41.677071Z  INFO t: m', 'whole-entry'],
  ['[control-plane] x', undefined],
  ['[name] x 2026-11-27T07:19:41.677071Z', undefined],
  [' [name] 2026-11-27T07:19:41.677071Z', undefined],
  ['', undefined],
])('%j begins: %s', (line, what) => {
  expect(readRecordHead(Buffer.from(line))).toBe(what);
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
])('$what, in any chunking, written down in between', ({text, min, max}) => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      let count = new EntryCount(100, controlPlaneEntries);
      const ends = [...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of ends.entries()) {
        count.append(Buffer.from(text.slice(ends[index - 1] ?? 0, end)));
        count = EntryCount.from(JSON.parse(JSON.stringify(count.state)), count.form);
      }
      expect(count.range).toEqual({min: 100 + min, max: 100 + max});
    }),
  );
});

/** An epoch and its id, as the stitch uses both. */
class Epoch {
  readonly log = new LogEpoch();
  readonly ids = new CallersId();

  /** A body begins. Without a fresh start its beginning was discarded. */
  begin(freshStart: string | undefined, callerId: string | undefined, form = controlPlaneEntries) {
    const start = {form, freshStart: freshStart === undefined ? undefined : Buffer.from(freshStart)};
    const id = this.ids.begin({...start, pipelineId: undefined}, callerId, this.log);
    return this.log.newEpochCause(start.freshStart, id);
  }

  start(freshStart?: string): void {
    this.log.start(freshStart === undefined ? undefined : Buffer.from(freshStart));
  }

  place(isProved: boolean): void {
    const id = this.ids.place(isProved);
    if (id !== undefined) this.log.setPipelineId(id);
  }

  get lacksId(): boolean {
    return this.ids.isMissing(this.log.pipelineId);
  }
}

test('where no line names the pipeline, a restart and another pipeline differ by the caller’s id', () => {
  const epoch = new Epoch();
  epoch.begin('at one', 'id-1');
  epoch.start('at one');
  expect(epoch.lacksId).toBe(true);
  epoch.ids.confirm();
  expect(epoch.lacksId).toBe(false);
  expect(epoch.begin('at two', 'id-1')).toBe('restarted');
  epoch.start('at two');
  expect(epoch.begin('at three', 'id-2')).toBe('created-again');
  expect(epoch.log.pipelineId).toBe('id-2');
});

test('an id that the caller learns late makes no other epoch of the same fresh start', () => {
  const epoch = new Epoch();
  epoch.begin('at one', 'id-1');
  epoch.start('at one');
  expect(epoch.begin('at one', 'id-2')).toBeUndefined();
  expect(epoch.log.pipelineId).toBe('id-2');
});

test('another id by the caller alone, and no fresh start: a doubt that the bytes decide', () => {
  const epoch = new Epoch();
  epoch.begin('at one', 'id-1', managerEntries);
  epoch.start('at one');
  expect(epoch.begin(undefined, 'id-1')).toBeUndefined();
  expect([epoch.ids.isDoubted, epoch.ids.isOther]).toEqual([false, false]);
  expect(epoch.begin(undefined, 'id-2')).toBeUndefined();
  expect([epoch.ids.isDoubted, epoch.ids.isOther]).toEqual([true, true]);
  // A body that was cut before it was decided leaves the doubt to the next one.
  expect(epoch.log.pipelineId).toBe('id-1');
  expect(epoch.begin(undefined, 'id-2')).toBeUndefined();
  expect(epoch.ids.isDoubted).toBe(true);
  epoch.place(true);
  expect([epoch.log.pipelineId, epoch.ids.isDoubted, epoch.lacksId]).toEqual(['id-2', false, false]);
});

test('an id that was not confirmed since the epoch began is corrected without a doubt', () => {
  const epoch = new Epoch();
  epoch.begin(undefined, 'id-1');
  epoch.start();
  expect(epoch.begin(undefined, 'id-2')).toBeUndefined();
  expect(epoch.ids.isDoubted).toBe(false);
  epoch.place(false);
  expect([epoch.log.pipelineId, epoch.lacksId]).toEqual(['id-2', true]);
  epoch.ids.confirm();
  expect(epoch.lacksId).toBe(false);
});
