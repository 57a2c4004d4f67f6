import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import {conditionsOf} from '../../../source/shells/screen/components/footer.tsx';
import {tabLabels} from '../../../source/shells/screen/components/tab-bar.ts';
import {allTexts, rowsOfPage} from '../pages/all-rows.ts';
import {logged} from '../screen/reading.ts';
import {ScreenUnderTest} from '../screen/screen-under-test.ts';

/** `fraud` has three errors in its log, and `orders` is on the screen. */
async function withErrors(names: readonly string[] = ['orders']): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({
    names,
    scenario: (server) => {
      for (const name of ['fraud', 'orders']) server.addPipeline(name).start([{kind: 'input', name: `${name}.web`}]);
      for (let n = 0; n < 3; n++) server.pipeline('fraud').write(logged(n, 'ERROR', `disk ${n} full`));
    },
  });
  await screen.untilConnected(...names);
  await screen.clock.advance(1000);
  return screen;
}

const unseen = (screen: ScreenUnderTest, name = 'fraud') => screen.controller.events.unseenErrors([name]);
const rows = (screen: ScreenUnderTest, name = 'fraud') =>
  screen.controller.events.errorRows.filter(({pipeline}) => pipeline === name);

async function untilCounted(screen: ScreenUnderTest, errors: number): Promise<void> {
  await screen.until(() => screen.controller.pipeline('fraud')?.connectorErrors === errors, `${errors} in the list`);
}

it('a preview that the cursor only passes takes no mark away; one that was on the screen for a second does', async () => {
  await using screen = await withErrors();
  for (let n = 0; n < 7; n++) {
    screen.server.pipeline('fraud').run.addError({endpoint: 'fraud.web', kind: 'parse', tag: 't', message: 'no JSON'});
  }
  await untilCounted(screen, 7);
  expect(unseen(screen)).toBe(7);
  screen.press('Tab', 'k');
  await screen.until(() => screen.controller.tab?.name === 'fraud', 'the preview');
  await screen.until(() => (screen.logs.get('fraud')?.errors.byKey.size ?? 0) > 0, 'the errors of the log');
  await screen.clock.advance(400);
  expect(unseen(screen)).toBe(10);
  screen.press('j');
  await screen.until(() => screen.controller.tab?.name === 'orders', 'the next preview');
  expect(unseen(screen)).toBe(7);
  screen.press('k');
  await screen.until(() => unseen(screen) === 10, 'the log again');
  await screen.until(() => unseen(screen) === 0, 'a second');
  screen.press('j');
  await screen.until(() => screen.controller.tab?.name === 'orders', 'the last preview');
  expect(unseen(screen)).toBe(0);
});

it('what was seen in a preview is seen when it is opened again; what came meanwhile is not', async () => {
  await using screen = await withErrors();
  const pipeline = screen.server.pipeline('fraud');
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
  for (let n = 0; n < 30; n++) report(parseError('fraud.web', n, 'no JSON', '{'));
  await untilCounted(screen, 30);
  screen.press('Tab', 'k');
  await screen.until(() => screen.controller.tab?.name === 'fraud', 'the preview');
  await screen.until(() => unseen(screen) === 0, 'a second');
  const counts = new Set<number>();
  const pass = async () => {
    screen.press('j');
    await screen.until(() => screen.controller.tab?.name === 'orders', 'the next preview');
    counts.add(unseen(screen));
    screen.press('k');
    await screen.until(() => screen.controller.tab?.name === 'fraud', 'the preview');
    await screen.until(() => {
      counts.add(unseen(screen));
      return (screen.logs.get('fraud')?.errors.byKey.size ?? 0) > 1;
    }, 'its errors');
    await screen.clock.advance(400);
    counts.add(unseen(screen));
  };
  await pass();
  await pass();
  expect([...counts]).toEqual([0]);
  expect(rows(screen).map(({state}) => state)).not.toContain('unseen');
  screen.press('j');
  await screen.until(() => screen.controller.tab?.name === 'orders', 'the next preview');
  await screen.clock.advance(10);
  await screen.clock.advance(60_000);
  report({endpoint: 'fraud.web', kind: 'transport', fatal: false, error: 'connection refused'});
  await pass();
  expect(counts).toContain(1);
  expect(Math.max(...counts)).toBe(1);
});

it('what is acted on is seen at once, and what comes under a page is not', async () => {
  await using screen = await withErrors(['orders', 'fraud']);
  await screen.until(() => unseen(screen) === 3, 'the errors');
  screen.press('2', '1');
  expect(unseen(screen)).toBe(3);
  screen.press('2', 'k', '1');
  expect(unseen(screen)).toBe(0);
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('?');
  screen.server.pipeline('fraud').write(logged(0, 'ERROR', 'out of memory'));
  await screen.untilLine('fraud', 'out of memory');
  await screen.clock.advance(2000);
  expect(unseen(screen)).toBe(1);
  expect(tabLabels(screen.controller).map(({errors}) => errors)).toEqual([0, 1]);
  screen.press('Esc');
  await screen.clock.advance(1000);
  expect(unseen(screen)).toBe(0);
});

it('what comes below a paused log is unseen until it is on the screen, or gone to from a page', async () => {
  await using screen = await withErrors(['orders', 'fraud']);
  const write = async (...messages: readonly string[]) => {
    for (const message of messages) screen.server.pipeline('fraud').write(logged(0, 'ERROR', message));
    await screen.untilLine('fraud', messages.at(-1) ?? '');
  };
  const screenful = (word: string) => Array.from({length: 50}, (_, at) => `${word}-${at}`);
  await write(...screenful('refused'));
  screen.press('2');
  await screen.clock.advance(1000);
  expect(unseen(screen)).toBe(0);
  screen.press('k');
  await write('out of memory');
  await screen.clock.advance(5000);
  expect(unseen(screen)).toBe(1);
  // The keys of a paused log show nothing of it.
  screen.press('k', 'k');
  await screen.clock.advance(5000);
  expect(unseen(screen)).toBe(1);
  screen.press('G');
  await screen.clock.advance(1000);
  expect(unseen(screen)).toBe(0);
  screen.press('k');
  await write(...screenful('late'));
  await screen.clock.advance(5000);
  expect(unseen(screen)).toBe(50);
  screen.press('A', 'f');
  expect(unseen(screen)).toBe(0);
});

it('in a flood of errors, what was on the screen for long is seen', async () => {
  await using screen = await withErrors(['orders', 'fraud']);
  screen.press('2');
  await screen.clock.advance(1000);
  for (let n = 0; n < 20; n++) {
    screen.server.pipeline('fraud').write(logged(0, 'ERROR', `failed-${n}`));
    await screen.untilLine('fraud', `failed-${n}`);
    await screen.clock.advance(500);
  }
  screen.press('1');
  expect(unseen(screen)).toBeLessThan(12);
});

it('a connector with a fatal error keeps the mark, also of a preview that is closed, until it runs again', async () => {
  await using screen = await withErrors();
  const fraud = screen.server.pipeline('fraud');
  const report = connectorErrors(fraud, processLog(fraud, {shape: 'colour'}), () => screen.clock.wall());
  for (let n = 1; n <= 5; n++) report(parseError('fraud.web', n, 'missing field `id`', '{}'));
  report({endpoint: 'fraud.web', kind: 'transport', fatal: true, error: 'connection refused'});
  fraud.run.step();
  screen.press('Tab', 'k');
  await screen.until(() => screen.controller.tab?.name === 'fraud', 'the preview');
  await screen.until(() => unseen(screen) === 1, 'the others to be seen');
  const ofOpen = rows(screen).filter(({state}) => state === 'unseen');
  expect(ofOpen).toMatchObject([{kind: 'errors', count: 1}]);
  screen.press('j');
  await screen.until(() => screen.controller.tab?.name === 'orders', 'the next preview');
  await screen.until(() => screen.logs.get('fraud') === undefined, 'the log to be closed');
  expect(unseen(screen)).toBe(1);
  expect(rows(screen).filter(({state}) => state === 'unseen')).toMatchObject([
    {kind: 'ended', connector: 'fraud.web', message: 'connection refused'},
  ]);
  screen.press('A');
  expect(allTexts(rowsOfPage(screen.controller)).join('\n')).toContain('fraud.web stopped: connection refused');
  fraud.stop();
  fraud.start();
  await screen.until(() => unseen(screen) === 0, 'the next run');
});

it('a fatal error that only a passing preview read is counted once', async () => {
  await using screen = await withErrors();
  const fraud = screen.server.pipeline('fraud');
  const report = connectorErrors(fraud, processLog(fraud, {shape: 'colour'}), () => screen.clock.wall());
  report({endpoint: 'fraud.web', kind: 'transport', fatal: true, error: 'connection refused'});
  fraud.run.step();
  screen.press('Tab', 'k');
  await screen.until(() => screen.controller.tab?.name === 'fraud', 'the preview');
  await screen.until(() => rows(screen).some(({kind}) => kind === 'errors'), 'the errors of the log');
  screen.press('j');
  await screen.until(() => screen.logs.get('fraud') === undefined, 'the log to be closed');
  screen.controller.services.stats.ask(['fraud']);
  await screen.until(() => screen.controller.events.connectors.counted('fraud').errors === 1, 'the statistics');
  expect(rows(screen)).toMatchObject([{kind: 'ended', connector: 'fraud.web'}]);
  expect(unseen(screen)).toBe(1);
  // The list counts none, since the API has forgotten it.
  expect(conditionsOf(screen.controller).hasUnseen).toBe(true);
});

it('the errors of a connector with a fatal error are not counted again, though the API forgets them', async () => {
  await using screen = await withErrors(['orders', 'fraud']);
  const {run} = screen.server.pipeline('fraud');
  const fail = (endpoint: string, fatal: boolean) =>
    run.addError({endpoint, kind: 'transport', fatal, message: 'connection refused'});
  for (let n = 0; n < 10; n++) fail('fraud.web', false);
  for (let n = 0; n < 4; n++) fail('fraud.kafka', false);
  await untilCounted(screen, 14);
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('1');
  expect(unseen(screen)).toBe(0);
  run.addError({endpoint: 'fraud.web', kind: 'transport', fatal: true, message: 'connection refused'});
  await screen.until(() => unseen(screen) > 0, 'the last one');
  run.step();
  await untilCounted(screen, 4);
  expect(rows(screen).filter(({state, kind}) => state === 'unseen' && kind === 'connectors')).toMatchObject([
    {count: 1},
  ]);
  expect(screen.controller.events.connectors.counted('fraud').errors).toBe(15);
});

it('d has one number of connector errors, that of A with its parts, and it follows what comes', async () => {
  await using screen = await withErrors(['orders', 'fraud']);
  const fraud = screen.server.pipeline('fraud');
  let now = 0;
  const report = connectorErrors(fraud, processLog(fraud, {shape: 'colour'}), () => now);
  const fail = (times: number) => {
    for (let n = 1; n <= times; n++) report(parseError('fraud.web', n, 'missing field `id`', '{}'));
  };
  fail(40);
  await untilCounted(screen, 40);
  screen.press('2', 'd');
  const total = () => /connector errors +(.*)/.exec(allTexts(rowsOfPage(screen.controller)).join('\n'))?.[1];
  const page = () => allTexts(rowsOfPage(screen.controller)).join('\n');
  await screen.until(() => page().includes('40 parse'), 'the statistics');
  expect(total()).toMatch(/^40: \d+ in the log · \d+ suppressed, counted only by the API$/);
  now += 6000;
  fail(6);
  await screen.until(() => page().includes('46 parse'), 'the statistics of all');
  const [, logged = 0, suppressed = 0, untold = 0] =
    /^46: (\d+) in the log · (\d+) suppressed · (\d+) suppressed, counted/.exec(total() ?? '') ?? [];
  expect(Number(logged) + Number(suppressed) + Number(untold)).toBe(46);
  // Not in a time. The timeline below has an event of its own for what the statistics count.
  const [aboveTimeline = ''] = page().split('Timeline of');
  expect(aboveTimeline.match(/(?<![\d:.-])46\b/g)).toHaveLength(3);
  const ofA = rows(screen).filter(({kind}) => kind === 'connectors');
  expect(ofA).toMatchObject([{count: Number(untold)}]);
});
