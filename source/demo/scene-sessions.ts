import {processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {kafkaInputOf, startProcess} from './startup-lines.ts';

/** Deleted every minute or so and created again some seconds later: same name, another id, an empty log. */
export const sessions: Scene = {
  name: 'sessions',
  historyMs: 20_000,
  *script({random, create, remove}) {
    for (;;) {
      const pipeline = create({description: 'Created by a script that cleans up after itself'});
      yield 500;
      const log = processLog(pipeline, {shape: 'colour'});
      const inputs = [kafkaInputOf('logins.kafka', 'logins')];
      yield* startProcess(pipeline, [log], {port: 42_000 + random.integer(1000), inputs}, random);
      for (let round = 50 + random.integer(20); round > 0; round--) {
        yield 700 + random.integer(700);
        log('INFO', 'udf', `${random.integer(900)} sessions open, ${random.integer(40)} expired`);
      }
      remove();
      yield 6000;
    }
  },
};
