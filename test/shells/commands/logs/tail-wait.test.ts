import {expect, test} from 'vitest';
import type {ConnectionState} from '../../../../source/engine/connection/state.ts';
import {TailWait} from '../../../../source/shells/commands/logs/tail-wait.ts';

const connecting = (): ConnectionState => ({kind: 'connecting'});
const caught = (since: number): ConnectionState => ({kind: 'catching-up', since});
const failure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'} as const;
const waiting: ConnectionState = {kind: 'waiting', until: 0, tries: 1, cause: 'unknown', failure};

/** A log that never rests: `states` are what each check sees, and the bytes begin with the last of them. */
function mayBeLive(states: readonly (readonly [now: number, connection: ConnectionState])[]) {
  const wait = new TailWait(0);
  const common = {opened: true, serverAnswers: true, logEnded: false};
  for (const [now, connection] of states) wait.check({...common, now, connection, received: 0, receivedAt: undefined});
  const [begun = 0, connection = waiting] = states.at(-1) ?? [];
  for (let now = begun; ; now += 50) {
    const over = wait.check({...common, now, connection, received: 1, receivedAt: now});
    if (over) return now - over.mayBeLive;
  }
}

test('what came since the request may be live, though a busy program sees only later that it was made', () => {
  expect(
    mayBeLive([
      [200, connecting()],
      [250, caught(240)],
    ]),
  ).toBe(0);
  expect(mayBeLive([[250, caught(240)]])).toBe(0);
});

test('of several requests it is the one that was answered first', () => {
  const seen = [
    [10, connecting()],
    [60, waiting],
    [2000, waiting],
    [2300, connecting()],
    [2400, caught(2350)],
  ] as const;
  expect(mayBeLive(seen)).toBe(2000);
  // One that is made and answered between two checks.
  expect(mayBeLive([...seen.slice(0, 3), [2100, caught(2080)]])).toBe(2000);
  expect(mayBeLive([...seen, [2500, waiting], [3000, connecting()], [3100, caught(3050)]])).toBe(2000);
});
