// Replaces `fast-check` in tests (vitest.config.ts), which is at its path because its name leads here.
import fc, {type IRawProperty, type Parameters} from '../../node_modules/fast-check/lib/fast-check.js';

const {PIPETAIL_RUNS, PIPETAIL_SEED} = process.env;

// The same cases on each run, others with `PIPETAIL_SEED=$RANDOM`.
fc.configureGlobal({seed: Number(PIPETAIL_SEED ?? 1)});

/** A third of the cases that a test asks for, but no fewer than ten of them; all where `PIPETAIL_RUNS` is set. */
function partOf<Values>(parameters: Parameters<Values> = {}): Parameters<Values> {
  const {numRuns = 100} = parameters;
  const part = Math.min(numRuns, Math.max(10, Math.ceil(numRuns / 3)));
  return {...parameters, numRuns: PIPETAIL_RUNS === undefined ? part : numRuns};
}

// biome-ignore lint/style/noDefaultExport: as the library has it.
export default {
  ...fc,
  assert: <Values>(property: IRawProperty<Values>, parameters?: Parameters<Values>) =>
    fc.assert(property, partOf(parameters)),
  check: <Values>(property: IRawProperty<Values>, parameters?: Parameters<Values>) =>
    fc.check(property, partOf(parameters)),
};
