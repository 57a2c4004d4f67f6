import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import type {PastPiece} from '../../../source/engine/recording/past.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

function open() {
  const events: string[] = [];
  const sink = new LogSink({buffer: {maxBytes: 1024 * 1024}, clock: {wall: () => 99}});
  const {buffer} = sink;
  sink.onEvent = (text) => events.push(text);
  const write = (line: string) => sink.append(...withNewlines(Buffer.from(`${line}\n`)));
  const put = (marker: Marker) => sink.addMarker(marker, marker.at);
  /** What the pane shows: lines as text, markers as they are. */
  const rows = () =>
    Array.from(
      {length: buffer.endId - buffer.firstId},
      (_, index) => buffer.markerAt(buffer.firstId + index) ?? buffer.lineAt(buffer.firstId + index)?.toString(),
    );
  return {sink, write, put, rows, events};
}

type Reconnected = Extract<Marker, {kind: 'reconnected'}>;

function reconnected(at: number, downMs = 1000): Reconnected {
  return {kind: 'reconnected', cause: 'server-lost', downMs, times: 1, since: at, at};
}

test('a run of reconnects without loss is one row, where it began, however many lines came in between', () => {
  const {write, put, rows} = open();
  write('a');
  put(reconnected(10));
  write('b');
  put(reconnected(20, 3000));
  write('c');
  put({...reconnected(30), cause: 'runner-lost'});
  expect(rows()).toEqual([
    'a',
    {kind: 'reconnected', cause: 'runner-lost', downMs: 5000, times: 3, since: 10, at: 30},
    'b',
    'c',
  ]);
});

test('another marker ends the run', () => {
  const {put, rows} = open();
  const lost: Marker = {kind: 'lost', atLeast: 5, atMost: 5, from: 1, to: 2, at: 15};
  put(reconnected(10));
  put(lost);
  put(reconnected(20));
  put(reconnected(30));
  expect(rows()).toEqual([reconnected(10), lost, {...reconnected(20), downMs: 2000, times: 2, at: 30}]);
});

test('a silent connection that was replaced before it broke leaves no row', () => {
  const {put, rows} = open();
  put({kind: 'reconnected', cause: 'silent', downMs: 0, times: 1, since: 10, at: 10});
  const broke: Marker = {kind: 'reconnected', cause: 'silent', downMs: 1500, times: 1, since: 20, at: 20};
  put(broke);
  expect(rows()).toEqual([broke]);
});

test('the states of one start are one row, and so are those of one end', () => {
  const {put, rows} = open();
  const states = ['Running', 'Stopping', 'Stopped', 'Provisioning', 'Initializing', 'Running'];
  for (const [at, to] of states.slice(1).entries()) put({kind: 'state', from: states[at] ?? '', to, at});
  expect(rows()).toEqual([
    {kind: 'state', from: 'Running', to: 'Stopped', at: 1},
    {kind: 'state', from: 'Stopped', to: 'Running', at: 4},
  ]);
});

test('the states of one start are one row, unless a line or an error came in between', () => {
  const {write, put, rows} = open();
  put({kind: 'state', from: 'Stopped', to: 'Provisioning', at: 1});
  put({kind: 'state', from: 'Provisioning', to: 'Running', at: 2});
  write('a');
  put({kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory', at: 3});
  put({kind: 'state', from: 'Stopped', to: 'Running', at: 4});
  expect(rows()).toEqual([
    {kind: 'state', from: 'Stopped', to: 'Running', at: 2},
    'a',
    {kind: 'state', from: 'Running', to: 'Stopped', error: 'out of memory', at: 3},
    {kind: 'state', from: 'Stopped', to: 'Running', at: 4},
  ]);
});

test('a later word on the same end replaces the earlier one, while an open line waits too', () => {
  const {sink, put, rows} = open();
  sink.append(...withNewlines(Buffer.from('cut in the mid')));
  put({kind: 'ended', because: 'stopped', at: 1});
  put({kind: 'ended', because: 'deleted', at: 2});
  sink.cutLine();
  expect(rows()).toEqual(['cut in the mid', {kind: 'line-cut', at: 99}, {kind: 'ended', because: 'deleted', at: 2}]);
});

test('created again is one row, by the look-up or by the stitch', () => {
  const {put, rows} = open();
  put({kind: 'ended', because: 'created-again', at: 1});
  put({kind: 'new-life', because: 'created-again', at: 2});
  put({kind: 'ended', because: 'stopped', at: 3});
  put({kind: 'new-life', because: 'restarted', at: 4});
  expect(rows()).toEqual([
    {kind: 'ended', because: 'created-again', at: 1},
    {kind: 'ended', because: 'stopped', at: 3},
    {kind: 'new-life', because: 'restarted', at: 4},
  ]);
});

test('a stop that was none is corrected in its place', () => {
  const {write, put, rows, events} = open();
  put({kind: 'ended', because: 'stopped', at: 1});
  write('a');
  put({...reconnected(2), cause: 'runner-stopped'});
  expect(rows()).toEqual([
    {kind: 'ended', because: 'unknown', at: 1},
    'a',
    {...reconnected(2), cause: 'dropped-as-slow'},
  ]);
  expect(events).toEqual(['the log continues: the server had dropped pipetail for reading too slowly']);
});

test('so are the steps of the compiler; a state of the pipeline is another row', () => {
  const {put, rows} = open();
  put({kind: 'program', from: 'Success', to: 'CompilingSql', at: 1});
  put({kind: 'program', from: 'CompilingSql', to: 'Success', at: 2});
  put({kind: 'state', from: 'Stopped', to: 'Running', at: 3});
  put({kind: 'program', from: 'Success', to: 'Pending', at: 4});
  expect(rows()).toEqual([
    {kind: 'program', from: 'Success', to: 'Success', at: 2},
    {kind: 'state', from: 'Stopped', to: 'Running', at: 3},
    {kind: 'program', from: 'Success', to: 'Pending', at: 4},
  ]);
});

test('each result of the compiler is a row, with the steps to it', () => {
  const {put, rows} = open();
  put({kind: 'program', from: 'Pending', to: 'SqlError', at: 1});
  put({kind: 'program', from: 'SqlError', to: 'CompilingSql', at: 2});
  put({kind: 'program', from: 'CompilingSql', to: 'SqlError', at: 3});
  put({kind: 'program', from: 'SqlError', to: 'SqlError', at: 4});
  expect(rows()).toEqual([
    {kind: 'program', from: 'Pending', to: 'SqlError', at: 1},
    {kind: 'program', from: 'SqlError', to: 'SqlError', at: 3},
    {kind: 'program', from: 'SqlError', to: 'SqlError', at: 4},
  ]);
});

test('a cut is counted as a gap, and a gap that waited for the line is still the last one, under its new id', () => {
  const {sink, put, rows} = open();
  sink.cutLine();
  expect(rows()).toEqual([]);
  sink.append(...withNewlines(Buffer.from('open')));
  const lost: Marker = {kind: 'lost', atLeast: 5, atMost: 5, from: 1, to: 2, at: 15};
  put(lost);
  expect(sink.losses).toMatchObject({gaps: 1, gap: {id: 1}});
  sink.cutLine();
  expect(rows()).toEqual(['open', {kind: 'line-cut', at: 99}, lost]);
  expect(sink.losses).toMatchObject({gaps: 2, gap: {id: 2}});
  sink.append(...withNewlines(Buffer.from('open')));
  sink.cutLine();
  expect(sink.losses).toMatchObject({gaps: 3, gap: {id: 4}});
});

const tagged = (level: string, text: string) =>
  `[manager] 2026-11-27T05:56:10.280718Z ${level} pipeline_manager::runner::local_runner: ${text} ` +
  'pipeline-id="01a21b93-2941-7ed2-815f-092debad96c9" pipeline-name="N/A"';
const lost = (stream: string) => tagged('ERROR', `${stream} encountered I/O error: no UTF-8`);
const lostAt = Date.parse('2026-11-27T05:56:10.280718Z');

test('a lost stream has a marker right after the line that reports it, however the log is cut', () => {
  const lines = ['a', lost('stdout'), 'b', lost('stdout'), lost('stderr'), 'c'];
  const started = tagged('INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)');
  const bytes = Buffer.from(`${[...lines, started, 'd'].join('\n')}\n`);
  const marker = (stream: string) => ({kind: 'unread', stream, why: 'no UTF-8', at: Math.floor(lostAt)});
  const expected = ['a', lost('stdout'), marker('stdout'), 'b', lost('stdout'), lost('stderr'), marker('stderr')];
  fc.assert(
    fc.property(fc.array(fc.nat({max: bytes.length}), {maxLength: 12}), (cuts) => {
      const {sink, rows} = open();
      const ends = [...cuts, bytes.length].sort((a, b) => a - b);
      for (const [index, end] of ends.entries()) {
        sink.append(...withNewlines(bytes.subarray(ends[index - 1] ?? 0, end)));
      }
      expect(rows()).toEqual([...expected, 'c', started, 'd']);
      expect(sink.losses).toMatchObject({lostStreams: 2, lostStream: {id: 6}, gaps: 0});
      expect(sink.states.lostStreams).toEqual([]);
    }),
  );
  const {write, sink} = open();
  for (const line of lines) write(line);
  expect(sink.states.lostStreams).toEqual(['stdout', 'stderr']);
});

test('only the runner reports that a stream is lost', () => {
  const {write, sink} = open();
  write('[orders] 2026-11-27T05:56:10.280718Z ERROR app:  stdout encountered I/O error: no UTF-8');
  write('stdout encountered I/O error: no UTF-8');
  expect(sink.states.lostStreams).toEqual([]);
});

test('a run of which lines are in no log is not whole, until the next start', () => {
  const {write, put, sink} = open();
  const isWhole = () => sink.errors.connectors.isWhole;
  const missing: readonly (() => void)[] = [
    () => put({kind: 'lost', atLeast: 5, atMost: 5, from: 1, to: 2, at: 2}),
    () => put({kind: 'new-life', because: 'cleared', at: 3}),
    () => write(lost('stderr')),
  ];
  for (const lose of missing) {
    write(tagged('INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)'));
    put(reconnected(1));
    expect(isWhole()).toBe(true);
    lose();
    expect(isWhole()).toBe(false);
  }
});

test('of a recorded past, the streams that are lost at its end are found, without another marker or count', () => {
  const unread = (stream: 'stdout' | 'stderr') => ({kind: 'unread', stream, why: 'no UTF-8', at: lostAt}) as const;
  const started = tagged('INFO', 'Resources transition: stopped -> provisioning (desired: provisioned)');
  const rest = (...lines: string[]) => ({rest: Buffer.from(lines.map((line) => `${line}\n`).join(''))});
  const first = [rest('a', lost('stdout')), {marker: unread('stdout')}];
  const second = [rest(lost('stderr')), {marker: unread('stderr')}, rest('b')];
  const newLife = {marker: {kind: 'new-life', because: 'restarted', at: 1} as const};
  const found = (...pieces: PastPiece[]) => {
    const {sink, rows} = open();
    sink.restore(pieces);
    const before = rows();
    const finding = sink.findLostStreams();
    while (finding && !finding.step(1 << 20));
    expect(rows()).toEqual(before);
    expect(sink.losses.lostStreams).toBe(0);
    return [sink.states.lostStreams, sink.losses.lostStream?.id];
  };
  expect(found(...first, ...second)).toEqual([['stdout', 'stderr'], 4]);
  expect(found(...first, rest('b', started), ...second)).toEqual([['stderr'], 6]);
  expect(found(...first, ...second, rest(started))).toEqual([[], undefined]);
  expect(found(...first, newLife, ...second)).toEqual([['stderr'], 5]);
  expect(found(...first, newLife, rest('b'))).toEqual([[], undefined]);
});
