import {connectorErrors, controller, kafkaInput, kafkaSpan, parseError, processLog} from './process-log.ts';
import type {Random} from './random.ts';
import type {Scene} from './scene.ts';
import {kafkaInputOf, startProcess} from './startup-lines.ts';

/** A click that does not fit the table, and why. */
function badClick(random: Random, event: number): {readonly reason: string; readonly fragment: string} {
  const session = `"session": "${random.pick(['a3', '7c', 'e0'])}${1000 + random.integer(9000)}"`;
  const page = `"url": "https://shop.example.com/${random.pick(['cart', 'search?q=%C3%A9clair', 'item/4711'])}"`;
  return random.pick([
    {
      reason: 'error parsing field \'qty\': invalid type: string "x", expected i32',
      fragment: `{"id": ${event}, ${session}, ${page}, "qty": "x"}`,
    },
    {reason: 'missing field `session`', fragment: `{"id": ${event}, ${page}, "qty": ${1 + random.integer(9)}}`},
    {
      reason: "error parsing field 'at': invalid type: integer `17`, expected a string",
      fragment: `{"id": ${event}, ${session}, ${page}, "at": 17, "qty": 1}`,
    },
  ]);
}

/** Logs JSON, as the runner does for it. Now and then a producer sends records that do not fit, many at once. */
export const clickstream: Scene = {
  name: 'clickstream',
  historyMs: 600_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Page views by session', managerFormat: 'json'});
    const log = processLog(pipeline, {shape: 'json'});
    const inputs = [kafkaInputOf('clicks.kafka', 'clicks')];
    yield* startProcess(pipeline, [log], {port: 35_117, workers: 4, inputs}, random);
    const report = connectorErrors(pipeline, log, now);
    let event = 0;
    for (let transaction = 1; ; transaction++) {
      log('INFO', controller, `Transaction ${transaction}: Starting`);
      yield 400 + random.integer(1500);
      const records = 1000 * (1 + random.integer(50));
      event += records;
      const commit = `Starting commit of ${records} records after ${(0.4 + random.next()).toFixed(1)} seconds`;
      log('INFO', controller, `Transaction ${transaction}: ${commit}`);
      if (random.chance(0.1)) {
        const message = 'reached end of all partitions (`enable.partition.eof` configured)';
        log('INFO', kafkaInput, message, kafkaSpan('clicks'));
      }
      const bad = random.chance(0.03) ? 8 + random.integer(20) : random.chance(0.06) ? 1 : 0;
      for (let count = 0; count < bad; count++) {
        event += 1 + random.integer(3);
        const {reason, fragment} = badClick(random, event);
        report({...parseError('clicks.kafka', event, reason, fragment), ...kafkaSpan('clicks')});
        yield 20 + random.integer(200);
      }
      if (random.chance(0.05)) pipeline.write(`geo lookup of session ${1000 + random.integer(9000)}: not found`);
    }
  },
};
