import {describe, expect, it} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {
  changesInWords,
  changesObject,
  changesTextSteps,
  runFacts,
  runInWords,
} from '../../../source/features/changes/changes-words.ts';
import {
  type ComparedRuns,
  comparedRuns,
  type GroupChange,
  RunCounter,
  type RunProfile,
} from '../../../source/features/changes/run-changes.ts';
import {lineAsSent} from '../../../source/kit/viewport/line-text.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {head, indexText, runner, start, stopped} from '../../engine/records/index-lines.ts';

/** A time so many minutes after midnight. */
const at = (minutes: number) => new Date(Date.UTC(2026, 10, 25, 0, minutes)).toISOString().replace('Z', '000Z');

/** A run of an hour: its start, lines at its beginning and its end, and its stop. */
function run(hour: number, lines: readonly string[]): string[] {
  return [
    runner(start, 'INFO', at(60 * hour)),
    head('began', 'INFO', at(60 * hour)),
    ...lines,
    head('ended', 'INFO', at(60 * hour + 60)),
    runner(stopped, 'INFO', at(60 * hour + 60)),
  ];
}

const many = (times: number, level: string, words: string, hour: number) =>
  Array.from({length: times}, (_, n) => head(`${words} ${n}`, level, at(60 * hour + 1)));

function runsOf(lines: readonly string[], stepBytes = 1 << 20) {
  const {buffer, index} = indexText(`${lines.join('\n')}\n`);
  const counter = new RunCounter({buffer, index});
  while (!counter.step(stepBytes));
  return counter.runs;
}

const two = [
  ...run(1, [
    ...many(4, 'INFO', 'step', 1),
    ...many(4, 'WARN', 'slow', 1),
    ...many(3, 'INFO', 'seldom', 1),
    ...many(2, 'ERROR', 'refused', 1),
    ...many(5, 'INFO', 'cleaned', 1),
  ]),
  ...run(2, [
    ...many(11, 'INFO', 'step', 2),
    ...many(12, 'WARN', 'slow', 2),
    ...many(9, 'INFO', 'seldom', 2),
    ...many(1, 'INFO', 'hello', 2),
    head('parse error: bad', 'ERROR', at(121)),
    'Invalid fragment: 7',
  ]),
];

/** The text of a comparison, of whose program nothing is known. */
const changesText = (compared: ComparedRuns) => runAtOnce(changesTextSteps(compared, runFacts(compared, undefined)));

const compareRuns = (older: RunProfile, newer: RunProfile) => comparedRuns({pipeline: 'orders', older, newer}).changes;

const said = ({change, before, now, example}: GroupChange) =>
  `${change} ${before.count} ${now.count} ${lineAsSent(example).text.split('  ').at(-1)}`;

it('finds what is new, three times as frequent, and gone; errors first, then warnings', () => {
  const [older, newer] = runsOf(two);
  if (!older || !newer) throw new Error('no two runs');
  const changes = compareRuns(older, newer);
  expect(changes.map(said)).toEqual([
    'new 0 1 parse error: bad',
    'gone 2 0 refused 0',
    'more 4 12 slow 0',
    'new 0 1 hello 0',
    'gone 5 0 cleaned 0',
  ]);
  expect(changesInWords(changes)).toBe('2 new · 1 more frequent · 2 gone');
  expect(changesInWords([])).toBe('no kind of record differs');
});

it('counts what came in a run that only the list told of for the run that the log has it in', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  const add = (...lines: readonly string[]) => {
    buffer.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
    while (!index.step(1 << 20));
    while (!counter.step(1 << 20));
  };
  const state = (minutes: number, from: string, to: string) =>
    buffer.addMarker({at: Date.parse(at(minutes)), kind: 'state', from, to});
  add(runner(start, 'INFO', at(1)), head('began', 'INFO', at(1)));
  state(30, 'Running', 'Stopped');
  state(40, 'Stopped', 'Running');
  add(head('late', 'INFO', at(29)));
  expect(counter.runs.map(({number, records}) => [number, records])).toEqual([
    [1, 1],
    [2, 1],
  ]);
  add(runner(stopped, 'INFO', at(30)), runner(start, 'INFO', at(39)), head('new', 'INFO', at(41)));
  expect(counter.runs.map(({number, records, kinds}) => [number, records, kinds.size])).toEqual([
    [1, 2, 2],
    [2, 1, 1],
  ]);
});

it('says what is missing of a run, of which a kind may only seem to be gone', () => {
  const buffer = new WritableLogBuffer({maxBytes: 2 ** 20});
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  const add = (lines: readonly string[]) => {
    buffer.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
    while (!index.step(1 << 20));
    while (!counter.step(1 << 20));
  };
  add(run(1, many(4, 'WARN', 'slow', 1)));
  add([runner(start, 'INFO', at(120)), head('began', 'INFO', at(120))]);
  buffer.addMarker({
    ...{kind: 'lost', atLeast: 120, atMost: 120, at: 0},
    ...{from: Date.parse(at(121)), to: Date.parse(at(122))},
  });
  add([runner('stdout encountered I/O error: no UTF-8', 'ERROR', at(123))]);
  const [older, newer] = counter.runs;
  if (!older || !newer) throw new Error('no two runs');
  const compared = comparedRuns({pipeline: 'p', older, newer});
  const lost = '120 entries lost between 02:01:00 and 02:02:00 (buffer overflow, or the log was cleared)';
  const stream = 'stdout is lost until the next start: no UTF-8';
  expect(runFacts(compared, undefined)).toContainEqual(['missing from run 2', `${lost} · ${stream}`]);
  expect(runFacts(compared, undefined).map(([name]) => name)).not.toContain('missing from run 1');
  expect(changesObject(compared)).toMatchObject({older: {missing: []}, newer: {missing: [lost, stream]}});
});

it('counts the rate by the hour: as often in a tenth of the time is ten times as frequent', () => {
  const short = [
    runner(start, 'INFO', at(120)),
    ...many(10, 'INFO', 'step', 2).map((line) => line.replace('02:01', '02:00')),
    head('ended', 'INFO', at(126)),
  ];
  const [older, newer] = runsOf([...run(1, many(10, 'INFO', 'step', 1)), ...short]);
  if (!older || !newer) throw new Error('no two runs');
  expect(compareRuns(older, newer).map(said)).toEqual(['more 10 10 step 0', 'gone 1 0 began']);
});

it('finds the same in small steps, and leads to the first line of a kind', () => {
  expect(runsOf(two, 200)).toEqual(runsOf(two));
  const [older, newer] = runsOf(two);
  if (!older || !newer) throw new Error('no two runs');
  const [first] = compareRuns(older, newer);
  expect(two[first?.firstId ?? -1]).toContain('parse error: bad');
});

it('counts a line that comes in two parts once it is whole', () => {
  const buffer = new WritableLogBuffer({maxBytes: 1 << 20});
  const index = new RecordIndex(buffer);
  const counter = new RunCounter({buffer, index});
  const text = `${two.join('\n')}\n`;
  const half = text.indexOf('refused 0') + 'ref'.length;
  for (const part of [text.slice(0, half), text.slice(half)]) {
    buffer.append(Buffer.from(part));
    while (!index.step(1 << 20));
    while (!counter.step(1 << 20));
  }
  expect(counter.runs).toEqual(runsOf(two));
});

it('of thousands of kinds, finds the errors, and calls nothing new or gone that may not be', () => {
  const word = (n: number) => [...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
  const unique = (hour: number) =>
    Array.from({length: 3000}, (_, n) => head(`${word(n + 10_000 * hour)} happened`, 'INFO', at(60 * hour + 1)));
  const runs = runsOf([...run(1, unique(1)), ...run(2, [...unique(2), head('refused', 'ERROR', at(125))])]);
  const [older, newer] = runs;
  if (!older || !newer) throw new Error('no two runs');
  expect(compareRuns(older, newer).map(said)).toEqual(['new 0 1 refused']);
  expect(runInWords(newer)).toMatch(/^run 2, 3,003 records of more than 2,000 kinds in /);
});

it('a step reads no more than it may, also of long lines', () => {
  const {buffer, index} = indexText(`${head('x'.repeat(60_000))}\n`.repeat(20));
  const counter = new RunCounter({buffer, index});
  counter.step(100_000);
  expect(counter.countedTo).toBe(2);
});

it('is a text, and an object with rates', () => {
  const [older, newer] = runsOf(two);
  if (!older || !newer) throw new Error('no two runs');
  const compared = comparedRuns({pipeline: 'p', older, newer});
  expect(changesText(compared)).toBe(`p: run 2, 36 records in 60 min since 2026-11-25 02:00:00
compared with run 1, 20 records in 60 min since 2026-11-25 01:00:00
run 2: stopped after 60 min
run 1: stopped after 60 min
program: unknown: the log does not name its version
configuration: unknown: neither is in the log
records: 2 new · 1 more frequent · 2 gone
  new   x1            ERROR server      parse error: bad
  gone  x2            ERROR server      refused 0
  more  x4 to x12     WARN  server      slow 0
  new   x1            INFO  server      hello 0
  gone  x5            INFO  server      cleaned 0
`);
  expect(changesObject(compared)).toMatchObject({
    pipeline: 'p',
    older: {run: 1, records: 20, from: '2026-11-25T01:00:00.000Z', to: '2026-11-25T02:00:00.000Z'},
    newer: {run: 2, records: 36},
    changes: [
      {change: 'new', level: 'ERROR', before: 0, now: 1, perHourBefore: 0, perHourNow: 1},
      {change: 'gone'},
      {change: 'more', perHourBefore: 4, perHourNow: 12},
      {},
      {},
    ],
  });
});

describe('a start that failed', () => {
  const seconds = (second: number) => `2026-11-25T03:00:0${second}.000000Z`;
  const failed = (...lines: readonly string[]) => [
    runner(start, 'INFO', seconds(0)),
    head('hello', 'INFO', seconds(1)),
    ...lines,
    runner('Resources transition: provisioned -> stopping (desired: provisioned)', 'INFO', seconds(2)),
    runner(stopped, 'INFO', seconds(2)),
  ];
  const why = head('Error initializing the pipeline: a.in: no such file', 'ERROR', seconds(1));
  const error = (endedStart: boolean) => ({message: 'm', errorCode: 'X', cause: 'no nodes left', endedStart, more: []});
  const compared = (lines: readonly string[]) => {
    const [older, newer] = runsOf(lines);
    if (!older || !newer) throw new Error('no two runs');
    return comparedRuns({pipeline: 'p', older, newer});
  };
  const program = {programVersion: 1, programStatusSince: '', platformVersion: '1'};

  it('is told with its cause, from the log', () => {
    const runs = compared([...failed(why), ...run(4, [])]);
    expect(runFacts(runs, undefined)[1]).toEqual(['run 1', 'start failed after 2 s: a.in: no such file']);
    const {older, newer} = changesObject(runs);
    expect(older).toMatchObject({state: 'stopped', failed: true, startFailed: true});
    expect(older.failure).toContain('Error initializing the pipeline: a.in: no such file');
    expect(newer).toMatchObject({failed: false, startFailed: false, failure: null});
  });

  it('has the words of the runner in its sentence, without the column that names it', () => {
    const runs = compared([...failed(runner('Runtime error: exit status: 101', 'ERROR', seconds(1))), ...run(4, [])]);
    expect(runFacts(runs, undefined)[1]).toEqual(['run 1', 'start failed after 2 s: Runtime error: exit status: 101']);
  });

  it('is told with the cause that the API has, if that is of the same end', () => {
    const runs = compared([...run(1, []), ...failed()]);
    const ofApi = {...program, deploymentStatusSince: '2026-11-25T03:00:04Z', deploymentError: error(true)};
    expect(runFacts(runs, ofApi)[0]).toEqual(['run 2', 'start failed after 2 s: no nodes left (API)']);
    expect(runFacts(runs, ofApi)[1]).toEqual(['run 1', 'stopped after 60 min']);
    expect(changesObject(runs, ofApi).newer).toMatchObject({startFailed: true, failure: 'no nodes left'});
    const later = {...ofApi, deploymentStatusSince: '2026-11-25T05:00:00Z'};
    expect(runFacts(runs, later)[0]).toEqual(['run 2', 'start failed after 2 s']);
  });

  it('the API tells of a failure, too, where the log has none', () => {
    const runs = compared([...run(1, []), ...run(2, [])]);
    const ofApi = {...program, deploymentStatusSince: '2026-11-25T03:00:01Z', deploymentError: error(false)};
    expect(runFacts(runs, ofApi)[0]).toEqual(['run 2', 'failed after 60 min: no nodes left (API)']);
    expect(changesObject(runs, ofApi).newer).toMatchObject({failed: true, startFailed: false});
  });
});

it('panics of other messages are other kinds, with the words of their row in the log', () => {
  const panic = (hour: number, message: string) => [
    head('before', 'INFO', at(60 * hour)),
    `thread 'dbsp-worker-0' (${hour}) panicked at a.rs:1:2:`,
    message,
  ];
  const lines = [...run(1, panic(1, 'no space')), ...run(2, panic(2, 'refused'))];
  // Lines that come one by one, too.
  for (const stepBytes of [1, 1 << 20]) {
    const [older, newer] = runsOf(lines, stepBytes);
    if (!older || !newer) throw new Error('no two runs');
    const compared = comparedRuns({pipeline: 'p', older, newer});
    expect(changesText(compared).split('\n').slice(6)).toEqual([
      'records: 1 new · 1 gone',
      '  new   x1            ERROR panic       refused (dbsp-worker-0 at a.rs:1:2)',
      '  gone  x1            ERROR panic       no space (dbsp-worker-0 at a.rs:1:2)',
      '',
    ]);
    expect(changesObject(compared).changes[0]?.example).toBe(
      "thread 'dbsp-worker-0' (2) panicked at a.rs:1:2:\nrefused",
    );
  }
});

it('counts errors that the log tells of as suppressed, and no kind of the lines that tell it', () => {
  const errors = (hour: number, times: number, suppressed: number) => [
    ...Array.from({length: times}, (_, n) =>
      head(`error on input endpoint 'a.in': bad ${n}`, 'ERROR', at(60 * hour + 1)),
    ),
    head(
      `Suppressed ${suppressed} 'a.in-text_event_err' errors in the last 2.00s (most recently, 0.20s ago) due to excessive rate.`,
      'INFO',
      at(60 * hour + 2),
    ),
    head("error on input endpoint 'a.in': bad 7", 'ERROR', at(60 * hour + 2)),
  ];
  const [older, newer] = runsOf([...run(1, errors(1, 4, 5)), ...run(2, errors(2, 19, 115))]);
  if (!older || !newer) throw new Error('no two runs');
  const compared = comparedRuns({pipeline: 'p', older, newer});
  expect(changesText(compared).split('\n').slice(6)).toEqual([
    'records: 1 more frequent',
    "  more  x5 +5 suppressed to x20 +115 suppressed  ERROR server      error on input endpoint 'a.in': bad 0",
    '',
  ]);
  expect(changesObject(compared).changes).toMatchObject([
    {before: 5, now: 20, suppressedBefore: 5, suppressedNow: 115, perHourBefore: 10, perHourNow: 135},
  ]);
});

it('finds a connector that began to fail as another one did before', () => {
  const error = (connector: string, hour: number) =>
    head(`parse error on input endpoint '${connector}': missing field`, 'ERROR', at(60 * hour + 1));
  const [older, newer] = runsOf([...run(1, [error('a.in', 1)]), ...run(2, [error('a.in', 2), error('b.in', 2)])]);
  if (!older || !newer) throw new Error('no two runs');
  expect(compareRuns(older, newer).map(said)).toEqual(["new 0 1 parse error on input endpoint 'b.in': missing field"]);
});

it('knows a long line by its beginning, whatever its form', () => {
  const long = (rest: string) => `read ${'x'.repeat(9000)} ${rest}`;
  const json = (rest: string) =>
    JSON.stringify({timestamp: at(61), level: 'WARN', fields: {message: `say "${long(rest)}`}, target: 'dbsp::a'});
  const [{kinds} = {kinds: new Map()}] = runsOf([
    ...[runner(start, 'INFO', at(60)), head(long('one'), 'WARN', at(61)), head(long('two'), 'WARN', at(61))],
    ...[json('one'), json('two')],
  ]);
  expect([...kinds.values()].map(({level, count}) => `${level} ${count}`)).toEqual(['WARN 2', 'WARN 2']);
});
