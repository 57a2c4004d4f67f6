import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {LogStates} from '../../../source/engine/logs/log-states.ts';
import {parseExchange} from '../../harness/raw-client.ts';
import {withNewlines} from '../../harness/with-newlines.ts';

function bodyOf(file: string): Buffer {
  return parseExchange(readFileSync(new URL(`../../wire/${file}`, import.meta.url)))?.body ?? Buffer.of();
}

/** A log in pieces: it is cut behind each of the offsets. */
function read(log: Buffer, cuts: readonly number[] = []): LogStates {
  const reported = new LogStates();
  const ends = [...cuts.map((cut) => cut % log.length), log.length].sort((a, b) => a - b);
  ends.forEach((end, index) => {
    const [piece, newlines] = withNewlines(log.subarray(ends[index - 1] ?? 0, end));
    reported.append(piece, newlines);
  });
  return reported;
}

const states = ['Stopped', 'Provisioning', 'Provisioned', 'Stopping', 'Initializing', 'Running', 'Paused', 'Failed'];
/** The states that were reported at about this time. */
function statesIn(reported: LogStates, around: number): readonly string[] {
  return states.filter((state) => reported.hasState(state, around));
}

describe.each([
  ['text', '01-catchup-live-restart-delete-clean-end.raw'],
  ['JSON', '03a-json-manager-lines.raw'],
])('in %s', (_, file) => {
  const log = bodyOf(file);
  const times = [...log.toString().matchAll(/(\d{4}-\d\d-\d\dT[\d:.]+Z)[^\n]*transition: (\S+) -> (\w+)/g)].map(
    ([, time = '', , to = '']) => ({at: Date.parse(time), to}),
  );

  test('has every state that a line of the runner leads to, at its time, however the log is cut', () => {
    expect(times.length).toBeGreaterThan(2);
    const whole = read(log);
    for (const {at, to} of times) {
      if (to === 'none') continue;
      expect(whole.hasState(to, at)).toBe(true);
      // The list's clock is the database's.
      expect(whole.hasState(to.toUpperCase(), at - 4_000)).toBe(true);
    }
    const last = Math.max(...times.map(({at}) => at));
    expect(states.filter((state) => whole.hasState(state, last + 60_000))).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.nat({max: log.length - 1}), {maxLength: 40}), (cuts) => {
        const pieces = read(log, cuts);
        for (const {at} of times) expect(statesIn(pieces, at)).toEqual(statesIn(whole, at));
      }),
      {numRuns: 60},
    );
  });
});

const suffix = 'pipeline-id="x" pipeline-name="orders"';
const line = (to: string, head = '[manager] 2026-11-27T06:49:06.783599Z  INFO pipeline_manager::runner::a: ') =>
  `${head}Runtime transition: initializing -> ${to} (desired: running) ${suffix}\n`;

test('a state of two words is the one of the list', () => {
  const reported = read(Buffer.from(line('awaiting_approval')));
  expect(reported.hasState('AwaitingApproval', Date.parse('2026-11-27T06:49:06.779706Z'))).toBe(true);
  expect(reported.hasState('AwaitingApproval', Number.NaN)).toBe(true);
  expect(reported.hasState('Awaiting', Number.NaN)).toBe(false);
});

test('a pipeline cannot report a state in the name of the runner', () => {
  const own = '[orders] 2026-11-27T06:49:06.783599Z  INFO orders:  ';
  const called = '[manager] 2026-11-27T06:49:06.783599Z  INFO orders::x:  ';
  for (const head of ['', own, called]) {
    expect(read(Buffer.from(line('running', head))).hasState('Running', Number.NaN)).toBe(false);
  }
  expect(read(Buffer.from(line('running'))).hasState('Running', Number.NaN)).toBe(true);
});

test('has an error of the runner with its cause, at its time', () => {
  const at = Date.parse('2026-11-27T08:20:25.487Z');
  const head = '[manager] 2026-11-27T08:20:25.487000Z ERROR pipeline_manager::runner::a: ';
  const reported = read(Buffer.from(`${head}Resources error: exited with signal: 6 (SIGABRT) ${suffix}\n`));
  expect(reported.hasError('signal: 6 (SIGABRT)', {at: at + 90})).toBe(true);
  expect(reported.hasError('signal: 9 (SIGKILL)', {at: at + 90})).toBe(false);
  expect(reported.hasError('signal: 6 (SIGABRT)', {at: at + 60_000})).toBe(false);
  expect(read(Buffer.from(`parse Resources error: x ${suffix}\n`)).hasError('x', {at})).toBe(false);
});

test('keeps only the last states, also of a line that ends without a newline', () => {
  const reported = read(Buffer.from(line('paused') + line('running').repeat(40)));
  expect(reported.hasState('Paused', Number.NaN)).toBe(false);
  const open = read(Buffer.from(line('standby').trimEnd()));
  expect(open.hasState('Standby', Number.NaN)).toBe(false);
  open.endLine();
  expect(open.hasState('Standby', Number.NaN)).toBe(true);
});

describe('ends that nobody asked for', () => {
  const at = Date.parse('2026-11-29T23:37:24.594Z');
  const runner = (message: string, level = ' INFO') =>
    `[manager] 2026-11-29T23:37:24.594712Z ${level} pipeline_manager::runner::a: ${message} ${suffix}\n`;
  const starting = runner('Resources transition: stopped -> provisioning (desired: provisioned)');
  const stopping = (desired: string) => runner(`Resources transition: provisioned -> stopping (desired: ${desired})`);
  const stopped = runner('Resources transition: stopping -> stopped (desired: stopped)');
  const error = runner('Resources error: Pipeline process exited prematurely with exit status: 5', 'ERROR');
  const cause = 'Pipeline process exited prematurely with exit status: 5';
  const endsIn = (text: string, cuts: readonly number[] = []) => read(Buffer.from(text), cuts).ends;

  test.each([
    ['a crash', starting + error + stopping('provisioned') + stopped, [cause]],
    [
      'a start that fails at once',
      runner('Resources transition: stopped -> stopping (desired: provisioned)'),
      [undefined],
    ],
    ['a panic, whose cause only the API has', starting + stopping('provisioned') + stopped, [undefined]],
    ['a stop that the user asked for', starting + stopping('stopped') + stopped, []],
    ['two crashes', (starting + error + stopping('provisioned') + stopped).repeat(2), [cause, cause]],
    ['an error of the run before', error + starting + stopping('stopped') + stopped, []],
  ])('%s', (_, text, causes) => {
    const ends = causes.map((each) => ({at, cause: each}));
    expect(endsIn(text)).toEqual({count: causes.length, last: ends});
    const cuts = Array.from({length: 20}, (__, index) => index * 37);
    expect(endsIn(text, cuts)).toEqual({count: causes.length, last: ends});
  });

  test('after any end the run is over, until the next start or until lines are missing', () => {
    const over = (text: string) => read(Buffer.from(text)).isRunOver;
    expect([over(starting), over(starting + stopping('stopped')), over(stopped + starting)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(over(starting + error + stopping('provisioned') + stopped)).toBe(true);
    const states = read(Buffer.from(starting + stopping('stopped') + stopped));
    states.missLines();
    expect(states.isRunOver).toBe(false);
  });

  test('a real panic', () => {
    const {ends} = read(bodyOf('35-worker-panic-logs.raw'));
    expect(ends).toEqual({count: 1, last: [{at: Date.parse('2026-11-27T06:46:44.095Z'), cause: undefined}]});
  });
});

describe('a state that was told before', () => {
  const line = (change: string, second: number) =>
    `[manager] 2026-11-25T09:08:0${second}.000000Z  INFO pipeline_manager::runner::pipeline_automata: ${change} pipeline-id="1" pipeline-name="p"\n`;
  const at = (second: number) => Date.parse(`2026-11-25T09:08:0${second}.000Z`);
  const running = line('Runtime transition: initializing -> running (desired: running)', 1);
  const stop = line('Resources transition: stopping -> stopped (desired: stopped)', 3);
  const pause = line('Runtime transition: running -> paused (desired: paused)', 3);

  test('is told once more where the process has ended since', () => {
    const reported = read(Buffer.from(running + stop));
    expect([2, 5].map((second) => reported.hasState('Running', at(second)))).toEqual([true, false]);
    expect(reported.hasState('Stopped', at(5))).toBe(true);
    reported.addListed('Running', at(5));
    expect(reported.hasState('Stopped', at(7))).toBe(false);
  });

  test('is not the last one where it has had another since', () => {
    const reported = read(Buffer.from(running + pause));
    expect([2, 5].map((second) => reported.isLastState('Running', at(second)))).toEqual([true, false]);
    expect(reported.hasState('Running', at(5))).toBe(true);
  });
});
