import {expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {changesObject, changesTextSteps, runFacts} from '../../../source/features/changes/changes-words.ts';
import {type ComparedRuns, comparedRuns, RunCounter} from '../../../source/features/changes/run-changes.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {recording} from '../../demo/recording.ts';

const bodyOf = (name: string) => recording(name).body.toString();

/** Two runs of a real pipeline, each with a configuration of 200 lines between lines of stderr. */
const twoRuns = bodyOf('27-logs-real-pipeline.raw');
const secondStart = twoRuns.lastIndexOf('Pipeline configuration loaded');
const configurationEnd = (from: number) => twoRuns.indexOf('\n}\n', from) + 3;

/** With another text in the second configuration. */
function edited(text: string, by: string): string {
  const at = twoRuns.indexOf(text, secondStart);
  expect(at).toBeGreaterThan(secondStart);
  return twoRuns.slice(0, at) + by + twoRuns.slice(at + text.length);
}

type Reading = {readonly maxBytes?: number; readonly stepBytes?: number; readonly pieceBytes?: number};

function compared(text: string, {maxBytes = 1e8, stepBytes = 1 << 20, pieceBytes = 1e8}: Reading = {}): ComparedRuns {
  const buffer = new WritableLogBuffer({maxBytes});
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    buffer.append(bytes.subarray(at, at + pieceBytes));
    while (!index.step(1 << 20));
    while (!counter.step(stepBytes));
  }
  const [older, newer] = counter.runs.slice(-2);
  if (!older || !newer) throw new Error('no two runs');
  return comparedRuns({pipeline: 'orders-live', older, newer});
}

const leaves = ({configuration}: ComparedRuns) =>
  configuration.kind === 'unknown'
    ? 'unknown'
    : configuration.changes.map(({shown: {change, path: at, before, now}}) => [change, at, before, now]);

/** The text of a comparison, of whose program nothing is known. */
const changesText = (compared: ComparedRuns, facts = runFacts(compared, undefined)) =>
  runAtOnce(changesTextSteps(compared, facts));

const said = (runs: ComparedRuns) => /^configuration: (.*)$/m.exec(changesText(runs))?.[1];

it('of a pipeline that was stopped and started, finds that nothing differs', () => {
  const runs = compared(twoRuns);
  expect(leaves(runs)).toEqual([]);
  expect(said(runs)).toBe('the same in both runs');
});

it.each<[string, string, string, readonly unknown[]]>([
  ['a setting', '"workers": 1', '"workers": 8', ['changed', 'global.workers', '1', '8']],
  [
    'a path of a connector',
    '"path": "/home/feldera/data/orders-bad.json"',
    '"path": "/home/feldera/data/worse.json"',
    [
      ...['changed', 'inputs.orders.bad.transport.config.path'],
      ...['"/home/feldera/data/orders-bad.json"', '"/home/feldera/data/worse.json"'],
    ],
  ],
  [
    'a list',
    '"pin_cpus": []',
    '"pin_cpus": [\n      1,\n      2\n    ]',
    ['changed', 'global.pin_cpus', '[]', '[1, 2]'],
  ],
])('finds %s, and nothing else', (_, before, now, leaf) => {
  const text = edited(before, now);
  const runs = compared(text);
  expect(leaves(runs)).toEqual([leaf]);
  expect(said(runs)).toBe('1 difference');
  // In small steps, and while the log comes in small pieces, the same.
  expect(compared(text, {stepBytes: 300, pieceBytes: 1000})).toEqual(runs);
});

it('a configuration that left the buffer after it was counted is known; one that was there never is not', () => {
  const text = edited('"workers": 1', '"workers": 8');
  expect(leaves(compared(text, {maxBytes: 40_000, pieceBytes: 2000}))).toEqual([
    ['changed', 'global.workers', '1', '8'],
  ]);
  const end = configurationEnd(twoRuns.indexOf('Pipeline configuration loaded'));
  const runs = compared(text.slice(end - 500));
  expect(leaves(runs)).toBe('unknown');
  expect(said(runs)).toBe('unknown: that of run 1 is not in the log');
});

it('one that was cut is unknown, whatever of it is left', () => {
  const end = configurationEnd(secondStart);
  const runs = compared(`${twoRuns.slice(0, end - 400)}${twoRuns.slice(end)}`);
  expect(leaves(runs)).toBe('unknown');
  expect(said(runs)).toBe('unknown: that of run 2 is incomplete in the log');
  expect(changesObject(runs)).toMatchObject({
    configuration: null,
    older: {configuration: 'known', state: 'stopped', failed: false, failure: null, programVersion: null},
    newer: {configuration: 'unknown', state: 'running', endedAt: null},
  });
});

it('shows no credential, and says that one has changed', () => {
  const login = (password: string) => `"path": "postgres://feldera:${password}@db/orders"`;
  const before = twoRuns.replaceAll('"path": "/home/feldera/data/orders-bad.json"', login('PLANTED-1'));
  const at = before.lastIndexOf(login('PLANTED-1'));
  const runs = compared(before.slice(0, at) + before.slice(at).replace(login('PLANTED-1'), login('PLANTED-2')));
  const text = changesText(runs);
  expect(text).toContain('\n  changed  inputs.orders.bad.transport.config.path  (hidden, 38 characters)\n');
  expect(`${text}${JSON.stringify(changesObject(runs))}`).not.toContain('PLANTED');
  expect(changesObject(runs).configuration).toMatchObject([{hidden: true, before: null, now: null}]);
});

it('tells how the runs ended, and of which program the API tells', () => {
  const runs = compared(twoRuns);
  const lines = (status: string) =>
    changesText(runs, runFacts(runs, {programVersion: 3, platformVersion: '0.337.0', programStatusSince: status}))
      .split('\n')
      .slice(2, 5);
  expect(lines('2026-11-27T06:48:37.5Z')).toEqual([
    'run 2: running, began at 2026-11-27 06:50:26',
    'run 1: stopped after 81 s',
    'program: version 3 on platform 0.337.0 in both runs (API)',
  ]);
  expect(lines('2026-11-27T06:50:26.3Z')[2]).toBe(
    'program: version 3 on platform 0.337.0, compiled at 2026-11-27 06:50:26 (API); that of run 1 is unknown',
  );
  expect(lines('2026-11-27T07:00:00Z')[2]).toBe(
    'program: unknown: changed or compiled again since, at 2026-11-27 07:00:00 (API)',
  );
  const panicked = compared(`${bodyOf('35-worker-panic-logs.raw')}\n${twoRuns}`);
  expect(changesText(panicked)).toContain('\nrun 2: stopped after 81 s\n');
});
