import {expect, test} from 'vitest';
import {likelyNothingLost, nothingLost, Scene, times} from './scene.ts';

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
