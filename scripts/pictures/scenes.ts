import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import {kafkaInput, kafkaSpan, processLog} from '../../demo/process-log.ts';
import type {Terminal} from '../../test/harness/terminal.ts';
import type {Stage} from './stage.ts';

/** A picture: the open pipelines, and the keys that lead to it. */
export type Scene = {
  /** `log` makes `log-light.svg` and `log-dark.svg`. */
  readonly name: string;
  /** Describes the picture for screen readers. */
  readonly title: string;
  readonly pipelines: readonly string[];
  /** Where a page leaves most of a screen empty. */
  readonly rows?: number;
  readonly play: (stage: Stage) => Promise<void>;
};

/** Tall enough for the histogram. */
const pictureSize = {cols: 112, rows: 30};

export function sizeOf({rows = pictureSize.rows}: Scene): {readonly cols: number; readonly rows: number} {
  return {...pictureSize, rows};
}

/** A notice leaves the status line after some seconds. */
async function withoutNotice(terminal: Terminal): Promise<void> {
  await terminal.waitFor(() => /^ {1,2}[\d,]+ lines /.test(terminal.row(-2)));
}

/** Types into a prompt that a key opens. */
async function answer(terminal: Terminal, key: string, text: string): Promise<void> {
  await terminal.press(key);
  await terminal.type(text);
  await terminal.press('Enter');
}

/** A healthy log with one warning and one error in it. */
export async function sayTrouble({server, pass}: Stage): Promise<void> {
  const orders = server.pipeline('orders');
  const say = processLog(orders, {shape: 'colour'});
  await pass(1000);
  say('WARN', kafkaInput, 'Waited over 10000 ms for librdkafka to read a message', kafkaSpan('customers'));
  await pass(1200);
  const record = '{"id": 81204, "product": "mug", "amount": 2, "price": "7.50"}';
  const error = parseError('orders.kafka', 81_204, 'missing field `customer`', record);
  connectorErrors(orders, say)({...error, ...kafkaSpan('orders')});
  await pass(1000);
}

/** The server is away for longer than its buffer lasts, and so is the user: the next key shows what they missed. */
async function missAnHour({terminal, server, sleep, advance}: Stage): Promise<void> {
  await server.stopApi();
  await sleep(50 * 60_000);
  await server.startApi();
  await terminal.waitFor(/ LIVE\s*$/m);
  await advance(0);
  await terminal.press('{');
  await terminal.waitFor('While you were away');
}

export const scenes: readonly Scene[] = [
  {
    name: 'log',
    title: 'A live log: a warning, an error that wraps, and a reconnect after which no entry was lost',
    pipelines: ['orders', 'telemetry', 'nightly'],
    async play(stage) {
      await sayTrouble(stage);
      stage.server.cutConnections({name: 'orders', reset: true});
      await stage.terminal.waitFor('0 entries lost');
      await stage.pass(1500);
      await stage.advance(0);
      await stage.terminal.waitFor('1 degraded');
      await withoutNotice(stage.terminal);
    },
  },
  {
    name: 'gap',
    title: 'A gap: a marker in the log says how many entries were lost, and between which times',
    pipelines: ['orders'],
    async play(stage) {
      await missAnHour(stage);
      await stage.terminal.press('Enter');
      await stage.terminal.waitFor('PAUSED');
      await withoutNotice(stage.terminal);
    },
  },
  {
    name: 'search',
    title: 'A search: its matches highlighted in the log, and counted in the status line',
    pipelines: ['orders', 'fraud', 'clickstream'],
    async play({terminal}) {
      await answer(terminal, '/', 'partition \\d|checkpoint|waited');
      // Of the whole pattern, and of the whole log.
      const count = /\|waited {2}(\d+) of \1 /;
      await terminal.waitFor(() => count.test(terminal.row(-2)));
      const total = Number(count.exec(terminal.row(-2))?.[1]);
      for (const match of [1, 2, 3, 4].map((back) => total - back)) {
        await terminal.press('N');
        await terminal.waitFor(`${match} of ${total}`);
      }
    },
  },
  {
    name: 'record',
    title: 'The record page: time, level, source, target, the whole message, and the JSON as sent',
    pipelines: ['clickstream', 'orders', 'fraud'],
    async play({terminal}) {
      await terminal.press('E');
      await terminal.waitFor('▸');
      await terminal.press('Enter');
      await terminal.waitFor('Invalid fragment');
    },
  },
  {
    name: 'errors',
    title: 'The errors page: similar errors are one row, with a count and their first time',
    ...{pipelines: ['orders', 'fraud', 'clickstream'], rows: 16},
    async play({terminal, advance}) {
      await advance(120_000);
      await terminal.press('A');
      await terminal.waitFor('Errors');
    },
  },
  {
    name: 'merged',
    title: 'Errors of three pipelines as one log by time, each line with the name of its pipeline',
    pipelines: ['orders', 'fraud', 'clickstream'],
    async play({terminal}) {
      // A log that is used is seen at once, without a second on the screen.
      await terminal.press('G', '+');
      await terminal.waitFor(/►4 orders\+fraud\+… \(3\)/);
      await terminal.press('L', 'w', 'w');
      await terminal.waitFor('level:warn');
      await withoutNotice(terminal);
    },
  },
  {
    name: 'failed',
    title: 'The page of a pipeline that failed: its state, the cause in one line, the whole deployment error',
    pipelines: ['etl'],
    async play({terminal}) {
      await terminal.press('d');
      await terminal.waitFor('Deployment error');
    },
  },
  {
    name: 'timeline',
    title: 'The timeline of a pipeline, newest first: states, the failure, errors by kind, checkpoints, runs',
    pipelines: ['etl'],
    async play({terminal}) {
      await terminal.press('H');
      await terminal.waitFor('Initializing → Running');
    },
  },
  {
    name: 'evidence',
    title: 'Four records selected, and the keys that copy or save them',
    pipelines: ['clickstream', 'orders', 'fraud'],
    async play({terminal}) {
      await terminal.press('E');
      await terminal.waitFor('▸');
      await terminal.press('v');
      for (let above = 1; above < 4; above++) await terminal.press('k');
      await terminal.waitFor('4 records selected');
    },
  },
];
