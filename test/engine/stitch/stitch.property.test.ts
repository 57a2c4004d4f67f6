import fc from 'fast-check';
import {expect, test} from 'vitest';
import {type History, Player, type Step, script, type Written} from './history.ts';
import type {Shape} from './ring-model.ts';

const environment: {readonly PIPETAIL_RUNS?: string; readonly PIPETAIL_SEED?: string} = process.env;
const runs = Number(environment.PIPETAIL_RUNS ?? 700);
const seed = environment.PIPETAIL_SEED === undefined ? {} : {seed: Number(environment.PIPETAIL_SEED)};

const limits = fc.constantFrom(
  {bytes: 600, entries: 8},
  {bytes: 1000, entries: 20},
  {bytes: 300, entries: 50},
  {bytes: 200, entries: 3},
);

const dated = fc.record({
  kind: fc.constant('dated' as const),
  // Most lines fit, some fill the ring, some empty it. Two bytes each, so that a cut may fall within a character.
  padding: fc.oneof({weight: 8, arbitrary: fc.nat(20)}, {weight: 1, arbitrary: fc.nat(700)}),
});
const manager = fc.oneof(
  {weight: 3, arbitrary: fc.record({kind: fc.constant('manager' as const), lines: fc.integer({min: 1, max: 4})})},
  {weight: 1, arbitrary: fc.constant({kind: 'transition' as const})},
);
/** With lines that anybody may write. */
const vagueManager = fc.record({
  kind: fc.constant('manager' as const),
  lines: fc.integer({min: 1, max: 4}),
  text: fc.constantFrom('x', '', '[manager] x'),
});

const suffix = 'pipeline-id="id-1" pipeline-name="p"';
const logs = 'pipeline_manager::runner::pipeline_logs';
const imitations = [
  'Logs have ended',
  'Logs have',
  '[manager] 2026-01-01T00:00:00.000000Z ERROR x: a line without its suffix',
  '[manager] ',
  `a line that ends in ${suffix}`,
  `[manager] 2026-01-01T00:00:00.000000Z  INFO x: whole ${suffix}`,
  `[manager] 2026-01-01T00:00:00.000000Z  INFO ${logs}: Fresh start of pipeline logs ${suffix}`,
  `[manager] 2026-01-01T00:00:00.000000Z  WARN ${logs}: ... 7 prior log lines were discarded due to buffer constraints and are thus not shown. ${suffix}`,
];
const plain = fc
  .oneof(
    {weight: 4, arbitrary: fc.constantFrom('x', 'x', 'x', '', 'y')},
    {weight: 1, arbitrary: fc.constantFrom(...imitations)},
  )
  .map((text): Written => ({kind: 'plain', text}));

const chunks = fc.array(fc.oneof(fc.nat(3), fc.nat(80), fc.nat(2000)), {minLength: 1, maxLength: 6});

function step(entry: fc.Arbitrary<Written>): fc.Arbitrary<Step> {
  const farewell = fc.constantFrom('end-marker' as const, 'silent' as const);
  const entries = fc.oneof(
    {weight: 4, arbitrary: fc.array(entry, {minLength: 1, maxLength: 6})},
    {
      weight: 1,
      arbitrary: fc.tuple(entry, fc.integer({min: 1, max: 30})).map(([one, times]) => Array(times).fill(one)),
    },
  );
  return fc.oneof(
    {weight: 6, arbitrary: fc.record({do: fc.constant('write' as const), entries})},
    {weight: 8, arbitrary: fc.record({do: fc.constant('receive' as const), chunks})},
    {weight: 4, arbitrary: fc.constant({do: 'cut' as const})},
    {weight: 2, arbitrary: fc.constant({do: 'settle' as const})},
    {weight: 2, arbitrary: fc.constant({do: 'pack' as const})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('restart' as const), farewell})},
    {weight: 1, arbitrary: fc.constantFrom({do: 'recreate' as const}, {do: 'jump-clock' as const})},
  );
}

function history(entry: fc.Arbitrary<Written>): fc.Arbitrary<History> {
  const shape = fc.constantFrom<Shape[]>('manager', 'json');
  const idComes = fc.constantFrom<History['idComes'][]>('at-once', 'late', 'never');
  return fc.record({limits, shape, idComes, steps: fc.array(step(entry), {maxLength: 25})});
}

function check(entry: fc.Arbitrary<Written>, isDated: boolean): void {
  const property = fc.property(history(entry), (one) => new Player(one, isDated).play());
  const outcome = fc.check(property, {numRuns: runs, ...seed});
  if (outcome.failed) {
    const [counterexample] = outcome.counterexample ?? [];
    const story = counterexample ? script(counterexample) : '';
    expect.fail(`seed ${outcome.seed}\n${story}\n${String(outcome.errorInstance)}`);
  }
}

const hours = 12 * 3_600_000;

test('dated lines: nothing is lost that was there, nothing is shown twice, each loss is counted', {
  timeout: hours,
}, () => {
  check(fc.oneof({weight: 6, arbitrary: dated}, {weight: 1, arbitrary: manager}), true);
});

test('any lines, identical ones and imitations too: the truth lies within what each marker claims', {
  timeout: hours,
}, () => {
  const runner = fc.oneof(manager, vagueManager);
  check(fc.oneof({weight: 1, arbitrary: dated}, {weight: 1, arbitrary: runner}, {weight: 3, arbitrary: plain}), false);
});

test('hardly anything but the same line, again and again', {timeout: hours}, () => {
  const same = fc
    .constantFrom('x', 'x', 'x', 'x', 'x', '', '[manager] x')
    .map((text): Written => ({kind: 'plain', text}));
  check(fc.oneof({weight: 1, arbitrary: dated}, {weight: 12, arbitrary: same}), false);
});
