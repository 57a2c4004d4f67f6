import {expect, it, onTestFinished} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import {quiet} from '../../../demo/scenario.ts';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {type Alert, alertObject} from '../../../source/kit/journal/alerts.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import {eventWords} from '../../../source/kit/journal/pipeline-event.ts';
import {bannerRows} from '../../../source/kit/screen/banner.ts';
import {createStore} from '../../../source/lib/store.ts';
import {tabLabels} from '../../../source/shells/screen/components/tab-bar.ts';
import {runner} from '../../engine/records/index-lines.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {sectionTexts} from '../pages/all-rows.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';
import {logged, noticeOf} from '../screen/reading.ts';
import {type ScreenOptions, ScreenUnderTest, withFailures} from '../screen/screen-under-test.ts';

/** A screen with notifications; `fraud` has an error of yesterday in its log. */
async function telling(options: ScreenOptions & {watched?: string} = {}) {
  const told: string[] = [];
  const watchPattern = options.watched === undefined ? undefined : compilePattern(options.watched);
  const screen = await ScreenUnderTest.connected({
    names: ['orders', 'fraud'],
    scenario: (server) => {
      for (const name of ['fraud', 'orders']) server.addPipeline(name).start();
      server.pipeline('fraud').write(logged(0, 'ERROR', 'of yesterday'));
    },
    ...options,
    services: {events: {notify: (text) => void told.push(text), watchPattern}},
  });
  const isLive = (name: string) => screen.logs.get(name)?.snapshot.get().connection?.kind === 'live';
  await screen.until(() => (options.names ?? ['orders', 'fraud']).every(isLive), 'the logs to be live');
  return {screen, told};
}

it('a fatal error of a connector is told in the words of the page, and marks the pipeline also once it was seen', async () => {
  const {screen, told} = await telling();
  await using _screen = screen;
  const pipeline = screen.server.pipeline('fraud');
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
  report({endpoint: 'fraud.web', kind: 'transport', fatal: true, error: 'no broker is left'});
  await screen.untilLine('fraud', 'Input endpoint fraud.web failed');
  await screen.until(() => told.length > 0, 'the notification');
  expect(told[0]).toBe('fraud: fraud.web stopped with a fatal error: no broker is left (and 1 more)');
  const isMarked = () => screen.controller.events.degraded.names.get().has('fraud');
  expect(isMarked()).toBe(true);
  screen.press('2', 'j', 'G');
  await screen.clock.advance(5000);
  expect(isMarked()).toBe(true);
  pipeline.stop();
  await screen.until(() => !isMarked(), 'the stop');
});

it('a list that comes before the frame of a log does not take what that tells apart', async () => {
  const {screen, told} = await telling();
  await using _screen = screen;
  const pipeline = screen.server.pipeline('fraud');
  const log = screen.logs.get('fraud');
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
  // From here on no frame falls due: the time of the screen stands still.
  pipeline.write(logged(0, 'INFO', 'the last frame'));
  await eventually(
    () => log?.buffer.lineAt(log.buffer.endId - 1)?.includes('the last frame') === true,
    () => 'a line',
  );
  const framed = log?.snapshot.get();
  report({endpoint: 'fraud.web', kind: 'transport', fatal: true, error: 'no broker is left'});
  await eventually(
    () => log?.buffer.lineAt(log.buffer.endId - 1)?.includes('Input endpoint fraud.web failed') === true,
    () => 'the error',
  );
  expect(log?.snapshot.get()).toBe(framed);
  screen.poller.refresh();
  await eventually(
    () => told.length > 0,
    () => 'the notification',
  );
  await screen.clock.advance(120_000);
  expect(told).toEqual(['fraud: fraud.web stopped with a fatal error: no broker is left (and 1 more)']);
});

async function write(screen: ScreenUnderTest, level: string, message: string): Promise<void> {
  screen.server.pipeline('fraud').write(logged(0, level, message));
  await screen.untilLine('fraud', message);
  await screen.clock.advance(20);
}

it('a watched pattern that takes too long for a line says so once, on the screen, in i, to the user and to stderr', async () => {
  const told: string[] = [];
  const warned: string[] = [];
  await using screen = await ScreenUnderTest.connected({
    names: ['orders', 'fraud'],
    scenario: quiet('orders', 'fraud'),
    services: {
      events: {
        watchPattern: compilePattern('(a+)+$', {timeLimit: () => undefined}),
        notify: (text) => void told.push(text),
        warn: (text) => void warned.push(text),
      },
    },
  });
  await screen.untilConnected('orders', 'fraud');
  for (const name of ['orders', 'fraud']) {
    screen.server.pipeline(name).write(logged(0, 'INFO', 'aaaaaaaa!'));
    await screen.untilLine(name, 'aaaaaaaa!');
  }
  const words = /^--watch has stopped, and so have its alerts: the pattern takes too long for these lines · write it /;
  await screen.until(() => warned.length > 0, 'the notice');
  expect(warned).toEqual([expect.stringMatching(words)]);
  expect(told).toEqual(warned);
  expect(noticeOf(screen)).toBe(warned[0]);
  screen.press('i');
  expect(sectionTexts(screen.controller, 'connection', 300).join('\n')).toContain(warned[0]);
});

it('a new group of errors notifies once, and history does not', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  await write(screen, 'ERROR', 'of yesterday');
  await write(screen, 'INFO', 'all is well');
  expect(told).toEqual([]);
  await write(screen, 'ERROR', 'disk full');
  await write(screen, 'ERROR', 'disk full');
  await screen.clock.advance(120_000);
  expect(told).toEqual(['fraud: work disk full']);
});

it('another one within the minute notifies when it is over; a muted one never', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  await write(screen, 'ERROR', 'disk full');
  await screen.clock.advance(1000);
  await write(screen, 'ERROR', 'out of memory');
  expect(told).toHaveLength(1);
  await screen.clock.advance(60_000);
  expect(told[1]).toContain('out of memory');
  screen.press('A', 'm');
  const [row] = screen.controller.events.errorRows.filter(({state}) => state === 'muted');
  expect(row).toBeDefined();
  await write(screen, 'ERROR', 'out of memory');
  await screen.clock.advance(120_000);
  expect(told).toHaveLength(2);
});

it('lines that match the watched pattern notify and count as errors do', async () => {
  const {screen, told} = await telling({watched: 'checkpoint \\d+ failed'});
  await using _ = screen;
  await write(screen, 'WARN', 'checkpoint 17 failed');
  await screen.until(() => told.length > 0, 'the notification');
  expect(told[0]).toContain('checkpoint 17 failed');
  expect(screen.controller.events.unseenErrors(['fraud'])).toBe(2);
  const watched = screen.controller.events.errorRows.filter(({kind}) => kind === 'watched');
  expect(watched).toMatchObject([{pipeline: 'fraud', count: 1, state: 'unseen'}]);
});

it('a watched line without a time has that of the line above, and a panic its message', async () => {
  const {screen} = await telling({watched: 'panicked at|Invalid fragment'});
  await using _ = screen;
  const watched = () => screen.controller.events.errorRows.find(({kind}) => kind === 'watched');
  await write(screen, 'ERROR', 'parse error');
  screen.server.pipeline('fraud').write("Invalid fragment: '7'");
  await screen.until(() => watched() !== undefined, 'the fragment');
  expect(watched()).toMatchObject({count: 1, at: Date.UTC(2026, 10, 25)});
  screen.server.pipeline('fraud').write("thread 'w' (7) panicked at a.rs:1:2:");
  await screen.untilLine('fraud', 'panicked at');
  await screen.clock.advance(100);
  // What it says is still to come.
  expect(watched()).toMatchObject({count: 1});
  screen.server.pipeline('fraud').write('no space');
  await screen.until(() => watched()?.count === 2, 'the panic');
  const row = watched();
  expect(row && eventWords(row, 120).text).toMatch(
    /^Invalid fragment: '7' … ERROR panic +no space \(w at a\.rs:1:2\)$/,
  );
});

it('a pipeline that fails notifies with the cause', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  screen.server.pipeline('orders').fail('exit status: 101');
  await screen.until(() => told.length > 0, 'the notification');
  expect(screen.controller.pipeline('orders')?.deploymentError).toBeDefined();
  await screen.clock.advance(120_000);
  expect(told).toEqual(['orders: Failed · exit status: 101']);
});

it('each failure notifies at once, also of a run that no list showed', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  const orders = screen.server.pipeline('orders');
  const causes = ['exit status: 1', 'exit status: 2', 'exit status: 3'];
  for (const cause of causes) {
    orders.fail(cause);
    orders.start();
    // Within a minute and without a list that shows it.
    await screen.until(() => told.length > causes.indexOf(cause), cause);
  }
  await screen.clock.advance(120_000);
  const texts = told.map((text) => text.replace(/ \(and \d more\)$/, ''));
  expect(texts).toEqual(causes.map((cause) => `orders: Failed · ${cause}`));
});

it.each(['orders', 'sales'])(
  'of a pipeline without a tab, a run that failed between two lists is found in the events, under the name %s',
  async (name) => {
    const {screen, told} = await telling({names: ['fraud']});
    await using _ = screen;
    await screen.until(() => screen.controller.pipeline('orders') !== undefined, 'the list');
    if (name !== 'orders') screen.server.renamePipeline('orders', name);
    const orders = screen.server.pipeline(name);
    orders.fail('exit status: 1');
    orders.start();
    orders.fail('exit status: 2');
    orders.start();
    await screen.until(() => told.length >= 3, 'the notifications');
    await screen.clock.advance(120_000);
    const texts = told.filter((text) => text.includes('Failed')).map((text) => text.replace(/ \(and \d more\)$/, ''));
    expect(texts).toEqual([`${name}: Failed · exit status: 1`, `${name}: Failed · exit status: 2`]);
  },
);

it('so is one of a pipeline whose log is cut, and which its log reports later, once', async () => {
  const {screen, told} = await telling({names: ['orders']});
  await using _ = screen;
  const {server} = screen;
  const orders = server.pipeline('orders');
  server.refuse({kind: 'unreachable', of: 'logs', times: 1000});
  server.cutConnections();
  const stateOf = () => screen.logs.get('orders')?.snapshot.get().connection?.kind;
  await screen.until(() => stateOf() === 'waiting', 'the cut');
  orders.fail('exit status: 1');
  orders.start();
  const failed = () => told.filter((text) => text.includes('Failed · exit status: 1'));
  await screen.until(() => failed().length > 0, 'the failure');
  expect(stateOf()).not.toBe('live');
  server.acceptAgain();
  orders.write('the last line');
  await screen.untilLine('orders', 'the last line');
  await screen.clock.advance(120_000);
  expect(failed()).toHaveLength(1);
});

it('a log that goes on with a renamed pipeline tells nothing of its past, and all that follows', async () => {
  const {screen, told} = await telling({
    scenario: (server) => {
      for (const name of ['fraud', 'orders']) server.addPipeline(name).start();
      server.pipeline('fraud').fail('exit status: 1');
      server.pipeline('fraud').start();
      server.pipeline('fraud').write('the last line');
    },
  });
  await using _ = screen;
  const {server} = screen;
  server.deletePipeline('orders');
  await screen.until(() => told.length > 0, 'the deletion');
  server.renamePipeline('fraud', 'orders');
  await screen.untilLine('orders', 'the last line');
  const isLive = () => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'live';
  await screen.until(isLive, 'the log to be live');
  await screen.clock.advance(120_000);
  server.pipeline('orders').fail('exit status: 2');
  await screen.until(() => told.length > 1, 'the failure');
  await screen.clock.advance(120_000);
  expect(told).toEqual(['orders: the pipeline was deleted', 'orders: Failed · exit status: 2']);
});

it('a failure that was asked for is one alert of its own kind, and is shown', async () => {
  const alerts: Alert[] = [];
  const onAlert = (alert: Alert) => void alerts.push(alert);
  await using screen = await ScreenUnderTest.connected({
    names: ['fraud'],
    scenario: (server) => server.addPipeline('fraud').start(),
    services: {events: {onAlert}},
  });
  const isLive = () => screen.logs.get('fraud')?.snapshot.get().connection?.kind === 'live';
  await screen.until(isLive, 'the log to be live');
  screen.press('!');
  screen.server.pipeline('fraud').fail('exit status: 101');
  await screen.until(() => alerts.length > 0, 'the alert');
  expect(screen.controller.state.notice).toBe('fraud: Failed · exit status: 101');
  await screen.clock.advance(120_000);
  const objects = alerts.map((alert) => alertObject(alert, {server: '', now: 0}));
  expect(objects.map(({kind, text}) => `${kind} ${text}`)).toEqual(['failed Failed · exit status: 101']);
});

it('a server that does not answer notifies once for each log, after three attempts', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  await screen.server.stopApi();
  await screen.until(() => told.length >= 2, 'the notifications');
  await screen.clock.advance(120_000);
  expect(told.map((text) => text.split(':')[0]).sort()).toEqual(['fraud', 'orders']);
});

it('so does one that is frozen, though its connections stay open', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  const {server} = screen;
  server.refuse({kind: 'reset', of: 'all', times: 10_000});
  await screen.until(() => told.length >= 2, 'the notifications');
  await screen.clock.advance(120_000);
  expect(told.map((text) => text.split(':')[0]).sort()).toEqual(['fraud', 'orders']);
  const down = () => screen.controller.events.errorRows.filter(({kind}) => kind === 'disconnected');
  expect(down().map(({isOver}) => isOver)).toEqual([false, false]);
  server.pipeline('orders').write('it lives');
  const over = () => down().flatMap(({pipeline, isOver}) => (isOver ? pipeline : []));
  await screen.until(() => over().join() === 'orders', 'the log that lives');
  server.acceptAgain();
  await screen.until(() => down().every(({isOver}) => isOver), 'the list');
  expect(server.openLogConnections()).toBe(2);
});

it('a stream that the runner stops reading notifies, is an incident, and is over at the next start', async () => {
  const {screen, told} = await telling();
  await using _ = screen;
  const orders = screen.server.pipeline('orders');
  orders.loseStream('stdout');
  await screen.until(() => told.length > 0, 'the notification');
  const words = 'Feldera stopped reading stdout until the next start: stream did not contain valid UTF-8';
  expect(told[0]).toMatch(new RegExp(`^orders: \\d\\d:\\d\\d:\\d\\d ${words}`));
  const incident = () => screen.controller.events.errorRows.find(({kind}) => kind === 'stream-lost');
  expect(incident()).toMatchObject({pipeline: 'orders', count: 1, isOver: false});
  const lostStreams = () => screen.logs.get('orders')?.snapshot.get().lostStreams;
  expect(lostStreams()).toEqual(['stdout']);
  // Nothing is gained by another connection: the stream of the process is dead.
  screen.logs.reconnect('orders');
  orders.write(logged(9, 'INFO', 'after the reconnect'));
  await screen.untilLine('orders', 'after the reconnect');
  expect(lostStreams()).toEqual(['stdout']);
  orders.stop();
  orders.start();
  await screen.until(() => lostStreams()?.length === 0, 'the next run');
  expect(incident()).toMatchObject({count: 1, isOver: true});
});

it('the screen hears of other numbers of unseen errors only, whatever changes them', async () => {
  const {screen} = await telling();
  await using _screen = screen;
  const {events} = screen.controller;
  await screen.clock.advance(5000);
  let changes = 0;
  onTestFinished(events.unseenChanges.subscribe(() => (changes += 1)));
  const changesBy = async (level: 'INFO' | 'ERROR', text: string) => {
    changes = 0;
    screen.server.pipeline('fraud').write(logged(9, level, text));
    await screen.untilLine('fraud', text);
    return changes;
  };
  expect(await changesBy('INFO', 'quiet')).toBe(0);
  const before = events.unseenErrors(['fraud']);
  expect(await changesBy('ERROR', 'loud')).toBe(1);
  expect(events.unseenErrors(['fraud'])).toBe(before + 1);
  changes = 0;
  const loud = screen.logs.get('fraud')?.errors.byKey.values().toArray().at(-1);
  if (loud) events.toggleMute(loud.key);
  expect([changes, events.unseenErrors(['fraud'])]).toEqual([1, before]);
  if (loud) events.toggleMute(loud.key);
  screen.press('2');
  await screen.until(() => events.unseenErrors(['fraud']) === 0, 'to be seen');
  expect(changes).toBe(3);
});

it('an error that a program prints as the end of its process is told like any other', async () => {
  const {screen, told} = await telling();
  await using _screen = screen;
  screen.server.pipeline('fraud').write(runner('Resources error: exit status: 7', 'ERROR'));
  await screen.until(() => told.length > 0, 'the alert');
  expect(told).toEqual([expect.stringMatching(/^fraud: .*Resources error: exit status: 7$/)]);
  // Beside the true end, too, which a row of its own has.
  screen.server.pipeline('fraud').fail('exit status: 101');
  const away = () => screen.controller.events.absence?.rows.flatMap(({events}) => events) ?? [];
  await screen.until(() => away().some(({kind}) => kind === 'failed'), 'the failure');
  await screen.until(() => (screen.logs.get('fraud')?.ends.count ?? 0) > 0, 'the end in the log');
  const errors = away().flatMap((event) =>
    event.kind === 'errors' ? Buffer.from(event.group.example).toString() : [],
  );
  expect(errors).toEqual([expect.stringContaining('Resources error: exit status: 7')]);
});

it('what the compiler says of a program is in its alert, its banner and its row on A, whatever page is opened', async () => {
  const {screen, told} = await telling();
  await using _screen = screen;
  const place = {start_line_number: 2, start_column: 18, end_line_number: 2, end_column: 21, snippet: ''};
  const message = {...place, warning: false, error_type: 'Error parsing SQL', message: 'Encountered "FAIL"'};
  const fraud = screen.server.pipeline('fraud');
  fraud.stop();
  await screen.until(() => screen.controller.pipeline('fraud')?.deploymentStatus === 'Stopped', 'the stop');
  fraud.setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
  await screen.until(() => told.length > 0, 'the alert');
  const words = 'SQL error · line 2: Encountered "FAIL"';
  expect(told).toEqual([`fraud: ${words}`]);
  const bannerOf = (name: string) => {
    const pipeline = screen.controller.pipeline(name);
    const {symbols} = screen.controller.services;
    return pipeline ? bannerRows(pipeline, 1, {width: 200, symbols, key: 'd'}).map(({text}) => text) : [];
  };
  const tellers = () => [
    ...screen.controller.events.errorRows.flatMap((row) => (row.kind === 'failed' ? row.why : [])),
    ...bannerOf('fraud'),
    diagnose(screen.controller.events.facts('fraud'))[0]?.text,
  ];
  const all = [words, ` ✗ ${words}  press d for details `, words];
  expect(tellers()).toEqual(all);
  screen.press('2', 'd');
  await screen.clock.advance(5000);
  screen.press('Esc');
  expect([told.length, tellers()]).toEqual([1, all]);
});

it('the title shows how many pipelines fail', async () => {
  const titles: string[] = [];
  await using screen = await ScreenUnderTest.connected({
    scenario: withFailures,
    services: {events: {setTitle: (text) => void titles.push(text)}},
  });
  await screen.until(() => titles.length > 0, 'the title');
  expect(titles.at(-1)).toBe('pipetail · 2 failing');
  screen.server.pipeline('fraud').stop();
  screen.server.pipeline('fraud').start();
  await screen.until(() => titles.at(-1) === 'pipetail · 1 failing', 'one to be well again');
});

/** The number of unseen errors of each tab, as the tab bar shows it. */
const unseen = (screen: ScreenUnderTest) => tabLabels(screen.controller).map(({errors}) => errors);

it('the errors of a pipeline that were seen in a merged tab are seen in its own tab, and the other way round', async () => {
  const {screen} = await telling();
  await using _ = screen;
  const look = async (key: string) => {
    screen.press(key);
    await screen.clock.advance(1000);
  };
  await look('2');
  await look('1');
  await write(screen, 'ERROR', 'disk full');
  expect(unseen(screen)).toEqual([0, 1]);
  screen.controller.tabSwitcher.merge(['orders', 'fraud']);
  await screen.clock.advance(1000);
  expect(unseen(screen)).toEqual([0, 0, 0]);
  await write(screen, 'ERROR', 'disk full');
  await look('1');
  // It was on the screen for less than a second.
  expect(unseen(screen)).toEqual([0, 1, 1]);
  await write(screen, 'ERROR', 'disk full again');
  expect(unseen(screen)).toEqual([0, 2, 2]);
  await look('2');
  await look('1');
  expect(unseen(screen)).toEqual([0, 0, 0]);
});

it('a tab that is left has unseen lines once more come', async () => {
  const {screen} = await telling();
  await using _ = screen;
  const fresh = () => tabLabels(screen.controller).map((tab) => tab.hasNew);
  expect(fresh()).toEqual([false, true]);
  screen.press('2', '1');
  expect(fresh()).toEqual([false, true]);
  await screen.clock.advance(1000);
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('1');
  expect(fresh()).toEqual([false, false]);
  await write(screen, 'INFO', 'all is well');
  expect(fresh()).toEqual([false, true]);
});

it('a SQL error that was seen makes the next one no less new', () => {
  const list = createStore<ListSnapshot>({pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: 0});
  const logs = {names: createStore([]), get: () => undefined};
  const events = new EventTracker({
    logs,
    poller: {snapshot: list, refresh() {}},
    clock: new FakeClock(),
    diagnose,
  });
  const end = events.start();
  const show = (programStatus: string, programStatusSince: string) =>
    list.set({...list.get(), pipelines: [makePipeline('a', {...stopped, programStatus, programStatusSince})]});
  const rows = () => events.log.errorRows.map(({state, at}) => ({state, at}));
  const at = (second: number) => `2026-11-25T10:00:0${second}Z`;
  const look = () => {
    events.log.setShown({name: 'a', pipelines: ['a'], log: () => undefined});
    events.log.onAction();
    events.log.setShown(undefined);
  };
  show('SqlError', at(1));
  look();
  expect(rows()).toEqual([{state: 'seen', at: Date.parse(at(1))}]);
  show('Success', at(2));
  show('SqlError', at(3));
  expect(rows()).toEqual([{state: 'unseen', at: Date.parse(at(3))}]);
  look();
  show('SqlError', at(4));
  expect(rows()).toEqual([{state: 'unseen', at: Date.parse(at(4))}]);
  end();
});

const running = (name: string, since: number) =>
  makePipeline(name, {deploymentId: `${since}`, deploymentStatusSince: new Date(since).toISOString()});

it('a restart in the list is an incident of a pipeline that ran before, until it is deleted', () => {
  const list = createStore<ListSnapshot>({pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: 0});
  const poller = {snapshot: list, refresh() {}};
  const logs = {names: createStore([]), get: () => undefined};
  const events = new EventTracker({logs, poller, diagnose, clock: new FakeClock()});
  const end = events.start();
  const show = (...pipelines: readonly Pipeline[]) => list.set({...list.get(), pipelines});
  const restarts = () => events.log.errorRows.map(({pipeline, kind, count}) => `${pipeline} ${kind} ${count}`).sort();
  show(running('a', 1000), makePipeline('b', stopped));
  show(running('a', 7000), running('b', 7000));
  expect(restarts()).toEqual(['a restarted 1']);
  show(running('a', 9000), makePipeline('b', stopped));
  show(running('a', 9000), running('b', 20000));
  expect(restarts()).toEqual(['a restarted 2', 'b restarted 1']);
  show(running('b', 20000));
  expect(restarts()).toEqual(['b restarted 1']);
  show(makePipeline('a', stopped), running('b', 20000));
  show(running('a', 30000), running('b', 20000));
  expect(restarts()).toEqual(['b restarted 1']);
  end();
});

it('a failure stays on A when its pipeline runs again: of each cause a row, with how often, unseen until it is seen', () => {
  const list = createStore<ListSnapshot>({pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: 0});
  const logs = {names: createStore([]), get: () => undefined};
  const events = new EventTracker({logs, diagnose, poller: {snapshot: list, refresh() {}}, clock: new FakeClock()});
  const end = events.start();
  const show = (pipeline: Pipeline) => list.set({...list.get(), pipelines: [pipeline]});
  const failed = (at: number, cause: string) =>
    makePipeline('a', {
      ...stopped,
      ...{deploymentStatusSince: new Date(at).toISOString(), deploymentError: {...deploymentError, cause}},
    });
  const rows = () =>
    events.log.errorRows.map(({kind, state, count, firstAt, at, ...row}) => {
      return `${kind} ${state} ${count} ${firstAt ?? at}${'why' in row ? ` ${row.why}` : ''}`;
    });
  const hour = 3_600_000;
  show(running('a', hour));
  show(failed(2 * hour, 'exit status: 5'));
  expect(rows()).toEqual([`failed unseen 1 ${2 * hour} Failed · exit status: 5`]);
  show(running('a', 3 * hour));
  const restarted = `restarted unseen 1 ${3 * hour}`;
  expect(rows()).toEqual([`failed unseen 1 ${2 * hour} Failed · exit status: 5`, restarted]);
  show(failed(4 * hour, 'exit status: 6'));
  show(running('a', 5 * hour));
  show(failed(6 * hour, 'exit status: 5'));
  expect(rows().slice(0, 2)).toEqual([
    `failed unseen 2 ${2 * hour} Failed · exit status: 5`,
    `failed unseen 1 ${4 * hour} Failed · exit status: 6`,
  ]);
  events.log.setShown({name: 'a', pipelines: ['a'], log: () => undefined});
  events.log.onAction();
  events.log.setShown(undefined);
  show(running('a', 7 * hour));
  expect(rows()).toEqual([
    `restarted unseen 1 ${7 * hour}`,
    `failed seen 2 ${2 * hour} Failed · exit status: 5`,
    `failed seen 1 ${4 * hour} Failed · exit status: 6`,
  ]);
  end();
});

it('a change that was asked for is told alone where nothing else is told: on the screen, with a ring', async () => {
  let rings = 0;
  await using screen = await ScreenUnderTest.connected({
    names: ['fraud'],
    scenario: (server) => server.addPipeline('fraud').start(),
    services: {events: {bell: () => void rings++}},
  });
  await screen.until(() => screen.logs.get('fraud')?.snapshot.get().connection?.kind === 'live', 'the log to be live');
  for (const message of ['disk full', 'out of memory', 'no route']) await write(screen, 'ERROR', message);
  screen.press('!');
  screen.server.pipeline('fraud').stop();
  await screen.until(() => screen.controller.state.notice?.includes('Stopped') === true, 'the change');
  expect([screen.controller.state.notice, rings]).toEqual(['fraud: Stopped', 1]);
});

it('a tab that connector errors mark says once of which connectors, and so does A', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders', 'fraud'],
    scenario: (server) => {
      server.addPipeline('fraud').start();
      server.addPipeline('orders').start([
        {kind: 'input', name: 'orders.bad'},
        {kind: 'input', name: 'orders.web'},
      ]);
    },
  });
  const {run} = screen.server.pipeline('orders');
  const fail = (endpoint: string, errors: number) => {
    for (let n = 0; n < errors; n++) run.addError({endpoint, kind: 'parse', tag: 'text', message: 'no JSON'});
  };
  const isLive = (name: string) => screen.logs.get(name)?.snapshot.get().connection?.kind === 'live';
  await screen.until(() => ['orders', 'fraud'].every(isLive), 'the logs to be live');
  screen.press('2');
  expect(screen.controller.tab?.name).toBe('fraud');
  screen.controller.clearNotice();
  fail('orders.bad', 12);
  fail('orders.web', 1);
  await screen.until(() => screen.controller.state.notice !== undefined, 'the notice');
  expect(screen.controller.state.notice).toBe('orders: 13 new connector errors: 12 in orders.bad, 1 in orders.web');
  const row = () => screen.controller.events.errorRows.find(({kind}) => kind === 'connectors');
  expect(row()).toMatchObject({
    ...{state: 'unseen', count: 13},
    increase: [
      {name: 'orders.bad', count: 12},
      {name: 'orders.web', count: 1},
    ],
  });
  screen.controller.clearNotice();
  const known = () => screen.facts.stats.known.get().get('orders')?.stats?.connectors[1]?.errors[0]?.count;
  fail('orders.web', 2);
  await screen.until(() => known() === 3, 'the statistics');
  expect(screen.controller.state.notice).toBeUndefined();
  screen.press('1');
  await screen.clock.advance(1000);
  screen.press('2');
  const all = [12, 3].map((count, at) => ({name: ['orders.bad', 'orders.web'][at], count}));
  expect(row()).toMatchObject({state: 'seen', count: 15, increase: all});
  fail('orders.web', 4);
  await screen.until(() => screen.controller.state.notice !== undefined, 'the notice of the next errors');
  expect(screen.controller.state.notice).toBe('orders: 4 new connector errors: orders.web');
});

/** A feed of one pipeline without a log; the user is away after 10 s without a key. */
function withoutLogs(awayAfter = 10_000) {
  const clock = new FakeClock(0);
  const list = createStore<ListSnapshot>({pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: 0});
  let reads = 0;
  const names = createStore<readonly string[]>([]);
  const get = () => {
    reads += 1;
    return names.get();
  };
  const logs = {names: {...names, get}, get: () => undefined};
  const feed = new EventTracker({logs, diagnose, poller: {snapshot: list, refresh() {}}, clock, events: {awayAfter}});
  feed.start();
  const show = (since: number) => list.set({...list.get(), pipelines: [running('a', since)]});
  show(1);
  return {clock, feed, show, reads: () => reads};
}

it('a key after an absence tells what happened since the key before, until the user reads on', async () => {
  const {clock, feed, show} = withoutLogs();
  await clock.advance(5000);
  expect(feed.onKey()).toBeUndefined();
  show(6000);
  for (const _ of ['comes back', 'leaves again without a look']) {
    await clock.advance(10_000);
    expect(feed.onKey()).toMatchObject({since: 5000, rows: [{pipeline: 'a', events: [{kind: 'restarted', at: 6000}]}]});
  }
  expect(feed.onKey()).toBeUndefined();
  await clock.advance(10_000);
  expect(feed.onKey()).toBeUndefined();
  show(30_000);
  await clock.advance(10_000);
  expect(feed.onKey()).toMatchObject({
    since: 25_000,
    rows: [{pipeline: 'a', events: [{kind: 'restarted', at: 30_000}]}],
  });
});

it('an absence follows a tab to the new name of its pipeline', async () => {
  const {screen} = await telling();
  await using _ = screen;
  const {events} = screen.controller;
  const orders = screen.server.pipeline('orders');
  const deployment = () => screen.controller.pipeline('orders')?.deploymentId;
  const before = deployment();
  orders.start([{kind: 'input', name: 'orders.kafka'}]);
  await screen.until(() => deployment() !== before, 'the run');
  events.markUsed();
  screen.server.renamePipeline('orders', 'sales');
  await screen.until(() => screen.logs.get('sales') !== undefined, 'the new name');
  const report = connectorErrors(orders, processLog(orders, {shape: 'plain'}));
  for (let record = 1; record <= 14; record++) report(parseError('orders.kafka', record, 'missing field `id`', '{}'));
  await screen.until(() => screen.controller.pipeline('sales')?.connectorErrors === 14, 'the list');
  await screen.until(() => (screen.logs.get('sales')?.errors.connectors.inRun ?? 0) >= 10, 'the log');
  const told = events.absence?.rows
    .flatMap(({events}) => events)
    // The run is told, too, as are statistics once they are there.
    .filter(({kind}) => ['renamed', 'errors', 'connectors'].includes(kind))
    .map(({kind, pipeline, count}) => ({kind, pipeline, count}));
  // Four were suppressed: all others are in the log.
  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      {kind: 'renamed', pipeline: 'sales', count: 1},
      {kind: 'errors', pipeline: 'sales', count: 10},
      {kind: 'connectors', pipeline: 'sales', count: 4},
    ]),
  );
});

it('a machine that slept was away, though its timers stood still', () => {
  const {clock, feed, show} = withoutLogs();
  feed.onKey();
  clock.jumpWall(20_000);
  show(7);
  expect(feed.onKey()).toMatchObject({since: 0, until: 20_000});
});

it('keys in quick succession read the logs once a second', async () => {
  const {clock, feed, reads} = withoutLogs();
  const before = reads();
  for (let key = 0; key < 100; key++) {
    await clock.advance(50);
    feed.onKey();
  }
  expect(reads() - before).toBe(5);
});

it('an absence after 0 is none', async () => {
  const {clock, feed, show} = withoutLogs(0);
  show(7);
  await clock.advance(1e9);
  expect(feed.onKey()).toBeUndefined();
});
