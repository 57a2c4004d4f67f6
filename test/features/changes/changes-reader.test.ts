import {expect, it} from 'vitest';
import {ChangesReader, type ChangesState} from '../../../source/features/changes/changes-reader.ts';
import {comparedRuns} from '../../../source/features/changes/run-changes.ts';
import type {Clock} from '../../../source/lib/clock.ts';
import {head, indexText, runner, start, stopped} from '../../engine/records/index-lines.ts';

/** A clock of which each look takes a millisecond, and whose callbacks run when `turn` is called. */
function slowClock() {
  let now = 0;
  const queue = new Set<() => void>();
  const clock: Clock = {
    monotonic: () => (now += 1),
    wall: () => now,
    machine: () => now,
    sleep: () => Promise.reject(new Error('not used')),
    after(_, callback) {
      queue.add(callback);
      return () => queue.delete(callback);
    },
  };
  const turn = () => {
    const [callback] = queue;
    if (!callback) throw new Error('nothing waits');
    queue.delete(callback);
    callback();
  };
  return {clock, turn};
}

/** A run that prints a configuration of so many connectors, each with two leaves of this value. */
function run(connectors: number, value: string): readonly string[] {
  const inputs = Array.from({length: connectors}, (_, at) => [`t.c${at}`, {topic: value, password: value}]);
  const json = JSON.stringify({inputs: Object.fromEntries(inputs)}, undefined, 2);
  return [
    runner(start),
    ...`Pipeline configuration loaded successfully: ${json}`.split('\n'),
    head(`hello ${value}`),
    runner(stopped),
  ];
}

it('steps on from the run that is being compared: a key that is held is faster than a comparison', () => {
  const {clock, turn} = slowClock();
  const text = ['a', 'b', 'c', 'd'].flatMap((value) => run(1000, value)).join('\n');
  const {buffer, index} = indexText(`${text}\n`);
  const reader = new ChangesReader(clock);
  reader.start('p', {index, source: {buffer}}, undefined);
  const olderIs = (number: number) => {
    for (;;) {
      const state = reader.state.get();
      if (state?.kind === 'compared' && state.older.number === number) return;
      turn();
    }
  };
  olderIs(3);
  expect([reader.step(-1), reader.hasEarlier, reader.step(-1)]).toEqual([true, true, true]);
  expect(reader.state.get()).toMatchObject({older: {number: 3}});
  expect([reader.hasEarlier, reader.step(-1)]).toEqual([false, false]);
  olderIs(1);
  expect([reader.step(1), reader.step(1), reader.step(1)]).toEqual([true, true, false]);
  olderIs(3);
});

it('compares configurations of thousands of leaves in slices, with the result of a comparison at once', () => {
  const {clock, turn} = slowClock();
  const text = ['a', 'b', 'c'].flatMap((value) => run(4000, value)).join('\n');
  const {buffer, index} = indexText(`${text}\n`);
  const reader = new ChangesReader(clock);
  reader.start('p', {index, source: {buffer}}, undefined);
  const untilCompared = (before: ChangesState | undefined) => {
    let turns = 0;
    for (; reader.state.get() === before || reader.state.get()?.kind === 'counting'; turns++) turn();
    const state = reader.state.get();
    if (state?.kind !== 'compared') throw new Error(`${state?.kind}`);
    return {turns, state};
  };
  const {state: first} = untilCompared(undefined);
  expect([first.older.number, first.newer.number]).toEqual([2, 3]);
  expect(reader.step(-1)).toBe(true);
  // Until that is done, what was compared stays.
  expect(reader.state.get()).toBe(first);
  const {state, turns} = untilCompared(first);
  expect(turns).toBeGreaterThan(5);
  expect([state.older.number, state.newer.number]).toEqual([1, 3]);
  const {pipeline, older, newer} = state;
  const atOnce = comparedRuns({pipeline, older, newer});
  if (state.configuration.kind !== 'compared' || atOnce.configuration.kind !== 'compared') throw new Error('unknown');
  expect(state.configuration.changes).toHaveLength(8000);
  expect(state.configuration.changes.map(({shown}) => shown)).toEqual(
    atOnce.configuration.changes.map(({shown}) => shown),
  );
  expect(state.configuration.changes[1]?.shown).toMatchObject({path: 'inputs.t.c0.password', isHidden: true});
  expect(reader.step(-1)).toBe(false);
});
