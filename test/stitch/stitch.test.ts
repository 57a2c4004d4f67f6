import {describe, expect, test} from 'vitest';
import type {MarkerKind} from '../../source/buffer/markers.ts';
import {Stitch} from '../../source/stitch/stitch.ts';
import {BufferSink} from './buffer-sink.ts';
import {type Follower, type Limits, ServerModel, type Shape} from './ring-model.ts';

const real: Limits = {bytes: 1_000_000, entries: 50_000};
const suffix = 'pipeline-id="id-1" pipeline-name="p"';
const nothingLost = ['reconnected'];
/** The marker where nothing proves the epoch: none lost, if the log was not cleared. */
const likelyNothingLost = ['lost 0..0'];

/** A server with one pipeline, a client that follows it, and what the client has to show. */
class Scene {
  readonly server: ServerModel;
  readonly stitch: Stitch;
  readonly #sink = new BufferSink();
  #follower: Follower | undefined;
  #received = 0;
  #now = 0;

  constructor(options: {ring?: Limits; shape?: Shape} = {}) {
    this.server = new ServerModel(options.ring ?? real, options.shape);
    this.stitch = new Stitch({
      sink: this.#sink,
      clock: {wall: () => this.#now++},
      ring: options.ring ?? real,
    });
  }

  write(...entries: string[]): void {
    for (const entry of entries) this.server.write(entry);
  }

  /** Lines that no other epoch and no other place has. */
  writeDated(...texts: string[]): void {
    for (const text of texts) this.write(`[p] ${this.server.now()}  INFO t: ${text}`);
  }

  /** Receives up to `bytes` more, on a new connection if there is none. */
  receive(bytes = Number.POSITIVE_INFINITY, pipelineId?: string): void {
    if (!this.#follower) {
      this.#follower = this.server.connect();
      this.#received = 0;
      this.stitch.start({cause: 'server-lost', downMs: 4000, ...(pipelineId !== undefined && {pipelineId})});
    }
    const chunk = this.#follower.body.subarray(this.#received, this.#received + bytes);
    this.#received += chunk.length;
    this.stitch.append(chunk);
  }

  /** Receives until so many bytes are left to come. */
  receiveAllBut(left: number): void {
    this.receive(0);
    this.receive((this.#follower?.body.length ?? 0) - this.#received - left);
  }

  cut(): boolean {
    this.#follower = undefined;
    return this.stitch.end().hasEndMarker;
  }

  receiveAndCut(): void {
    this.receive();
    this.cut();
  }

  /** `pipelineId`: as the caller has it. */
  reconnect(pipelineId?: string): void {
    this.cut();
    this.receive(Number.POSITIVE_INFINITY, pipelineId);
  }

  /** The log, a cut line ended with `¶`. */
  get log(): string {
    return this.#sink.text('¶');
  }

  /** All of the log is there, once, after one reconnect that lost nothing. */
  expectWhole(): void {
    expect(this.log).toBe(this.written);
    expect(this.markers()).toEqual(nothingLost);
  }

  /** The markers since the last call. */
  markers(): string[] {
    return this.#sink.drainMarkers().map(inWords);
  }

  /** All that the server ever wrote in this epoch. */
  get written(): string {
    return this.server.epoch.wire.toString('latin1');
  }
}

function inWords(marker: MarkerKind): string {
  switch (marker.kind) {
    case 'discarded':
      return `discarded ${marker.entries}`;
    case 'lost':
      return `lost ${marker.atLeast}..${marker.atMost}`;
    case 'possible-repeat':
      return `possible repeat of ${marker.lines}`;
    case 'new-life':
      return `new epoch: ${marker.because}`;
    default:
      return marker.kind;
  }
}

function times(count: number, line: string): string[] {
  return Array.from({length: count}, () => line);
}

test('the first connection brings the whole ring, without a marker', () => {
  const scene = new Scene();
  scene.writeDated('a', 'b');
  scene.receive();
  expect(scene.log).toBe(scene.written);
  expect(scene.markers()).toEqual([]);
  expect(scene.stitch.settled).toBe(true);
});

test('the first connection reports what was discarded before it', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b', 'c', 'd');
  scene.receive();
  expect(scene.log).toMatch(/^.* c\n.* d\n$/);
  expect(scene.markers()).toEqual(['discarded 3']);
});

test('a reconnect shows nothing again, and what came meanwhile at once', () => {
  const scene = new Scene();
  scene.writeDated('a', 'b');
  scene.receiveAndCut();
  scene.writeDated('c', 'd');
  scene.receiveAllBut(3);
  expect(scene.log).toBe(scene.written.slice(0, -3));
  expect(scene.markers()).toEqual(nothingLost);
});

test('thousands of identical lines', () => {
  const scene = new Scene({ring: {bytes: 1_000_000, entries: 3000}});
  scene.write(...times(5000, 'x'));
  scene.receiveAndCut();
  scene.markers();
  scene.write(...times(700, 'x'));
  scene.receive();
  expect(scene.log).toBe('x\n'.repeat(3700));
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('identical lines that the index proves to be new are shown as they come', () => {
  const scene = new Scene({ring: {bytes: 1_000_000, entries: 100}});
  scene.write(...times(200, 'x'));
  scene.receiveAndCut();
  scene.write(...times(90, 'x'));
  // The replay holds 10 old lines and 90 new ones; half of it comes.
  scene.receiveAllBut('x\n'.length * 50);
  expect(scene.log).toBe('x\n'.repeat(140));
});

test('identical lines since a fresh start that is still in view: nothing is uncertain', () => {
  const scene = new Scene();
  scene.write(...times(2000, 'x'));
  scene.receiveAndCut();
  scene.write(...times(500, 'x'));
  scene.receive();
  scene.expectWhole();
});

test.each([
  ['in the middle of a line', 5],
  ['in the middle of a UTF-8 sequence', 2],
  ['before a newline', 1],
  ['between two lines', 0],
])('a cut %s: the replay completes it in place', (_, left) => {
  const scene = new Scene();
  scene.writeDated('a', 'caffè');
  scene.receiveAllBut(left);
  scene.reconnect();
  scene.expectWhole();
});

test('a cut in the middle of the notice', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b', 'c');
  for (let bytes = 1; bytes < 200; bytes += 13) {
    scene.receive(bytes);
    expect(scene.cut()).toBe(false);
  }
  scene.receive();
  expect(scene.log).toMatch(/^.* b\n.* c\n$/);
  expect(scene.markers()).toEqual(['discarded 2']);
});

test('a partial last line, all that is left of the tail in the ring, is completed in place', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b', 'c');
  scene.receiveAllBut(3);
  scene.cut();
  scene.markers();
  scene.writeDated('d');
  scene.receive();
  expect(scene.log).toMatch(/^.* b\n.* c\n.* d\n$/);
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('a partial last line that the ring no longer holds stays as received', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b', 'cut');
  scene.receiveAllBut(3);
  scene.cut();
  scene.markers();
  scene.writeDated('d', 'e');
  scene.receive();
  expect(scene.log).toMatch(/^.* b\n.* c¶.* d\n.* e\n$/);
  expect(scene.markers()).toEqual(['line-cut', 'lost 1..1']);
});

test('a last line that the ring no longer holds: the gap is counted', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b');
  scene.receiveAndCut();
  scene.markers();
  scene.writeDated('c', 'd', 'e', 'f');
  scene.receive();
  expect(scene.log).toMatch(/^.* a\n.* b\n.* e\n.* f\n$/);
  expect(scene.markers()).toEqual(['lost 2..2']);
});

test('a line over 1,000,000 bytes that empties the ring, seen live', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receive();
  scene.write('b'.repeat(1_100_000));
  scene.receive();
  scene.reconnect();
  expect(scene.log).toBe(scene.written);
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('a line over 1,000,000 bytes that empties the ring, not seen', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receiveAndCut();
  scene.write('b'.repeat(1_100_000));
  scene.receive();
  expect(scene.log).toMatch(/ a\n$/);
  expect(scene.markers()).toEqual(['lost 1..1']);
});

test('a line over 1,000,000 bytes that is cut', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receive();
  scene.write('b'.repeat(1_100_000));
  scene.receiveAllBut(1000);
  scene.cut();
  scene.writeDated('c');
  scene.receive();
  expect(scene.log).toMatch(/ a\nb{1099001}¶.* c\n$/);
  expect(scene.markers()).toEqual(['line-cut', 'lost 1..1']);
});

test('an endless line streams through as it comes', () => {
  const scene = new Scene();
  scene.receive();
  scene.write('x'.repeat(3_000_000));
  for (let chunk = 0; chunk < 40; chunk++) scene.receive(65_536);
  expect(scene.log).toHaveLength(scene.server.epoch.start(1) + 40 * 65_536);
});

test('an empty replay changes nothing', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receive();
  for (let attempt = 0; attempt < 3; attempt++) {
    scene.cut();
    scene.receive(0);
    scene.stitch.settle();
  }
  scene.reconnect();
  scene.expectWhole();
});

test('cut during catch-up, again and again, before the overlap was reached', () => {
  const scene = new Scene();
  scene.writeDated(...times(50, 'a'));
  scene.receive();
  const had = scene.written.length;
  for (let attempt = 0; attempt < 20; attempt++) {
    scene.cut();
    scene.writeDated('b');
    scene.receive((attempt * had) / 20);
    scene.stitch.settle();
  }
  expect(scene.log).toHaveLength(had);
  scene.reconnect();
  scene.expectWhole();
});

test('N = had exactly, with an empty tail', () => {
  const scene = new Scene({ring: {bytes: 100, entries: 10}});
  scene.write('x'.repeat(200));
  scene.receive();
  expect(scene.markers()).toEqual(['discarded 2']);
  scene.cut();
  scene.write('y');
  scene.receive();
  expect(scene.log).toBe('y\n');
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('N > had with an empty tail', () => {
  const scene = new Scene({ring: {bytes: 100, entries: 1}});
  scene.write('x'.repeat(200));
  scene.receiveAndCut();
  scene.markers();
  scene.write('y', 'z');
  scene.receive();
  expect(scene.log).toBe('z\n');
  expect(scene.markers()).toEqual(['lost 1..1']);
});

test('a new fresh start line: the new epoch is complete', () => {
  const scene = new Scene();
  scene.writeDated('a', 'b');
  scene.receive();
  const before = scene.written;
  scene.server.restart('silent');
  scene.writeDated('c');
  scene.reconnect();
  expect(scene.log).toBe(before + scene.written);
  expect(scene.markers()).toEqual(['new epoch: restarted']);
});

test('a restart cuts a line for good', () => {
  const scene = new Scene();
  scene.writeDated('a', 'b');
  scene.receiveAllBut(2);
  scene.server.restart('silent');
  scene.reconnect();
  expect(scene.log).toContain(' t: ¶[manager]');
  expect(scene.markers()).toEqual(['line-cut', 'new epoch: restarted']);
});

test('N < had without overlap: the log was cleared, and the new epoch lost its beginning', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b', 'c', 'd', 'e');
  scene.receive();
  scene.server.restart('silent');
  scene.writeDated('f', 'g', 'h');
  scene.cut();
  scene.markers();
  scene.receive();
  expect(scene.log).toMatch(/^.* d\n.* e\n.* g\n.* h\n$/);
  expect(scene.markers()).toEqual(['new epoch: cleared', 'discarded 2']);
});

test('an overlap of lines without dates that disagrees with the index is none', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.write('a', 'b', 'c', 'x');
  scene.receive();
  scene.server.restart('silent');
  scene.write('f', 'x', 'y');
  scene.cut();
  scene.markers();
  scene.receive();
  // In the same epoch, entry 2 is `b`.
  expect(scene.log).toBe('c\nx\nx\ny\n');
  expect(scene.markers()).toEqual(['new epoch: cleared', 'discarded 2']);
});

test('a restart whose fresh start has already left the ring: a loss, on condition', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a', 'b');
  scene.receive();
  scene.server.restart('silent');
  scene.writeDated('c', 'd', 'e', 'f', 'g');
  scene.cut();
  scene.markers();
  scene.receive();
  expect(scene.log).toMatch(/^.* a\n.* b\n.* f\n.* g\n$/);
  expect(scene.markers()).toEqual(['lost 1..1']);
});

test('thousands of identical lines across a restart', () => {
  const scene = new Scene({ring: {bytes: 1_000_000, entries: 2000}});
  scene.write(...times(5000, 'x'));
  scene.receive();
  scene.server.restart('silent');
  scene.cut();
  scene.markers();
  scene.write(...times(6000, 'x'));
  scene.receive();
  // The wire of this replay is that of the old epoch, 1,000 lines later: nothing more can be claimed.
  expect(scene.log).toBe('x\n'.repeat(3000));
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('identical lines across a restart that differ by the index', () => {
  const scene = new Scene({ring: {bytes: 1_000_000, entries: 20}});
  scene.write(...times(50, 'x'));
  scene.receive();
  scene.server.restart('silent');
  scene.cut();
  scene.markers();
  scene.write(...times(30, 'x'));
  scene.receive();
  expect(scene.log).toBe('x\n'.repeat(40));
  expect(scene.markers()).toEqual(['new epoch: cleared', 'discarded 11']);
});

test('the pipeline deleted and created again under the same name', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receive();
  const before = scene.written;
  scene.server.recreate();
  scene.receive();
  expect(scene.cut()).toBe(true);
  scene.writeDated('b');
  scene.receive();
  expect(scene.log).toBe(before + scene.written);
  expect(scene.markers()).toEqual(['new epoch: created-again']);
});

test('created again, seen by the notice alone', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.writeDated('a');
  scene.receive();
  scene.server.recreate();
  scene.writeDated('b', 'c', 'd', 'e');
  scene.reconnect();
  expect(scene.markers()).toEqual(['new epoch: created-again', 'discarded 3']);
});

test('lines that imitate the server are lines of the log', () => {
  const scene = new Scene();
  const fresh = scene.written.trimEnd();
  const notice = fresh.replace(' INFO', ' WARN').replace('Fresh start of pipeline logs', discarded(7));
  scene.write(fresh, notice, 'Logs have ended', `x ${suffix}`, '[manager] x', 'Logs have ended', fresh);
  scene.receive();
  scene.reconnect();
  scene.writeDated('a');
  scene.receive();
  scene.reconnect();
  expect(scene.log).toBe(scene.written);
  expect(scene.markers()).toEqual([...nothingLost, ...nothingLost]);
});

test('an end marker that a pipeline printed last waits for what follows it', () => {
  const scene = new Scene();
  scene.write('Logs have ended');
  scene.receive();
  expect(scene.log).not.toContain('Logs have ended');
  scene.write('no');
  scene.receive();
  expect(scene.log).toMatch(/Logs have ended\nno\n$/);
  scene.write('Logs have ended');
  scene.receive();
  expect(scene.cut()).toBe(true);
  scene.writeDated('a');
  scene.receive();
  expect(scene.log).toBe(scene.written);
});

test('a [manager] line without its suffix makes the count of lost entries a range', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 4}});
  scene.writeDated('a', 'b', 'c');
  scene.write('[manager] 2026-01-01T00:00:00.000000Z  INFO x: without', 'second', 'third');
  scene.receiveAndCut();
  scene.markers();
  scene.writeDated(...times(7, 'd'));
  scene.receive();
  // The three lines may be one unfinished entry.
  expect(scene.markers()).toEqual(['lost 3..6']);
});

test('an uncertain index and several overlaps: the one that keeps the most lines', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 6}});
  // The first three lines are one entry, or two, or three.
  scene.write('[manager] without', 'x', `x ${suffix}`, ...times(10, 'x'));
  scene.server.epoch.first = 0;
  scene.receive();
  scene.server.epoch.first = 8;
  scene.cut();
  const before = scene.log;
  scene.receive();
  expect(scene.log).toBe(before + 'x\n'.repeat(2));
  expect(scene.markers()).toEqual(['lost 0..0', 'possible repeat of 2']);
});

test('a fresh start line that the pipeline prints again proves the epoch all the same', () => {
  const scene = new Scene();
  scene.write('x', scene.written.trimEnd(), 'x');
  scene.receive();
  scene.reconnect();
  scene.expectWhole();
});

test('a cut line whose date another line shares is not taken for it, where the index leaves a choice', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  const date = scene.server.now();
  scene.write(scene.server.managerEntry('ERROR', 'x', 'first\nsecond'), `[p] ${date}  INFO t: a`);
  scene.server.epoch.first = 0;
  scene.receiveAllBut(2);
  scene.cut();
  scene.write(`[p] ${date}  INFO t: b`, 'c');
  scene.receive();
  expect(scene.log).toMatch(/ t: ¶.* t: b\nc\n$/);
  expect(scene.markers()).toEqual(['line-cut', 'lost 0..1', 'possible repeat of 1']);
});

test('an uncertain index and identical lines: what may be new is kept, and marked', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 6}});
  scene.write(...times(6, 'x'));
  scene.receiveAndCut();
  scene.receive();
  scene.write('[manager] 2026-01-01T00:00:00.000000Z  INFO x: without', ...times(3, 'x'));
  scene.receiveAndCut();
  scene.markers();
  const before = scene.log;
  scene.write('x', 'x', 'x', 'x', 'x');
  scene.receive();
  // One x of the replay is old, or none is, and up to two entries are lost.
  expect(scene.log).toBe(before + 'x\n'.repeat(6));
  expect(scene.markers()).toEqual(['lost 0..3', 'possible repeat of 1']);
});

test("a runner's message of several lines is one entry", () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 3}});
  scene.write(scene.server.managerEntry('ERROR', 'x', 'first line\nsecond line'), 'a', 'b');
  scene.receive();
  scene.reconnect();
  expect(scene.log).toBe(scene.written.slice(scene.server.epoch.start(1)));
  expect(scene.markers()).toEqual(['discarded 1', ...likelyNothingLost]);
});

test('a frozen date that is printed again and again proves nothing', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 5}});
  const frozen = '[p] 2026-01-01T00:00:00.000000Z  INFO t: x';
  scene.write(...times(20, frozen));
  scene.receiveAndCut();
  scene.markers();
  scene.write(frozen);
  scene.receive();
  expect(scene.log).toBe(`${frozen}\n`.repeat(6));
  expect(scene.markers()).toEqual(likelyNothingLost);
});

test('another epoch at the same index does not continue a cut line', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 2}});
  scene.write('a', 'b', 'cut');
  scene.receiveAllBut(2);
  scene.server.restart('silent');
  scene.write('a', 'b', 'd', 'e');
  scene.server.epoch.first = 3;
  scene.cut();
  scene.markers();
  scene.receive();
  expect(scene.log).toBe('b\ncu¶d\ne\n');
  expect(scene.markers()).toEqual(['line-cut', 'new epoch: cleared', 'discarded 3']);
});

test('JSON mode', () => {
  const scene = new Scene({shape: 'json', ring: {bytes: 1000, entries: 3}});
  scene.write(scene.server.managerEntry('INFO', 'x', 'first\nsecond'));
  scene.receive();
  scene.reconnect();
  expect(scene.markers()).toEqual(nothingLost);
  scene.writeDated('a', 'b', 'c', 'd');
  scene.reconnect();
  expect(scene.markers()).toEqual(['lost 1..1']);
});

test('a switch from text to JSON is a new epoch', () => {
  const scene = new Scene();
  scene.writeDated('a');
  scene.receiveAndCut();
  const other = new ServerModel(real, 'json').connect();
  scene.stitch.start({cause: 'runner-lost', downMs: 0});
  scene.stitch.append(other.body);
  expect(scene.log).toBe(scene.written + other.body.toString());
  expect(scene.markers()).toEqual(['new epoch: restarted']);
});

test('clocks that jump change nothing', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 3}});
  scene.writeDated('a', 'b');
  scene.receive();
  for (const text of ['c', 'd', 'e']) {
    scene.cut();
    scene.server.jumpClock();
    scene.writeDated(text);
    scene.receive();
  }
  expect(scene.log).toBe(scene.written);
  expect(scene.markers()).toEqual([...nothingLost, ...nothingLost, ...nothingLost]);
});

test('a quiet moment in the middle of a proved replay decides nothing wrong', () => {
  const scene = new Scene();
  scene.writeDated('a', 'b', 'c');
  scene.receiveAndCut();
  scene.receiveAllBut(20);
  scene.stitch.settle();
  expect(scene.stitch.settled).toBe(true);
  scene.writeDated('d');
  scene.receive();
  scene.expectWhole();
});

test('a quiet moment after the first dated line of a replay that must be old leaves it out', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 5}});
  scene.writeDated('a', 'b', 'c', 'd', 'e', 'f', 'g');
  scene.receiveAndCut();
  scene.markers();
  const shown = scene.log;
  const lineBytes = shown.indexOf('\n') + 1;
  scene.receiveAllBut(4 * lineBytes);
  scene.stitch.settle();
  expect(scene.log).toBe(shown);
  scene.receive();
  expect(scene.log).toBe(shown);
  expect(scene.markers()).toEqual(nothingLost);
});

test('a quiet moment after one dated line that may be new shows it', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 9}});
  const frozen = '[p] 2026-01-01T00:00:00.000000Z  INFO t: x';
  scene.write(scene.server.managerEntry('ERROR', 'x', 'one\ntwo\nthree'), frozen, 'y');
  scene.receive();
  const shown = scene.log;
  scene.write(frozen);
  scene.server.epoch.first = 4;
  scene.reconnect();
  // Two old entries may come again here, since three lines may be three entries.
  expect(scene.log).toBe(shown);
  scene.stitch.settle();
  expect(scene.log).toBe(`${shown}${frozen}\n`);
  expect(scene.markers()).toEqual(['lost 0..0', 'possible repeat of 2']);
});

test('a server that contradicts itself hides nothing', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 9}});
  scene.write('a');
  scene.receive();
  const epoch = scene.log;
  scene.write('b', 'c');
  scene.server.epoch.first = 3;
  scene.reconnect();
  scene.server.epoch.first = 0;
  scene.reconnect();
  expect(scene.log).toBe(`${epoch}c\n${epoch}b\nc\n`);
  expect(scene.markers()).toEqual(['lost 1..1', 'new epoch: cleared']);
});

test('a quiet moment in the middle of a replay that proves nothing keeps every line', () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 10}});
  scene.write(...times(20, 'x'));
  scene.receiveAndCut();
  scene.markers();
  scene.receiveAllBut('x\n'.length * 7);
  expect(scene.stitch.settled).toBe(false);
  scene.stitch.settle();
  expect(scene.stitch.settled).toBe(true);
  scene.receive();
  expect(scene.log).toBe('x\n'.repeat(20));
  expect(scene.markers()).toEqual(['lost 0..0', 'possible repeat of 10']);
});

test('after finish, a body brings the cut line again', () => {
  const scene = new Scene();
  scene.writeDated('a', 'bc');
  scene.receiveAllBut(2);
  scene.stitch.finish();
  expect(scene.log).toMatch(/ b¶$/);
  expect(scene.markers()).toEqual(['line-cut']);
  scene.reconnect();
  expect(scene.log).toMatch(/ b¶.* bc\n$/);
  expect(scene.markers()).toEqual(nothingLost);
});

function discarded(entries: number): string {
  return `... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown.`;
}

test('left for good, a last line that looks like the end marker is the log’s own, and nothing follows it', () => {
  const scene = new Scene();
  scene.write('a');
  scene.receive();
  scene.stitch.append(Buffer.from('Logs have ended\n'));
  const before = scene.log;
  scene.stitch.release();
  expect(scene.log).toBe(`${before}Logs have ended\n`);
  scene.stitch.append(Buffer.from('b\n'));
  expect(scene.log).toBe(`${before}Logs have ended\n`);
});

test('left for good before its place was found, a body adds nothing', () => {
  const scene = new Scene();
  scene.write('a', 'b');
  scene.receiveAndCut();
  const before = scene.log;
  scene.receive(scene.server.connect().body.length - 2);
  scene.stitch.append(Buffer.from('Logs'));
  scene.stitch.release();
  expect(scene.log).toBe(before);
});

describe.each<Shape>(['control-plane', 'bare', 'control-plane-json'])('a server of 2025, %s', (shape) => {
  test('the discard notice is a marker and no line, and a reconnect brings what is new', () => {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 4}});
    scene.writeDated('1', '2', '3', '4', '5', '6');
    scene.receive();
    expect(scene.markers()).toEqual(['discarded 3']);
    scene.writeDated('7', '8');
    scene.reconnect();
    expect(scene.markers()).toEqual(nothingLost);
    expect(scene.log).toBe(scene.written.split('\n').slice(3).join('\n'));
  });

  test('nothing overlaps: what was lost is counted', () => {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 4}});
    scene.writeDated('1', '2', '3');
    scene.receive();
    scene.cut();
    scene.writeDated('4', '5', '6', '7', '8', '9');
    scene.receive();
    expect(scene.markers()).toEqual(['lost 2..2']);
  });

  test('lines without a time differ by the index', () => {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 4}});
    scene.write(scene.server.managerEntry('INFO', 'x', 'Status transition: paused -> running'));
    scene.write(...times(6, 'x'));
    scene.receive();
    expect(scene.markers()).toEqual(['discarded 4']);
    scene.write('x');
    scene.reconnect();
    expect(scene.markers()).toEqual(likelyNothingLost);
    expect(scene.log).toBe('x\n'.repeat(5));
  });
});

describe.each<Shape>(['control-plane', 'bare'])('a server of 2025 whose lines name no pipeline, %s', (shape) => {
  /** A log of pipeline `id-1`, received. */
  function received(): Scene {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 6}});
    scene.writeDated('1', '2', '3');
    scene.receive();
    expect(scene.stitch.lacksId).toBe(true);
    scene.stitch.setPipelineId('id-1');
    expect(scene.stitch.lacksId).toBe(false);
    return scene;
  }

  test('created again and restarted differ by the caller’s id', () => {
    const scene = received();
    scene.server.restart('silent');
    scene.writeDated('4');
    scene.reconnect(scene.server.pipelineId);
    expect(scene.markers()).toEqual(['new epoch: restarted']);
    scene.server.recreate();
    scene.writeDated('5');
    scene.reconnect(scene.server.pipelineId);
    expect(scene.markers()).toEqual(['new epoch: created-again']);
    expect(scene.stitch.pipelineId).toBe('id-2');
  });

  test('another id and a notice: created again, also where the index fits', () => {
    const scene = received();
    scene.server.recreate();
    scene.writeDated(...Array.from({length: 12}, (_, n) => `${n}`));
    scene.reconnect(scene.server.pipelineId);
    expect(scene.markers()).toEqual(['new epoch: created-again', 'discarded 7']);
  });

  test('an id that the caller learnt late repeats nothing', () => {
    const scene = received();
    const shown = scene.log;
    scene.reconnect('id-2');
    scene.writeDated(...Array.from({length: 3}, (_, n) => `${n}`));
    scene.reconnect('id-3');
    expect(scene.markers()).toEqual([...nothingLost, ...nothingLost]);
    expect(scene.log).toBe(scene.written);
    expect(scene.log.startsWith(shown)).toBe(true);
  });

  test('an entry of several lines: what is lost after it is a range', () => {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 3}});
    scene.write(scene.server.managerEntry('ERROR', 'x', 'Resource error:\nfirst\nsecond'));
    scene.receive();
    scene.cut();
    scene.writeDated('1', '2', '3', '4', '5');
    scene.receive();
    // Entries 0 and 1 came; were the three lines one entry, which may not even be whole, or three? 4 is the first kept.
    expect(scene.markers()).toEqual(['lost 0..3']);
  });

  test('the bytes prove what the count cannot', () => {
    const scene = new Scene({shape, ring: {bytes: 1e6, entries: 6}});
    scene.writeDated('1', '2');
    scene.write(scene.server.managerEntry('ERROR', 'x', 'Resource error:\nfirst\nsecond'), 'x', 'x');
    scene.receive();
    scene.write('x');
    scene.reconnect();
    expect(scene.markers()).toEqual(nothingLost);
    expect(scene.log).toBe(scene.written);
  });
});
