import type {Random} from '../lib/random.ts';
import type {Scene} from './demo.ts';
import {
  type Connector,
  connectorErrors,
  controller,
  deltaInputOf,
  fileOutputOf,
  fileSpan,
  kafkaInput,
  kafkaInputOf,
  kafkaSpan,
  panicProcess,
  parseError,
  processLog,
  startProcess,
  stopProcess,
} from './process-log.ts';

/** Difficult for a terminal: wide characters, combining marks, emoji, control bytes. */
const goods = [
  'おにぎり 鮭 🍙',
  'café crème ☕',
  'e\u0301clair au chocolat',
  '한국 김치 500g',
  '👩‍👩‍👧‍👦 family pack',
  'שוקולד מריר',
  'tab\tseparated\tname',
  '\x1b[31mSALE\x1b[0m shirt',
  'bell\x07 and return\rover',
  '\x1b]0;not a title\x07 mug',
  '\u202eltr.exe',
  'Ω resistor 4.7 kΩ ±1 %',
] as const;

const path = '/var/lib/inventory/stock.csv';
const csv: Connector = {
  endpoint: 'stock.file',
  transport: {name: 'file_input', config: {buffer_size_bytes: null, follow: true, path}},
  format: {name: 'csv', config: {}},
};

function checkpoint(step: number, random: Random): string {
  return [
    'Resuming from checkpoint:',
    `Checkpoint made at step ${step}:`,
    `  Records processed before the checkpoint: ${step * 120}`,
    `  Checkpoint metadata: {"identifier":null,"fingerprint":${1000 + random.integer(9000)}}`,
    '  Checkpointed input connector state:',
    `    stock.file: {"offset":${step * 31}}`,
    '  Checkpointed output connector statistics:',
    '    v.unnamed-0: {}',
  ].join('\n');
}

/** Messages of several lines and names from all over the world. */
export const inventory: Scene = {
  name: 'inventory',
  historyMs: 600_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Stock by warehouse'});
    const log = processLog(pipeline, {shape: 'colour'});
    yield* startProcess(pipeline, [log], {port: 44_391, workers: 2, inputs: [csv]}, random);
    const report = connectorErrors(pipeline, log, now);
    for (let step = 1; ; step++) {
      yield 700 + random.integer(2000);
      const left = random.integer(40);
      log(left < 5 ? 'WARN' : 'INFO', 'udf', `stock of '${random.pick(goods)}': ${left} left`, {
        fields: {warehouse: random.pick(['Köln', '東京', 'Kraków'])},
      });
      if (random.chance(0.06)) log('INFO', controller, checkpoint(step, random));
      if (random.chance(0.05)) {
        const reason = "error parsing field 'left': field 2: invalid digit found in string";
        const fragment = `${step},${random.pick(goods)},many\n`;
        const error = parseError('stock.file', step, reason, fragment);
        const message = error.message.replace('JSON', 'CSV').replace(/ at line 1 column \d+/, '');
        report({...error, message, ...fileSpan(path)});
      }
    }
  },
};

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
    const pipeline = create({description: 'Invoices, being written', programCode: code});
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

const place = 'crates/dbsp/src/storage/backend/posixio_impl.rs:318:22';
const noSpace = 'No space left on device (os error 28)';

/** Its disk fills up: an output that fails, then a worker that panics. The reason is in `deployment_error`. */
export const etl: Scene = {
  name: 'etl',
  historyMs: 1_500_000,
  *script({random, now, create}) {
    const pipeline = create({description: 'Loads the warehouse'});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [deltaInputOf('sales.delta', 's3://warehouse/sales')];
    const outputs = [fileOutputOf('totals.file', '/var/lib/warehouse/totals.json')];
    yield* startProcess(pipeline, [log], {port: 36_207, workers: 8, inputs, outputs}, random);
    const report = connectorErrors(pipeline, log, now);
    for (let batch = 1; batch <= 300; batch++) {
      yield 1000 + random.integer(2000);
      const records = 10_000 + random.integer(90_000);
      log('INFO', 'udf', `batch ${batch}: ${records} records merged into totals, ${random.integer(40)} of them late`);
      if (batch <= 270) continue;
      for (let error = 0; error < 3; error++) {
        yield 100 + random.integer(200);
        const message = `error on output endpoint 'totals.file': ${noSpace}`;
        report({endpoint: 'totals.file', tag: 'outprobe_push_buf', message});
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

const deltaInput = 'dbsp_adapters::integrated::delta_table::input';
const uri = 's3://bucket/sales';

/** Ran last night for some minutes, then was stopped; its log is still there. */
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

/** A healthy pipeline: transactions, Kafka messages, a checkpoint about every minute. */
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

/** Compiles, runs for a minute, is stopped to be changed, and compiles again. */
export const pricing: Scene = {
  name: 'pricing',
  historyMs: 210_000,
  *script({random, create}) {
    const pipeline = create({description: 'Prices, changed all the time'});
    const log = processLog(pipeline, {shape: 'colour'});
    const inputs = [kafkaInputOf('articles.kafka', 'articles')];
    for (;;) {
      pipeline.setDesired('Running');
      pipeline.setProgram('Pending');
      yield 3000;
      pipeline.setProgram('CompilingSql');
      yield 8000;
      pipeline.setProgram('CompilingRust');
      yield 60_000;
      pipeline.setProgram('Success');
      yield* startProcess(pipeline, [log], {port: 40_003, workers: 2, inputs}, random);
      for (let round = 1; round <= 40; round++) {
        yield 1000 + random.integer(1500);
        const limits = `${random.integer(20)} of them held back by the price limits of their region`;
        log('INFO', 'udf', `repriced ${random.integer(500)} articles in round ${round}, ${limits}`);
      }
      yield* stopProcess(pipeline, random);
      yield 5000;
    }
  },
};

/** Deleted about every minute, and created again some seconds later. */
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

/** Two hosts without colour; about every 15 s a burst of 400 lines in two seconds, paused in between. */
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
        // Ten lines a timer: one for each line would wake the process 200 times a second.
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
