import {expect, test} from 'vitest';
import type {ConnectorStats, PipelineStats} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {StatsPoller} from '../../../source/engine/pipelines/stats-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {factsOf} from '../../../source/kit/facts/pipeline-facts.ts';
import {createStore} from '../../../source/lib/store.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';

const event = 'Parse error (event #3): bad date';
const envelope = "Parse error: failed to parse string as a JSON document\nInvalid fragment: 'this'";

/** A pipeline with one connector whose counters a test moves, asked about as the program asks. */
class Rig {
  readonly clock = new FakeClock();
  readonly poller: StatsPoller;
  asked = 0;
  message = event;
  isPaused = false;
  readonly #kind: ConnectorStats['kind'];
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: [makePipeline('a')], goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  #records = 0;
  #errors = 0;

  constructor(kind: ConnectorStats['kind']) {
    this.#kind = kind;
    const getStats = async () => {
      this.asked += 1;
      return this.#stats();
    };
    this.poller = new StatsPoller({
      client: {getStats, getTimeSeries: async () => ({samples: []})},
      ...{clock: this.clock, random: () => 0, poller: {snapshot: this.#list}},
    });
    this.poller.start();
    this.#list.set({...this.#list.get(), pipelines: [makePipeline('a', {connectorErrors: 0})]});
  }

  /** Counts these, and lists them. */
  async count(records: number, errors: number): Promise<void> {
    this.#records += records;
    this.#errors += errors;
    this.#list.set({...this.#list.get(), pipelines: [makePipeline('a', {connectorErrors: this.#errors})]});
    await this.clock.advance(1000);
  }

  /** What is said of the connector, and of which numbers. */
  get words(): string {
    const known = this.poller.known.get().get('a');
    const facts = factsOf({
      ...{pipeline: makePipeline('a'), known, failures: [], now: this.clock.wall(), log: undefined},
      reading: {kind: 'followed'},
    });
    const [, finding] = diagnose(facts);
    return finding ? `${finding.severity}: ${finding.text} · ${finding.often ?? ''}` : 'nothing';
  }

  #stats(): PipelineStats {
    const [kind, other] =
      this.#kind === 'input' ? (['parse', 'transport'] as const) : (['encode', 'transport'] as const);
    const count = this.#errors;
    // The server has the newest hundred.
    const first = Math.max(1, count - 99);
    const retained = Array.from({length: count - first + 1}, (_, place) => {
      return {time: '', tag: undefined, index: first + place, message: this.message};
    });
    const connector: ConnectorStats = {
      ...{kind: this.#kind, name: 'a.c', stream: 'a', records: this.#records, bytes: 0, bufferedRecords: 0},
      ...{isPaused: this.isPaused, hasEnded: false, latency: undefined, health: undefined, fatalError: undefined},
      errors: [
        {kind, count, retained},
        {kind: other, count: 0, retained: []},
      ],
    };
    return {
      ...{state: 'Running', incarnation: 'one', uptime: 0, bufferedRecords: 0, outputStall: 0, isComplete: false},
      connectors: [connector],
    };
  }
}

test('a share is of the last minute, and of the run while nothing else is known', async () => {
  const rig = new Rig('input');
  await rig.count(1980, 20);
  expect(rig.words).toBe(
    'notice: a.c rejected 1 % of its records since its start: bad date · 20 parse errors, 1,980 records received',
  );
  for (let second = 0; second < 60; second++) await rig.count(0, 1);
  expect(rig.words).toMatch(
    /^degraded: a\.c rejected 100 % of its records in the last minute: bad date · \d\d parse errors, 0 records received$/,
  );
});

test('no minute without an error has a share, though nobody looks and the list counts no more', async () => {
  const rig = new Rig('input');
  await rig.count(1, 4);
  expect(rig.words).toMatch(/^degraded: a\.c rejected 80 % of its records since its start: /);
  await rig.clock.advance(65_000);
  expect(rig.words).toBe('notice: a.c had errors: bad date · 4 parse errors, 1 record received');
  const {asked} = rig;
  await rig.clock.advance(600_000);
  expect(rig.asked).toBe(asked);
});

test('after a long time in which nobody asked, a share is of that time', async () => {
  const rig = new Rig('input');
  await rig.count(1000, 0);
  rig.poller.setShown('a');
  await rig.clock.advance(46 * 60_000);
  await rig.count(5, 15);
  expect(rig.words).toMatch(/^degraded: a\.c rejected 75 % of its records in the last 46 min: /);
});

test('where the server counts an error for each word of a line, errors are no records', async () => {
  const rig = new Rig('input');
  rig.message = envelope;
  await rig.count(1, 8);
  expect(rig.words).toBe(
    'degraded: a.c had more errors than records since its start: failed to parse string as a JSON document · 8 parse errors, 1 record received',
  );
  await rig.count(99, 2);
  expect(rig.words).toMatch(/^notice: a\.c had errors since its start: /);
});

test('an output that wrote, and writes nothing for a minute with errors', async () => {
  const rig = new Rig('output');
  await rig.count(900, 1);
  expect(rig.words).toMatch(/^notice: a\.c had errors: bad date · 1 encode error, 900 records written$/);
  for (let second = 0; second < 60; second++) await rig.count(0, second % 20 === 0 ? 1 : 0);
  await rig.count(0, 1);
  expect(rig.words).toMatch(
    /^degraded: a\.c has written nothing in the last minute: bad date · \d encode errors, 0 records written$/,
  );
  rig.isPaused = true;
  await rig.count(0, 1);
  expect(rig.words).toMatch(/^notice: a\.c is paused: its changes are dropped · $/);
  for (let second = 0; second < 70; second++) await rig.count(0, second % 20 === 0 ? 1 : 0);
  const {asked} = rig;
  await rig.clock.advance(600_000);
  expect(rig.asked).toBeLessThanOrEqual(asked + 1);
  rig.isPaused = false;
  // It was not meant to write before.
  await rig.count(0, 1);
  expect(rig.words).toMatch(/^notice: a\.c had errors: /);
});
