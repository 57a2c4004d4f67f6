import fc from 'fast-check';
import {expect, it} from 'vitest';
import {watchPatternKey} from '../../../source/engine/records/error-log.ts';
import {type Alert, Alerts, alertObject} from '../../../source/kit/journal/alerts.ts';
import type {PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {errorsOf} from './statuses.ts';

function setUp() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const alerts = new Alerts({clock, notify: (text) => sent.push(text)});
  return {clock, sent, alerts};
}

const failed = (pipeline: string, why: string): PipelineEvent => ({
  ...{kind: 'failed', pipeline, from: 'API', count: 1, why},
});
const disconnected = (pipeline: string, why: string): PipelineEvent => ({
  ...{kind: 'disconnected', pipeline, from: 'pipetail', count: 1, why},
});

async function textOf(...events: readonly PipelineEvent[]): Promise<string | undefined> {
  const {clock, alerts, sent} = setUp();
  alerts.tell(events);
  await clock.advance(1000);
  alerts.dispose();
  return sent[0];
}

it('errors notify once for each new group and with every watched line, without time and level', async () => {
  const [group] = errorsOf(['[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::kafka:  refused']).values();
  if (!group) throw new Error('no group');
  const errors = {kind: 'errors', pipeline: 'a', from: 'log', count: 1, group, ends: group, isNew: true} as const;
  expect(await textOf(errors)).toBe('a: kafka refused');
  expect(await textOf({...errors, suppressed: 812})).toBe('a: kafka refused ×1 +812 suppressed');
  expect(await textOf({...errors, isNew: false})).toBeUndefined();
  const ends = {...group, key: watchPatternKey};
  expect(await textOf({...errors, kind: 'watched', ends, isNew: false})).toBe('a: ERROR kafka refused');
});

it('connector errors and a pipeline that the user stopped do not notify', async () => {
  expect(await textOf({kind: 'connectors', pipeline: 'a', from: 'API', count: 3, increase: []})).toBeUndefined();
  expect(
    await textOf({kind: 'stopped', pipeline: 'a', from: 'API', count: 1, before: 'Running', now: 'Stopped'}),
  ).toBeUndefined();
});

it('control characters, overrides and separators are visible text', async () => {
  const text = await textOf(failed('orders', 'a\u0007b\u001B]9;x\u001B\\c\u202Ed\u2028e\u0000\u009Cf\nq'));
  expect(text).toBe('orders: a^Gb^[]9;x^[\\c<U+202E>d<U+2028>e^@<U+009C>f^Jq');
});

it('a lost stream has the kind by which alert commands know it', () => {
  const told: Alert[] = [];
  const alerts = new Alerts({clock: new FakeClock(), onAlert: (alert) => told.push(alert)});
  alerts.tell([{kind: 'stream-lost', pipeline: 'a', from: 'log', count: 1}]);
  alerts.dispose();
  expect(told).toMatchObject([{kind: 'stream-lost', pipeline: 'a'}]);
});

it('of a pipeline that was deleted, as such', () => {
  const told: Alert[] = [];
  const alerts = new Alerts({clock: new FakeClock(), onAlert: (alert) => told.push(alert)});
  alerts.tell([{kind: 'deleted', pipeline: 'a', from: 'pipetail', count: 1, at: 0}]);
  alerts.dispose();
  expect(told.map((alert) => alertObject(alert, {server: '', now: 0}))).toMatchObject([
    {kind: 'deleted', text: 'the pipeline was deleted'},
  ]);
});

it('of a long line 100 characters', async () => {
  const text = (await textOf(failed('orders', 'x'.repeat(5000)))) ?? '';
  expect([...text]).toHaveLength('orders: '.length + 100);
  expect(text.endsWith('…')).toBe(true);
  expect(await textOf(failed('orders', '😀'.repeat(100)))).toBe(`orders: ${'😀'.repeat(100)}`);
});

it('an alert command gets the text in full, with time, count and the addresses of server and pipeline', () => {
  const at = Date.UTC(2026, 0, 1, 12);
  const place = {pipeline: 'a', from: 'log', id: 4} as const;
  const marker = {kind: 'unread', stream: 'stdout', why: 'x\u001B[2J'.repeat(50), at} as const;
  const event = {kind: 'lost', ...place, count: 1, atLeast: 7, atMost: 9, marker, at} as const;
  const alert = {kind: 'lost', pipeline: 'a', event, more: 2} as const;
  expect(alertObject(alert, {server: 'http://h:8080', now: 0})).toEqual({
    pipeline: 'a',
    kind: 'lost',
    text: `12:00:00 Feldera stopped reading stdout until the next start: ${'x^[[2J'.repeat(50)}`,
    count: 7,
    suppressed: 0,
    more: 2,
    time: '2026-01-01T12:00:00.000Z',
    server: 'http://h:8080',
    url: 'http://h:8080/v0/pipelines/a',
  });
  expect(alertObject({...alert, event: {...event, at: undefined}}, {server: '', now: at}).time).toBe(
    '2026-01-01T12:00:00.000Z',
  );
});

it('a change that was asked for is sent at once, and in place of other events of its list', async () => {
  const {clock, sent, alerts} = setUp();
  alerts.tell([failed('a', 'one')]);
  await clock.advance(1000);
  alerts.tell([
    {kind: 'changed', pipeline: 'a', from: 'API', count: 1, words: 'Failed · two', at: 0},
    failed('a', 'two'),
    failed('b', 'three'),
  ]);
  expect(sent).toEqual(['a: one', 'a: Failed · two', 'b: three']);
  await clock.advance(60_000);
  expect(sent).toHaveLength(3);
});

it('each failure is sent at once, with what waited', async () => {
  const {clock, sent, alerts} = setUp();
  alerts.tell([disconnected('a', 'refused')]);
  alerts.tell([disconnected('a', 'refused'), failed('a', 'one'), failed('a', 'two')]);
  expect(sent).toEqual(['a: refused', 'a: one (and 1 more)', 'a: two']);
  await clock.advance(120_000);
  expect(sent).toHaveLength(3);
});

it('an error waits a second for the failure that it may lead to', async () => {
  const {clock, sent, alerts} = setUp();
  const [group] = errorsOf(['[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::kafka:  refused']).values();
  if (!group) throw new Error('no group');
  const errors = {kind: 'errors', from: 'log', count: 1, isNew: true, group, ends: group} as const;
  alerts.tell([
    {...errors, pipeline: 'a'},
    {...errors, pipeline: 'b'},
  ]);
  await clock.advance(999);
  expect(sent).toEqual([]);
  alerts.tell([failed('b', 'exit status: 101')]);
  expect(sent).toEqual(['b: exit status: 101 (and 1 more)']);
  await clock.advance(1);
  expect(sent.at(-1)).toBe('a: kafka refused');
  await clock.advance(120_000);
  expect(sent).toHaveLength(2);
});

it.each([
  "thread 'dbsp-worker-0' (7) panicked at src/main.rs:1:2:\nno space",
  '[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::server:  Error initializing the pipeline: no space',
  '[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::controller:  Transaction 3: Error retrieving commit progress (runtime error: circuit has been terminated)',
  '[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::server:  Response: 500 Internal Server Error (size: Sized(9)) to request GET /stats',
])('%s: waits ten seconds for the end of the pipeline, with the errors around it', async (end) => {
  const {clock, sent, alerts} = setUp();
  const [report, last] = [
    ...errorsOf([
      '[a] 2026-01-01T00:00:00.000001Z ERROR dbsp_adapters::server:  runtime error: worker panic',
      end,
    ]).values(),
  ];
  if (!report || !last) throw new Error('no groups');
  const errors = {kind: 'errors', from: 'log', count: 1, isNew: true} as const;
  for (const group of [report, last, report])
    alerts.tell(['a', 'b'].map((pipeline) => ({...errors, pipeline, group, ends: group})));
  await clock.advance(5_000);
  expect(sent).toEqual([]);
  alerts.tell([failed('b', 'panic: no space')]);
  expect(sent).toEqual(['b: panic: no space (and 3 more)']);
  await clock.advance(4_999);
  expect(sent).toHaveLength(1);
  await clock.advance(1);
  expect(sent[1]).toMatch(/^a: .+ \(and 2 more\)$/);
});

it('what waits is sent at the end of the program', () => {
  const {clock, sent, alerts} = setUp();
  alerts.tell([disconnected('a', 'one')]);
  alerts.tell([disconnected('a', 'two'), disconnected('a', 'three')]);
  alerts.flush();
  expect(sent).toEqual(['a: one', 'a: two (and 1 more)']);
  expect(clock.pending).toBe(0);
});

it('the first notification is sent at once, the next of that pipeline a minute later, others at once', async () => {
  const {clock, sent, alerts} = setUp();
  alerts.tell([disconnected('a', 'one')]);
  await clock.advance(1000);
  alerts.tell([disconnected('a', 'two'), disconnected('b', 'three')]);
  expect(sent).toEqual(['a: one', 'b: three']);
  await clock.advance(58_999);
  expect(sent).toHaveLength(2);
  await clock.advance(1);
  expect(sent.at(-1)).toBe('a: two');
  await clock.advance(120_000);
  expect([sent.length, clock.pending]).toEqual([3, 0]);
});

it('the most urgent of those that waited is sent, with the number of others', async () => {
  const {clock, sent, alerts} = setUp();
  const refused = disconnected('a', 'refused');
  alerts.tell([refused, refused]);
  alerts.tell([refused, failed('a', 'exit status: 101'), {kind: 'restarted', pipeline: 'a', from: 'log', count: 1}]);
  await clock.advance(60_000);
  expect(sent).toEqual(['a: refused (and 1 more)', 'a: exit status: 101 (and 2 more)']);
});

it('what waits of a pipeline is sent under its new name, in its minute', async () => {
  const {clock, sent, alerts} = setUp();
  alerts.tell([disconnected('a', 'one'), disconnected('b', 'other')]);
  alerts.tell([disconnected('a', 'two')]);
  alerts.rename(new Map([['a', 'c']]));
  await clock.advance(30_000);
  alerts.tell([disconnected('c', 'three')]);
  expect(sent).toEqual(['a: one', 'b: other']);
  await clock.advance(30_000);
  expect(sent.slice(2)).toEqual(['c: two (and 1 more)']);
});

it('never more than one a minute for a pipeline besides its failures, and none is left out', async () => {
  const arrivals = fc.array(fc.record({wait: fc.nat(40_000), pipeline: fc.constantFrom('a', 'b')}), {maxLength: 40});
  await fc.assert(
    fc.asyncProperty(arrivals, async (all) => {
      const clock = new FakeClock();
      const sent: {at: number; pipeline: string; events: number}[] = [];
      const send = ({pipeline, more}: Alert) => {
        sent.push({at: clock.monotonic(), pipeline, events: more + 1});
      };
      const alerts = new Alerts({clock, onAlert: send});
      for (const {wait, pipeline} of all) {
        await clock.advance(wait);
        alerts.tell([disconnected(pipeline, 'x')]);
      }
      await clock.advance(60_000);
      for (const name of ['a', 'b']) {
        const times = sent.filter(({pipeline}) => pipeline === name).map(({at}) => at);
        for (const [index, at] of times.slice(1).entries())
          expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(60_000);
      }
      expect(sent.reduce((sum, {events}) => sum + events, 0)).toBe(all.length);
    }),
    {numRuns: Number(process.env.PIPETAIL_RUNS ?? 100)},
  );
});
