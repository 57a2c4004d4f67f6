import {expect, test} from 'vitest';
import {openViewer} from './viewer.ts';

test('live logs come without a key: the first pipeline, in the preview', async () => {
  await using viewer = await openViewer({
    before: (server) =>
      server.pipeline('alpha').write('[alpha] 2026-11-25T12:01:02.123456Z  INFO a::b:  already there'),
  });
  await viewer.live('already there');
  expect(viewer.list().map((row) => row.trim().split(/\s+/)[1])).toEqual(['alpha', 'beta', 'gamma']);
  expect(viewer.list()[0]).toMatch(/● alpha/);
  expect(viewer.tabBar()).toMatch(/^ alpha/);
  expect(viewer.header()).toContain('3 pipelines');
  expect(viewer.shown().at(-1)).toBe('12:01:02 INFO  already there');
  expect(viewer.terminal.alternateScreen).toBe(true);

  viewer.say('alpha', 'comes while we look');
  await viewer.terminal.waitFor('comes while we look');
  expect(viewer.server.openLogConnections()).toBe(1);
});

test('a pipeline whose name is a command opens behind --', async () => {
  await using viewer = await openViewer({pipelines: ['alpha', 'demo'], args: ['--', 'demo']});
  await viewer.live();
  expect(viewer.tabBar()).toContain('1 demo');
  await viewer.connections(1);
});
