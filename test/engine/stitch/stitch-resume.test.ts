import {expect, test} from 'vitest';
import {EntryCount} from '../../../source/engine/stitch/entry-count.ts';
import type {LogPosition} from '../../../source/engine/stitch/log-position.ts';
import {Stitch} from '../../../source/engine/stitch/stitch.ts';
import {BufferSink} from './buffer-sink.ts';
import {ServerModel} from './ring-model.ts';

/** A stitch with what it wrote: the text, its markers and its places. */
function open() {
  const places: string[] = [];
  const sink = new (class extends BufferSink {
    override onPlaced({isEpochStart}: {readonly isEpochStart: boolean}): void {
      places.push(isEpochStart ? 'placed fresh' : 'placed');
    }
  })();
  const stitch = new Stitch({sink, clock: {wall: () => 5}});
  const events = () => [
    ...sink
      .drainMarkers()
      .map((marker) => (marker.kind === 'lost' ? `lost ${marker.atLeast} to ${marker.atMost}` : marker.kind)),
    ...places,
  ];
  return {stitch, events, text: () => sink.text()};
}

/** Written down and read again. */
function saved(state: LogPosition | undefined): LogPosition {
  expect(state).toBeDefined();
  return JSON.parse(JSON.stringify(state));
}

function line(server: ServerModel, text: string): void {
  server.write(`[p] ${server.now()} INFO t: ${text}`);
}

test.each([0, 1, 17, 80])('a run continues where another one stopped, %i bytes before the end', (missing) => {
  const server = new ServerModel({bytes: 1000, entries: 9});
  for (let n = 0; n < 20; n++) line(server, `before ${n}`);
  const first = open();
  expect(first.stitch.state).toBeUndefined();
  first.stitch.start({cause: 'unknown', downMs: 0});
  first.stitch.append(server.connect().body);
  const state = saved(first.stitch.state);
  const had = Buffer.from(first.text());
  const tail = had.subarray(0, had.length - missing);

  for (let n = 0; n < 4; n++) line(server, `after ${n}`);
  const second = open();
  // The state is of the log's beginning: the rest is counted on.
  second.stitch.resume({
    state: {...state, count: new EntryCount(server.epoch.first - 4).state},
    since: tail,
    tail,
    appendedAt: 1,
  });
  second.stitch.start({cause: 'not-running', downMs: 7});
  second.stitch.append(server.connect().body);
  second.stitch.settle();
  expect(second.events()).toEqual(['reconnected', 'placed']);
  expect(Buffer.concat([tail, Buffer.from(second.text())]).toString()).toBe(
    server.epoch.wire.subarray(server.epoch.start(server.epoch.first - 4)).toString(),
  );
});

test('what was lost meanwhile is counted', () => {
  const server = new ServerModel({bytes: 1e6, entries: 3});
  const first = open();
  first.stitch.start({cause: 'unknown', downMs: 0});
  first.stitch.append(server.connect().body);
  for (let n = 0; n < 9; n++) line(server, `after ${n}`);
  const second = open();
  const tail = Buffer.from(first.text());
  second.stitch.resume({state: saved(first.stitch.state), since: Buffer.alloc(0), tail, appendedAt: 1});
  second.stitch.start({cause: 'not-running', downMs: 7});
  second.stitch.append(server.connect().body);
  expect(second.events()).toEqual(['lost 6 to 6', 'placed fresh']);
});

test('another epoch and another pipeline are recognised', () => {
  for (const again of ['restart', 'recreate'] as const) {
    const server = new ServerModel({bytes: 1e6, entries: 30});
    const first = open();
    first.stitch.start({cause: 'unknown', downMs: 0});
    first.stitch.append(server.connect().body);
    if (again === 'restart') server.restart('silent');
    else server.recreate();
    const second = open();
    const tail = Buffer.from(first.text());
    second.stitch.resume({state: saved(first.stitch.state), since: Buffer.alloc(0), tail, appendedAt: 1});
    second.stitch.start({cause: 'not-running', downMs: 7});
    second.stitch.append(server.connect().body);
    expect(second.events()).toEqual(['new-life', 'placed fresh']);
  }
});

test('where the state is unknown the bytes decide, and a fresh start proves nothing', () => {
  const server = new ServerModel({bytes: 1e6, entries: 30});
  for (let n = 0; n < 3; n++) line(server, `before ${n}`);
  const tail = Buffer.from(server.epoch.wire);
  line(server, 'after');
  const second = open();
  const state: LogPosition = {
    count: {min: 0, max: 1e9, open: false, partial: ''},
    isLifeUnknown: true,
    pipelineId: 'id-1',
  };
  second.stitch.resume({state, since: Buffer.alloc(0), tail, appendedAt: 1});
  second.stitch.start({cause: 'not-running', downMs: 7});
  second.stitch.append(server.connect().body);
  expect(second.events()).toEqual(['reconnected', 'placed']);
  expect(second.text()).toContain('after');
  expect(second.text()).not.toContain('before');
  expect(second.stitch.state?.isLifeUnknown).toBeUndefined();
  expect(second.stitch.state?.life).toContain('Fresh start');
});

test('a count continues in the middle of an entry and of a line', () => {
  const bytes = Buffer.from('a\n[manager] x\ncontinued pipeline-id="1" pipeline-name="p"\nb\nc');
  const whole = new EntryCount(5);
  whole.append(bytes);
  for (let at = 0; at <= bytes.length; at++) {
    const first = new EntryCount(5);
    first.append(bytes.subarray(0, at));
    const second = EntryCount.from(JSON.parse(JSON.stringify(first.state)));
    second.append(bytes.subarray(at));
    expect(second.state).toEqual(whole.state);
  }
});

test('what was lost between two runs is counted', () => {
  const server = new ServerModel({bytes: 1e6, entries: 3});
  for (let n = 0; n < 5; n++) line(server, `before ${n}`);
  const first = open();
  first.stitch.start({cause: 'unknown', downMs: 0});
  first.stitch.append(server.connect().body);
  for (let n = 0; n < 9; n++) line(server, `after ${n}`);
  const second = open();
  const tail = Buffer.from(first.text());
  second.stitch.resume({state: saved(first.stitch.state), since: Buffer.alloc(0), tail, appendedAt: 1});
  second.stitch.start({cause: 'not-running', downMs: 7});
  second.stitch.append(server.connect().body);
  expect(second.events()).toEqual(['lost 6 to 6', 'placed fresh']);
});
