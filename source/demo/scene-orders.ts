import {controller, kafkaInput, kafkaSpan, logStartup, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';

/** A healthy pipeline: steps, Kafka chatter, a checkpoint every minute or so. */
export const orders: Scene = {
  name: 'orders',
  historyMs: 900_000,
  *script({random, create}) {
    const pipeline = create({description: 'Orders joined with customers, from Kafka'});
    pipeline.start();
    const log = processLog(pipeline, {shape: 'colour'});
    logStartup(log, pipeline, 37_849);
    for (let step = 1; ; step++) {
      yield 250 + random.integer(900);
      const records = 200 + random.integer(3000);
      log('INFO', controller, `step ${step} finished in ${1 + random.integer(9)} ms (${records} records)`);
      if (random.chance(0.2)) {
        const offset = 1_000_000 + step * 37;
        const topic = random.pick(['orders', 'customers']);
        log('INFO', kafkaInput, `partition ${random.integer(4)}: read up to offset ${offset}`, kafkaSpan(topic));
      }
      if (random.chance(0.02)) {
        const message = 'Waited over 10000 ms for librdkafka to read a message';
        log('WARN', kafkaInput, message, kafkaSpan('customers'));
      }
      if (step % 80 === 0) {
        log('INFO', controller, `Checkpoint ${step / 80} written: ${8 + random.integer(30)} MB`, {
          fields: {step, elapsed_ms: 20 + random.integer(80)},
        });
      }
    }
  },
};
