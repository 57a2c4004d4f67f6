import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {heldSince} from '../../../source/engine/records/runs.ts';
import {head, indexText, json, runner, runnerJson, start, stopped} from './index-lines.ts';

const at = (second: number) => `2026-11-25T09:08:${String(second).padStart(2, '0')}.000000Z`;
const ms = (second: number) => Date.parse(at(second));
const starting = [
  runner(start, 'INFO', at(1)),
  runner('Resources transition: provisioning -> provisioned (desired: provisioned)', 'INFO', at(2)),
  runner('Runtime transition: (none) -> initializing (desired: running)', 'INFO', at(2)),
  runner('Runtime transition: initializing -> running (desired: running)', 'INFO', at(3)),
];
const stopping = [
  runner('Resources transition: provisioned -> stopping (desired: stopped)', 'INFO', at(5)),
  runner('Runtime transition: running -> (none) (desired: (none))', 'INFO', at(5)),
  runner(stopped, 'INFO', at(6)),
];
const freshStart = runner('Fresh start of pipeline logs');

/** The text of a recorded body, without its chunks. */
function recorded(name: string): string {
  const body = readFileSync(new URL(`../../wire/${name}.raw`, import.meta.url), 'latin1');
  return body.slice(body.indexOf('\r\n\r\n') + 2).replaceAll(/\r\n[0-9a-fA-F]+\r\n/g, '');
}

/** The runs of lines and markers. */
function runsOf(entries: readonly (string | Marker)[]) {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
  for (const entry of entries) {
    if (typeof entry === 'string') buffer.append(Buffer.from(`${entry}\n`));
    else buffer.addMarker(entry);
  }
  const index = new RecordIndex(buffer);
  while (!index.step(1 << 20));
  return {index, runs: index.runs};
}

const unended = {endedAt: undefined, failed: false};
const unknown = {startedAt: undefined, endedAt: undefined, state: 'unknown', stateSince: undefined, failed: false};

describe('transitions', () => {
  test('a run begins where the resources leave `stopped` and covers what follows', () => {
    const {runs} = runsOf([head('old'), ...starting, head('hello'), ...stopping, 'late stdout', ...starting]);
    expect(runs).toEqual([
      {...unknown, firstId: 0, endId: 1, endedAt: ms(1)},
      {firstId: 1, endId: 10, startedAt: ms(1), endedAt: ms(6), state: 'stopped', stateSince: ms(6), failed: false},
      {firstId: 10, endId: undefined, startedAt: ms(1), ...unended, state: 'running', stateSince: ms(3)},
    ]);
  });

  test('the lines of the runner before the first start are part of it', () => {
    expect(runsOf([freshStart, ...starting]).runs).toMatchObject([{firstId: 0, startedAt: ms(1), state: 'running'}]);
  });

  test('without its start in the log a run has no start', () => {
    expect(runsOf([head('hello'), ...stopping]).runs).toEqual([
      {...unknown, firstId: 0, endId: undefined, endedAt: ms(6), state: 'stopped', stateSince: ms(6)},
    ]);
  });

  test('a start that fails at once is a run', () => {
    const failing = runner('Resources transition: stopped -> stopping (desired: provisioned)', 'INFO', at(8));
    const runs = runsOf([...starting, ...stopping, failing, runner(stopped, 'INFO', at(9))]).runs;
    expect(runs.slice(1)).toMatchObject([
      {firstId: 7, startedAt: ms(8), endedAt: ms(9), state: 'stopped', failed: true, startFailed: true},
    ]);
  });

  const cut = (desired: string) => runner(`Resources transition: provisioned -> stopping (desired: ${desired})`);
  const why = 'Error initializing the pipeline: no such file.';

  test.each<[string, readonly string[]]>([
    ['nobody asked for its end', [...starting.slice(0, 3), cut('provisioned')]],
    [
      'the pipeline said that it could not be initialized',
      [...starting.slice(0, 2), head(why, 'ERROR'), cut('stopped')],
    ],
    ['the same in JSON', [...starting.slice(0, 2), json('Initialization failed: no such file', 'ERROR')]],
    ['its beginning is not in the log', [head(why, 'ERROR')]],
  ])('the start of a run failed if it has not run, and %s', (_, lines) => {
    expect(runsOf(lines).runs).toMatchObject([{failed: true, startFailed: true}]);
  });

  test.each<[string, readonly string[]]>([
    ['it has run', [...starting, head(why, 'ERROR'), cut('provisioned')]],
    ['it was asked to stop', [...starting.slice(0, 3), cut('stopped'), runner(stopped)]],
    ['a line only speaks of that', [...starting.slice(0, 3), head(why, 'WARN'), head(`a: ${why}`, 'ERROR')]],
  ])('no start failed if %s', (_, lines) => {
    expect(runsOf(lines).runs.map(({startFailed}) => startFailed)).toEqual([undefined]);
  });

  test('a run whose start is missing begins at the first sign of it', () => {
    const {runs} = runsOf([...starting, ...stopping, ...starting.slice(1)]);
    expect(runs.slice(1)).toMatchObject([{firstId: 7, startedAt: undefined, endedAt: undefined, state: 'running'}]);
  });

  test('a new desire is no new state', () => {
    const desire = runner('Runtime transition: running -> running (desired: paused)');
    expect(runsOf([...starting, desire]).runs).toMatchObject([{state: 'running'}]);
  });

  test('an error of the resources fails the run; other errors do not', () => {
    expect(runsOf([...starting, runner('stdout encountered I/O error', 'ERROR')]).runs[0]?.failed).toBe(false);
    expect(runsOf([...starting, runner('Resources error: exit status: 101', 'ERROR')]).runs[0]?.failed).toBe(true);
  });

  test('the end of the workers by a panic fails the run, whose stop the runner reports like any other', () => {
    const {runs} = runsOf([...recorded('35-worker-panic-logs').split('\n'), ...starting]);
    expect(runs.map(({state, failed}) => [state, failed])).toEqual([
      ['stopped', true],
      ['running', false],
    ]);
    const caught = "thread 'tokio-rt-worker' (7) panicked at src/main.rs:1:2:";
    expect(runsOf([...starting, caught, 'caught', ...stopping]).runs).toMatchObject([{failed: false}]);
  });

  test('the output of a pipeline is no transition', () => {
    const line = runner(start);
    const forged = [
      line.slice(0, line.indexOf(' pipeline-id')),
      line.replace('automata: ', 'automata:  '),
      `x${line}`,
      `${line} x`,
      head(start),
      json(start),
    ];
    expect(runsOf([head('hello'), ...forged]).runs).toEqual([{...unknown, firstId: 0, endId: undefined}]);
  });

  test('a line in JSON that a program prints, and that only names the service, ends no run', () => {
    const own = runnerJson(stopped, 'INFO', at(5));
    const forged = [
      own.replace(/"target":"[^"]*"/, '"target":"app"'),
      own.replace(/"target":"[^"]*",/, ''),
      own.replace(/"pipeline-id":"[^"]*",/, ''),
    ];
    const begun = [runnerJson(start, 'INFO', at(1)), json('hello')];
    expect(runsOf([...begun, ...forged]).runs).toEqual(runsOf([...begun, json('a'), json('b'), json('c')]).runs);
    expect(runsOf([...begun, own]).runs.at(-1)?.state).toBe('stopped');
  });

  test('the same in JSON', () => {
    expect(runsOf([head('old'), runnerJson(start, 'INFO', at(1))]).runs).toEqual([
      {...unknown, firstId: 0, endId: 1, endedAt: ms(1)},
      {firstId: 1, endId: undefined, startedAt: ms(1), ...unended, state: 'provisioning', stateSince: ms(1)},
    ]);
  });

  test('the restart in 01-catchup-live-restart-delete-clean-end', () => {
    const {index} = indexText(recorded('01-catchup-live-restart-delete-clean-end'));
    expect(index.runs.map(({state}) => state)).toEqual(['stopped', 'running']);
    expect(index.runs[1]?.startedAt).toBe(Math.max(...index.runs.map(({startedAt}) => startedAt ?? 0)));
    expect(index.runs[0]?.endedAt).toBeGreaterThan(index.runs[0]?.startedAt ?? 0);
    expect(index.runs[0]?.endedAt).toBeLessThan(index.runs[1]?.startedAt ?? 0);
  });

  test('the start in 03a-json-manager-lines, behind the end of a run that is not in the log', () => {
    const {runs} = indexText(recorded('03a-json-manager-lines')).index;
    expect(runs).toMatchObject([{firstId: 0, state: 'running', failed: true}]);
    expect(runs[0]?.startedAt).toBeCloseTo(Date.parse('2026-11-25T09:11:55.234Z') + 0.917, 3);
  });
});

describe('markers', () => {
  const ended: Marker = {at: ms(30), kind: 'ended', because: 'stopped'};
  const deleted: Marker = {at: ms(30), kind: 'ended', because: 'deleted'};
  const newLife: Marker = {at: ms(30), kind: 'new-life', because: 'restarted'};
  const reconnected: Marker = {at: ms(30), kind: 'reconnected', cause: 'asked', downMs: 1, times: 1, since: 1};

  const terminated = [
    runner('Resources transition: provisioned -> stopping (desired: stopped)', 'INFO', at(31)),
    runner('Resources error: previously terminated', 'ERROR', at(31)),
    runner('Runtime transition: running -> (none) (desired: (none))', 'INFO', at(31)),
    runner(stopped, 'INFO', at(32)),
  ];
  const createdAgain: Marker = {at: ms(30), kind: 'new-life', because: 'created-again'};
  const discarded: Marker = {at: ms(30), kind: 'discarded', entries: 7};

  test('a restart of the manager begins no run: it reports the end of the one before', () => {
    const restarted = [...starting, ended, newLife, freshStart, ...terminated];
    const {index, runs} = runsOf([...restarted, ...starting]);
    expect(runs).toEqual([
      {
        ...{firstId: 0, endId: 11, startedAt: ms(1), endedAt: ms(32)},
        ...{state: 'stopped', stateSince: ms(32), failed: true, failures: [8]},
      },
      {firstId: 11, endId: undefined, startedAt: ms(1), ...unended, state: 'running', stateSince: ms(3)},
    ]);
    expect(index.runAt(8)).toBe(runs[0]);
    // One that was stopped before stays so.
    expect(runsOf([...starting, ...stopping, newLife, freshStart]).runs).toMatchObject([
      {endedAt: ms(6), state: 'stopped'},
    ]);
  });

  test('a log that is opened behind the restart has no run before the first start', () => {
    const {index, runs} = runsOf([freshStart, ...terminated]);
    expect(runs).toEqual([]);
    expect(index.runAt(2)).toBeUndefined();
    expect(runsOf([freshStart, ...terminated, ...starting]).runs).toMatchObject([{firstId: 0, state: 'running'}]);
  });

  test('a process that outlives its manager is in one run', () => {
    const {runs} = runsOf([...starting, newLife, freshStart, head('hello')]);
    expect(runs).toMatchObject([{firstId: 0, endId: undefined, state: 'running', endedAt: undefined}]);
  });

  test('where a start may be missing, output is of another run', () => {
    const behind = [newLife, discarded, head('hello')];
    expect(runsOf([...starting, ...behind]).runs).toMatchObject([
      {endId: 6, state: 'running', endedAt: undefined},
      {...unknown, firstId: 6},
    ]);
    const lost: Marker = {at: ms(30), kind: 'lost', atLeast: 3, atMost: 3, from: 1, to: 2};
    expect(runsOf([...starting, ...stopping, lost, head('hello')]).runs).toMatchObject([
      {endId: 8, state: 'stopped', endedAt: ms(6)},
      {...unknown, firstId: 8},
    ]);
    expect(runsOf([...starting, lost, head('hello')]).runs).toHaveLength(1);
  });

  test('a pipeline that was created again and never started has no run', () => {
    const {index, runs} = runsOf([...starting, createdAgain, freshStart]);
    expect(runs).toMatchObject([{firstId: 0, endId: 4, endedAt: ms(30), state: 'running'}]);
    expect(index.runAt(5)).toBeUndefined();
    const again = runsOf([...starting, {...ended, because: 'created-again'}, createdAgain, freshStart, ...starting]);
    expect(again.runs).toMatchObject([{endId: 5}, {firstId: 5, startedAt: ms(1), state: 'running'}]);
  });

  test('a log that is only open no more proves no end; one of a deleted pipeline does', () => {
    expect(runsOf([...starting, ended]).runs).toMatchObject([{endId: undefined, endedAt: undefined}]);
    const gone = runsOf([...starting, deleted]);
    expect(gone.runs).toMatchObject([{endId: 5, endedAt: ms(30)}]);
    expect(gone.index.runAt(4)).toBe(gone.runs[0]);
  });

  test('the look-up after the end of a log may be corrected once the marker was read', () => {
    const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
    buffer.append(Buffer.from(`${starting.join('\n')}\n`));
    buffer.addMarker(ended);
    const index = new RecordIndex(buffer);
    while (!index.step(1 << 20));
    buffer.replaceMarker(4, deleted);
    while (!index.step(1 << 20));
    expect(index.runs).toMatchObject([{endId: 5, endedAt: ms(30)}]);
  });

  test('a log that goes on after all is one run', () => {
    for (const marker of [ended, deleted]) {
      expect(runsOf([...starting, marker, reconnected, head('hello')]).runs).toEqual([
        {firstId: 0, endId: undefined, startedAt: ms(1), ...unended, state: 'running', stateSince: ms(3)},
      ]);
    }
  });

  test('the list ends a run whose end the log does not report', () => {
    const state: Marker = {at: ms(30), kind: 'state', from: 'Running', to: 'Stopped'};
    const over = {endedAt: ms(30), state: 'stopped', stateSince: ms(30)};
    expect(runsOf([...starting, state]).runs).toMatchObject([over]);
    // The log is behind.
    expect(runsOf([...starting, state, head('late'), newLife, freshStart, ...terminated]).runs).toMatchObject([
      {endedAt: ms(32), state: 'stopped', failed: true},
    ]);
  });

  const restarted: Marker = {at: ms(30), kind: 'state', from: 'Running', to: 'Stopped', error: 'terminated'};

  test('the list begins a run whose start the log lacks, with the first output since the end of the one before', () => {
    const running: Marker = {at: ms(40), kind: 'state', from: 'Stopped', to: 'Running'};
    const entries = [...starting, head('hello'), restarted, newLife, freshStart, head('new'), running, head('more')];
    expect(runsOf(entries).runs).toMatchObject([
      {firstId: 0, endId: 8, state: 'stopped', endedAt: ms(30), failed: true},
      {firstId: 8, ...unended, startedAt: undefined, state: 'running', stateSince: ms(40)},
    ]);
  });

  test('the list tells of the run before, if the log has told of the next start since', () => {
    const early = {...restarted, at: ms(0)};
    expect(runsOf([head('hello'), ...starting, early]).runs).toMatchObject([
      {state: 'stopped', endedAt: ms(0), failed: true},
      {...unended, state: 'running', stateSince: ms(3)},
    ]);
    // Or of one that is not in the log.
    expect(runsOf([...starting, early]).runs).toMatchObject([{...unended, state: 'running'}]);
  });

  test('a log that is behind the list tells of the same runs', () => {
    const again = (at: number) => starting.map((line) => line.replace(/T09:08:0/, `T09:08:${at}`));
    const running: Marker = {at: ms(43), kind: 'state', from: 'Stopped', to: 'Running'};
    const told = [...starting, restarted, running, head('late'), newLife, freshStart, ...terminated, ...again(4)];
    expect(runsOf(told).runs).toMatchObject([
      {firstId: 0, endId: 13, state: 'stopped', endedAt: ms(32), failed: true},
      {firstId: 13, ...unended, startedAt: ms(41), state: 'running', stateSince: ms(43)},
    ]);
  });

  test('what the list has told of an earlier run is taken back, too', () => {
    const early = {...restarted, at: ms(0)};
    const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
    buffer.append(Buffer.from(`${[head('hello'), ...starting].join('\n')}\n`));
    const index = new RecordIndex(buffer);
    while (!index.step(1 << 20));
    const before = [...index.runs];
    buffer.addMarker(early);
    while (!index.step(1 << 20));
    expect(index.runs[0]).toMatchObject({state: 'stopped', failed: true});
    // The log, which is behind, tells of the same time.
    const behind = 'Resources transition: provisioned -> provisioned (desired: provisioned)';
    buffer.replaceMarker(buffer.endId - 1, {...early, at: ms(3)});
    while (!index.step(1 << 20));
    expect(index.runs[0]).toEqual(before[0]);
    expect(index.runs[1]).toMatchObject({state: 'stopped', endedAt: ms(3), failed: true});
    buffer.append(Buffer.from(`${runner(behind, 'INFO', at(2))}\n`));
    while (!index.step(1 << 20));
    expect(index.runs[0]).toEqual(before[0]);
  });

  test('what another runner has told later is not undone by one that tells of what was before', () => {
    const stop = runner(stopped, 'INFO', at(33));
    const entries = [...starting, stop, newLife, freshStart, ...terminated.slice(0, 2), head('new')];
    expect(runsOf(entries).runs).toMatchObject([
      {endId: 9, state: 'stopped', endedAt: ms(33), failed: true, failures: [8]},
      {...unknown, firstId: 9},
    ]);
  });

  test('a start that failed after the end of a run is none of it', () => {
    const failed: Marker = {...restarted, from: 'Stopped', startFailed: true};
    expect(runsOf([...starting, ...stopping, failed]).runs).toMatchObject([{endedAt: ms(6), failed: false}]);
  });

  test('a pause has its own time', () => {
    const paused = runner('Runtime transition: running -> paused (desired: paused)', 'INFO', at(20));
    expect(runsOf([...starting, paused]).runs).toMatchObject([{startedAt: ms(1), state: 'paused', stateSince: ms(20)}]);
  });

  test.each<[string, readonly (string | Marker)[]]>([
    [
      'its log',
      [
        runner('Runtime transition: running -> unavailable (desired: running)', 'INFO', at(20)),
        runner('Runtime transition: unavailable -> running (desired: running)', 'INFO', at(22)),
      ],
    ],
    [
      'the list',
      [
        {kind: 'state', from: 'Running', to: 'Unavailable', at: ms(20)},
        {kind: 'state', from: 'Unavailable', to: 'Running', at: ms(22)},
      ],
    ],
    ['the list, which did not see it', [{kind: 'state', from: 'Running', to: 'Running', at: ms(22)}]],
  ])('a run that could not be reached for a while, by %s, has been running since before', (_, outage) => {
    const {runs} = runsOf([...starting, head('a'), ...outage, head('b')]);
    expect(runs).toMatchObject([{state: 'running', stateSince: ms(22)}]);
    expect(runs.map(heldSince)).toEqual([ms(3)]);
    const during = runsOf([...starting, head('a'), ...outage.slice(0, -1)]).runs[0];
    expect(during && heldSince(during)).toBe(ms(outage.length === 1 ? 3 : 20));
    const paused = runner('Runtime transition: running -> paused (desired: paused)', 'INFO', at(30));
    expect(runsOf([...starting, ...outage, paused]).runs.map(heldSince)).toEqual([ms(30)]);
  });

  test('a state with an error fails the run', () => {
    const failed: Marker = {at: ms(30), kind: 'state', from: 'Running', to: 'Stopped', error: 'no memory'};
    expect(runsOf([...starting, failed]).runs[0]).toMatchObject({failed: true});
    expect(runsOf([...starting, {...failed, startFailed: true}]).runs[0]).toMatchObject({startFailed: true});
  });
});

test('thousands of runs are one list, which is not copied when it changes', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
  const index = new RecordIndex(buffer);
  const {runs} = index;
  for (let round = 1; round <= 3; round++) {
    buffer.append(Buffer.from(`${[...starting, head('hello'), ...stopping].join('\n')}\n`));
    while (!index.step(1 << 20));
    expect(index.runs).toBe(runs);
    expect(runs).toHaveLength(round);
    expect(runs.at(-1)).toMatchObject({state: 'stopped'});
  }
});

test('the run of an entry, and runs that were dropped', () => {
  const buffer = new WritableLogBuffer({maxBytes: 4000, segmentBytes: 1000});
  const index = new RecordIndex(buffer);
  for (let round = 0; round < 40; round++) {
    buffer.append(Buffer.from(`${[...starting, head('hello'), ...stopping].join('\n')}\n`));
    while (!index.step(1 << 20));
  }
  const {runs} = index;
  expect(runs.length).toBeLessThan(10);
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const run = index.runAt(id);
    expect(run && id >= run.firstId && id < (run.endId ?? buffer.endId)).toBe(true);
  }
  expect(index.runAt(buffer.firstId - 1)).toBeUndefined();
  expect(index.runAt(buffer.endId)).toBeUndefined();
});
