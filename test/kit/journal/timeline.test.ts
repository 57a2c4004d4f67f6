import {expect, it} from 'vitest';
import type {MonitorEvent, MonitorEventDetail, PipelineStats} from '../../../source/engine/api/types.ts';
import {newlinesIn} from '../../../source/engine/buffer/segment.ts';
import type {PipelineHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {timelineObject} from '../../../source/features/timeline/print-timeline.ts';
import {lengthInWords, timelineText, timelineWord} from '../../../source/features/timeline/timeline-words.ts';
import {eventWords} from '../../../source/kit/journal/pipeline-event.ts';
import {
  spanOf,
  type TimelineEvent,
  TimelineLines,
  type TimelineLog,
  timelineOf,
} from '../../../source/kit/journal/timeline.ts';
import {missingWords} from '../../../source/kit/words/missing-part.ts';
import {head, indexText, runner, start, stopped} from '../../engine/records/index-lines.ts';
import {deploymentError} from '../screen/make-pipeline.ts';
import {errorsOf} from './statuses.ts';

const minute = 60_000;
const midnight = Date.UTC(2026, 10, 25);
const at = (minutes: number) => midnight + minutes * minute;
const text = (minutes: number) => new Date(at(minutes)).toISOString().replace('Z', '000Z');

function event(minutes: number, change: Partial<MonitorEvent> = {}): MonitorEvent {
  return {
    id: `at-${minutes}`,
    time: text(minutes),
    status: 'Running',
    resourcesDesiredStatus: 'Provisioned',
    runtimeDesiredStatus: 'Running',
    hasError: false,
    programStatus: 'Success',
    storageStatus: 'InUse',
    ...change,
  };
}

const off = {runtimeDesiredStatus: '', resourcesDesiredStatus: 'Stopped', status: 'Stopped'};

/** Times are given from the oldest event on. */
function history(events: readonly MonitorEvent[], change: Partial<PipelineHistory> = {}): PipelineHistory {
  return {events: events.toReversed(), details: new Map(), stats: undefined, missing: [], ...change};
}

const said = (event: TimelineEvent) => {
  const {from, to} = spanOf(event);
  const [first, last] = [from, to].map((time) => (time === undefined ? '' : `${(time - midnight) / minute}`));
  return `${first || '?'}${last && `-${last}`} ${timelineWord(event)}: ${eventWords(event, 0).text}`;
};

it('equal events are one row with its span; each change of a state is a row, the newest first', () => {
  const rows = timelineOf({
    pipeline: 'p',
    history: history([event(0), event(10), event(20), event(30, off), event(31, off), event(40), event(50)]),
    log: undefined,
  });
  expect(rows.map(said)).toEqual([
    '40 desired: Running',
    '40 state: Stopped → Running',
    '30-40 desired: Stopped',
    '30-40 state: Running → Stopped',
    '0-30 state: Running',
  ]);
});

it('an error that appears and goes, the program and the storage have rows of their own', () => {
  const failed = {...off, hasError: true};
  const detail: MonitorEventDetail = {
    ...event(5, failed),
    deploymentError: {...deploymentError, cause: 'exit status: 101', endedStart: false},
  };
  const rows = timelineOf({
    pipeline: 'p',
    history: history(
      [
        event(0),
        event(5, failed),
        event(6, failed),
        event(7, {...off, programStatus: 'Pending', storageStatus: 'Cleared'}),
        event(8, {...off, hasError: true, programStatus: 'Pending', storageStatus: 'Cleared'}),
      ],
      {details: new Map([['at-5', detail]])},
    ),
    log: undefined,
  });
  expect(rows.map(said)).toEqual([
    '8 failed: an error',
    '7 storage: InUse → Cleared',
    '7 program: Success → To compile',
    '5-7 failed: Failed · exit status: 101',
    '5 desired: Stopped',
    '5 state: Running → Stopped',
    '0-5 state: Running',
  ]);
});

it('connector errors stand by kind at their last time, with their number', () => {
  const connector = {
    ...{kind: 'input', name: 'orders.bad', stream: 'orders', records: 1, bytes: 1, bufferedRecords: 0},
    ...{isPaused: false, hasEnded: false, latency: undefined, health: undefined},
  } as const;
  const retained = [1, 2].map((index) => ({
    time: text(index),
    index,
    tag: 'text_event_err',
    message: `bad ${index}\nmore`,
  }));
  const errors = [
    {kind: 'parse', count: 2, retained},
    {kind: 'transport', count: 1, retained: undefined},
  ] as const;
  const stats = {connectors: [{...connector, fatalError: 'refused', errors}]} as unknown as PipelineStats;
  const rows = timelineOf({pipeline: 'p', history: history([event(0)], {stats}), log: undefined});
  expect(rows.map((row) => `${row.count} ${said(row)}`)).toEqual([
    '1 ? connector: orders.bad stopped with a fatal error: refused',
    '1 ? connector: orders.bad: transport error',
    '2 1-2 connector: orders.bad: parse errors: bad 2',
    '1 0 state: Running',
  ]);
});

it('the length of errors of which only the last are kept is not known', () => {
  const retained = [{time: text(9), index: 0, tag: undefined, message: 'bad'}];
  const stats = {
    connectors: [{name: 'in', errors: [{kind: 'parse', count: 40, retained}]}],
  } as unknown as PipelineStats;
  const [row] = timelineOf({pipeline: 'p', history: history([event(0)], {stats}), log: undefined});
  expect(row && said(row)).toBe('?-9 connector: in: parse errors: bad');
});

it('a state of which the log tells lasts until the next one, or until the events of the API begin', () => {
  const {buffer, index} = indexText('');
  const errors = new ErrorLog({buffer, wall: () => 0});
  for (const [to, minutes] of [
    ['Running', 1],
    ['Stopped', 5],
  ] as const) {
    buffer.addMarker({kind: 'state', from: '', to, at: at(minutes)});
  }
  const log = {buffer, index, errors};
  expect(timelineOf({pipeline: 'p', history: undefined, log}).map((row) => lengthInWords(row, at(60)))).toEqual([
    '55 min',
    '4 min',
  ]);
  const rows = timelineOf({pipeline: 'p', history: history([event(20)]), log});
  expect(rows.map((row) => lengthInWords(row, at(60)))).toEqual(['40 min', '15 min', '4 min']);
});

it('a run whose end was lost is over when the next one begins', () => {
  const lines = [runner(start, 'INFO', text(1)), head('step', 'INFO', text(2)), runner(start, 'INFO', text(9))];
  const {buffer, index} = indexText(`${lines.join('\n')}\n`);
  while (!index.step(1000));
  const log = {buffer, index, errors: new ErrorLog({buffer, wall: () => 0})};
  expect(timelineOf({pipeline: 'p', history: undefined, log}).map(said)).toEqual([
    '9 run: run 2 of 2: provisioning',
    '1-9 run: run 1 of 2: end not in the log',
  ]);
});

it('the log gives runs, gaps, kinds of errors and checkpoints, with their places', () => {
  const lines = [
    runner(start, 'INFO', text(1)),
    head('refused 1', 'ERROR', text(2)),
    head('Checkpoint made at step 4', 'INFO', text(3)),
    head('refused 2', 'ERROR', text(4)),
    runner(stopped, 'INFO', text(5)),
  ];
  const {buffer, index} = indexText(`${lines.join('\n')}\n`);
  const errors = new ErrorLog({buffer, wall: () => 0});
  for (const [id, line] of lines.entries()) {
    if (line.includes('ERROR')) errors.add(Buffer.from(line), {id, at: at(id + 1)});
  }
  const gap = {kind: 'lost', atLeast: 7, atMost: 7, from: at(5), to: at(6), at: at(6)} as const;
  buffer.addMarker(gap);
  buffer.addMarker({kind: 'state', from: 'Running', to: 'Stopped', at: at(5)});
  const found = new TimelineLines({buffer, index});
  while (!found.step(1000));
  const log = {buffer, index, errors};
  const rows = timelineOf({pipeline: 'p', history: undefined, log: {...log, lines: found}});
  expect(rows.map((row) => `${said(row)} · ${row.from} ${row.firstId ?? row.id}`)).toEqual([
    '6 gap: 7 entries lost between 00:05:00 and 00:06:00 (buffer overflow, or the log was cleared) · pipetail 5',
    '5 state: Running → Stopped · API 6',
    '2-4 error: refused 1 … 2 · log 1',
    '3 checkpoint: Checkpoint made at step 4 · log 2',
    '1-5 run: run 1 of 1: stopped · log 0',
  ]);
  // States that the API's events tell, too, are told once.
  const both = timelineOf({pipeline: 'p', history: history([event(0)]), log});
  expect(both.filter(({kind}) => kind === 'state').map(said)).toEqual(['0 state: Running']);
});

it('a start from a checkpoint says from which one, as far as the log has it', () => {
  const lines = [
    ...[head('Resuming from checkpoint:', 'INFO', text(1)), 'Checkpoint made at step 4242:', '    v: {}'],
    head('Resuming from checkpoint:', 'INFO', text(2)),
    head('other', 'INFO', text(3)),
  ];
  const {buffer, index} = indexText(`${lines.join('\n')}\n`);
  const found = new TimelineLines({buffer, index});
  while (!found.step(1000));
  const log = {buffer, index, errors: new ErrorLog({buffer, wall: () => 0}), lines: found};
  expect(timelineOf({pipeline: 'p', history: undefined, log}).map(said)).toEqual([
    '2 checkpoint: Resuming from checkpoint:',
    '1 checkpoint: Resuming from checkpoint: Checkpoint made at step 4242',
  ]);
});

function logOf(lines: readonly string[]): TimelineLog {
  const {buffer, index} = indexText(`${lines.join('\n')}\n`);
  const errors = new ErrorLog({buffer, wall: () => 0});
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  errors.append(bytes, newlinesIn(bytes));
  while (!index.step(1000));
  return {buffer, index, errors};
}

it('one crash is one row: that of the API with the place in the log, or the one of the log', () => {
  const exited = (minutes: number, status: number) =>
    runner(`Resources error: Pipeline process exited prematurely with exit status: ${status}`, 'ERROR', text(minutes));
  const report = 'DBSP error: runtime error: One or more worker threads terminated unexpectedly';
  const lines = [
    ...[runner(start, 'INFO', text(1)), exited(2, 3), runner(stopped, 'INFO', text(2))],
    ...[runner(start, 'INFO', text(3)), head('before', 'INFO', text(4))],
    ...["thread 'w' (7) panicked at a.rs:1:2:", 'no space', 'stack backtrace:'],
    ...[head(report, 'ERROR', text(4)), exited(4, 101), runner(stopped, 'INFO', text(4))],
    ...[runner(start, 'INFO', text(5)), exited(6, 5), runner(stopped, 'INFO', text(6))],
    // A panic that ends no process.
    ...[runner(start, 'INFO', text(7)), head('before', 'INFO', text(8))],
    ...["thread 'http' (9) panicked at b.rs:1:2:", 'bad request'],
  ];
  const log = logOf(lines);
  const failuresIn = (rows: readonly TimelineEvent[]) =>
    rows
      .filter(({kind}) => kind === 'failed' || kind === 'errors')
      .map((row) => `${said(row)} ×${row.count} · ${row.from} ${row.firstId ?? row.id}`);
  const own = [
    '8-8 error: panic: bad request (http at b.rs:1:2) ×1 · log 16',
    '6-7 failed: Resources error: Pipeline process exited prematurely with exit status: 5 ×1 · log 12',
    '4-5 failed: panic: no space (w at a.rs:1:2) ×1 · log 5',
    '2-3 failed: Resources error: Pipeline process exited prematurely with exit status: 3 ×1 · log 1',
  ];
  expect(failuresIn(timelineOf({pipeline: 'p', history: undefined, log}))).toEqual(own);
  const failed = {...off, hasError: true};
  const events = [event(3), event(4.1, failed), event(5), event(6.1, failed), event(7)];
  const details = new Map(
    [4.1, 6.1].map((minutes): [string, MonitorEventDetail] => {
      const cause = minutes === 4.1 ? `${report} and so on` : 'exit status: 5';
      const detail = {...event(minutes, failed), deploymentError: {...deploymentError, cause, endedStart: false}};
      return [`at-${minutes}`, detail];
    }),
  );
  expect(failuresIn(timelineOf({pipeline: 'p', history: history(events, {details}), log}))).toEqual([
    own[0],
    '6-7 failed: Failed · exit status: 5 ×1 · API 12',
    '4-5 failed: panic: no space (w at a.rs:1:2) ×1 · API 5',
    own[3],
  ]);
});

it('a panic of a quiet pipeline, and a process that takes long to end, are one row each, too', () => {
  const stopping = 'Resources transition: provisioned -> stopping (desired: provisioned)';
  const report = 'DBSP error: runtime error: One or more worker threads terminated unexpectedly';
  const log = logOf([
    // The last line before the panic, which has no time of its own, is an hour old.
    ...[runner(start, 'INFO', text(1)), "thread 'w' (7) panicked at a.rs:1:2:", 'no space', 'stack backtrace:'],
    ...[head(report, 'ERROR', text(61)), runner(stopping, 'INFO', text(61)), runner(stopped, 'INFO', text(64))],
  ]);
  const failed = {...event(61, {...off, hasError: true}), deploymentError: {...deploymentError, cause: 'no space'}};
  const events = history([event(1), failed, event(65)], {details: new Map([['at-61', failed]])});
  const rows = timelineOf({pipeline: 'p', history: events, log}).filter(({kind}) => kind === 'failed');
  expect(rows.map(said)).toEqual(['61-65 failed: panic: no space (w at a.rs:1:2)']);
});

it('an error like one that ended a process has its own time and text, before or after', () => {
  const report = 'DBSP error: runtime error: One or more worker threads terminated unexpectedly';
  const panic = (minutes: number, thread: string) => [
    ...[head('before', 'INFO', text(minutes)), '', `thread '${thread}' (7) panicked at a.rs:1:2:`, 'no space'],
    'stack backtrace:',
  ];
  const crash = (minutes: number) => [
    ...[runner(start, 'INFO', text(minutes - 1)), ...panic(minutes, 'w')],
    ...[head(report, 'ERROR', text(minutes)), runner(stopped, 'INFO', text(minutes))],
  ];
  const errorsIn = (lines: readonly string[]) => {
    const {buffer, index} = indexText(`${lines.join('\n')}\n`);
    const errors = new ErrorLog({buffer, wall: () => 0});
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    errors.append(bytes, newlinesIn(bytes));
    while (!index.step(1000));
    const rows = timelineOf({pipeline: 'p', history: undefined, log: {buffer, index, errors}});
    return rows.filter(({kind}) => kind === 'errors').map((row) => `${said(row)} ×${row.count}`);
  };
  const harmless = (minutes: number) => [runner(start, 'INFO', text(minutes - 1)), ...panic(minutes, 'http')];
  const told = (minutes: number) => [`${minutes} error: panic: no space (http at a.rs:1:2) ×1`];
  expect(errorsIn([...crash(4), ...harmless(8)])).toEqual(told(8));
  expect(errorsIn([...harmless(4), ...crash(8)])).toEqual(told(4));
  expect(errorsIn([...crash(4), ...harmless(8), ...crash(12)])).toEqual([expect.stringMatching(/^\? error: .* ×1$/)]);
});

it('a start that failed is said of its run, and once as a failure', () => {
  const lines = [
    runner(start, 'INFO', text(1)),
    head('Error initializing the pipeline: no such file.', 'ERROR', text(2)),
    runner('Resources transition: provisioned -> stopping (desired: provisioned)', 'INFO', text(2)),
    runner(stopped, 'INFO', text(3)),
  ];
  expect(timelineOf({pipeline: 'p', history: undefined, log: logOf(lines)}).map(said)).toEqual([
    '2 failed: Start failed · no such file.',
    '1-3 run: run 1 of 1: start failed',
  ]);
});

it('that a start failed is said of the failure, too, where only the log proves it', () => {
  const cause = 'Pipeline process exited prematurely with exit status: 1';
  const log = logOf([
    runner(start, 'INFO', text(1)),
    runner(`Resources error: ${cause}`, 'ERROR', text(2)),
    runner('Resources transition: provisioning -> stopping (desired: provisioned)', 'INFO', text(2)),
    runner(stopped, 'INFO', text(3)),
  ]);
  const failed = {...event(2, {...off, hasError: true}), deploymentError: {...deploymentError, cause}};
  const events = history([event(1, off), failed], {details: new Map([['at-2', failed]])});
  const rows = timelineOf({pipeline: 'p', history: events, log}).filter(
    ({kind}) => kind === 'failed' || kind === 'run',
  );
  expect(rows.map(said)).toEqual([`2 failed: Start failed · ${cause}`, '1-3 run: run 1 of 1: start failed']);
});

it('is a text, objects, and a word for what is missing', () => {
  const rows = timelineOf({pipeline: 'p', history: history([event(0), event(30, off)]), log: undefined});
  const events = {part: 'events', why: 'this server has none'} as const;
  const connectors = {part: 'connectors', why: 'no answer'} as const;
  expect(
    timelineText({pipeline: 'p', events: rows, missing: [events, connectors]}, at(95)),
  ).toBe(`Timeline of p, newest first (UTC)
without the events of the API: this server has none
without the errors of connectors: no answer
2026-11-25 00:30:00  desired             API       Stopped
2026-11-25 00:30:00  state       65 min  API       Running → Stopped
2026-11-25 00:00:00  state       30 min  API       Running
`);
  const object = timelineObject({pipeline: 'p', events: rows, missing: [connectors]});
  expect(object).toMatchObject({pipeline: 'p', missing: [{part: 'connectors', why: 'no answer'}]});
  expect(object.rows.at(-1)).toEqual({
    time: '2026-11-25T00:00:00.000Z',
    until: '2026-11-25T00:30:00.000Z',
    what: 'state',
    text: 'Running',
    count: 1,
    suppressed: 0,
    from: 'API',
  });
  expect(missingWords({part: 'reasons', why: 'gone'})).toBe('without the reason of each failure: gone');
  expect(missingWords({part: 'log', why: 'it was cut'})).toBe('without the end of the log: it was cut');
  expect(lengthInWords({kind: 'checkpoint', pipeline: 'p', at: 0, text: '', count: 1, from: 'log'}, 10 * minute)).toBe(
    '',
  );
});

it('says how many errors of a group were suppressed', () => {
  const [group] = errorsOf([head('refused', 'ERROR')]).values();
  if (!group) throw new Error('no group');
  const row = {kind: 'errors', pipeline: 'orders', from: 'log', group, ends: group, isNew: false} as const;
  const rows = [
    {...row, firstAt: at(1), at: at(2), count: 3, suppressed: 812},
    {...row, at: at(1), count: 1, suppressed: 812},
    {...row, at: at(1), count: 1},
  ];
  const lines = timelineText({pipeline: 'orders', events: rows, missing: []}, at(9)).trimEnd().split('\n').slice(1);
  expect(lines.map((line) => line.split('log ').at(-1)?.trim())).toEqual([
    ...['x3 +812 suppressed refused', 'x1 +812 suppressed refused', 'refused'],
  ]);
});
