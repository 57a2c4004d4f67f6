import {controller, logStartup, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';

/** Its disk filled up: a panic with a backtrace in the log, the reason in `deployment_error`. */
export const etl: Scene = {
  name: 'etl',
  historyMs: 1_500_000,
  *script({random, create}) {
    const pipeline = create({description: 'Loads the warehouse'});
    pipeline.start();
    const log = processLog(pipeline, {shape: 'colour'});
    logStartup(log, pipeline, 36_207);
    for (let batch = 1; batch <= 300; batch++) {
      yield 1000 + random.integer(2000);
      log('INFO', controller, `batch ${batch}: ${10_000 + random.integer(90_000)} records merged`);
      if (batch > 270) log('WARN', 'dbsp::storage', `storage volume is ${batch - 201} % full`);
    }
    yield 1200;
    pipeline.panic(
      'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }',
    );
  },
};
