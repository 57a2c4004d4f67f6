import path from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {type History, RecordedHistory, type Step} from './recorded-history.ts';

const environment: {readonly PIPETAIL_RUNS?: string; readonly PIPETAIL_SEED?: string} = process.env;
const runs = Number(environment.PIPETAIL_RUNS ?? 60);
const seed = environment.PIPETAIL_SEED === undefined ? {} : {seed: Number(environment.PIPETAIL_SEED)};

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      lines: fc.integer({min: 1, max: 12}),
      padding: fc.nat(60),
    }),
  },
  {
    weight: 7,
    arbitrary: fc.record({
      do: fc.constant('receive' as const),
      bytes: fc.oneof(fc.nat(90), fc.nat(900), fc.constant(1e9)),
    }),
  },
  {weight: 5, arbitrary: fc.constant({do: 'wait' as const})},
  {weight: 2, arbitrary: fc.constant({do: 'cut' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'settle' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'end' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'kill' as const, torn: undefined})},
  {
    weight: 4,
    arbitrary: fc.record({do: fc.constant('kill' as const), torn: fc.double({min: 0, max: 1, noNaN: true})}),
  },
  {weight: 1, arbitrary: fc.constant({do: 'quit' as const})},
);

function history(one: fc.Arbitrary<Step>, limits: History['limits']): fc.Arbitrary<History> {
  return fc.record({
    limits: fc.constant(limits),
    shape: fc.constantFrom('manager', 'json'),
    maxBytes: fc.constantFrom(1_500, 20_000, 1_000_000),
    fileBytes: fc.constantFrom(500, 3_000, 1_000_000, 1_000_000, 1_000_000),
    steps: fc.array(one, {maxLength: 40}),
  });
}

async function check(arbitrary: fc.Arbitrary<History>): Promise<void> {
  const property = fc.asyncProperty(arbitrary, async (one) => {
    await using home = await temporaryDirectory();
    await new RecordedHistory(one, path.join(home.path, 'records')).play();
  });
  const outcome = await fc.check(property, {numRuns: runs, timeout: 60_000, ...seed});
  if (!outcome.failed) return;
  const [one] = outcome.counterexample ?? [];
  const story = one
    ? [JSON.stringify({...one, steps: undefined}), ...one.steps.map((each) => JSON.stringify(each))]
    : [];
  expect.fail(
    `seed ${outcome.seed}\n${story.join('\n')}\n${String(outcome.errorInstance)}\n${outcome.errorInstance instanceof Error ? outcome.errorInstance.stack : ''}`,
  );
}

const hours = 12 * 3_600_000;

test('while the server holds everything, whatever dies and whenever: every line is recorded, once', {
  timeout: hours,
}, async () => {
  await check(history(step, {bytes: 1e9, entries: 1e9}));
});

test('of a small ring that restarts: in order, nothing twice, and what is missing is marked', {
  timeout: hours,
}, async () => {
  const restart = fc.constant({do: 'restart' as const});
  await check(
    history(fc.oneof({weight: 20, arbitrary: step}, {weight: 1, arbitrary: restart}), {bytes: 3_000, entries: 40}),
  );
});
