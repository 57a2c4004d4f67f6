import {expect, test} from 'vitest';
import {likelyNothingLost, nothingLost, Scene, suffix, times} from './scene.ts';

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
