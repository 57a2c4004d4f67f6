import {describe, expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import type {ConnectionState} from '../../../source/engine/connection/state.ts';
import {mergedStatus} from '../../../source/engine/feeds/merge-feed.ts';
import type {FileState} from '../../../source/engine/logs/log-snapshot.ts';
import {bufferInfo} from '../../../source/engine/logs/log-snapshot.ts';
import {capabilitiesOf} from '../../../source/engine/opened/found-log.ts';
import {LogFormat} from '../../../source/engine/records/log-format.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import type {Clock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {fastClock} from '../../harness/fast-clock.ts';
import {entriesOf} from '../buffer/entries-of.ts';
import {Feed, lineAt, mergedLog} from '../logs/merge-sources.ts';
import {connectionOf, openStreams, untilLines} from '../logs/open-streams.ts';

function setUp(...feeds: Feed[]) {
  const clock = new FakeClock();
  const log = mergedLog('a+b', feeds, {clock, fps: 10, scrollbackBytes: 8 << 20});
  return {clock, log};
}

/** A file that another logger than Feldera's may have written. */
class FileOfOther extends Feed {
  override readonly capabilities = capabilitiesOf({kind: 'file', name: '', path: '', packed: undefined});
  override readonly format = new LogFormat({others: {now: Date.parse('2026-12-02T00:00:00Z')}});
}

function twoFeeds() {
  return [new Feed('a'), new Feed('b')] as const;
}

describe('a merged log', () => {
  test('merges what is held, then what comes, and notifies once a frame', async () => {
    const [a, b] = twoFeeds();
    a.writeAt(1, 3);
    b.writeAt(2);
    const {clock, log} = setUp(a, b);
    const told: number[] = [];
    log.snapshot.subscribe(() => told.push(log.snapshot.get().lineCount));
    expect(log.snapshot.get().connection?.kind).toBe('catching-up');
    await clock.advance(1);
    expect(told).toEqual([3]);
    a.writeAt(5);
    b.writeAt(4);
    await clock.advance(248);
    expect(log.snapshot.get().lineCount).toBe(3);
    await clock.advance(101);
    expect(entriesOf(log.buffer)).toEqual([1, 2, 3, 4, 5].map((at) => lineAt(at % 2 ? 'a' : 'b', at, `at ${at}`)));
    expect(log.snapshot.get()).toMatchObject({lineCount: 5, endId: 5});
    expect([0, 1, 2, 3, 4].map((id) => log.merge.names[log.merge.originAt(id) ?? -1])).toEqual([
      'a',
      'b',
      'a',
      'b',
      'a',
    ]);
  });

  test('reads each line in the format of its own log', async () => {
    const files = ['a', 'b'].map((name) => new FileOfOther(name));
    const texts = [
      '{"level":"error","ts":"2026-11-25T00:00:02Z","msg":"two"}',
      'time=2026-11-25T00:00:01Z level=warn msg=one',
    ];
    for (const [at, text] of texts.entries()) files[at]?.write(`${text}\n`);
    const {clock, log} = setUp(...files);
    await clock.advance(1);
    expect(entriesOf(log.buffer)).toEqual([...texts].reverse());
    const index = new RecordIndex(log.buffer);
    while (!index.step(1 << 20));
    expect([0, 1].map((id) => index.levelAt(id))).toEqual(['WARN', 'ERROR']);
  });

  test('counts no errors, which its sources do, and finds the lines that tell of suppressed ones', async () => {
    const [a, b] = twoFeeds();
    const name = 'orders.in-parse';
    a.write(`${lineAt('a', 1, `Suppressed 5 '${name}' errors in the last 60s`)}\n`);
    a.write(`${lineAt('a', 2, "error on input endpoint 'orders.in': no").replace('INFO', 'ERROR')}\n`);
    b.writeAt(3);
    const {clock, log} = setUp(a, b);
    await clock.advance(1);
    expect(entriesOf(log.buffer)).toHaveLength(3);
    expect(log.suppressed.errorAfter(0)).toBe(1);
    expect(log.errors.byKey.size).toBe(0);
    expect(log.errors.connectors.all).toBe(0);
  });

  test('begins when every source has caught up: what is replayed until then is in order', async () => {
    const [a, b] = twoFeeds();
    a.writeAt(1, 3);
    b.show({connection: {kind: 'idle'}});
    const {clock, log} = setUp(a, b);
    b.show({connection: {kind: 'catching-up', since: 0}});
    b.writeAt(2);
    a.writeAt(5);
    await clock.advance(1_000);
    expect(log.snapshot.get()).toMatchObject({lineCount: 0, connection: {kind: 'catching-up'}});
    b.writeAt(4);
    b.show({connection: {kind: 'live'}});
    await clock.advance(1);
    expect(entriesOf(log.buffer)).toEqual([1, 2, 3, 4, 5].map((at) => lineAt(at % 2 ? 'a' : 'b', at, `at ${at}`)));
    await clock.advance(200);
    expect(log.snapshot.get()).toMatchObject({lineCount: 5, connection: {kind: 'live'}});
  });

  test.each(['gone', 'left'])('does not wait for a source that is %s', async (how) => {
    const [a, b] = twoFeeds();
    a.writeAt(1);
    b.show({connection: {kind: 'connecting'}});
    const {clock, log} = setUp(a, b);
    await clock.advance(1_000);
    expect(log.buffer.endId).toBe(0);
    if (how === 'left') log.merge.leave('b');
    else b.show({connection: {kind: 'gone', reason: {kind: 'deleted'}, until: 9}});
    await clock.advance(1);
    expect(entriesOf(log.buffer)).toEqual([lineAt('a', 1, 'at 1')]);
  });

  test('reads a source that was closed to its end, and lets it go then', async () => {
    const [a, b] = [new Feed('a'), new Feed('b', {maxBytes: 1 << 20, segmentBytes: 256})];
    a.show({connection: {kind: 'connecting'}});
    b.writeAt(...Array(20).keys());
    const {clock, log} = setUp(a, b);
    log.merge.leave('b');
    b.buffer.free();
    a.show({connection: {kind: 'live'}});
    await clock.advance(1_000);
    expect(log.buffer.lineCount).toBe(20);
    expect(b.buffer.lineCount).toBeLessThan(20);
  });

  test('of files waits until a large one is read, and has their state', async () => {
    const [a, b] = twoFeeds();
    a.writeAt(1);
    b.writeAt(2);
    const file: FileState = {kind: 'followed', size: 10, read: 10};
    a.show({connection: undefined, file: {...file, kind: 'ended', hasWriter: true}});
    b.show({connection: undefined, file: {...file, kind: 'reading'}});
    const {clock, log} = setUp(a, b);
    await clock.advance(1000);
    expect(log.snapshot.get()).toMatchObject({lineCount: 0, connection: {kind: 'catching-up'}});
    b.show({file});
    await clock.advance(1000);
    expect(log.snapshot.get()).toMatchObject({lineCount: 2, file: {kind: 'followed', size: 20, hasWriter: false}});
    b.show({file: {...file, grewAt: 5}});
    await clock.advance(1000);
    expect(log.snapshot.get()).toMatchObject({file: {kind: 'followed', grewAt: 5}});
    log.merge.leave('b');
    await clock.advance(1000);
    expect(log.snapshot.get().file?.kind).toBe('ended');
  });

  test('waits for nothing while nothing comes', async () => {
    const [a, b] = twoFeeds();
    const {clock, log} = setUp(a, b);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
    a.writeAt(1);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
    expect(log.buffer.endId).toBe(1);
  });

  test('works in slices: keys are served in between', () => {
    const feeds = twoFeeds();
    const text = Array.from({length: 5_000}, (_, index) => `${lineAt('s', index, '')}\n`).join('');
    for (const feed of feeds) feed.write(text);
    const waiting: (() => void)[] = [];
    let now = 0;
    const clock: Clock = {
      // Each reading of the clock costs 3 ms: a slice is a step or two.
      monotonic: () => {
        now += 3;
        return now;
      },
      wall: () => now,
      machine: () => now,
      sleep: () => Promise.reject(new Error('not used')),
      after(_, callback) {
        waiting.push(callback);
        return () => {};
      },
    };
    const log = mergedLog('m', feeds, {clock, fps: 10, scrollbackBytes: 8 << 20});
    const counts = new Set<number>();
    for (let callback = waiting.shift(); callback; callback = waiting.shift()) {
      callback();
      counts.add(log.buffer.lineCount);
    }
    expect(log.buffer.lineCount).toBe(10_000);
    expect(counts.size).toBeGreaterThan(2);
    expect(log.snapshot.get().connection?.kind).toBe('live');
  });

  test('shows the worst connection, the last byte and all events by name', async () => {
    const [a, b] = twoFeeds();
    const {clock, log} = setUp(a, b);
    a.show({
      connection: {kind: 'live'},
      receivedAt: 20,
      events: [{at: 2, text: 'live'}],
    });
    b.show({connection: {kind: 'live'}, receivedAt: 10});
    await clock.advance(200);
    expect(log.snapshot.get()).toMatchObject({connection: {kind: 'live'}, receivedAt: 20});
    b.show({connection: {kind: 'gone', reason: {kind: 'deleted'}, until: 9}, events: [{at: 1, text: 'deleted'}]});
    await clock.advance(200);
    expect(log.snapshot.get().connection?.kind).toBe('gone');
    expect(log.snapshot.get().events).toEqual([
      {at: 1, text: 'b: deleted'},
      {at: 2, text: 'a: live'},
    ]);
    log.merge.leave('b');
    await clock.advance(200);
    expect(log.snapshot.get()).toMatchObject({connection: {kind: 'live'}});
  });

  test('leaves a source out from then on, and its lines stay', async () => {
    const [a, b] = twoFeeds();
    const {clock, log} = setUp(a, b);
    await clock.advance(10);
    b.writeAt(1);
    log.merge.leave('b');
    log.merge.leave('b');
    log.merge.leave('nobody');
    b.writeAt(2);
    a.writeAt(3);
    await clock.advance(1_000);
    expect(entriesOf(log.buffer)).toEqual([lineAt('b', 1, 'at 1'), lineAt('a', 3, 'at 3')]);
    expect(log.merge.names).toEqual(['a', 'b']);
    expect(clock.pending).toBe(0);
  });

  test('notifies when it freed memory, and not when it had none to free', async () => {
    const [a, b] = twoFeeds();
    a.write(`${'x'.repeat(200_000)}\n`.repeat(3));
    const {clock, log} = setUp(a, b);
    await clock.advance(1_000);
    const before = log.snapshot.get();
    log.shrinkTo(1 << 20, 0);
    await clock.advance(200);
    expect(log.snapshot.get()).toBe(before);
    log.shrinkTo(0, 0);
    await clock.advance(200);
    expect(log.snapshot.get()).toMatchObject({lineCount: 1, droppedLines: 2});
  });

  test('does nothing any more once it is closed, and can still be read', async () => {
    const [a, b] = twoFeeds();
    a.writeAt(1);
    const {clock, log} = setUp(a, b);
    await clock.advance(10);
    a.writeAt(2);
    void log.close();
    a.writeAt(3);
    b.show({receivedAt: 9});
    expect(clock.pending).toBe(0);
    expect(entriesOf(log.buffer)).toEqual([lineAt('a', 1, 'at 1')]);
    expect(log.snapshot.get()).toMatchObject({lineCount: 1, connection: {kind: 'idle'}, receivedAt: undefined});
  });
});

test('real streams: every line of each, on the connections that are open already, over a reconnect', async () => {
  const {manager, server, write} = await openStreams(['orders', 'fraud']);
  const expected = {orders: write('orders', 20), fraud: write('fraud', 20)};
  const [orders, fraud] = [manager.open('orders'), manager.open('fraud')];
  await connectionOf(orders, 'live');
  await connectionOf(fraud, 'live');
  const clock = fastClock(10);
  const log = mergedLog('both', [orders, fraud], {clock, fps: 60, scrollbackBytes: 8 << 20});
  expected.orders.push(...write('orders', 10));
  expected.fraud.push(...write('fraud', 10));
  await untilLines(fraud, expected.fraud);
  server.cutConnections();
  await connectionOf(orders, 'live');
  await connectionOf(fraud, 'live');
  expected.fraud.push(...write('fraud', 5));
  expected.orders.push(...write('orders', 5));
  await untilLines(orders, expected.orders);
  await untilLines(fraud, expected.fraud);
  const held = () => orders.buffer.endId + fraud.buffer.endId;
  await eventually(
    () => log.buffer.endId === held(),
    () => `${held()} entries, it has ${log.buffer.endId}`,
  );
  expect(server.openLogConnections()).toBe(2);
  const entries = entriesOf(log.buffer);
  for (const [origin, stream] of [orders, fraud].entries()) {
    expect(entries.filter((_, id) => log.merge.originAt(id) === origin)).toEqual(entriesOf(stream.buffer));
  }
  await eventually(
    () => log.snapshot.get().connection?.kind === 'live',
    () => `live, it is ${log.snapshot.get().connection?.kind}`,
  );
  manager.close('fraud');
  log.merge.leave('fraud');
  const last = write('orders', 1);
  await eventually(
    () => entriesOf(log.buffer).at(-1) === last[0],
    () => `the last line, it is ${entriesOf(log.buffer).at(-1)}`,
  );
  void log.close();
});

const live: ConnectionState = {kind: 'live'};
const ended: ConnectionState = {kind: 'ended'};
const waiting: ConnectionState = {kind: 'waiting', until: 1, tries: 1, cause: 'unknown', failure: undefined};
const gone: ConnectionState = {kind: 'gone', reason: {kind: 'deleted'}, until: 0};

/** The connection that a merged log of sources with these shows. */
function worstOf(connections: readonly ConnectionState[]): ConnectionState | undefined {
  const buffer = new WritableLogBuffer({maxBytes: 1000});
  const snapshotOf = (own: ConnectionState) => ({...bufferInfo(buffer), ...mergedStatus([], own)});
  const sources = connections.map((each) => ({name: '', snapshot: snapshotOf(each), left: false}));
  return mergedStatus(sources, undefined).connection;
}

test.each([
  [[], undefined],
  [[live, live], 'live'],
  [[live, ended], 'ended'],
  [[ended, waiting, live], 'waiting'],
  [[waiting, gone], 'gone'],
  [[live, {kind: 'idle'}], 'idle'],
] satisfies [ConnectionState[], ConnectionState['kind'] | undefined][])(
  'the worst of %j is %s',
  (connections, kind) => {
    expect(worstOf(connections)?.kind).toBe(kind);
  },
);

test('of several that are as bad it is the first', () => {
  expect(worstOf([live, waiting, {...waiting, until: 2}])).toBe(waiting);
});
