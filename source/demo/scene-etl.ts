import {connectorErrors, controller, panicProcess, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {deltaInputOf, fileOutputOf, startProcess} from './startup-lines.ts';

const place = 'crates/dbsp/src/storage/backend/posixio_impl.rs:318:22';
const noSpace = 'No space left on device (os error 28)';

/** Its disk fills up: an output that fails, then a worker that panics. The reason is in `deployment_error`. */
export const etl: Scene = {
  name: 'etl',
  historyMs: 1_500_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Loads the warehouse'});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [deltaInputOf('sales.delta', 's3://warehouse/sales')];
    const outputs = [fileOutputOf('totals.file', '/var/lib/warehouse/totals.json')];
    yield* startProcess(pipeline, [log], {port: 36_207, workers: 8, inputs, outputs}, random);
    const report = connectorErrors(pipeline, log, now);
    for (let batch = 1; batch <= 300; batch++) {
      yield 1000 + random.integer(2000);
      const records = 10_000 + random.integer(90_000);
      log('INFO', 'udf', `batch ${batch}: ${records} records merged into totals, ${random.integer(40)} of them late`);
      if (batch <= 270) continue;
      for (let error = 0; error < 3; error++) {
        yield 100 + random.integer(200);
        const message = `error on output endpoint 'totals.file': ${noSpace}`;
        report({endpoint: 'totals.file', tag: 'outprobe_push_buf', message});
      }
      const advice = `checkpoint failed: error writing checkpoint to storage: ${noSpace}`;
      if (batch % 10 === 0) log('WARN', controller, advice);
    }
    yield 1200;
    const message =
      'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }';
    yield* panicProcess(pipeline, log, {process: 20_000 + random.integer(10_000), place, message});
  },
};
