import {expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import type {Marker} from '../../source/buffer/markers.ts';
import {ErrorSightings} from '../../source/records/error-log.ts';
import {LogWriter} from '../../source/streams/log-writer.ts';
import {withNewlines} from '../harness/with-newlines.ts';

function open() {
  const buffer = new LogBuffer({maxBytes: 1024 * 1024});
  const writer = new LogWriter({buffer, errors: new ErrorSightings({buffer, wall: () => 0})});
  const write = (line: string) => writer.append(...withNewlines(Buffer.from(`${line}\n`)));
  /** What the pane shows: lines as text, markers as they are. */
  const rows = () =>
    Array.from(
      {length: buffer.endId - buffer.firstId},
      (_, index) => buffer.markerAt(buffer.firstId + index) ?? buffer.lineAt(buffer.firstId + index)?.toString(),
    );
  return {buffer, writer, write, rows};
}

type Reconnected = Extract<Marker, {kind: 'reconnected'}>;

function reconnected(at: number, downMs = 1000): Reconnected {
  return {kind: 'reconnected', cause: 'server-lost', downMs, times: 1, since: at, at};
}

test('a run of reconnects without loss is one row, where it began, however many lines came in between', () => {
  const {writer, write, rows} = open();
  write('a');
  writer.marker(reconnected(10));
  write('b');
  writer.marker(reconnected(20, 3000));
  write('c');
  writer.marker({...reconnected(30), cause: 'runner-lost'});
  expect(rows()).toEqual([
    'a',
    {kind: 'reconnected', cause: 'runner-lost', downMs: 5000, times: 3, since: 10, at: 30},
    'b',
    'c',
  ]);
});

test('another marker ends the run', () => {
  const {writer, rows} = open();
  const lost: Marker = {kind: 'lost', atLeast: 5, atMost: 5, from: 1, to: 2, at: 15};
  writer.marker(reconnected(10));
  writer.marker(lost);
  writer.marker(reconnected(20));
  writer.marker(reconnected(30));
  expect(rows()).toEqual([reconnected(10), lost, {...reconnected(20), downMs: 2000, times: 2, at: 30}]);
});

test('a silent connection that was replaced before it broke leaves no row', () => {
  const {writer, rows} = open();
  writer.marker({kind: 'reconnected', cause: 'silent', downMs: 0, times: 1, since: 10, at: 10});
  const broke: Marker = {kind: 'reconnected', cause: 'silent', downMs: 1500, times: 1, since: 20, at: 20};
  writer.marker(broke);
  expect(rows()).toEqual([broke]);
});

test('the states of one start are one row, unless a line or an error came in between', () => {
  const {writer, write, rows} = open();
  writer.marker({kind: 'state', from: 'Stopped', to: 'Provisioning', at: 1});
  writer.marker({kind: 'state', from: 'Provisioning', to: 'Running', at: 2});
  write('a');
  writer.marker({kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory', at: 3});
  writer.marker({kind: 'state', from: 'Stopped', to: 'Running', at: 4});
  expect(rows()).toEqual([
    {kind: 'state', from: 'Stopped', to: 'Running', at: 2},
    'a',
    {kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory', at: 3},
    {kind: 'state', from: 'Stopped', to: 'Running', at: 4},
  ]);
});

test('a later word on the same end replaces the earlier one, while an open line waits too', () => {
  const {writer, rows} = open();
  writer.append(...withNewlines(Buffer.from('cut in the mid')));
  writer.marker({kind: 'ended', because: 'stopped', at: 1});
  writer.marker({kind: 'ended', because: 'deleted', at: 2});
  writer.closeLine();
  expect(rows()).toEqual(['cut in the mid', {kind: 'ended', because: 'deleted', at: 2}]);
});

test('created again is said once, by the look-up or by the stitch', () => {
  const {writer, rows} = open();
  writer.marker({kind: 'ended', because: 'created-again', at: 1});
  writer.marker({kind: 'new-life', because: 'created-again', at: 2});
  writer.marker({kind: 'ended', because: 'stopped', at: 3});
  writer.marker({kind: 'new-life', because: 'restarted', at: 4});
  expect(rows()).toEqual([
    {kind: 'ended', because: 'created-again', at: 1},
    {kind: 'ended', because: 'stopped', at: 3},
    {kind: 'new-life', because: 'restarted', at: 4},
  ]);
});

test('a stop that was none is corrected in its place', () => {
  const {writer, write, rows} = open();
  writer.marker({kind: 'ended', because: 'stopped', at: 1});
  write('a');
  writer.correctStopped();
  expect(rows()).toEqual([{kind: 'ended', because: 'unknown', at: 1}, 'a']);
});

test('so are the steps of the compiler; a state of the pipeline is another row', () => {
  const {writer, rows} = open();
  writer.marker({kind: 'program', from: 'Success', to: 'CompilingSql', at: 1});
  writer.marker({kind: 'program', from: 'CompilingSql', to: 'Success', at: 2});
  writer.marker({kind: 'state', from: 'Stopped', to: 'Running', at: 3});
  writer.marker({kind: 'program', from: 'Success', to: 'Pending', at: 4});
  expect(rows()).toEqual([
    {kind: 'program', from: 'Success', to: 'Success', at: 2},
    {kind: 'state', from: 'Stopped', to: 'Running', at: 3},
    {kind: 'program', from: 'Success', to: 'Pending', at: 4},
  ]);
});
