import {controller, kafkaInput, kafkaSpan, logStartup, processLog, server} from './process-log.ts';
import type {Scene} from './scene.ts';

/** Logs JSON, as the runner does for it. */
export const clickstream: Scene = {
  name: 'clickstream',
  historyMs: 600_000,
  *script({random, create}) {
    const pipeline = create({description: 'Page views by session', managerFormat: 'json'});
    pipeline.start();
    const log = processLog(pipeline, {shape: 'json'});
    logStartup(log, pipeline, 35_117);
    for (let transaction = 1; ; transaction++) {
      yield 400 + random.integer(1500);
      const records = 1000 * (1 + random.integer(50));
      log('INFO', controller, `Transaction ${transaction}: Finished committing ${records} records`, {
        fields: {transaction, records, ratio: random.integer(100) / 100},
      });
      if (random.chance(0.15)) {
        const message = 'reached end of all partitions (`enable.partition.eof` configured)';
        log('INFO', kafkaInput, message, kafkaSpan('clicks'));
      }
      if (random.chance(0.08)) {
        const event = random.integer(10_000);
        const cause =
          'failed to deserialize JSON record: error parsing field \'qty\': invalid type: string "x", expected i32';
        const fragment = `Invalid fragment: '{"id": ${event}, "qty": "x"}'`;
        const message = `parse error on input endpoint 'clicks.kafka': Parse error (event #${event}): ${cause}\n${fragment}`;
        log('ERROR', server, message);
        pipeline.setState({connectorErrors: pipeline.state.connectorErrors + 1});
      }
      if (random.chance(0.05)) pipeline.write(`plain stdout line ${transaction}`);
    }
  },
};
