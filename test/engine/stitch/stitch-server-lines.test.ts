import {describe, expect, test} from 'vitest';
import type {Shape} from './ring-model.ts';
import {discarded, likelyNothingLost, nothingLost, Scene, suffix, times} from './scene.ts';

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

test("a runner's message of several lines is one entry", () => {
  const scene = new Scene({ring: {bytes: 1000, entries: 3}});
  scene.write(scene.server.managerEntry('ERROR', 'x', 'first line\nsecond line'), 'a', 'b');
  scene.receive();
  scene.reconnect();
  expect(scene.log).toBe(scene.written.slice(scene.server.epoch.start(1)));
  expect(scene.markers()).toEqual(['discarded 1', ...likelyNothingLost]);
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

describe.each<Shape>(['manager', 'json'])('a ring that overflows, %s', (shape) => {
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
    scene.write(scene.server.managerEntry('INFO', 'x', 'Runtime transition: paused -> running (desired: running)'));
    scene.write(...times(6, 'x'));
    scene.receive();
    expect(scene.markers()).toEqual(['discarded 4']);
    scene.write('x');
    scene.reconnect();
    expect(scene.markers()).toEqual(likelyNothingLost);
    expect(scene.log).toBe('x\n'.repeat(5));
  });
});
