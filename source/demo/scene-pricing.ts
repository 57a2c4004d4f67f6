import {controller, logStartup, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';

/** Is compiled, runs for a minute, is stopped to be changed, and is compiled again. */
export const pricing: Scene = {
  name: 'pricing',
  historyMs: 210_000,
  *script({random, create}) {
    const pipeline = create({description: 'Prices, changed all the time'});
    const log = processLog(pipeline, {shape: 'colour'});
    for (;;) {
      pipeline.setState({desiredStatus: 'Running'});
      pipeline.setProgram('Pending');
      yield 3000;
      pipeline.setProgram('CompilingSql');
      yield 8000;
      pipeline.setProgram('CompilingRust');
      yield 60_000;
      pipeline.setProgram('Success');
      pipeline.start();
      logStartup(log, pipeline, 40_003);
      for (let round = 1; round <= 40; round++) {
        yield 1000 + random.integer(1500);
        log('INFO', controller, `repriced ${random.integer(500)} articles in round ${round}`);
      }
      pipeline.stop();
      yield 5000;
    }
  },
};
