import {expect, it} from 'vitest';
import {connectorErrors} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {LogReadings} from '../../../source/kit/journal/log-readings.ts';
import {allTexts, rowsOfPage} from '../pages/all-rows.ts';
import {makePipeline, stopped} from '../screen/make-pipeline.ts';
import {logged} from '../screen/reading.ts';
import {ScreenUnderTest} from '../screen/screen-under-test.ts';

/** Which logs are followed, and what is told of `a`. */
class Rig {
  readonly #followed = new Set<string>();
  readonly readings = new LogReadings((name) => {
    return this.#followed.has(name) ? {flow: 'live', cut: undefined} : undefined;
  });
  changes = 0;

  constructor() {
    this.readings.unread.subscribe(() => {
      this.changes += 1;
    });
  }

  follow(name: string): void {
    this.#followed.add(name);
    this.readings.onFlow(name, 'coming', 0);
  }

  leave(name: string, now: number): void {
    this.#followed.delete(name);
    this.readings.onFlow(name, 'live', now);
  }
}

it('a run whose log nobody followed is unread, also where its log was read in an earlier run', () => {
  const rig = new Rig();
  const {readings} = rig;
  readings.update([makePipeline('a'), makePipeline('b', stopped)]);
  expect([readings.of('a'), readings.of('b'), readings.of('c')]).toEqual([{kind: 'unread'}, undefined, undefined]);
  expect([...readings.unread.get()]).toEqual(['a']);
  rig.follow('a');
  expect(readings.of('a')).toEqual({kind: 'followed'});
  expect(readings.unread.get().size).toBe(0);
  rig.leave('a', 7);
  expect(readings.of('a')).toEqual({kind: 'left', until: 7});
  expect([...readings.notFollowed]).toEqual(['a']);
  expect(readings.unread.get().size).toBe(0);
  // Under another name it is the same run.
  readings.update([makePipeline('z', {id: 'id-a', deploymentId: 'start-of-a'})]);
  expect(readings.of('z')).toEqual({kind: 'left', until: 7});
  readings.update([makePipeline('a', {deploymentId: 'next'})]);
  expect(readings.of('a')).toEqual({kind: 'unread'});
});

it('a log that is followed from run to run is read in all of them; of an old server, a change of state begins one', () => {
  const rig = new Rig();
  const {readings} = rig;
  rig.follow('a');
  const old = (deploymentStatusSince: string) => makePipeline('a', {deploymentId: '', deploymentStatusSince});
  for (const each of [old('1'), makePipeline('a', stopped), old('2')]) readings.update([each]);
  expect(rig.changes).toBe(0);
  rig.leave('a', 9);
  expect(readings.of('a')).toEqual({kind: 'left', until: 9});
  readings.update([old('3')]);
  expect(readings.of('a')).toEqual({kind: 'unread'});
});

it('a log is fresh while it is followed, and for a minute after that', () => {
  const rig = new Rig();
  const {readings} = rig;
  readings.update([makePipeline('a'), makePipeline('b', stopped)]);
  expect([readings.isFresh('a', 0), readings.isFresh('b', 0)]).toEqual([false, false]);
  rig.follow('a');
  expect(readings.isFresh('a', 1e9)).toBe(true);
  rig.leave('a', 1000);
  expect([readings.isFresh('a', 60_999), readings.isFresh('a', 61_000)]).toEqual([true, false]);
});

const rowsOf = ({controller}: ScreenUnderTest, width = 100) => allTexts(rowsOfPage(controller, width));
const textsOf = (screen: ScreenUnderTest, name: string) =>
  diagnose(screen.controller.events.facts(name)).map(({severity, text}) => `${severity}: ${text}`);

/** An input of `dead` failed for good before the start: neither list nor statistics tell of it. The tab is `well`. */
async function withDeadInput(): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({
    names: ['well'],
    scenario(server) {
      for (const name of ['dead', 'well']) {
        const pipeline = server.addPipeline(name);
        pipeline.start([
          {kind: 'input', name: `${name}.in`},
          {kind: 'input', name: `${name}.web`},
        ]);
        if (name === 'well') continue;
        const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
        report({endpoint: 'dead.web', kind: 'transport', fatal: true, error: 'Connection refused'});
        pipeline.run.step();
      }
    },
  });
  const {readings} = screen.controller.events;
  await screen.until(() => readings.of('well')?.kind === 'followed', 'the log of the tab');
  for (const name of ['dead', 'well']) {
    screen.facts.stats.setShown(name);
    await screen.until(() => screen.facts.stats.known.get().get(name)?.stats !== undefined, 'the statistics');
  }
  return screen;
}

it('nobody says of a log that was not read that nothing is wrong', async () => {
  await using screen = await withDeadInput();
  expect(textsOf(screen, 'dead')).toEqual(['fine: Running', 'notice: Its log was not read']);
  expect(textsOf(screen, 'well')).toEqual(['fine: Running, no known problems']);
  screen.press('A');
  expect(rowsOf(screen)[0]).toBe(' Errors  none new · 1 log not read');
  screen.press('Esc', '?');
  expect(rowsOf(screen).join('\n')).toContain('◦ running, log not followed');
  screen.press('Esc');
  screen.logs.open('dead');
  expect(textsOf(screen, 'dead')).toEqual(['fine: Running. Its log is being read']);
  await screen.until(() => screen.controller.events.readings.unread.get().size === 0, 'the log');
  await screen.until(() => textsOf(screen, 'dead').some((text) => /dead\.web stopped/.test(text)), 'what it tells');
  await screen.until(() => screen.controller.events.readings.of('dead')?.kind === 'followed', 'all of it');
  screen.logs.close('dead');
  await screen.clock.advance(20);
  expect(textsOf(screen, 'dead').at(-1)).toBe('notice: Its log is not followed');
  screen.press('A');
  expect(rowsOf(screen)[0]).not.toContain('not read');
});

it('with one key the logs of all pipelines are read, and told as those of tabs are', async () => {
  await using screen = await withDeadInput();
  const {readings, degraded} = screen.controller.events;
  screen.press('Tab', 'a');
  expect(screen.controller.state.notice).toBe(
    'reading the logs of all running pipelines: press a to read only those of open tabs',
  );
  await screen.until(() => degraded.names.get().has('dead'), 'what only the log tells');
  await screen.until(() => readings.of('dead')?.kind === 'followed', 'the log');
  expect([screen.tabs, readings.unread.get().size]).toEqual([['well'], 0]);
  expect(textsOf(screen, 'dead')).toEqual([
    'degraded: Running, but degraded',
    expect.stringMatching(/^degraded: dead\.web stopped with a fatal error/),
  ]);
  screen.press('A');
  expect(rowsOf(screen).join()).toMatch(/ dead .*dead\.web stopped: /);
  screen.press('Esc');
  // It is alerted and counted as that of a tab, and a tab does not read it again.
  const log = screen.logs.get('dead');
  screen.controller.tabSwitcher.show('dead');
  screen.server.pipeline('dead').write(logged(0, 'ERROR', 'disk full'));
  await screen.untilLine('dead', 'disk full');
  await screen.untilConnected('dead', 'well');
  screen.controller.tabSwitcher.close('dead');
  expect(screen.logs.get('dead')).toBe(log);
  screen.press('a');
  expect(screen.controller.state.notice).toBe('reading only the logs of open tabs: press a to read all');
  await screen.untilConnected('well');
  expect(readings.of('dead')?.kind).toBe('left');
  expect(degraded.names.get().has('dead')).toBe(true);
});

it('the page after an absence says whose logs nobody followed meanwhile', async () => {
  await using screen = await withDeadInput();
  screen.press('?', 'Esc');
  screen.server.pipeline('well').write(logged(0, 'ERROR', 'disk full'));
  screen.server.pipeline('dead').stop();
  await screen.until(() => screen.controller.pipeline('dead')?.deploymentStatus === 'Stopped', 'the stop');
  screen.server.pipeline('dead').start();
  await screen.until(() => screen.controller.events.readings.of('dead') !== undefined, 'the next run');
  await screen.clock.advance(600_000);
  screen.press('j');
  const rows = rowsOf(screen, 160);
  expect(rows[0]).toMatch(/^ While you were away {2}for .* UTC · 1 log not read$/);
  expect(rows.find((row) => / dead /.test(row))).toMatch(/ stopped · restarted · now Running · its log was not read$/);
  expect(rows.some((row) => row.endsWith(' restarted'))).toBe(true);
  expect(rows.find((row) => / well /.test(row))).not.toContain('not read');
});

it('a log that the server cannot give is unreachable since it was cut, until it comes again', async () => {
  await using screen = await withDeadInput();
  const before = screen.clock.wall();
  screen.server.killRunner();
  const texts = () => textsOf(screen, 'well');
  await screen.until(() => texts().some((text) => text.includes('runner is away')), 'the runner');
  await screen.until(() => texts().some((text) => text.includes('unreachable')), 'the trouble');
  expect(texts()).toEqual([
    'notice: Running',
    'notice: The runner is away: Unable to connect to the runner at http://127.0.0.1:8089/healthz',
    expect.stringMatching(/^notice: Log unreachable: the pipeline's runner does not answer \(503 /),
  ]);
  const {since = 0} = diagnose(screen.controller.events.facts('well'))[1] ?? {};
  expect(since).toBeGreaterThanOrEqual(before);
  expect(screen.controller.events.readings.unread.get()).toEqual(new Set(['dead', 'well']));
  // While it is asked for again and again.
  await screen.clock.advance(60_000);
  expect(diagnose(screen.controller.events.facts('well'))[1]).toMatchObject({since});
  screen.server.startRunner();
  await screen.until(() => screen.controller.events.readings.of('well')?.kind === 'followed', 'the log');
  expect(texts().join()).not.toContain('unreachable');
});
