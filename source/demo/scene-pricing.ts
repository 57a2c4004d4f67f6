import {processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {kafkaInputOf, startProcess, stopProcess} from './startup-lines.ts';

/** Is compiled, runs for a minute, is stopped to be changed, and is compiled again. */
export const pricing: Scene = {
  name: 'pricing',
  historyMs: 210_000,
  *script({random, create}) {
    const pipeline = create({description: 'Prices, changed all the time'});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [kafkaInputOf('articles.kafka', 'articles')];
    for (;;) {
      pipeline.wish('Running');
      pipeline.setProgram('Pending');
      yield 3000;
      pipeline.setProgram('CompilingSql');
      yield 8000;
      pipeline.setProgram('CompilingRust');
      yield 60_000;
      pipeline.setProgram('Success');
      yield* startProcess(pipeline, [log], {port: 40_003, workers: 2, inputs}, random);
      for (let round = 1; round <= 40; round++) {
        yield 1000 + random.integer(1500);
        const limits = `${random.integer(20)} of them held back by the price limits of their region`;
        log('INFO', 'udf', `repriced ${random.integer(500)} articles in round ${round}, ${limits}`);
      }
      yield* stopProcess(pipeline, random);
      yield 5000;
    }
  },
};
