import {expect, test} from 'vitest';
import {ServerModel} from './ring-model.ts';
import {likelyNothingLost, real, Scene, times} from './scene.ts';

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

test('a fresh start line that the pipeline prints again proves the epoch all the same', () => {
  const scene = new Scene();
  scene.write('x', scene.written.trimEnd(), 'x');
  scene.receive();
  scene.reconnect();
  scene.expectWhole();
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
