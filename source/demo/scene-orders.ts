import {controller, kafkaInput, kafkaSpan, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {fileOutputOf, kafkaInputOf, startProcess} from './startup-lines.ts';

/** A healthy pipeline: transactions, Kafka chatter, a checkpoint every minute or so. */
export const orders: Scene = {
  name: 'orders',
  historyMs: 900_000,
  *script({random, create}) {
    const pipeline = create({description: 'Orders joined with customers, from Kafka'});
    const log = processLog(pipeline, {shape: 'colour'});
    const deployment = {
      port: 37_849,
      workers: 8,
      inputs: [kafkaInputOf('orders.kafka', 'orders'), kafkaInputOf('customers.kafka', 'customers')],
      outputs: [fileOutputOf('big_orders.file', '/var/lib/orders/big.json')],
    };
    yield* startProcess(pipeline, [log], deployment, random);
    for (let transaction = 1; ; transaction++) {
      const say = (message: string) => log('INFO', controller, `Transaction ${transaction}: ${message}`);
      say('Starting');
      const milliseconds = 250 + random.integer(1400);
      yield milliseconds;
      const records = 200 + random.integer(3000);
      say(`Starting commit of ${records} records after ${(milliseconds / 1000).toFixed(1)} seconds`);
      if (random.chance(0.2)) {
        const offset = 1_000_000 + transaction * 37;
        const topic = random.pick(['orders', 'customers']);
        log('INFO', 'udf', `read ${topic} up to offset ${offset} of partition ${random.integer(4)}`);
      }
      if (random.chance(0.03)) {
        const message = 'Waited over 10000 ms for librdkafka to read a message';
        log('WARN', kafkaInput, message, kafkaSpan('customers'));
      }
      if (random.chance(0.01)) {
        const grown = `Buffers grew ${50 + random.integer(40)}%, from 1.${random.integer(10)} MiB to 2.${random.integer(10)} MiB`;
        log('INFO', kafkaInput, `${grown}, in last ${10 + random.integer(50)} seconds`, kafkaSpan('orders'));
      }
      if (transaction % 60 === 0) {
        const reason = "input endpoint 'customers.kafka' is not at a barrier";
        log('INFO', controller, `checkpoint delayed ${10 + random.integer(20)} seconds because of: ${reason}`);
        yield 900 + random.integer(400);
        log('INFO', controller, `Checkpoint unblocked after ${31 + random.integer(20)} seconds`);
      }
    }
  },
};
