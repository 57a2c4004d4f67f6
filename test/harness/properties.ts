// Replaces `fast-check` in tests (vitest.config.ts), which is at its path because its name leads here.
import fc from '../../node_modules/fast-check/lib/fast-check.js';

/** Where a property begins: the same cases on each run, others with `PIPETAIL_SEED=$RANDOM`. */
const seed = Number(process.env.PIPETAIL_SEED ?? 1);

fc.configureGlobal({seed});

// biome-ignore lint/style/noDefaultExport: as the library has it.
export default fc;
