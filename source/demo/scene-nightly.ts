import {controller, processLog} from './process-log.ts';
import type {Scene} from './scene.ts';
import {deltaInputOf, fileOutputOf, startProcess, stopProcess} from './startup-lines.ts';

const deltaInput = 'dbsp_adapters::integrated::delta_table::input';
const uri = 's3://bucket/sales';

/** Ran last night for some minutes and was stopped; its log is still there. */
export const nightly: Scene = {
  name: 'nightly',
  historyMs: 8 * 3_600_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Nightly report'});
    const log = processLog(pipeline, {shape: 'colour'});
    const deployment = {
      port: 39_455,
      workers: 8,
      inputs: [deltaInputOf('sales.delta', uri)],
      outputs: [fileOutputOf('report.file', '/var/lib/reports/nightly.json')],
    };
    yield* startProcess(pipeline, [log], deployment, random);
    const say = (message: string) => log('INFO', deltaInput, `delta_table sales.delta: ${message}`);
    say(`opened delta table '${uri}' (current table version 118)`);
    yield 300;
    say('reading initial snapshot: select id, customer, product, quantity, price, sold_at, region from snapshot');
    log('INFO', controller, 'Transaction 1: Starting');
    const begun = now();
    const operators = 240;
    for (let done = 1; done < operators; done++) {
      yield 800 + random.integer(3000);
      const records = done * 75_850 + random.integer(40_000);
      const changes = `${random.integer(40_000)}/${40_000 + random.integer(40_000)} changes processed`;
      const progress = `completed: ${done} operators, evaluating: 1 operators [${changes}], remaining: ${operators - done - 1} operators`;
      log('INFO', controller, `Transaction 1: Commit of ${records} records in progress (${progress})`);
      if (random.chance(0.03)) {
        const source = 'Generic { store: \\"S3\\", source: \\"503 Slow Down\\" }';
        const cause = `Custom { kind: Other, error: "ObjectStore { source: ${source} }" }`;
        const message = `error loading delta table '${uri}' after 3 attempts: ${cause}; retrying in 4s`;
        log('WARN', deltaInput, `delta_table sales.delta: ${message}`);
      }
    }
    say('snapshot load completed (records: 18204112, version: 118)');
    log(
      'INFO',
      controller,
      `Transaction 1: Finished committing 18204112 records in ${((now() - begun) / 1000).toFixed(1)} seconds`,
    );
    yield 4000;
    yield* stopProcess(pipeline, random);
  },
};
