import {setTimeout as sleep} from 'node:timers/promises';
import {expect, it, onTestFinished, vi} from 'vitest';
import {LogTurns} from '../../../source/engine/logs/log-turns.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {createStore} from '../../../source/lib/store.ts';
import {WAIT_MS} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {linesOf, markersOf, openStreams} from './open-streams.ts';

/** Pipelines whose logs are read without tabs, in a time that the test owns. */
async function turnsOf(names: readonly string[]) {
  const clock = new FakeClock();
  const rig = await openStreams(names, {clock});
  const {client, manager, server} = rig;
  const asked = vi.spyOn(client, 'followLogs');
  const list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  const turns = new LogTurns({logs: manager, list, clock});
  onTestFinished(() => turns.dispose());
  let most = 0;
  const listNow = async () => {
    const pipelines = await client.listPipelines(new AbortController().signal);
    manager.updatePipelines(pipelines);
    list.set({...list.get(), pipelines});
  };
  await listNow();
  const kindOf = (name: string) => manager.get(name)?.connection?.state.kind;
  return {
    ...{...rig, turns, listNow, kindOf, asked},
    /** Of logs without a tab. */
    coming: () => {
      const unviewed = names.filter((name) => !manager.isViewed(name)).map(kindOf);
      return unviewed.filter((kind) => kind === 'connecting' || kind === 'catching-up').length;
    },
    /** Requests of the log of this pipeline. */
    requests: (name: string) => asked.mock.calls.filter(([each]) => each === name).length,
    /** The most connections that the server had at once. */
    most: () => most,
    async until(probe: () => boolean, what: string, step = 20): Promise<void> {
      const deadline = performance.now() + WAIT_MS;
      while (!probe()) {
        if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
        await clock.advance(step);
        await sleep(1);
        for (const name of names) expect(server.openLogConnections(name)).toBeLessThanOrEqual(1);
        most = Math.max(most, server.openLogConnections());
      }
    },
  };
}

it('the logs of running pipelines are read one after the other; a tab takes one over, and gives it back', async () => {
  const rig = await turnsOf(['a', 'b', 'c', 'stopped']);
  const {manager, turns, requests, kindOf} = rig;
  rig.server.pipeline('stopped').stop();
  await rig.listNow();
  const tab = manager.open('a');
  turns.setOn(true);
  await rig.until(() => {
    expect(rig.coming()).toBeLessThanOrEqual(1);
    return ['a', 'b', 'c'].every((name) => kindOf(name) === 'live');
  }, 'all logs');
  expect(manager.names.get()).toEqual(['a', 'b', 'c']);
  const log = manager.get('b');
  expect(manager.open('b')).toBe(log);
  const lines = rig.write('b', 3);
  await rig.until(() => log !== undefined && linesOf(log).length === 3, 'the lines');
  expect(log && linesOf(log)).toEqual(lines);
  for (const name of ['a', 'b']) manager.close(name);
  await rig.until(() => true, 'a while');
  expect([manager.get('a'), manager.get('b')]).toEqual([tab, log]);
  expect(['a', 'b', 'c', 'stopped'].map(requests)).toEqual([1, 1, 1, 0]);
  // Between two runs it is followed on, unless it is cut. That of a deleted pipeline is left.
  rig.server.pipeline('b').stop();
  await rig.listNow();
  await rig.until(() => true, 'a while');
  expect(kindOf('b')).toBe('live');
  rig.server.killRunner();
  await rig.until(() => kindOf('b') !== 'live', 'the cut');
  await rig.listNow();
  await rig.until(() => kindOf('b') === 'idle', 'the rest');
  rig.server.startRunner();
  rig.server.pipeline('b').start();
  await rig.listNow();
  await rig.until(() => kindOf('b') === 'live', 'the next run');
  rig.server.deletePipeline('a');
  await rig.listNow();
  await rig.until(() => manager.get('a') === undefined, 'the end');
  manager.open('c');
  turns.setOn(false);
  expect(manager.names.get()).toEqual(['c']);
});

it('a log that does not come does not keep the others waiting', async () => {
  const {asked, turns, until, kindOf} = await turnsOf(['a', 'b']);
  asked.mockImplementationOnce(() => Promise.withResolvers<never>().promise);
  turns.setOn(true);
  await until(() => kindOf('b') === 'live', 'the other log');
  expect(kindOf('a')).toBe('connecting');
});

it('of more than 64, each has its turn: nothing is lost or doubled, and a tab does not wait for it', async () => {
  const names = Array.from({length: 67}, (_, index) => `p${index}`);
  const rig = await turnsOf(names);
  const {manager, turns, kindOf} = rig;
  const resting = () => names.filter((name) => kindOf(name) === 'idle');
  turns.setOn(true);
  await rig.until(() => {
    expect(rig.coming()).toBeLessThanOrEqual(1);
    return names.every((name) => (manager.get(name)?.buffer.lineCount ?? 0) > 0) && rig.coming() === 0;
  }, 'all logs');
  expect(resting()).toHaveLength(3);
  const [first = '', second = '', third = ''] = resting();
  const lines = [first, second].map((name) => rig.write(name, 2));
  const read = [first, second].flatMap((name) => manager.get(name) ?? []);
  manager.open(third);
  await rig.until(() => kindOf(third) === 'live', 'the tab');
  await rig.until(() => read.every((log) => linesOf(log).length === 2), 'their turn', 500);
  expect(read.map(linesOf)).toEqual(lines);
  for (const log of read) expect(markersOf(log)).toEqual([{kind: 'reconnected', cause: 'turn', times: 1}]);
  // With that of the tab.
  expect(rig.most()).toBe(65);
  manager.close(third);
  await rig.until(() => rig.server.openLogConnections() === 64, 'that one back');
});

it('keeps no more than 2 MiB of a log that nobody looks at, and counts all its errors', async () => {
  const rig = await turnsOf(['a']);
  const {manager, turns} = rig;
  turns.setOn(true);
  await rig.until(() => rig.kindOf('a') === 'live', 'the log');
  const log = manager.get('a');
  if (!log) throw new Error('the log is not open');
  const pipeline = rig.server.pipeline('a');
  const taken = () => log.buffer.takenBytes + log.tailBytes;
  for (let line = 1; line <= 2_000; line++) {
    pipeline.write(`[a] ${pipeline.stamp()}  INFO test: ${`${line} `.repeat(500)}`);
    if (line % 4 === 0) pipeline.write(`[a] ${pipeline.stamp()} ERROR test: broken`);
    if (line % 100 === 0) await rig.until(() => log.buffer.totalBytes > line * 1_500, 'the lines');
  }
  const errors = () => [...log.errors.byKey.values()].reduce((sum, {count}) => sum + count, 0);
  await rig.until(() => errors() === 500, 'the errors');
  expect(taken()).toBeLessThan(2 * 1024 * 1024);
  manager.open('a');
  for (let line = 1; line <= 1_000; line++) pipeline.write(`[a] ${'more '.repeat(1_000)}`);
  await rig.until(() => log.buffer.memoryBytes > 4_000_000, 'the scrollback of a tab');
  manager.close('a');
  expect(taken()).toBeLessThan(2 * 1024 * 1024);
});
