import {controller, kafkaInput, kafkaSpan, logStartup, processLog, server} from './process-log.ts';
import type {Scene} from './scene.ts';

const broker = 'redpanda:9092/bootstrap';

/** Calm for a while, then its broker refuses connections: errors in bursts, counted by the API. */
export const fraud: Scene = {
  name: 'fraud',
  historyMs: 600_000,
  *script({random, create}) {
    const pipeline = create({description: 'Card fraud scores'});
    pipeline.start();
    const log = processLog(pipeline, {shape: 'colour'});
    logStartup(log, pipeline, 41_021);
    for (;;) {
      for (let calm = 10 + random.integer(12); calm > 0; calm--) {
        yield 600 + random.integer(1200);
        log('INFO', controller, `scored ${50 + random.integer(400)} transactions, ${random.integer(3)} flagged`);
      }
      const errors = 5 + random.integer(10);
      for (let error = 1; error <= errors; error++) {
        yield 30 + random.integer(150);
        const refused = `${broker}: Connect to ipv4#172.18.0.3:9092 failed: Connection refused`;
        const detail = `(after ${random.integer(3)}ms in state CONNECT, ${error} identical error(s) suppressed)`;
        log('ERROR', 'librdkafka', `librdkafka: FAIL [thrd:${broker}]: ${refused} ${detail}`);
      }
      log('ERROR', server, `error on input endpoint 'payments.kafka': ${errors} connection attempts failed`);
      pipeline.setState({connectorErrors: pipeline.state.connectorErrors + 1});
      yield 2000 + random.integer(3000);
      log('WARN', kafkaInput, 'connection to the broker is back', kafkaSpan('payments'));
    }
  },
};
