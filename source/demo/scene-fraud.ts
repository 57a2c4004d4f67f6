import {connectorErrors, kafkaInput, kafkaSpan, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {fileOutputOf, kafkaInputOf, startProcess} from './startup-lines.ts';

const broker = 'redpanda:9092/bootstrap';

/** Calm for a while, then its broker refuses connections: errors in bursts, counted by the API. */
export const fraud: Scene = {
  name: 'fraud',
  historyMs: 600_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Card fraud scores'});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [kafkaInputOf('payments.kafka', 'payments')];
    const outputs = [fileOutputOf('flagged.file', '/var/lib/fraud/flagged.json')];
    yield* startProcess(pipeline, [log], {port: 41_021, workers: 4, inputs, outputs}, random);
    const report = connectorErrors(pipeline, log, now);
    for (;;) {
      for (let calm = 10 + random.integer(12); calm > 0; calm--) {
        yield 600 + random.integer(1200);
        const scored = 50 + random.integer(400);
        log('INFO', 'udf', `scored ${scored} transactions with model 2026-02, ${random.integer(3)} flagged for review`);
      }
      const errors = 5 + random.integer(10);
      for (let error = 1; error <= errors; error++) {
        yield 30 + random.integer(150);
        const refused = `${broker}: Connect to ipv4#172.18.0.3:9092 failed: Connection refused`;
        const detail = `(after ${random.integer(3)}ms in state CONNECT, ${error} identical error(s) suppressed)`;
        log('ERROR', 'librdkafka', `librdkafka: FAIL [thrd:${broker}]: ${refused} ${detail}`);
      }
      for (let error = 1; error <= errors / 4; error++) {
        yield 100 + random.integer(50);
        const reason = 'Message consumption error: BrokerTransportFailure (Local: Broker transport failure)';
        const message = `error on input endpoint 'payments.kafka': ${reason}`;
        report({endpoint: 'payments.kafka', tag: 'kafka-poll', message, ...kafkaSpan('payments')});
      }
      yield 2000 + random.integer(3000);
      const seconds = 60 + random.integer(60);
      const grown = `Buffers grew ${50 + random.integer(40)}%, from 4.${random.integer(10)} MiB to 7.${random.integer(10)} MiB`;
      log('INFO', kafkaInput, `${grown}, in last ${seconds} seconds`, kafkaSpan('payments'));
    }
  },
};
