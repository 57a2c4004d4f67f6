import {expect, it} from 'vitest';
import {timelineObject} from '../../../source/features/timeline/print-timeline.ts';
import {type ConnectorStep, milestonesOf} from '../../../source/kit/journal/milestones.ts';
import {timelineOf} from '../../../source/kit/journal/timeline.ts';
import {indexText, runner, start} from '../../engine/records/index-lines.ts';

const time = '2026-11-27T06:49:20.027807Z';
const at = Date.parse('2026-11-27T06:49:20.027Z');
/** As Feldera's engine writes it, with its colours. */
const line = (message: string, {level = ' INFO', spans = ''} = {}) =>
  `[orders] \x1b[2m${time}\x1b[0m \x1b[32m${level}\x1b[0m ${spans}\x1b[2mdbsp_adapters::integrated::delta_table::input\x1b[0m\x1b[2m:\x1b[0m  ${message}`;
const json = (message: string) =>
  JSON.stringify({
    'feldera-service': 'pipeline',
    fields: {message},
    level: 'INFO',
    'pipeline-name': 'orders',
    target: 'dbsp_adapters::integrated::delta_table::input',
    timestamp: time,
  });

function stepsIn(...lines: readonly string[]): readonly ConnectorStep[] {
  const steps = milestonesOf(indexText(`${lines.join('\n')}\n`).buffer);
  while (!steps.step(100));
  return steps.steps;
}

function timelineWith(steps: readonly ConnectorStep[]) {
  const {buffer, index} = indexText('other\n');
  const log = {buffer, index, errors: {byKey: new Map()}, lines: {steps, checkpoints: []}};
  return timelineOf({pipeline: 'orders', history: undefined, log}).filter(({kind}) => kind === 'step');
}

it.each([
  [
    'delta_table orders.delta: snapshot load completed (records: 120000, version: 7)',
    'orders.delta: snapshot complete: 120,000 records (version 7)',
  ],
  [
    'delta_table orders.delta: snapshot phase completed, switching to follow mode (records: 120000, version: 7)',
    'orders.delta: following began (version 7)',
  ],
  ['delta_table orders.delta: CDC follow started (from version: 7)', 'orders.delta: following began (version 7)'],
  [
    'delta_table orders.delta: resuming in follow mode from table version 7',
    'orders.delta: following resumed (version 7)',
  ],
  [
    "delta_table orders.delta: reached table version 9 specified as 'end_version' in connector config: stopping the connector",
    'orders.delta: end of input (version 9)',
  ],
  [
    "delta_table orders.delta: reached table version 9, which is greater than the 'end_version' 8 specified in connector config: stopping the connector",
    'orders.delta: end of input (version 9)',
  ],
  ["postgres_cdc orders.pg: etl pipeline started for publication 'p', table 't'", 'orders.pg: following began'],
  ['postgres: worker-thread-3 successfully reconnected to postgres', 'postgres: reconnected'],
])('%s', (message, words) => {
  const steps = stepsIn('other', line(message), line('other'));
  expect(steps.map((step) => `${step.connector}: ${step.words}`)).toEqual([words]);
  expect(steps[0]).toMatchObject({id: 1, at: expect.closeTo(at, -1)});
  expect(stepsIn(json(message)).map((step) => `${step.connector}: ${step.words}`)).toEqual([words]);
  expect(timelineWith(steps)).toMatchObject([{kind: 'step', from: 'log', id: 1, text: words}]);
});

it('of a line without the name of its connector, the span is told', () => {
  const spans =
    '\x1b[1mkafka_input\x1b[0m\x1b[1m{\x1b[0m\x1b[3mtopic\x1b[0m\x1b[2m=\x1b[0m"orders"\x1b[1m}\x1b[0m\x1b[2m:\x1b[0m ';
  const [end] = stepsIn(line('reached end of all partitions (`enable.partition.eof` configured)', {spans}));
  expect(end).toMatchObject({connector: 'kafka_input{topic="orders"}', words: 'end of input'});
  const [back] = stepsIn(line('NATS input recovered after 3 retries, resuming from 77'));
  expect(back).toMatchObject({connector: '', words: 'reconnected after 3 retries'});
});

it.each([
  ['other words with a part of theirs', line('we are stopping the connector')],
  ['of another level', line('delta_table orders.delta: CDC follow started (from version: 7)', {level: 'ERROR'})],
  ['no record', 'delta_table orders.delta: CDC follow started (from version: 7)'],
])('%s: none', (_, text) => {
  expect(stepsIn(text)).toEqual([]);
});

const started = runner(start, 'INFO', time);
const following = (name: string, version = 7, seconds = 20) =>
  line(`delta_table ${name}: CDC follow started (from version: ${version})`).replace('49:20', `49:${seconds}`);
const reached = (seconds: number) =>
  line('delta_table a.d: reached table version 9: stopping the connector').replace('49:20', `49:${seconds}`);

it('the same step again, without another of that connector between, is told once, from the first to the last', () => {
  const times = [20, 30, 40].map((seconds) => following('a.d', seconds, seconds));
  const steps = stepsIn(
    ...times.slice(0, 2),
    following('b.d'),
    ...times.slice(2),
    reached(41),
    following('a.d', 50, 50),
  );
  expect(steps.map(({id, firstId, connector, words, count}) => ({id, firstId, connector, words, count}))).toEqual([
    {id: 2, connector: 'b.d', words: 'following began (version 7)', count: 1},
    {id: 3, firstId: 0, connector: 'a.d', words: 'following began (version 40)', count: 3},
    {id: 4, connector: 'a.d', words: 'end of input (version 9)', count: 1},
    {id: 5, connector: 'a.d', words: 'following began (version 50)', count: 1},
  ]);
  const {rows} = timelineObject({
    ...{pipeline: 'orders', missing: []},
    events: timelineWith(steps),
  });
  expect(rows.find(({count}) => count === 3)).toMatchObject({
    time: '2026-11-27T06:49:20.027Z',
    until: '2026-11-27T06:49:40.027Z',
    text: 'a.d: following began (version 40)',
  });
});

it('those of another run are told apart', () => {
  const steps = stepsIn(following('a.d'), following('a.d'), started, following('a.d'));
  expect(steps.map(({count}) => count)).toEqual([2, 1]);
});

it('the last 50 are told, and all of the same are counted, however many lines are between them', () => {
  const steps = Array.from({length: 80}, (_, at) => following(`t.d${at}`));
  const found = stepsIn(...steps);
  expect([found.length, found[0]?.id, found.at(-1)?.id]).toEqual([50, 30, 79]);
  const others = Array.from({length: 600}, () => line('stopping the connector'));
  expect(stepsIn(following('a.d'), ...others, following('a.d'))).toMatchObject([{count: 2, firstId: 0, id: 601}]);
});

it('steps that left the log are not told; of several, as long as it has the last', () => {
  const {buffer} = indexText('');
  const steps = milestonesOf(buffer);
  for (const name of ['a.d', 'b.d', 'b.d']) {
    buffer.append(Buffer.from(`${following(name)}\n`));
    buffer.startSegment();
  }
  while (!steps.step(100));
  expect(steps.steps).toHaveLength(2);
  buffer.dropBefore(2);
  expect(steps.steps).toMatchObject([{connector: 'b.d', id: 2, firstId: 1, count: 2}]);
});
