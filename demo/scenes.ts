import {connectorErrors, kafkaClientError, parseError} from './connector-errors.ts';
import type {Scene} from './demo.ts';
import {
  controller,
  deltaInputOf,
  fileOutputOf,
  kafkaInput,
  kafkaInputOf,
  kafkaSpan,
  panicProcess,
  processLog,
  startProcess,
  stopProcess,
} from './process-log.ts';
import {programOf} from './program.ts';
import type {Random} from './random.ts';

const code = [
  'CREATE TABLE invoices (',
  '  id INT PRIMARY KEY,',
  '  customer INT,',
  '  amount DECIMAL(10, 2)',
  ');',
  'CREATE VIEW totals AS',
  'SELECT customer, SUM(amout) FROM invoices GROUP BY customer;',
].join('\n');

/** A program that does not compile: the reason is in `program_error`, not in the log. */
export const billing: Scene = {
  name: 'billing',
  historyMs: 300_000,
  *script({create}) {
    const pipeline = create({description: 'Invoices, being written', tags: ['finance', 'staging'], programCode: code});
    pipeline.setProgram('CompilingSql');
    yield 1800;
    const message = {
      start_line_number: 7,
      start_column: 22,
      end_line_number: 7,
      end_column: 26,
      warning: false,
      error_type: 'Compilation error',
      message: "Column 'amout' not found in any table; did you mean 'amount'?",
      snippet: '    7|SELECT customer, SUM(amout) FROM invoices GROUP BY customer;\n                           ^^^^^\n',
    };
    pipeline.setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
  },
};

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

/** Pipeline and runner log JSON. Sometimes a producer sends many records that do not fit the table. */
export const clickstream: Scene = {
  name: 'clickstream',
  historyMs: 600_000,
  *script({random, now, create}) {
    const inputs = [kafkaInputOf('clicks.kafka', 'clicks')];
    const columns = [
      'id BIGINT NOT NULL PRIMARY KEY',
      'session VARCHAR NOT NULL',
      'url VARCHAR',
      'at TIMESTAMP',
      'qty INT',
    ];
    const programCode = programOf([
      {create: 'TABLE clicks', columns, connectors: inputs},
      {create: 'VIEW sessions', query: 'SELECT session, COUNT(*) AS views FROM clicks GROUP BY session'},
    ]);
    const pipeline = create({
      description: 'Page views by session',
      tags: ['prod|ef4444', 'web'],
      managerFormat: 'json',
      programCode,
    });
    const log = processLog(pipeline, {shape: 'json'});
    yield* startProcess(pipeline, [log], {port: 35_117, workers: 4, inputs}, random);
    const {run} = pipeline;
    const report = connectorErrors(pipeline, log, now);
    let event = 0;
    for (let transaction = 1; ; transaction++) {
      log('INFO', controller, `Transaction ${transaction}: Starting`);
      yield 400 + random.integer(1500);
      const records = 1000 * (1 + random.integer(50));
      event += records;
      const commit = `Starting commit of ${records} records after ${(0.4 + random.next()).toFixed(1)} seconds`;
      log('INFO', controller, `Transaction ${transaction}: ${commit}`);
      run.receive('clicks.kafka', records);
      run.step();
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
      if (random.chance(0.05))
        pipeline.print('stdout', `geo lookup of session ${1000 + random.integer(9000)}: not found`);
    }
  },
};

const deltaInput = 'dbsp_adapters::integrated::delta_table::input';
const uri = 's3://bucket/sales';

/** Ran last night for some minutes, then was stopped; its log is still there. */
export const nightly: Scene = {
  name: 'nightly',
  historyMs: 8 * 3_600_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Nightly report', tags: ['finance', 'prod|ef4444']});
    const log = processLog(pipeline, {shape: 'colour'});
    const deployment = {
      port: 39_455,
      workers: 8,
      inputs: [deltaInputOf('sales.delta', uri)],
      outputs: [fileOutputOf('report.file', '/var/lib/reports/nightly.json')],
    };
    yield* startProcess(pipeline, [log], deployment, random);
    const {run} = pipeline;
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
      run.receive('sales.delta', 76_168);
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
    run.endInput('sales.delta');
    run.step();
    run.transmit('report.file', 1204);
    yield 4000;
    yield* stopProcess(pipeline, random);
  },
};

/** A healthy pipeline: transactions, Kafka messages, a checkpoint about every minute. */
export const orders: Scene = {
  name: 'orders',
  historyMs: 900_000,
  *script({random, create}) {
    const deployment = {
      port: 37_849,
      workers: 8,
      inputs: [kafkaInputOf('orders.kafka', 'orders'), kafkaInputOf('customers.kafka', 'customers')],
      outputs: [fileOutputOf('big_orders.file', '/var/lib/orders/big.json')],
    };
    const [ofOrders, ofCustomers] = deployment.inputs.map((each) => [each]);
    const programCode = programOf([
      {
        create: 'TABLE orders',
        columns: ['id BIGINT NOT NULL PRIMARY KEY', 'customer BIGINT', 'amount DOUBLE'],
        connectors: ofOrders,
      },
      {create: 'TABLE customers', columns: ['id BIGINT NOT NULL PRIMARY KEY', 'name VARCHAR'], connectors: ofCustomers},
      {
        create: 'VIEW big_orders',
        query:
          'SELECT orders.id, customers.name, orders.amount\nFROM orders JOIN customers ON customers.id = orders.customer\nWHERE orders.amount >= 100',
        connectors: deployment.outputs,
      },
    ]);
    const pipeline = create({
      description: 'Orders joined with customers, from Kafka',
      tags: ['prod|ef4444', 'shop'],
      programCode,
    });
    const log = processLog(pipeline, {shape: 'colour'});
    yield* startProcess(pipeline, [log], deployment, random);
    const {run} = pipeline;
    for (let transaction = 1; ; transaction++) {
      const say = (message: string) => log('INFO', controller, `Transaction ${transaction}: ${message}`);
      say('Starting');
      const milliseconds = 250 + random.integer(1400);
      yield milliseconds;
      const records = 200 + random.integer(3000);
      say(`Starting commit of ${records} records after ${(milliseconds / 1000).toFixed(1)} seconds`);
      const ofCustomers = Math.floor(records / 8);
      run.receive('orders.kafka', records - ofCustomers);
      run.receive('customers.kafka', ofCustomers);
      run.step();
      run.transmit('big_orders.file', Math.floor(records / 5));
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

const place = 'crates/dbsp/src/storage/backend/posixio_impl.rs:318:22';
const noSpace = 'No space left on device (os error 28)';

/** Its disk fills up: an output that fails, then a worker that panics. The reason is in `deployment_error`. */
export const etl: Scene = {
  name: 'etl',
  historyMs: 1_500_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Loads the warehouse', tags: ['staging']});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [deltaInputOf('sales.delta', 's3://warehouse/sales')];
    const outputs = [fileOutputOf('totals.file', '/var/lib/warehouse/totals.json')];
    yield* startProcess(pipeline, [log], {port: 36_207, workers: 8, inputs, outputs}, random);
    const {run} = pipeline;
    const report = connectorErrors(pipeline, log, now);
    for (let batch = 1; batch <= 300; batch++) {
      yield 1000 + random.integer(2000);
      const records = 10_000 + random.integer(90_000);
      log('INFO', 'udf', `batch ${batch}: ${records} records merged into totals, ${random.integer(40)} of them late`);
      run.receive('sales.delta', records);
      run.step();
      if (batch <= 270) run.transmit('totals.file', Math.floor(records / 100));
      if (batch <= 270) continue;
      for (let error = 0; error < 3; error++) {
        yield 100 + random.integer(200);
        const tag = 'outprobe_push_buf';
        report({endpoint: 'totals.file', kind: 'transport', isOutput: true, tag, error: noSpace});
      }
      const advice = `checkpoint failed: error writing checkpoint to storage: ${noSpace}`;
      if (batch % 10 === 0) log('WARN', controller, advice);
    }
    yield 1200;
    const message =
      'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }';
    yield* panicProcess(pipeline, log, {process: 20_000 + random.integer(10_000), place, message});
  },
};

const broker = 'redpanda:9092/bootstrap';

/** Its broker sometimes refuses connections: errors in bursts, counted by the API. */
export const fraud: Scene = {
  name: 'fraud',
  historyMs: 600_000,
  *script({random, now, create}) {
    const inputs = [kafkaInputOf('payments.kafka', 'payments')];
    const outputs = [fileOutputOf('flagged.file', '/var/lib/fraud/flagged.json')];
    const columns = [
      'id BIGINT NOT NULL PRIMARY KEY',
      'card VARCHAR NOT NULL',
      'amount DECIMAL(10, 2)',
      'country VARCHAR',
    ];
    const programCode = programOf([
      {create: 'TABLE payments', columns, connectors: inputs},
      {
        create: 'VIEW flagged',
        query:
          'SELECT card, COUNT(DISTINCT country) AS countries\nFROM payments\nGROUP BY card\nHAVING COUNT(DISTINCT country) > 2',
        connectors: outputs,
      },
    ]);
    const pipeline = create({description: 'Card fraud scores', tags: ['finance', 'prod|ef4444'], programCode});
    const log = processLog(pipeline, {shape: 'colour'});
    yield* startProcess(pipeline, [log], {port: 41_021, workers: 4, inputs, outputs}, random);
    const {run} = pipeline;
    const report = connectorErrors(pipeline, log, now);
    for (;;) {
      for (let calm = 10 + random.integer(12); calm > 0; calm--) {
        yield 600 + random.integer(1200);
        const scored = 50 + random.integer(400);
        const flagged = random.integer(3);
        log('INFO', 'udf', `scored ${scored} transactions with model 2026-02, ${flagged} flagged for review`);
        run.receive('payments.kafka', scored);
        run.step();
        run.transmit('flagged.file', flagged);
      }
      run.setHealth('payments.kafka', 'Unhealthy', 'BrokerTransportFailure (Local: Broker transport failure)');
      const errors = 5 + random.integer(10);
      for (let error = 1; error <= errors; error++) {
        yield 30 + random.integer(150);
        const cause = 'Connect to ipv4#172.18.0.3:9092 failed: Connection refused';
        const state = `after ${random.integer(3)}ms in state CONNECT`;
        kafkaClientError(log, {broker, cause, state, suppressed: error});
      }
      for (let error = 1; error <= errors / 4; error++) {
        yield 100 + random.integer(50);
        const reason = 'Message consumption error: BrokerTransportFailure (Local: Broker transport failure)';
        const failed = {endpoint: 'payments.kafka', kind: 'transport', tag: 'kafka-poll'} as const;
        report({...failed, error: reason, ...kafkaSpan('payments')});
      }
      yield 2000 + random.integer(3000);
      run.setHealth('payments.kafka', 'Healthy');
      const seconds = 60 + random.integer(60);
      const grown = `Buffers grew ${50 + random.integer(40)}%, from 4.${random.integer(10)} MiB to 7.${random.integer(10)} MiB`;
      log('INFO', kafkaInput, `${grown}, in last ${seconds} seconds`, kafkaSpan('payments'));
    }
  },
};

/** Two hosts without colour; about every 15 s a burst of 400 lines in two seconds, paused in between. */
export const telemetry: Scene = {
  name: 'telemetry',
  historyMs: 420_000,
  *script({random, create}) {
    const pipeline = create({description: 'Device telemetry, in bursts', tags: ['staging']});
    const hosts = [
      processLog(pipeline, {shape: 'plain', host: 0}),
      processLog(pipeline, {shape: 'plain', host: 1}),
    ] as const;
    const inputs = [kafkaInputOf('readings.kafka', 'readings')];
    yield* startProcess(pipeline, hosts, {port: 38_112, workers: 4, inputs}, random);
    const {run} = pipeline;
    for (let burst = 1; ; burst++) {
      for (let reading = 0; reading < 400; reading++) {
        // Ten lines a timer: one for each line would wake the process 200 times a second.
        if (reading % 10 === 0) {
          yield 50;
          run.receive('readings.kafka', 10);
          run.step();
        }
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
