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
