import {expect, test} from 'vitest';
import type {DemoServerOptions} from '../../../demo/demo.ts';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {fixedCredentials} from '../../../source/engine/api/credentials.ts';
import {ApiError} from '../../../source/engine/api/errors.ts';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiFailure, Pipeline, PipelineDetail} from '../../../source/engine/api/types.ts';
import {ListPoller, loginOf} from '../../../source/engine/pipelines/list-poller.ts';
import {noticeRows} from '../../../source/kit/terminal/fit.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {oldServerWords} from '../../../source/kit/words/failure-words.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {freePort} from '../../harness/free-port.ts';
import {makePipeline} from '../../kit/screen/make-pipeline.ts';

const unreachable: ApiFailure = {kind: 'retryable', reason: 'unreachable', message: 'nothing listens'};
const unauthorized: ApiFailure = {kind: 'fatal', reason: 'unauthorized', message: 'who are you'};

/** A server whose answers and their moments belong to the test; the wire is tested in `feeds/connection.test.ts`. */
class Lists {
  readonly clock = new FakeClock();
  /** Monotonic milliseconds of each request. */
  readonly asked: number[] = [];
  readonly poller: ListPoller;
  readonly answers = new ServerAnswers();
  #answers: PromiseWithResolvers<readonly Pipeline[]>[] = [];
  /** What every request is answered at once; undefined: it waits for `answer`. */
  always: readonly Pipeline[] | ApiFailure | undefined;
  aborted = 0;
  /** With what the compiler says; undefined: there is no answer. */
  detail: PipelineDetail | undefined;
  detailsAsked = 0;

  constructor(random = () => 0) {
    const client = {
      ...{answers: this.answers, listPipelines: (signal: AbortSignal) => this.#ask(signal)},
      getPipeline: () => {
        this.detailsAsked += 1;
        return this.detail ? Promise.resolve(this.detail) : Promise.reject(new ApiError(unreachable));
      },
    };
    this.poller = new ListPoller({client, clock: this.clock, random});
  }

  get inFlight(): number {
    return this.#answers.length;
  }

  async answer(answer: readonly Pipeline[] | ApiFailure): Promise<void> {
    const waiting = this.#answers.shift();
    if ('kind' in answer) waiting?.reject(new ApiError(answer));
    else waiting?.resolve(answer);
    await settled();
  }

  #ask(signal: AbortSignal): Promise<readonly Pipeline[]> {
    this.asked.push(this.clock.monotonic());
    if (this.always && 'kind' in this.always) return Promise.reject(new ApiError(this.always));
    if (this.always) return Promise.resolve(this.always);
    const answer = Promise.withResolvers<readonly Pipeline[]>();
    this.#answers.push(answer);
    signal.addEventListener('abort', () => {
      this.aborted += 1;
      answer.reject(new ApiError({kind: 'cancelled'}));
    });
    return answer.promise;
  }
}

test('requests every 2 s while attended, every 15 s otherwise, and at once when the user comes back', async () => {
  const lists = new Lists();
  lists.always = [];
  lists.poller.start();
  await lists.clock.advance(4000);
  expect(lists.asked).toEqual([0, 2000, 4000]);
  lists.poller.setAttended(false);
  await lists.clock.advance(32_000);
  expect(lists.asked.slice(3)).toEqual([6000, 21_000, 36_000]);
  lists.poller.setAttended(true);
  await settled();
  lists.poller.setAttended(true);
  await lists.clock.advance(2000);
  expect(lists.asked.slice(6)).toEqual([36_000, 38_000]);
});

test('one request at a time, however slow and however many refreshes', async () => {
  const lists = new Lists();
  lists.poller.start();
  await lists.clock.advance(60_000);
  lists.poller.refresh();
  lists.poller.refresh();
  expect(lists.inFlight).toBe(1);
  await lists.answer([]);
  expect(lists.inFlight).toBe(1);
  await lists.answer([]);
  expect(lists.inFlight).toBe(0);
  expect(lists.asked).toEqual([0, 60_000]);
});

test('the snapshot stays the same object while the list is the same array', async () => {
  const lists = new Lists();
  const list: readonly Pipeline[] = [];
  lists.always = list;
  let changes = 0;
  lists.poller.snapshot.subscribe(() => {
    changes += 1;
  });
  lists.poller.start();
  await lists.clock.advance(10_000);
  expect(changes).toBe(1);
  expect(lists.poller.snapshot.get().pipelines).toBe(list);
});

test('what the compiler says of a program is asked for until there is an answer, then no more', async () => {
  const lists = new Lists();
  const failed = makePipeline('fraud', {programStatus: 'SqlError'});
  lists.always = [failed];
  lists.poller.start();
  await settled();
  const told = () => lists.poller.snapshot.get().pipelines?.map(({programError}) => programError);
  expect(told()).toEqual([undefined]);
  const program = {programErrors: [], programCode: '', programVersion: 1};
  lists.detail = {...failed, ...program, programError: 'error: no such table'};
  await lists.clock.advance(2000);
  expect(told()).toEqual(['error: no such table']);
  await lists.clock.advance(10_000);
  expect([lists.detailsAsked, told()]).toEqual([2, ['error: no such table']]);
});

test('errors keep the last good list with its time, and go with the next good answer', async () => {
  const lists = new Lists();
  const list: readonly Pipeline[] = [];
  lists.always = list;
  lists.poller.start();
  await lists.clock.advance(1000);
  const goodAt = lists.clock.wall() - 1000;
  lists.always = unreachable;
  await lists.clock.advance(1500);
  const before = {pipelines: list, goodAt, askedAt: 0, failure: unreachable, unansweredSince: goodAt + 2000};
  expect(lists.poller.snapshot.get()).toEqual({...before, nextTryAt: 3000});
  await lists.clock.advance(2500);
  expect(lists.asked).toEqual([0, 2000, 3000, 5000]);
  expect(lists.poller.snapshot.get()).toMatchObject(before);
  lists.always = list;
  await lists.clock.advance(2000);
  expect(lists.poller.snapshot.get()).toEqual({
    pipelines: list,
    goodAt: lists.clock.wall(),
    askedAt: lists.clock.monotonic(),
    failure: undefined,
    nextTryAt: undefined,
  });
});

test('a server that answers other requests is not called unanswering, however long its list fails', async () => {
  const lists = new Lists();
  lists.always = [];
  lists.poller.start();
  await lists.clock.advance(1000);
  const since = () => lists.poller.snapshot.get().unansweredSince;
  const answer = (request: number) => lists.answers.succeeded(request);
  const before = lists.answers.start();
  lists.always = unreachable;
  await lists.clock.advance(1000);
  const failed = lists.clock.wall();
  expect(since()).toBe(failed);
  // It was asked while the server was there.
  answer(before);
  await lists.clock.advance(20_000);
  expect(since()).toBe(failed);
  const later = lists.answers.start();
  answer(later);
  expect(lists.poller.snapshot.get()).toMatchObject({failure: unreachable, unansweredSince: undefined});
  await lists.clock.advance(3000);
  expect(since()).toBeGreaterThan(failed + 19_000);
  for (let round = 0; round < 20; round++) {
    answer(lists.answers.start());
    await lists.clock.advance(10_000);
    expect(lists.clock.wall() - (since() ?? 0)).toBeLessThanOrEqual(10_000);
  }
});

test('a request without an answer for 5 s is called unanswered before it fails, until any request is answered', async () => {
  const lists = new Lists();
  lists.poller.start();
  await lists.answer([]);
  await lists.clock.advance(2000);
  const askedAt = lists.clock.wall();
  const unanswered = () => lists.poller.snapshot.get().unansweredSince;
  await lists.clock.advance(4999);
  expect(unanswered()).toBeUndefined();
  await lists.clock.advance(1);
  expect(unanswered()).toBe(askedAt);
  expect(lists.poller.snapshot.get().failure).toBeUndefined();
  await lists.answer(unreachable);
  expect(unanswered()).toBe(askedAt);
  lists.answers.succeeded(lists.answers.start());
  expect(unanswered()).toBeUndefined();
  await lists.clock.advance(10_000);
  expect(unanswered()).toBeDefined();
  await lists.answer([]);
  expect(unanswered()).toBeUndefined();
});

test('an answer to another request that comes while the list is asked for counts, too', async () => {
  const lists = new Lists();
  lists.poller.start();
  lists.answers.succeeded(lists.answers.start());
  await lists.answer(unreachable);
  expect(lists.poller.snapshot.get()).toMatchObject({failure: unreachable, unansweredSince: undefined});
});

test.each([
  ['away', unreachable],
  ['without its database', {...unreachable, reason: 'server-error'} as const],
  ['without its database, where it refuses each key', unauthorized],
])(
  'however long the server was %s, an attended list is back within 3 s, for no more requests than a good one',
  async (_, failure) => {
    const lists = new Lists(() => 0.99);
    lists.always = [];
    lists.poller.start();
    await lists.clock.advance(1000);
    lists.always = failure;
    await lists.clock.advance(600_000);
    const {unansweredSince} = lists.poller.snapshot.get();
    expect(unansweredSince === undefined).toBe(failure !== unreachable);
    expect(lists.asked.length).toBeLessThanOrEqual(305);
    lists.always = [];
    await lists.clock.advance(3000);
    expect(lists.poller.snapshot.get()).toMatchObject({failure: undefined, nextTryAt: undefined});
  },
);

test('while nobody watches, a failed list is asked for as often as a good one', async () => {
  const lists = new Lists(() => 0.99);
  lists.always = [];
  lists.poller.start();
  lists.poller.setAttended(false);
  lists.always = unreachable;
  await lists.clock.advance(600_000);
  expect(lists.asked.length).toBeGreaterThanOrEqual(40);
  expect(lists.asked.length).toBeLessThanOrEqual(45);
});

test('Retry-After is honoured; a refusal is asked again every 5 to 10 s', async () => {
  const lists = new Lists();
  lists.always = {...unreachable, retryAfter: 20_000};
  lists.poller.start();
  await lists.clock.advance(19_999);
  expect(lists.asked).toEqual([0]);
  lists.always = unauthorized;
  await lists.clock.advance(10_001);
  expect(lists.asked).toEqual([0, 20_000, 25_000, 30_000]);
});

test('a refresh does not wait for the backoff', async () => {
  const lists = new Lists();
  lists.always = unauthorized;
  lists.poller.start();
  await lists.clock.advance(1000);
  lists.always = [];
  lists.poller.refresh();
  await lists.clock.advance(2000);
  expect(lists.asked).toEqual([0, 1000, 3000]);
});

test('stopped, it aborts the request, leaves no timer and notifies no more', async () => {
  const lists = new Lists();
  lists.poller.start();
  const before = lists.poller.snapshot.get();
  lists.poller.stop();
  await settled();
  lists.poller.refresh();
  await lists.clock.advance(60_000);
  expect(lists.asked).toHaveLength(1);
  expect(lists.aborted).toBe(1);
  expect(lists.clock.pending).toBe(0);
  expect(lists.poller.snapshot.get()).toBe(before);
});

test('an answer to another request ends the wait, once for each', async () => {
  const lists = new Lists();
  lists.always = unreachable;
  lists.poller.start();
  await lists.clock.advance(100_000);
  const count = lists.asked.length;
  const answered = async () => {
    lists.answers.succeeded(lists.answers.start());
    await settled();
  };
  await answered();
  expect(lists.asked.length).toBe(count + 1);
  await answered();
  expect(lists.asked.length).toBe(count + 1);
  await lists.clock.advance(30_000);
  const later = lists.asked.length;
  lists.always = [];
  await answered();
  expect(lists.asked.length).toBe(later + 1);
  expect(lists.poller.snapshot.get().failure).toBeUndefined();
  // A fresh list is not requested sooner.
  await answered();
  expect(lists.asked.length).toBe(later + 1);
});

test('an answer to what was asked before the list failed, or with a Retry-After, ends no wait', async () => {
  const lists = new Lists();
  const before = lists.answers.start();
  lists.always = unreachable;
  lists.poller.start();
  await lists.clock.advance(100);
  lists.answers.succeeded(before);
  await settled();
  expect(lists.asked).toEqual([0]);
  lists.always = {...unreachable, retryAfter: 20_000};
  lists.poller.refresh();
  await settled();
  lists.answers.succeeded(lists.answers.start());
  await lists.clock.advance(1000);
  expect(lists.asked).toEqual([0, 100]);
});

const tenants = [
  {name: 'acme', role: 'read'},
  {name: 'other', role: 'admin'},
];

async function setUp(options: DemoServerOptions, tenant?: string) {
  const server = await DemoServer.start({port: await freePort(), ...options});
  const client = createClient({
    ...{baseUrl: server.url, clock: systemClock, userAgent: 'test'},
    credentials: fixedCredentials(options.apiKey),
    ...(tenant !== undefined && {tenant}),
  });
  const poller = new ListPoller({client, clock: systemClock, random: () => 0});
  const login = loginOf(client, poller.snapshot);
  poller.start();
  login.start();
  return {
    server,
    poller,
    versionRequests: () => server.requests.filter(({path}) => path === '/v0/config').length,
    sessionRequests: () => server.requests.filter(({path}) => path === '/v0/config/session').length,
    tenantIs: (name: string) =>
      eventually(
        () => login.session.get()?.tenantName === name,
        () => `the session is ${JSON.stringify(login.session.get())}`,
      ),
    login,
    async [Symbol.asyncDispose]() {
      login.stop();
      poller.stop();
      await client.close();
      await server.close();
    },
  };
}

const listIs = (poller: ListPoller, isGood: boolean) =>
  eventually(
    () => {
      const {failure, pipelines} = poller.snapshot.get();
      return isGood ? pipelines !== undefined && !failure : failure !== undefined;
    },
    () => JSON.stringify(poller.snapshot.get()),
  );

test('the session is requested once', async () => {
  await using rig = await setUp({tenants}, 'acme');
  await rig.tenantIs('acme');
  expect(rig.login.session.get()).toMatchObject({role: 'read', memberships: 2});
  await listIs(rig.poller, true);
  expect(rig.sessionRequests()).toBe(1);
  expect(new Set(rig.server.requests.map(({tenant}) => tenant))).toEqual(new Set(['acme']));
});

test('a tenant that has to be named is named by id, too', async () => {
  await using rig = await setUp({tenants}, '01a211f6-0000-7000-8000-000000000002');
  await rig.tenantIs('other');
});

test('after a refusal that ends the session is requested again', async () => {
  await using rig = await setUp({apiKey: 'right', tenants: tenants.slice(0, 1)});
  await rig.tenantIs('acme');
  await listIs(rig.poller, true);
  rig.server.setApiKey('wrong');
  rig.poller.refresh();
  await listIs(rig.poller, false);
  rig.server.setApiKey('right');
  rig.poller.refresh();
  await listIs(rig.poller, true);
  await eventually(
    () => rig.sessionRequests() === 2,
    () => `${rig.sessionRequests()} session requests`,
  );
});

test('a server that was down is asked when it is up; a session is not requested again', async () => {
  await using rig = await setUp({tenants: tenants.slice(0, 1)});
  await rig.tenantIs('acme');
  await listIs(rig.poller, true);
  await rig.server.stopApi();
  rig.poller.refresh();
  await listIs(rig.poller, false);
  await rig.server.startApi();
  rig.poller.refresh();
  await listIs(rig.poller, true);
  expect(rig.sessionRequests()).toBe(1);
});

test('the version is requested at the start, and again when the server is back, which may be another', async () => {
  await using rig = await setUp({});
  await listIs(rig.poller, true);
  await eventually(
    () => rig.login.version.get() === '0.337.0',
    () => `the version is ${rig.login.version.get()}`,
  );
  expect(rig.versionRequests()).toBe(1);
  await rig.server.stopApi();
  rig.poller.refresh();
  await listIs(rig.poller, false);
  await rig.server.startApi();
  rig.poller.refresh();
  await listIs(rig.poller, true);
  await eventually(
    () => rig.versionRequests() === 2,
    () => `${rig.versionRequests()} requests for the version`,
  );
});

test('a server older than 0.207 is told of in one line; what cannot be read is none', () => {
  const versions = ['0.60.0', '0.200.0', '0.206.3', '0.207.0', '0.337.0', '1.0.0', '0', '', 'dev', undefined];
  expect(versions.flatMap((version) => oldServerWords(version) ?? [])).toEqual(
    ['0.60', '0.200', '0.206.3'].map(
      (version) => `Feldera ${version} is older than 0.207: lines may repeat after a reconnect`,
    ),
  );
  // It fits into the last two rows of a screen of 80 columns.
  const rows = noticeRows(oldServerWords('0.206.10') ?? '', 80, symbolsFor(true));
  expect(rows.join('').trimEnd()).toBe(` ${oldServerWords('0.206.10')}`);
});

test('a request that lasts says since when, and no other does', async () => {
  const lists = new Lists();
  const seen: (number | undefined)[] = [];
  lists.poller.waitingSince.subscribe(() => seen.push(lists.poller.waitingSince.get()));
  lists.poller.start();
  await lists.clock.advance(500);
  await lists.answer([]);
  await lists.clock.advance(2000);
  expect([lists.inFlight, seen]).toEqual([1, []]);
  await lists.clock.advance(3000);
  expect(seen).toEqual([2500]);
  await lists.answer(unreachable);
  expect(seen).toEqual([2500, undefined]);
  lists.poller.stop();
  expect(lists.clock.pending).toBe(0);
});

test('a byte of a log that came after the request shows for 5 s that the server is there, and is the last sign then', async () => {
  const lists = new Lists();
  const heardAt = lists.clock.wall() + 3_000;
  lists.poller.setHeard(() => (lists.clock.wall() >= heardAt ? heardAt : 0));
  lists.poller.start();
  const askedAt = lists.clock.wall();
  const unanswered = () => lists.poller.snapshot.get().unansweredSince;
  await lists.clock.advance(6_000);
  expect(unanswered()).toBe(askedAt);
  await lists.clock.advance(2_000);
  expect(unanswered()).toBe(heardAt);
  await lists.answer(unreachable);
  expect(unanswered()).toBe(heardAt);
  lists.poller.stop();
  expect(lists.clock.pending).toBe(0);
});
