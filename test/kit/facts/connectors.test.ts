import {expect, test} from 'vitest';
import {statsSteps} from '../../../source/engine/api/parse-stats.ts';
import {ServerJson} from '../../../source/engine/api/server-text.ts';
import type {ConnectorError, ConnectorStats, PipelineStats} from '../../../source/engine/api/types.ts';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {type KnownStats, noStats} from '../../../source/engine/pipelines/stats-poller.ts';
import {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {connectorState} from '../../../source/features/connectors/connector-table.ts';
import {
  connectorIncrease,
  connectorsOf,
  errorsByConnector,
  failuresInLog,
  increaseWords,
  type LoggedFailure,
  newErrorsWords,
} from '../../../source/kit/facts/connectors.ts';
import {runAtOnce} from '../../../source/lib/slices.ts';
import {recording} from '../../demo/recording.ts';

/** The failures in a log of these lines, from one of them on. */
function failuresIn(lines: readonly string[], fromId = 0): readonly LoggedFailure[] {
  const buffer = new WritableLogBuffer({maxBytes: 1e6});
  const errors = new ErrorLog({buffer, wall: () => 0});
  for (const line of lines) {
    const bytes = Buffer.from(`${line}\n`);
    const newlines = new Uint32Array([bytes.length - 1]);
    buffer.append(bytes, newlines);
    errors.append(bytes, newlines);
  }
  return failuresInLog({buffer, errors}, fromId);
}

const fatal = (seconds: number, name: string, message: string) =>
  `[p] 2026-11-25T03:00:0${seconds}.000000Z ERROR url_input{ path="x"}: dbsp_adapters::server:  FATAL error on input endpoint '${name}': ${message}`;

test('the log names the connectors that stopped with a fatal error, of each its newest line, of this run only', () => {
  const lines = [fatal(1, 'a.web', 'refused'), fatal(2, 'b.web', 'refused'), fatal(3, 'c.web', 'refused')];
  const again = [...lines, fatal(4, 'a.web', 'refused')];
  const namesOf = (found: readonly LoggedFailure[]) =>
    found.map(({name, at}) => `${name} ${new Date(at).getSeconds()}`);
  expect(failuresIn(lines)[0]).toEqual({
    ...{kind: 'input', name: 'a.web', message: 'refused'},
    at: Date.UTC(2026, 10, 25, 3, 0, 1),
    group: expect.any(Number),
    errors: 1,
  });
  expect(namesOf(failuresIn(again)).toSorted()).toEqual(['a.web 4', 'b.web 2', 'c.web 3']);
  expect(namesOf(failuresIn(again, 2)).toSorted()).toEqual(['a.web 4', 'c.web 3']);
  expect(failuresIn(['[p] 2026-11-25T03:00:01.000000Z ERROR a::b:  error on input endpoint'])).toEqual([]);
});

test('the same in lines in JSON', () => {
  const line = {
    ...{timestamp: '2026-11-25T03:00:01.000000Z', level: 'ERROR', target: 'dbsp_adapters::server'},
    ...{'feldera-service': 'pipeline', 'pipeline-name': 'p'},
    fields: {message: 'FATAL error on output endpoint \'v.out\': no "room"'},
  };
  expect(failuresIn([JSON.stringify(line)])).toMatchObject([{kind: 'output', name: 'v.out', message: 'no "room"'}]);
});

test('the connectors of a real pipeline: the failed one first, which only the log still tells of', () => {
  const stats = runAtOnce(
    statsSteps(new ServerJson(JSON.parse(recording('25c-stats-fatal-input.raw').body.toString()))),
  );
  const known: KnownStats = {...noStats, stats, at: 0};
  const failure: LoggedFailure = {kind: 'input', name: 'orders.gone', at: 1, message: 'refused', group: 0};
  // Another fails, and will be gone with the next step.
  const [failing, first, ...others] = connectorsOf(known, [failure]);
  expect(failing && `${failing.name} ${connectorState(failing)}`).toBe('orders.web failed');
  expect(first).toMatchObject({name: 'orders.gone', isGone: true, failure: {at: 1, message: 'refused'}});
  expect(first && connectorState(first)).toBe('failed');
  expect(others).toHaveLength((stats?.connectors.length ?? 0) - 1);
  // With errors before those without.
  const counts = others.map(({stats: each}) => each?.errors.some(({count}) => count > 0) === true);
  expect(counts).toEqual(counts.toSorted((a, b) => Number(b) - Number(a)));
});

test('one that is there again after its failure is not failed', () => {
  const stats: ConnectorStats = {
    ...{kind: 'input', name: 'orders.web', stream: 'orders', records: 0, bytes: 0, bufferedRecords: 0},
    ...{isPaused: false, hasEnded: false, latency: undefined, health: undefined, fatalError: undefined, errors: []},
  };
  const known = {stats: {connectors: [stats]}, gone: []} as unknown as KnownStats;
  const [only] = connectorsOf(known, [{kind: 'input', name: 'orders.web', at: 1, message: 'refused', group: 0}]);
  expect(only && connectorState(only)).toBe('–');
});

/** Statistics with so many errors of each connector, one a second; the newest `kept` are sent. */
function statsWith(counts: Readonly<Record<string, number>>, {incarnation = 'one', kept = 100} = {}): PipelineStats {
  const connectors = Object.entries(counts).map(([name, count]) => {
    const errors = Array.from({length: count}, (_, place): ConnectorError => {
      const time = new Date(Date.UTC(2026, 10, 25) + place * 1000).toISOString();
      return {time, index: place + 1, tag: undefined, message: ''};
    });
    return {kind: 'input', name, errors: [{kind: 'parse', count, retained: errors.slice(-kept)}]};
  });
  return {incarnation, connectors} as unknown as PipelineStats;
}

test('a increase is of the connectors that have more errors than before, in the same process', () => {
  const before = errorsByConnector(statsWith({'orders.bad': 3, 'orders.web': 2, quiet: 1}));
  const now = statsWith({'orders.bad': 15, 'orders.web': 4, quiet: 1});
  expect(connectorIncrease(now, before, 14)).toEqual([
    {name: 'orders.bad', count: 12},
    {name: 'orders.web', count: 2},
  ]);
  expect(connectorIncrease(now, before, 0)).toEqual([]);
  expect(connectorIncrease(undefined, before, 14)).toEqual([]);
});

test('where it is not known what was before, the newest errors tell', () => {
  const now = statsWith({'orders.bad': 15, 'orders.web': 4});
  expect(connectorIncrease(now, undefined, 2)).toEqual([{name: 'orders.bad', count: 2}]);
  const another = errorsByConnector(statsWith({'orders.bad': 15}, {incarnation: 'two'}));
  expect(connectorIncrease(now, another, 19)).toEqual([
    {name: 'orders.bad', count: 15},
    {name: 'orders.web', count: 4},
  ]);
  // Of more than the server keeps, the number is known of a single connector only.
  expect(connectorIncrease(statsWith({'orders.bad': 500}), undefined, 400)).toEqual([{name: 'orders.bad', count: 400}]);
  const both = connectorIncrease(statsWith({'orders.bad': 500, 'orders.web': 400}), undefined, 900);
  expect(both.map(({count}) => count)).toEqual([undefined, undefined]);
  expect(increaseWords(both, {withNumbers: true})).toBe('orders.bad, orders.web');
});

test('three connectors are named', () => {
  const increase = ['a', 'b', 'c', 'd', 'e'].map((name, place) => ({name, count: 1200 - place}));
  expect(increaseWords(increase.slice(0, 2), {withNumbers: true})).toBe('1,200 in a, 1,199 in b');
  expect(increaseWords(increase, {withNumbers: true})).toBe('1,200 in a, 1,199 in b, 1,198 in c and 2 others');
  expect(increaseWords(increase, {withNumbers: false})).toBe('a, b, c and 2 others');
  expect(increaseWords([], {withNumbers: true})).toBe('');
  expect(newErrorsWords(increase.slice(0, 2))).toBe('2,399 new connector errors: 1,200 in a, 1,199 in b');
  expect(newErrorsWords(increase.slice(0, 1))).toBe('1,200 new connector errors: a');
  expect(newErrorsWords([...increase.slice(0, 1), {name: 'b', count: undefined}])).toBe('new connector errors: a, b');
});
