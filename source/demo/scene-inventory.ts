import {connectorErrors, controller, fileSpan, parseError, processLog} from './process-log.ts';
import type {Random} from './random.ts';
import type {Scene} from './scene.ts';
import {type Connector, startProcess} from './startup-lines.ts';

/** Everything that can go wrong with a width or a terminal: wide characters, combining marks, emoji, control bytes. */
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
