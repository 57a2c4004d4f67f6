import {controller, logStartup, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';

const deltaInput = 'dbsp_adapters::integrated::delta_table::input';

/** Ran last night for some minutes and was stopped; its log is still there. */
export const nightly: Scene = {
  name: 'nightly',
  historyMs: 8 * 3_600_000,
  *script({random, create}) {
    const pipeline = create({description: 'Nightly report'});
    pipeline.start();
    const log = processLog(pipeline, {shape: 'colour'});
    logStartup(log, pipeline, 39_455);
    log(
      'INFO',
      deltaInput,
      "delta_table sales.delta: opened delta table 's3://bucket/sales' (current table version 118)",
    );
    for (let part = 1; part <= 240; part++) {
      yield 800 + random.integer(3000);
      log('INFO', deltaInput, `delta_table sales.delta: read part ${part} of 240 (${1 + random.integer(64)} MB)`);
      if (random.chance(0.03)) {
        const cause =
          'Custom { kind: Other, error: "ObjectStore { source: Generic { store: \\"S3\\", source: \\"503 Slow Down\\" } }" }';
        const message = `delta_table sales.delta: error loading delta table 's3://bucket/sales' after 3 attempts (retrying in 4000 ms): ${cause}`;
        log('WARN', deltaInput, message);
      }
    }
    log('INFO', controller, 'Transaction 1: Finished committing 18204112 records in 481.7 seconds');
    yield 4000;
    pipeline.stop();
  },
};
