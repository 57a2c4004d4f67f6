import {describe, expect, test} from 'vitest';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {
  type Credentials,
  fileCredentials,
  fixedCredentials,
  renewedCredentials,
} from '../../../source/engine/api/credentials.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {failureIn, readLogs} from '../../harness/log-reader.ts';

const {signal} = new AbortController();

/** A JWT as far as anyone here looks into it. `exp` in seconds since the epoch. */
function jwt(exp: unknown): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({alg: 'none'})}.${part({exp})}.sig`;
}

/** Credentials whose tokens the test decides. */
function setUp(make: (run: number) => string | Promise<string>) {
  const clock = new FakeClock();
  let runs = 0;
  const credentials = renewedCredentials(async () => make(++runs), clock);
  return {clock, credentials, runs: () => runs, token: async () => (await credentials.token(signal)) ?? ''};
}

const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  const failure = failureIn(await promise.then(() => undefined).catch((error: unknown) => error));
  return failure.kind === 'fatal' && failure.reason === 'no-token' ? failure.message : `${failure.kind}`;
};

describe('a token', () => {
  test('is made once for all who ask, and kept', async () => {
    const gate = Promise.withResolvers<void>();
    const {token, runs} = setUp(async (run) => {
      await gate.promise;
      return `t${run}`;
    });
    const asked = Promise.all([token(), token(), token()]);
    gate.resolve();
    expect(await asked).toEqual(['t1', 't1', 't1']);
    expect(await token()).toBe('t1');
    expect(runs()).toBe(1);
  });

  test('is made again a minute before it ends', async () => {
    const {clock, token} = setUp((run) => (run === 1 ? jwt(clock.wall() / 1000 + 600) : 'second'));
    const first = await token();
    await clock.advance(539_000);
    expect(await token()).toBe(first);
    await clock.advance(1_000);
    expect(await token()).toBe('second');
  });

  test('with a short life is not made at every request', async () => {
    const {clock, token, runs} = setUp(() => jwt(clock.wall() / 1000 + 60));
    for (let second = 0; second < 60; second++) {
      await token();
      await clock.advance(1000);
    }
    expect(runs()).toBeLessThanOrEqual(3);
  });

  test('that is over by this clock is left to the server', async () => {
    const {clock, token, runs} = setUp(() => jwt(clock.wall() / 1000 - 5));
    await token();
    await clock.advance(3_600_000);
    await token();
    expect(runs()).toBe(1);
  });

  test('that is refused is made again, but not at once again', async () => {
    const {clock, credentials, token, runs} = setUp((run) => `t${run}`);
    await token();
    await clock.advance(60_000);
    expect(credentials.refused('t1')).toBe(true);
    expect(await token()).toBe('t2');
    expect(credentials.refused('t1')).toBe(true);
    expect(credentials.refused('t2')).toBe(false);
    expect(await token()).toBe('t2');
    await clock.advance(20_000);
    expect(await token()).toBe('t3');
    expect(runs()).toBe(3);
  });

  test('the same one again, when it is accepted after all, is no reason to go on making it', async () => {
    const {clock, credentials, token, runs} = setUp(() => 'same');
    await token();
    await clock.advance(60_000);
    expect(credentials.refused('same')).toBe(true);
    await token();
    await clock.advance(3_600_000);
    await token();
    expect(runs()).toBe(2);
  });
});

describe('when none can be made', () => {
  test('every request gets the reason, and it is tried again later', async () => {
    const {clock, token, runs} = setUp((run) => {
      if (run === 1) throw new Error('the command ended with code 1');
      return 't2';
    });
    expect(await Promise.all([messageOf(token()), messageOf(token())])).toEqual(
      Array(2).fill('the command ended with code 1'),
    );
    expect(await messageOf(token())).toBe('the command ended with code 1');
    expect(runs()).toBe(1);
    await clock.advance(20_000);
    expect(await token()).toBe('t2');
  });

  test('the pauses grow to a minute, and are short again when all was well for long', async () => {
    let isBroken = true;
    const {clock, credentials, token, runs} = setUp((run) => {
      if (isBroken) throw new Error('no');
      return `t${run}`;
    });
    const askFor = async (seconds: number) => {
      const before = runs();
      for (let second = 0; second < seconds; second++) {
        await token().catch(() => undefined);
        await clock.advance(1000);
      }
      return runs() - before;
    };
    // After 0, 20, 60, 120, … s.
    expect(await askFor(300)).toBe(6);
    isBroken = false;
    await clock.advance(60_000);
    const made = await token();
    await clock.advance(600_000);
    isBroken = true;
    expect(credentials.refused(made)).toBe(true);
    expect(await askFor(61)).toBe(3);
  });

  test('one that is about to end is used until then', async () => {
    const {clock, credentials, token} = setUp((run) => {
      if (run > 1) throw new Error('no');
      return jwt(clock.wall() / 1000 + 600);
    });
    const first = await token();
    await clock.advance(580_000);
    expect(await token()).toBe(first);
    await clock.advance(20_000);
    expect(credentials.refused(first)).toBe(true);
    expect(await messageOf(token())).toBe('no');
  });
});

test('who stops waiting does not stop it for the others', async () => {
  const gate = Promise.withResolvers<void>();
  const {credentials, token} = setUp(async () => {
    await gate.promise;
    return 't';
  });
  const abort = new AbortController();
  const impatient = messageOf(credentials.token(abort.signal));
  const patient = token();
  abort.abort();
  expect(await impatient).toBe('cancelled');
  gate.resolve();
  expect(await patient).toBe('t');
});

test('over the network: a refused token costs one more request, and no caller notices', async () => {
  await using stack = new AsyncDisposableStack();
  const server = await DemoServer.start({apiKey: 'first'});
  stack.defer(() => server.close());
  server.addPipeline('orders').start();
  const clock = new FakeClock();
  const tokens = ['first', 'second', 'third'];
  const credentials = renewedCredentials(() => Promise.resolve(tokens.shift() ?? ''), clock);
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test', credentials});
  stack.defer(() => client.close());
  await client.listPipelines(signal);
  await clock.advance(60_000);

  server.setApiKey('second');
  const opened = new AbortController();
  await Promise.all([
    client.listPipelines(signal),
    client.getPipeline('orders', signal),
    client.getSession(signal),
    readLogs(client, {signal: opened.signal, onOpen: () => opened.abort()}).then(({end}) =>
      expect(end).toEqual({kind: 'aborted'}),
    ),
  ]);
  expect(tokens).toEqual(['third']);

  // No newer one so soon: the refusal is reported, without the token in the server's words.
  server.setApiKey('other');
  const error = await client.listPipelines(signal).catch((reason: unknown) => reason);
  expect(failureIn(error)).toMatchObject({kind: 'fatal', reason: 'unauthorized', status: 401});
  expect(credentials.secrets()).toEqual(['first', 'second']);
});

describe('a token in a file', () => {
  const setUpFile = (first: string) => {
    const file: {text: string | Error} = {text: first};
    const read = async () => {
      if (file.text instanceof Error) throw file.text;
      return file.text;
    };
    return {file, credentials: fileCredentials(read, new FakeClock())};
  };

  test('is read for each request', async () => {
    const {file, credentials} = setUpFile('one');
    expect(await credentials.token(signal)).toBe('one');
    file.text = 'two';
    expect(await credentials.token(signal)).toBe('two');
    expect(credentials.secrets()).toEqual(['one', 'two']);
  });

  test('is sent while the file cannot be read, until the server refuses it', async () => {
    const {file, credentials} = setUpFile('one');
    await credentials.token(signal);
    file.text = new Error('there is no file /t');
    expect(await credentials.token(signal)).toBe('one');
    // Of two requests at once each asks whether the file has another one by now.
    expect(credentials.refused('one')).toBe(true);
    expect(credentials.refused('one')).toBe(true);
    expect(await messageOf(credentials.token(signal))).toBe('there is no file /t');
    file.text = 'two';
    expect(await credentials.token(signal)).toBe('two');
  });

  test('a request that is no longer wanted says nothing of the file', async () => {
    const {file, credentials} = setUpFile('one');
    file.text = new Error('there is no file /t');
    expect(await messageOf(credentials.token(AbortSignal.abort()))).toBe('cancelled');
  });
});

describe('a token that the server calls expired', () => {
  const noon = Date.UTC(2026, 10, 27, 12) / 1000;

  /** What a list fails with, on a server to which every token is over. */
  async function failureWith(credentials: Credentials) {
    await using stack = new AsyncDisposableStack();
    const server = await DemoServer.start({});
    stack.defer(() => server.close());
    server.addPipeline('orders').start();
    server.refuse({kind: 'token-expired', of: 'all', times: 100});
    const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test', credentials});
    stack.defer(() => client.close());
    const list = failureIn(await client.listPipelines(signal).catch((reason: unknown) => reason));
    const log = (await readLogs(client)).failure;
    expect(log).toEqual(list);
    return {...list, requests: server.requests.length};
  }

  test.each([
    [jwt(noon), 'the token expired at 2026-11-27 12:00:00 UTC (401 ExpiredSignature)', noon * 1000],
    [jwt('soon'), 'the token has expired (401 ExpiredSignature)', undefined],
    [jwt(1e300), 'the token has expired (401 ExpiredSignature)', undefined],
    ['opaque', 'the token has expired (401 ExpiredSignature)', undefined],
  ])('is reported with its own time, where it has one: %s', async (token, message, at) => {
    const found = await failureWith(fixedCredentials(token));
    expect(found).toMatchObject({kind: 'fatal', reason: 'token-expired', status: 401, message, requests: 2});
    expect(found).toMatchObject({expired: {at}});
    expect(found).not.toHaveProperty('renewedBy');
  });

  /** Made a minute after noon, by the clock of the machine. */
  const renewed = (...tokens: readonly string[]) => {
    let made = 0;
    const make = () => Promise.resolve(tokens[made++ % tokens.length] ?? '');
    return renewedCredentials(make, new FakeClock(noon * 1000 + 60_000));
  };

  test.each([
    [
      'the same again',
      [jwt(noon)],
      'the token command gave a token that had expired already, at 2026-11-27 12:00:00 UTC',
    ],
    [
      'another one',
      [jwt(noon - 1), jwt(noon)],
      'the token command gave a token that had expired already, at 2026-11-27 1',
    ],
    ['one that is good for a while yet', [jwt(noon + 90)], 'the token expired at 2026-11-27 12:01:30 UTC'],
    ['one without a time', ['opaque'], 'the token has expired'],
  ])('made by a command that gives %s', async (_, tokens, message) => {
    const found = await failureWith(renewed(...tokens));
    expect(found).toMatchObject({reason: 'token-expired', renewedBy: 'command'});
    expect(found).toMatchObject({message: expect.stringMatching(/ \(401 ExpiredSignature\)$/)});
    expect('message' in found && found.message.startsWith(message)).toBe(true);
  });

  test('read from a file', async () => {
    const read = () => Promise.resolve(jwt(noon));
    const found = await failureWith(fileCredentials(read, new FakeClock(noon * 1000 + 60_000)));
    expect(found).toMatchObject({reason: 'token-expired', renewedBy: 'file'});
    expect(found).toMatchObject({
      message: 'the token in the file expired at 2026-11-27 12:00:00 UTC (401 ExpiredSignature)',
    });
  });

  test('is made again, and no caller notices', async () => {
    await using stack = new AsyncDisposableStack();
    const server = await DemoServer.start({});
    stack.defer(() => server.close());
    const clock = new FakeClock(noon * 1000);
    const tokens = [jwt(noon + 600), jwt(noon + 1200)];
    const credentials = renewedCredentials(() => Promise.resolve(tokens.shift() ?? ''), clock);
    const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'test', credentials});
    stack.defer(() => client.close());
    await client.listPipelines(signal);
    await clock.advance(60_000);
    server.refuse({kind: 'token-expired', of: 'list'});
    expect(await client.listPipelines(signal)).toEqual([]);
    expect(tokens).toEqual([]);
  });
});
