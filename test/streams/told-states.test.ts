import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {LogBuffer} from '../../source/buffer/log-buffer.ts';
import {ToldStates} from '../../source/streams/told-states.ts';
import {parseExchange} from '../harness/raw-client.ts';
import {withNewlines} from '../harness/with-newlines.ts';

function bodyOf(file: string): Buffer {
  return parseExchange(readFileSync(new URL(`../wire/${file}`, import.meta.url)))?.body ?? Buffer.of();
}

/** A log in pieces: it is cut behind each of the offsets. */
function hear(log: Buffer, cuts: readonly number[] = []): ToldStates {
  const buffer = new LogBuffer({maxBytes: 8 * 1024 * 1024});
  const told = new ToldStates(buffer);
  const ends = [...cuts.map((cut) => cut % log.length), log.length].sort((a, b) => a - b);
  ends.forEach((end, index) => {
    const [piece, newlines] = withNewlines(log.subarray(ends[index - 1] ?? 0, end));
    const {hasOpenLine} = buffer;
    buffer.append(piece, newlines);
    told.append(piece, hasOpenLine, newlines);
  });
  return told;
}

const states = ['Stopped', 'Provisioning', 'Provisioned', 'Stopping', 'Initializing', 'Running', 'Paused', 'Failed'];
/** Each state and when it was told, to the second: where `tells` holds. */
function toldIn(told: ToldStates, around: number): readonly string[] {
  return states.filter((state) => told.tells(state, around));
}

describe.each([
  ['text', '01-catchup-live-restart-delete-clean-end.raw'],
  ['JSON', '03a-json-manager-lines.raw'],
  ['text of 0.200', '40e-v0.200-log-start-stop.raw'],
  ['JSON of 0.200', '40g-v0.200-log-json.raw'],
  ['text of 0.100', '41e-v0.100-log-start-stop.raw'],
])('in %s', (_, file) => {
  const log = bodyOf(file);
  const times = [...log.toString().matchAll(/(\d{4}-\d\d-\d\dT[\d:.]+Z)[^\n]*transition: (\S+) -> (\w+)/g)].map(
    ([, time = '', , to = '']) => ({at: Date.parse(time), to}),
  );

  test('every state is told that a line of the runner leads to, at its time, however the log is cut', () => {
    expect(times.length).toBeGreaterThan(2);
    const whole = hear(log);
    for (const {at, to} of times) {
      if (to === 'none') continue;
      expect(whole.tells(to, at)).toBe(true);
      // The list's clock is the database's.
      expect(whole.tells(to.toUpperCase(), at - 4_000)).toBe(true);
    }
    const last = Math.max(...times.map(({at}) => at));
    expect(states.filter((state) => whole.tells(state, last + 60_000))).toEqual([]);
    fc.assert(
      fc.property(fc.array(fc.nat({max: log.length - 1}), {maxLength: 40}), (cuts) => {
        const pieces = hear(log, cuts);
        for (const {at} of times) expect(toldIn(pieces, at)).toEqual(toldIn(whole, at));
      }),
      {numRuns: 60},
    );
  });
});

const suffix = 'pipeline-id="x" pipeline-name="orders"';
const line = (to: string, head = '[manager] 2026-11-27T06:49:06.783599Z  INFO pipeline_manager::runner::a: ') =>
  `${head}Runtime transition: initializing -> ${to} (desired: running) ${suffix}\n`;

test('a state of two words is the one of the list', () => {
  const told = hear(Buffer.from(line('awaiting_approval')));
  expect(told.tells('AwaitingApproval', Date.parse('2026-11-27T06:49:06.779706Z'))).toBe(true);
  expect(told.tells('AwaitingApproval', Number.NaN)).toBe(true);
  expect(told.tells('Awaiting', Number.NaN)).toBe(false);
});

test('a pipeline cannot tell a state in the name of the runner', () => {
  const own = '[orders] 2026-11-27T06:49:06.783599Z  INFO orders:  ';
  const called = '[manager] 2026-11-27T06:49:06.783599Z  INFO orders::x:  ';
  for (const head of ['', own, called]) {
    expect(hear(Buffer.from(line('running', head))).tells('Running', Number.NaN)).toBe(false);
  }
  expect(hear(Buffer.from(line('running'))).tells('Running', Number.NaN)).toBe(true);
});

test('an error of the runner is told with its cause, at its time', () => {
  const at = Date.parse('2026-11-27T08:20:25.487Z');
  const head = '[manager] 2026-11-27T08:20:25.487000Z ERROR pipeline_manager::runner::a: ';
  const told = hear(Buffer.from(`${head}Resources error: exited with signal: 6 (SIGABRT) ${suffix}\n`));
  expect(told.tellsError('signal: 6 (SIGABRT)', at + 90)).toBe(true);
  expect(told.tellsError('signal: 9 (SIGKILL)', at + 90)).toBe(false);
  expect(told.tellsError('signal: 6 (SIGABRT)', at + 60_000)).toBe(false);
  expect(hear(Buffer.from(`parse Resources error: x ${suffix}\n`)).tellsError('x', at)).toBe(false);
});

test('only the last states are remembered, also when a line ends without a newline', () => {
  const told = hear(Buffer.from(line('paused') + line('running').repeat(40)));
  expect(told.tells('Paused', Number.NaN)).toBe(false);
  const open = hear(Buffer.from(line('standby').trimEnd()));
  expect(open.tells('Standby', Number.NaN)).toBe(false);
  open.endLine();
  expect(open.tells('Standby', Number.NaN)).toBe(true);
});
