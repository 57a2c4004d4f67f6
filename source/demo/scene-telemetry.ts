import {processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {kafkaInputOf, startProcess} from './startup-lines.ts';

/** Two hosts without colour; every quarter of a minute a burst of 400 lines in two seconds, paused in between. */
export const telemetry: Scene = {
  name: 'telemetry',
  historyMs: 420_000,
  *script({random, create}) {
    const pipeline = create({description: 'Device telemetry, in bursts'});
    const hosts = [
      processLog(pipeline, {shape: 'plain', host: 0}),
      processLog(pipeline, {shape: 'plain', host: 1}),
    ] as const;
    const inputs = [kafkaInputOf('readings.kafka', 'readings')];
    yield* startProcess(pipeline, hosts, {port: 38_112, workers: 4, inputs}, random);
    for (let burst = 1; ; burst++) {
      for (let reading = 0; reading < 400; reading++) {
        // Ten at a time: one timer for each line would wake the process 200 times a second.
        if (reading % 10 === 0) yield 50;
        const device = String(random.integer(1 << 16)).padStart(5, '0');
        const log = random.pick(hosts);
        log('DEBUG', 'udf', `device ${device} burst ${burst}.${reading} temperature ${15 + random.integer(20)} °C`);
      }
      pipeline.pause();
      yield 12_000 + random.integer(4000);
      pipeline.resume();
    }
  },
};
