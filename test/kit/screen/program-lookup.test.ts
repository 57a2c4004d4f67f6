import {expect, it} from 'vitest';
import type {Pipeline, PipelineDetail} from '../../../source/engine/api/types.ts';
import {programLookup} from '../../../source/kit/screen/program-lookup.ts';
import type {Description} from '../../../source/kit/screen/services.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {makePipeline, noProgram} from './make-pipeline.ts';

type Asked = {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly answer: (answer: Description) => Promise<void>;
};

/** A lookup whose requests the test answers, and the list that it knows. */
function rig() {
  const asked: Asked[] = [];
  const listed = new Map<string, Pipeline>();
  const describe = (name: string, signal: AbortSignal): Promise<Description> => {
    const {promise, resolve} = Promise.withResolvers<Description>();
    asked.push({
      ...{name, signal},
      async answer(answer) {
        resolve(answer);
        await promise;
      },
    });
    return promise;
  };
  const lookup = programLookup({describe, clock: systemClock}, (name) => listed.get(name));
  return {lookup, asked, listed};
}

const code = 'create table orders (x int)\nwith (\'connectors\' = \'[{"name": "bad"}]\');';

function detail(name: string, change: Partial<PipelineDetail> = {}): Description {
  return {kind: 'detail', detail: {...makePipeline(name), ...noProgram, programCode: code, ...change}};
}

it('requests a program once, and keeps it', async () => {
  const {lookup, asked} = rig();
  let changes = 0;
  lookup.changes.subscribe(() => {
    changes += 1;
  });
  expect(lookup.get('orders')).toBeUndefined();
  lookup.want('orders');
  lookup.want('orders');
  expect(lookup.get('orders')).toEqual({kind: 'loading'});
  await asked[0]?.answer(detail('orders'));
  lookup.want('orders');
  lookup.stop();
  lookup.want('orders');
  expect(asked.map(({name}) => name)).toEqual(['orders']);
  expect(lookup.get('orders')).toMatchObject({kind: 'known', detail: {programCode: code}});
  expect(changes).toBe(2);
});

it('requests it again when the list has another status of the program, or another pipeline of that name', async () => {
  const {lookup, asked, listed} = rig();
  const request = async (answer: Description) => {
    lookup.want('orders');
    await asked.at(-1)?.answer(answer);
  };
  listed.set('orders', makePipeline('orders'));
  await request(detail('orders'));
  listed.set('orders', makePipeline('orders', {programStatusSince: '2026-11-25T10:00:00Z'}));
  expect(lookup.get('orders')).toBeUndefined();
  // The list may be older than the answer: that is no reason to ask again.
  await request(detail('orders', {programStatusSince: '2026-11-25T10:00:07Z'}));
  await request(detail('orders'));
  expect(asked).toHaveLength(2);
  listed.set('orders', makePipeline('orders', {id: 'another', createdAt: '2026-11-25T11:00:00Z'}));
  expect(lookup.get('orders')).toBeUndefined();
});

it('aborts a request that no page needs, or that another one replaces, and drops its answer', async () => {
  const {lookup, asked} = rig();
  lookup.want('orders');
  lookup.want('etl');
  expect(asked.map(({signal}) => signal.aborted)).toEqual([true, false]);
  lookup.stop();
  expect(asked[1]?.signal.aborted).toBe(true);
  for (const each of asked) await each.answer(detail(each.name));
  expect([lookup.get('orders'), lookup.get('etl')]).toEqual([undefined, undefined]);
});

it('says a failure until no page shows it, then asks again', async () => {
  const {lookup, asked} = rig();
  const failure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens there'} as const;
  lookup.want('orders');
  await asked[0]?.answer({kind: 'failure', failure});
  lookup.want('orders');
  expect([asked.length, lookup.get('orders')]).toEqual([1, {kind: 'failure', failure}]);
  lookup.stop();
  lookup.want('orders');
  expect(asked).toHaveLength(2);
});

it('keeps the programs that were used last', async () => {
  const {lookup, asked} = rig();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    lookup.want(name);
    await asked.at(-1)?.answer(detail(name));
  }
  expect(['a', 'b', 'e'].map((name) => lookup.get(name)?.kind)).toEqual([undefined, 'known', 'known']);
});

it('finds a place, in a long program in steps', async () => {
  const {lookup, asked} = rig();
  const place = {kind: 'endpoint', endpoint: 'orders.bad'} as const;
  lookup.want('short');
  await asked.at(-1)?.answer(detail('short'));
  const short = lookup.excerpt('short', place);
  expect(short).toMatchObject([{number: 1}, {number: 2, marked: {from: 24, to: 37}}]);
  expect(lookup.excerpt('short', {kind: 'endpoint', endpoint: 'x.y'})).toBeUndefined();
  lookup.want('long');
  await asked.at(-1)?.answer(detail('long', {programCode: `${'create view v as select 1;\n'.repeat(5000)}${code}`}));
  const {promise, resolve} = Promise.withResolvers<void>();
  expect(lookup.excerpt('long', place)).toBe('reading');
  lookup.changes.subscribe(resolve);
  await promise;
  expect(lookup.excerpt('long', place)).toMatchObject([{}, {}, {}, {number: 5002, marked: {from: 24, to: 37}}]);
});
