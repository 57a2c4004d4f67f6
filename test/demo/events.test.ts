import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../demo/connector-errors.ts';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import {processLog} from '../../demo/process-log.ts';
import {parseEvents} from '../../source/engine/api/parse-pipeline.ts';
import {ServerJson} from '../../source/engine/api/server-text.ts';
import {lived} from './lived.ts';
import {recording} from './recording.ts';

type Json = Readonly<Record<string, unknown>>;

/** What changes from event to event, the oldest first. */
function told(events: readonly Json[]): unknown[] {
  return events
    .toReversed()
    .map((event) => [
      event.deployment_resources_status,
      event.deployment_resources_desired_status,
      event.deployment_runtime_status,
      event.deployment_runtime_desired_status,
      event.deployment_has_error,
      event.storage_status,
    ]);
}

const eventsOf = (pipeline: DemoPipeline): readonly Json[] => {
  pipeline.events.pass(pipeline.state);
  return pipeline.events.list('all');
};

const recorded = (file: string): Json[] => JSON.parse(recording(file).body.toString());

it('a start, a stop, a start and a pause are recorded as in recording 34', () => {
  const {pipeline} = lived('orders', function* (running) {
    running.start();
    yield 100;
    running.setDesired('Stopped');
    yield 15;
    running.stop();
    yield 300;
    running.start();
    running.pause();
    running.resume();
  });
  // The recorded pipeline has connector errors, so the same statuses are recorded more often.
  const running = JSON.stringify(['Provisioned', 'Provisioned', 'Running', 'Running', false, 'InUse']);
  const once = (events: unknown[]) =>
    events.map((each) => JSON.stringify(each)).filter((each, at, all) => each !== running || all[at - 1] !== running);
  const compiled = 4;
  expect(once(told(eventsOf(pipeline)))).toEqual(once(told(recorded('34-events-all.raw'))).slice(compiled));
});

it('an end that nobody asked for is recorded as in recording 18a, with its error', () => {
  const {pipeline} = lived('orders', function* (running) {
    running.start();
    yield 5000;
    running.fail('Pipeline process exited prematurely with exit status: 3');
  });
  const real = told(recorded('18a-events-all.raw').slice(-13));
  expect(told(eventsOf(pipeline).slice(0, 4))).toEqual(real.slice(-4));
  expect(eventsOf(pipeline)[0]?.deployment_error).toMatchObject({error_code: 'RunnerCheckError'});
});

it('has the fields of the recordings, in their order', () => {
  const {pipeline} = lived('orders', function* (running) {
    running.start();
    yield 0;
  });
  const keys = (json: unknown) => Object.keys(typeof json === 'object' && json !== null ? json : {});
  expect(keys(pipeline.events.list('all')[0])).toEqual(keys(recorded('34-events-all.raw')[0]));
  expect(keys(pipeline.events.find('latest', 'status'))).toEqual(
    keys(JSON.parse(recording('18b-events-latest.raw').body.toString())),
  );
});

it('a count of connector errors that rises is recorded every ten seconds, quiet every ten minutes', () => {
  let begin = 0;
  const {pipeline} = lived('orders', function* (running, _random, now) {
    running.start();
    begin = now();
    const report = connectorErrors(running, processLog(running, {shape: 'plain'}));
    for (let event = 1; event <= 50; event++) {
      yield 490;
      report(parseError('a.b', event, 'missing field `id`', '{}'));
    }
    yield 1_300_000;
  });
  const later = eventsOf(pipeline).filter(({recorded_at: at}) => Date.parse(String(at)) > begin + 1000);
  expect(
    later
      .toReversed()
      .map(({recorded_at: at, deployment_runtime_status_details: details}) => [
        Math.floor((Date.parse(String(at)) - begin) / 1000),
        details,
      ]),
  ).toEqual([
    [10, {connector_stats: {num_errors: 20}}],
    [20, {connector_stats: {num_errors: 40}}],
    [30, {connector_stats: {num_errors: 50}}],
    [630, {connector_stats: {num_errors: 50}}],
    [1230, {connector_stats: {num_errors: 50}}],
  ]);
});

it('keeps the newest 720, each with an id of its own', () => {
  const {pipeline} = lived('orders', function* (running) {
    running.start();
    for (let count = 0; count < 1000; count++) {
      running.pause();
      yield 1000;
      running.resume();
      yield 1000;
    }
  });
  const events = parseEvents(new ServerJson(eventsOf(pipeline))) ?? [];
  expect(events).toHaveLength(720);
  expect(new Set(events.map(({id}) => id)).size).toBe(720);
  expect(events.map(({time}) => time)).toEqual(
    events
      .map(({time}) => time)
      .toSorted()
      .toReversed(),
  );
  const [first, last] = [events[0], events.at(-1)];
  expect(pipeline.events.find(first?.id ?? '', 'status')).toMatchObject({event_id: first?.id});
  expect(pipeline.events.find(last?.id ?? '', 'status')).toBeDefined();
  expect(pipeline.events.find('01a21b8e-c5bd-7902-92a4-b60f966deaee', 'status')).toBeUndefined();
});
