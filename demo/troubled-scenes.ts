import type {Random} from '../source/lib/random.ts';
import {connectorErrors, kafkaClientError, parseError} from './connector-errors.ts';
import type {Scene} from './demo.ts';
import {
  type Connector,
  controller,
  deltaInputOf,
  fileOutputOf,
  fileSpan,
  kafkaInput,
  kafkaInputOf,
  kafkaSpan,
  panicProcess,
  processLog,
  startProcess,
  stopProcess,
} from './process-log.ts';
import {programOf} from './program.ts';

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
const pricesUrl = 'https://prices.example.com/today.json';
const webPrices: Connector = {
  endpoint: 'prices.web',
  transport: {name: 'url_input', config: {path: pricesUrl, pause_timeout: 60}},
  format: {name: 'json', config: {array: false, update_format: 'raw'}},
};

/** Of a row of the stock file. */
function csvError(event: number, reason: string, fragment: string) {
  const {error, ...rest} = parseError('stock.file', event, reason, fragment);
  return {...rest, error: error.replace('JSON', 'CSV').replace(/ at line 1 column \d+/, ''), ...fileSpan(path)};
}

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

/**
 * Messages of several lines and names from all over the world. One of its inputs stops with a fatal error at the start; now
 * and then a supplier's file is wrong as a whole, and nearly all of its errors are suppressed.
 */
export const inventory: Scene = {
  name: 'inventory',
  historyMs: 600_000,
  *script({random, now, create}) {
    const programCode = programOf([
      {create: 'TABLE stock', columns: ['id BIGINT NOT NULL', 'article VARCHAR', 'left INT'], connectors: [csv]},
      {create: 'TABLE prices', columns: ['article VARCHAR NOT NULL', 'price DECIMAL(10, 2)'], connectors: [webPrices]},
      {
        create: 'VIEW worth',
        query:
          'SELECT stock.article, SUM(stock.left * prices.price) AS worth\nFROM stock JOIN prices ON prices.article = stock.article\nGROUP BY stock.article',
      },
    ]);
    const pipeline = create({description: 'Stock by warehouse', tags: ['prod|ef4444', 'shop'], programCode});
    const log = processLog(pipeline, {shape: 'colour'});
    yield* startProcess(pipeline, [log], {port: 44_391, workers: 2, inputs: [csv, webPrices]}, random);
    const {run} = pipeline;
    const report = connectorErrors(pipeline, log, now);
    const error = 'Failed to connect to host: Connection refused (os error 111)';
    const span = {name: 'url_input', fields: `path="${pricesUrl}"`};
    report({endpoint: 'prices.web', kind: 'transport', fatal: true, error, span});
    for (let step = 1; ; step++) {
      yield 700 + random.integer(2000);
      run.receive('stock.file', 3 + (step % 5));
      run.step();
      const left = random.integer(40);
      log(left < 5 ? 'WARN' : 'INFO', 'udf', `stock of '${random.pick(goods)}': ${left} left`, {
        fields: {warehouse: random.pick(['Köln', '東京', 'Kraków'])},
      });
      if (random.chance(0.06)) log('INFO', controller, checkpoint(step, random));
      if (random.chance(0.05)) {
        const reason = "error parsing field 'left': field 2: invalid digit found in string";
        const fragment = `${step},${random.pick(goods)},many\n`;
        report(csvError(step, reason, fragment));
      }
      if (step % 120 === 60) {
        const reason = 'field 0: missing field `id`';
        for (let row = 1; row <= 212; row++) report(csvError(step + row, reason, `;unknown;${row}\n`));
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
        kafkaClientError(pipeline, log, {broker, cause, state, suppressed: error});
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

/**
 * Compiles, runs for a minute, is stopped to be changed, and compiles again: each run differs from the one before it. Every
 * second version fails to convert some prices, reports what the other did not, and prints a name that is not UTF-8: then
 * the price lists, which it prints on stdout, are no longer in the log.
 */
export const pricing: Scene = {
  name: 'pricing',
  historyMs: 357_000,
  *script({random, now, create}) {
    // The other topic has records of another form.
    const topicOf = (version: number) => (version % 2 === 0 ? 'articles-v2' : 'articles');
    const inputsOf = (version: number) => [kafkaInputOf('articles.kafka', topicOf(version))];
    const columns = ['id BIGINT NOT NULL PRIMARY KEY', 'price DECIMAL(10, 2)', 'currency CHAR(3) NOT NULL'];
    const codeOf = (version: number) =>
      programOf([
        {create: 'TABLE articles', columns, connectors: inputsOf(version)},
        {create: 'VIEW prices', query: 'SELECT currency, AVG(price) AS average FROM articles GROUP BY currency'},
      ]);
    const pipeline = create({
      ...{description: 'Prices, changed all the time', tags: ['shop', 'staging']},
      programCode: codeOf(1),
    });
    const log = processLog(pipeline, {shape: 'colour'});
    for (let version = 1; ; version++) {
      if (version > 1) pipeline.saveProgram(codeOf(version));
      pipeline.setDesired('Running');
      pipeline.setProgram('Pending');
      yield 3000;
      pipeline.setProgram('CompilingSql');
      yield 8000;
      pipeline.setProgram('CompilingRust');
      yield 60_000;
      pipeline.setProgram('Success');
      const deployment = {
        port: 40_003,
        workers: 2,
        memory: version % 2 === 0 ? 12_638 : 25_276,
        inputs: inputsOf(version),
      };
      yield* startProcess(pipeline, [log], deployment, random);
      const {run} = pipeline;
      const report = connectorErrors(pipeline, log, now);
      const isChanged = version % 2 === 0;
      for (let round = 1; round <= 40; round++) {
        yield 1000 + random.integer(1500);
        const articles = random.integer(500);
        const limits = `${random.integer(20)} of them held back by the price limits of their region`;
        log('INFO', 'udf', `repriced ${articles} articles in round ${round}, ${limits}`);
        run.receive('articles.kafka', articles);
        run.step();
        pipeline.print('stdout', `price list ${version}.${round} is ready`);
        if (round % (isChanged ? 3 : 20) === 0) {
          log('INFO', kafkaInput, `Buffers grew ${50 + round}%, from 1.1 MiB to 1.8 MiB`, kafkaSpan(topicOf(version)));
        }
        if (!isChanged && round % 4 === 0) log('INFO', 'udf', `rounded ${round * 7} prices to .99`);
        if (!isChanged) continue;
        if (round % 6 === 0) log('WARN', 'udf', `no exchange rate for CHF: price of article ${4700 + round} is kept`);
        for (let bad = 0; bad < round % 5; bad++) {
          const fragment = `{"id": ${4700 + round}, "price": ${round}.${bad}0}`;
          report({
            ...parseError('articles.kafka', round, 'missing field `currency`', fragment),
            ...kafkaSpan(topicOf(version)),
          });
        }
        if (round === 25) pipeline.loseStream('stdout');
      }
      yield* stopProcess(pipeline, random);
      yield 5000;
    }
  },
};
