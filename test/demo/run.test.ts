import {describe, expect, it} from 'vitest';
import {DemoRun} from '../../demo/run.ts';
import {parseTimeSeries, statsSteps} from '../../source/engine/api/parse-stats.ts';
import {ServerJson} from '../../source/engine/api/server-text.ts';
import {runAtOnce} from '../../source/lib/slices.ts';
import {recording} from './recording.ts';

/** A run on a clock that the test sets. */
function started() {
  const clock = {now: Date.UTC(2026, 0, 1)};
  let errors = 0;
  const run = new DemoRun({
    now: () => clock.now,
    incarnation: '01a21bc3-c9f1-7bb3-b8ed-19fc75c5e0a8',
    onErrors: (change) => {
      errors += change;
    },
  });
  const stats = () => runAtOnce(statsSteps(new ServerJson(run.statsJson({withErrors: true, isPaused: false}))));
  const connector = (name: string) => stats()?.connectors.find((each) => each.name === name);
  return {clock, run, stats, connector, errors: () => errors};
}

/** Each place of a JSON value with the type of what is there; lists by their first element. */
function places(value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return [`${at}: list`, ...places(value[0], `${at}[]`)];
  if (typeof value !== 'object' || value === null) return [`${at}: ${value === null ? 'null' : typeof value}`];
  return [`${at}: object`, ...Object.entries(value).flatMap(([key, each]) => places(each, `${at}.${key}`))];
}

const bodyOf = (file: string): unknown => JSON.parse(recording(file).body.toString());

describe('statistics', () => {
  it('have the fields of the recordings, in their order', () => {
    const {run} = started();
    for (const name of ['orders.bad', 'orders.gen']) run.connect({kind: 'input', name});
    run.connect({kind: 'output', name: 'big_orders.full'});
    run.receive('orders.bad', 10);
    run.step();
    run.addError({endpoint: 'orders.bad', kind: 'parse', tag: 'text_event_err', message: 'x'});
    expect(places(run.statsJson({withErrors: false, isPaused: false}))).toEqual(places(bodyOf('25b-stats-plain.raw')));
    // Recorded while a transaction was being committed.
    const idle = (lines: string[]) => lines.filter((line) => !line.includes('.transaction_'));
    run.addError({
      endpoint: 'big_orders.full',
      kind: 'transport',
      isOutput: true,
      tag: 'outprobe_push_buf',
      message: 'x',
    });
    expect(idle(places(run.statsJson({withErrors: true, isPaused: false})))).toEqual(
      idle(places(bodyOf('25a-stats-connector-errors.raw'))),
    );
  });

  it('of a fatal input are those of recording 25c, until the next step', () => {
    const {run, stats, connector, errors} = started();
    run.connect({kind: 'input', name: 'orders.web'});
    run.addError({endpoint: 'orders.web', kind: 'transport', message: 'refused', fatal: true});
    expect(places(run.statsJson({withErrors: true, isPaused: false}))).toEqual(
      places(bodyOf('25c-stats-fatal-input.raw')),
    );
    expect(connector('orders.web')).toMatchObject({fatalError: 'refused', errors: [{count: 0}, {count: 1}]});
    expect(errors()).toBe(1);
    run.step();
    expect(stats()?.connectors).toEqual([]);
    expect(errors()).toBe(0);
  });

  it('count what was received, processed and sent', () => {
    const {run, stats, connector} = started();
    run.receive('a.kafka', 100, 5000);
    expect(stats()).toMatchObject({bufferedRecords: 100});
    expect(connector('a.kafka')).toMatchObject({records: 100, bytes: 5000, bufferedRecords: 100});
    run.step();
    run.transmit('v.file', 7, 70);
    expect(stats()).toMatchObject({bufferedRecords: 0, isComplete: false});
    expect(connector('v.file')).toMatchObject({kind: 'output', records: 7, bytes: 70});
    run.endInput('a.kafka');
    expect(stats()?.isComplete).toBe(true);
  });

  it('keep the newest 100 errors of each tag, which leaves gaps in the index', () => {
    const {run, connector} = started();
    const add = (tag: string, count: number) => {
      for (; count > 0; count--) run.addError({endpoint: 'a.b', kind: 'parse', tag, message: tag});
    };
    add('text_envelope_err', 30);
    add('text_event_err', 250);
    add('text_envelope_err', 5);
    const [parse] = connector('a.b')?.errors ?? [];
    expect(parse?.count).toBe(285);
    expect(parse?.retained?.map(({index}) => index)).toEqual([
      ...Array.from({length: 30}, (_, at) => at + 1),
      ...Array.from({length: 100}, (_, at) => at + 181),
      ...Array.from({length: 5}, (_, at) => at + 281),
    ]);
  });

  it('of a Kafka connector have its health', () => {
    const {run, connector} = started();
    run.connect({kind: 'input', name: 'a.kafka', hasHealth: true});
    expect(connector('a.kafka')?.health).toEqual({status: 'Healthy', description: ''});
    run.setHealth('a.kafka', 'Unhealthy', 'the broker is down');
    expect(connector('a.kafka')?.health).toEqual({status: 'Unhealthy', description: 'the broker is down'});
  });
});

describe('time series', () => {
  it('have a sample a second since the start, the last 60 of them', () => {
    const {clock, run} = started();
    const series = () => parseTimeSeries(new ServerJson(run.timeSeriesJson()));
    expect(series()).toEqual({samples: []});
    const begin = clock.now;
    for (let second = 1; second <= 90; second++) {
      clock.now = begin + second * 1000 - 500;
      run.receive('a.kafka', second);
      run.step();
    }
    clock.now = begin + 95_700;
    const samples = series()?.samples ?? [];
    expect(samples).toHaveLength(60);
    expect(samples.map(({at}) => (at - begin) / 1000)).toEqual(Array.from({length: 60}, (_, at) => at + 36));
    const total = (seconds: number) => (Math.min(seconds, 90) * (Math.min(seconds, 90) + 1)) / 2;
    expect(samples.map(({processedRecords}) => processedRecords)).toEqual(
      Array.from({length: 60}, (_, at) => total(at + 36)),
    );
    expect(samples.at(-1)?.memoryBytes).toBeGreaterThan(samples[0]?.memoryBytes ?? 0);
  });

  it('have the fields of the recording', () => {
    const {clock, run} = started();
    clock.now += 1500;
    expect(places(run.timeSeriesJson())).toEqual(places(bodyOf('26-time-series.raw')));
  });
});
