import {expect, onTestFinished, test} from 'vitest';
import type {Scenario} from '../../../../demo/demo.ts';
import {createClient} from '../../../../source/engine/api/client.ts';
import {ApiError} from '../../../../source/engine/api/errors.ts';
import type {ApiFailure, Session} from '../../../../source/engine/api/types.ts';
import type {ViewOptions} from '../../../../source/kit/state/pane-view.ts';
import type {Tab} from '../../../../source/kit/state/view-state.ts';
import {systemClock} from '../../../../source/lib/clock.ts';
import type {SavedSession} from '../../../../source/shells/screen/session/session-data.ts';
import {ScreenSession, SessionKeeper} from '../../../../source/shells/screen/session/session-keeper.ts';
import {FakeClock} from '../../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../../harness/temporary-directory.ts';
import {writable} from '../../../harness/writable.ts';
import {allTexts, rowsOfPage} from '../../../kit/pages/all-rows.ts';
import {type ScreenOptions, ScreenUnderTest} from '../../../kit/screen/screen-under-test.ts';

/** A first start on a server of its own, and what it saves. */
async function firstStart(options: ScreenOptions = {}) {
  const screen = await ScreenUnderTest.connected(options);
  onTestFinished(() => screen[Symbol.asyncDispose]());
  const saved: SavedSession[] = [];
  const keeper = keep(screen, saved);
  return {screen, saved, keeper};
}

/** Another start on the same server, with what the one before it saved. */
async function nextStart(
  first: ScreenUnderTest,
  session: SavedSession,
  {typed = {}, ...options}: ScreenOptions & {readonly typed?: ViewOptions} = {},
) {
  const saved: SavedSession[] = [];
  const {promise, resolve} = Promise.withResolvers<SessionKeeper>();
  const screen = await ScreenUnderTest.connected({
    ...options,
    baseUrl: () => first.server.url,
    async beforeFirst({controller, clock}) {
      const keeper = new SessionKeeper({controller, clock, viewOptions: typed});
      keeper.restore(session);
      keeper.start(async (present) => void saved.push(present));
      resolve(keeper);
    },
  });
  onTestFinished(() => screen[Symbol.asyncDispose]());
  const keeper = await promise;
  return {screen, saved, keeper};
}

function keep({controller, clock}: ScreenUnderTest, saved: SavedSession[]): SessionKeeper {
  const keeper = new SessionKeeper({controller, clock});
  keeper.start(async (session) => void saved.push(session));
  return keeper;
}

function write({server}: ScreenUnderTest, name: string, ...numbers: readonly number[]): void {
  const pipeline = server.pipeline(name);
  for (const number of numbers) pipeline.write(`[${name}] ${pipeline.stamp()}  INFO test:  line ${number}.`);
}

const upTo = (count: number) => Array.from({length: count}, (_, index) => index + 1);

function tabOf({controller}: ScreenUnderTest, name: string): Tab {
  const tab = controller.state.tabs.find((each) => each.name === name);
  if (!tab) throw new Error(`no tab ${name}`);
  return tab;
}

/** Message of a tab's current line, and of its marked ones. */
function placeIn(screen: ScreenUnderTest, name: string): {current: string; marks: string[]} {
  const {pane} = tabOf(screen, name);
  const lineAt = (id: number) => /line \d+\.$/.exec(screen.logs.get(name)?.buffer.lineAt(id)?.toString() ?? '')?.[0];
  const {position} = pane;
  return {
    current: position.kind === 'follow' ? 'following' : (lineAt(position.current) ?? ''),
    marks: [...pane.marks].map((id) => lineAt(id) ?? ''),
  };
}

async function type(screen: ScreenUnderTest, key: string, text: string): Promise<void> {
  screen.pressTogether(key, ...text, 'Enter');
  await screen.clock.advance(50);
}

/** A log of 60 lines, read at line 40, with lines 10 and 40 marked. */
async function readAt40() {
  const first = await firstStart({names: ['orders']});
  const {screen} = first;
  await screen.untilConnected('orders');
  // A row of its own in this run, and in no other: ids differ from there on.
  writable(screen.logs.get('orders')?.buffer).addMarker({kind: 'renamed', from: 'a', to: 'b', at: 0});
  write(screen, 'orders', ...upTo(60));
  await screen.untilLine('orders', 'line 60.');
  for (const number of [10, 40]) {
    await type(screen, '/', `line ${number}\\.`);
    screen.press('m');
  }
  expect(placeIn(screen, 'orders')).toEqual({current: 'line 40.', marks: ['line 10.', 'line 40.']});
  return first;
}

test('a pipeline that was renamed meanwhile comes back under its new name', async () => {
  const {screen, saved, keeper} = await firstStart({names: ['orders', 'billing']});
  await screen.untilConnected('orders', 'billing');
  screen.controller.dispatch({type: 'merge', names: ['orders', 'billing']});
  screen.controller.tabSwitcher.show('orders');
  keeper.capture();
  const [session] = saved.slice(-1);
  if (!session) throw new Error('nothing was saved');
  screen.server.renamePipeline('orders', 'sales');
  screen.server.addPipeline('orders').start();
  const next = await nextStart(screen, session);
  await next.screen.until(() => next.screen.controller.state.active === 'sales', 'the tab');
  expect(next.screen.tabs).toEqual(['sales', 'billing', 'sales+billing']);
  expect(next.screen.controller.state).toMatchObject({cursor: 'sales', notice: 'sales: renamed from orders'});
});

test('a session without ids comes back by names', async () => {
  const {screen, saved, keeper} = await firstStart({names: ['orders']});
  await screen.untilConnected('orders');
  keeper.capture();
  const [session] = saved.slice(-1);
  if (!session) throw new Error('nothing was saved');
  const next = await nextStart(screen, {...session, tabs: session.tabs.map((tab) => ({...tab, id: undefined}))});
  await next.screen.until(() => next.screen.tabs.includes('orders'), 'the tab');
});

test('place and marks come back although the lines have other ids, and what came since counts as new', async () => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  const [session] = saved;
  if (!session) throw new Error('nothing was saved');
  const shown = tabOf(first, 'orders').pane.position;
  const endId = first.logs.get('orders')?.buffer.endId ?? 0;
  write(first, 'orders', 61, 62, 63);
  const {screen} = await nextStart(first, session);
  expect(screen.tabs).toEqual(['orders']);
  await screen.until(() => tabOf(screen, 'orders').pane.position.kind === 'anchored', 'the place');
  expect(placeIn(screen, 'orders')).toEqual({current: 'line 40.', marks: ['line 10.', 'line 40.']});
  const again = tabOf(screen, 'orders').pane.position;
  if (shown.kind !== 'anchored' || again.kind !== 'anchored') throw new Error('both are held');
  expect(again.current).not.toBe(shown.current);
  expect(again.current - again.top.id).toBe(shown.current - shown.top.id);
  const unseen = (screen.logs.get('orders')?.buffer.endId ?? 0) - again.seen;
  expect(unseen).toBe(endId - shown.seen + 3);
});

test.each<[string, Pick<ScreenOptions, 'names' | 'isRequested'>]>([
  ['by its name', {names: ['orders']}],
  ['by a pattern', {isRequested: ({name}) => name.startsWith('ord')}],
])('a pipeline that the command line names %s is followed: only its marks come back', async (_, named) => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  expect(saved.at(-1)?.tabs[0]?.places?.place).toBeDefined();
  const {screen} = await nextStart(first, saved.at(-1) ?? never(), named);
  await screen.until(() => tabOf(screen, 'orders').pane.marks.size === 2, 'the marks');
  expect(tabOf(screen, 'orders').pane.position.kind).toBe('follow');
  expect(screen.controller.state).toMatchObject({active: 'orders', focus: 'log'});
});

test('marks and a place whose lines are gone are dropped, without a notice', async () => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  first.server.recreatePipeline('orders').start();
  write(first, 'orders', 70);
  const {screen} = await nextStart(first, saved[0] ?? never(), {});
  await screen.untilLine('orders', 'line 70.');
  await screen.clock.advance(5000);
  expect(placeIn(screen, 'orders')).toEqual({current: 'following', marks: []});
  expect(screen.controller.state.notice).toBeUndefined();
});

test('an end before the log has come, or without the server, loses nothing', async () => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  first.server.freeze();
  const {keeper: second, saved: savedAgain} = await nextStart(first, saved[0] ?? never());
  second.capture();
  expect(savedAgain.at(-1)?.tabs[0]?.places).toEqual(saved[0]?.tabs[0]?.places);
});

test('marks are found, and saved until then, although the pipeline gets another name before its log has come', async () => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  first.server.freeze();
  const {screen, keeper: second, saved: savedAgain} = await nextStart(first, saved[0] ?? never());
  first.server.renamePipeline('orders', 'sales');
  await screen.until(() => screen.tabs.includes('sales'), 'the new name');
  second.capture();
  expect(savedAgain.at(-1)?.tabs[0]?.places).toEqual(saved[0]?.tabs[0]?.places);
  first.server.thaw();
  await screen.until(() => tabOf(screen, 'sales').pane.marks.size === 2, 'the marks');
});

test('a tab that is moved before its log has caught up stays there', async () => {
  const {screen: first, keeper, saved} = await readAt40();
  keeper.capture();
  first.server.freeze();
  const {screen} = await nextStart(first, saved[0] ?? never());
  screen.controller.changePane({position: {kind: 'anchored', top: {id: 0, row: 0}, current: 0, seen: 1}});
  first.server.thaw();
  await screen.until(() => tabOf(screen, 'orders').pane.marks.size === 2, 'the marks');
  expect(tabOf(screen, 'orders').pane.position).toMatchObject({current: 0});
});

test('tabs, their order, filters, search and looks come back; the preview and stretches of a log do not', async () => {
  const {screen: first, keeper, saved} = await firstStart({names: ['orders', 'billing']});
  write(first, 'orders', 1, 2, 3);
  await first.untilLine('orders', 'line 3.');
  first.press('w', 't', 'f');
  await type(first, '&', '!debug');
  await type(first, '&', 'target:test');
  await type(first, '/', 'line');
  await type(first, '*', 'li');
  first.press('k', '-', 'R', '\\');
  await type(first, '&', 'level:info');
  first.press('x', 'Tab', 'z');
  first.controller.tabSwitcher.show('fraud');
  keeper.capture();
  const {screen} = await nextStart(first, saved.at(-1) ?? never());
  expect(screen.tabs).toEqual(['orders', 'billing']);
  const before = tabOf(first, 'orders').pane;
  const {filters, ...pane} = tabOf(screen, 'orders').pane;
  const {wrap, time, fold, around, search, highlights} = before;
  expect(pane).toMatchObject({wrap, time, fold, around, search, highlights});
  expect(pane).toMatchObject({wrap: 'all', fold: true, around: 3, highlights: ['li']});
  expect(pane.search).toBe('line');
  expect(filters.map(({filter}) => filter.kind)).toEqual(['text', 'target', 'fingerprint', 'level']);
  expect(filters.map(({on}) => on)).toEqual([false, false, false, true]);
  expect(filters[2]?.filter).toEqual(before.filters.find(({filter}) => filter.kind === 'fingerprint')?.filter);
  expect(screen.controller.state.listHidden).toBe(true);
});

test('merged tabs come back, without a connection more, and with their place', async () => {
  const {screen: first, keeper, saved} = await firstStart({names: ['orders', 'billing']});
  await first.untilConnected('orders', 'billing');
  write(first, 'orders', ...upTo(50));
  await first.untilLine('orders', 'line 50.');
  first.press('+');
  const name = 'orders+billing';
  const sourceOf = (screen: ScreenUnderTest) => screen.controller.logOf(tabOf(screen, name));
  const holds = (screen: ScreenUnderTest) => (sourceOf(screen)?.buffer.lineCount ?? 0) > 50;
  await first.until(() => holds(first), 'the merged log');
  await type(first, '/', 'line 20\\.');
  keeper.capture();
  const {screen} = await nextStart(first, saved.at(-1) ?? never());
  expect(screen.tabs).toEqual(['orders', 'billing', name]);
  await screen.until(() => tabOf(screen, name).pane.position.kind === 'anchored', 'the place');
  const {position} = tabOf(screen, name).pane;
  const current = position.kind === 'anchored' ? position.current : -1;
  expect(sourceOf(screen)?.buffer.lineAt(current)?.toString()).toContain('line 20.');
  expect(first.server.openLogConnections()).toBe(4);
});

test('names on the command line come first and are shown, looking as they did', async () => {
  const {screen: first, keeper, saved} = await firstStart({names: ['orders', 'billing']});
  await first.untilConnected('orders', 'billing');
  first.press('2', 'Tab', 'w', '1');
  keeper.capture();
  const {screen} = await nextStart(first, saved.at(-1) ?? never(), {names: ['fraud', 'billing']});
  expect(screen.tabs).toEqual(['fraud', 'billing', 'orders']);
  expect(screen.controller.state.active).toBe('fraud');
  expect(tabOf(screen, 'billing').pane.wrap).toBe('all');
});

test('many changes are one write some seconds later; nothing is written, and no timer waits, while nothing changes', async () => {
  const {screen, saved, keeper} = await firstStart();
  await screen.clock.advance(10_000);
  saved.splice(0);
  const {controller} = screen;
  for (const key of ['j', 'k', 'j', 'z', 'z']) screen.press(key);
  await screen.clock.advance(2000);
  expect(saved).toEqual([]);
  await screen.clock.advance(2000);
  expect(saved.length).toBe(1);
  await screen.clock.advance(60_000);
  expect(saved.length).toBe(1);
  keeper.dispose();
  controller.dispatch({type: 'toggle-list'});
  await screen.clock.advance(10_000);
  expect(saved.length).toBe(1);
});

test('after its end no timer waits', async () => {
  const {screen} = await readAt40();
  const clock = new FakeClock();
  const keeper = new SessionKeeper({controller: screen.controller, clock});
  keeper.start(async () => {});
  screen.press('k');
  expect(clock.pending).toBe(1);
  keeper.dispose();
  expect(clock.pending).toBe(0);
});

test('a tab comes back as the keys left it; everything else follows the options of the new start', async () => {
  const viewOptions = {wrap: 'all', level: 'ERROR', listWidth: 20} as const;
  const {screen: first, keeper, saved} = await firstStart({names: ['orders', 'billing'], viewOptions});
  first.press('w', 't', 's');
  keeper.capture();
  const session = saved[0] ?? never();
  const {screen} = await nextStart(first, session, {viewOptions: {time: 'delta', level: 'WARN'}});
  expect(screen.controller.state.histogram).toBe(true);
  expect(tabOf(screen, 'orders').pane).toMatchObject({
    ...{wrap: 'off', time: 'local'},
  });
  expect(tabOf(screen, 'billing').pane).toMatchObject({
    ...{wrap: 'errors', time: 'delta'},
  });
  for (const {pane} of screen.controller.state.tabs) {
    expect(pane.filters.map(({filter}) => filter)).toEqual([{kind: 'level', least: 'WARN', out: false}]);
  }
  expect(screen.controller.state.listWidth).toBeUndefined();
});

test('options of this start win over the keys of the last one', async () => {
  const {screen: first, keeper, saved} = await firstStart({names: ['orders']});
  first.press('w', 'L', 't');
  keeper.capture();
  const viewOptions = {wrap: 'off', level: 'WARN', listWidth: 'off', histogram: 'auto'} as const;
  const {screen} = await nextStart(first, saved[0] ?? never(), {viewOptions, typed: viewOptions});
  const {pane} = tabOf(screen, 'orders');
  expect(pane).toMatchObject({wrap: 'off', time: 'local'});
  expect(pane.filters.map(({filter}) => filter)).toEqual([{kind: 'level', least: 'WARN', out: false}]);
  expect(screen.controller.state).toMatchObject({listHidden: true, histogram: undefined, focus: 'log'});
});

function never(): never {
  throw new Error('nothing was saved');
}

const tenant: Session = {tenantId: 'one', tenantName: 'one', role: 'read', memberships: 1};
const failed = (reason: 'timeout' | 'protocol') =>
  new ApiError({kind: 'retryable', reason, message: reason} satisfies ApiFailure);

/** A start on one server, `offFor` ms after the program began, whose `answers` to the question for the tenant come in turn, the last one for ever. */
async function start(
  folder: string,
  answers: readonly (Session | ApiError)[],
  names: readonly string[] = [],
  {offFor = 0, ...options}: ScreenOptions & {readonly offFor?: number} = {},
) {
  const screen = await ScreenUnderTest.connected({names, ...options});
  await screen.clock.advance(offFor);
  const api = createClient({baseUrl: screen.server.url, clock: systemClock, userAgent: 'pipetail/test'});
  onTestFinished(async () => {
    await api.close();
    await screen[Symbol.asyncDispose]();
  });
  let questions = 0;
  const ended = new AbortController();
  const session = new ScreenSession({
    client: {
      ...api,
      baseUrl: 'http://feldera/',
      async getSession() {
        const answer = answers[Math.min(questions++, answers.length - 1)] ?? tenant;
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
    },
    clock: screen.clock,
    folder,
    fresh: false,
    viewOptions: {},
    signal: ended.signal,
  });
  const started = session.start(screen.controller);
  return {screen, session, started, end: () => ended.abort()};
}

async function keptTwo(folder: string): Promise<void> {
  const {session, started} = await start(folder, [tenant], ['billing', 'orders']);
  await started;
  session.capture();
  await session.close();
}

test('a server that answers late for the tenant still brings the last session back', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session} = await start(home.path, [failed('timeout'), failed('timeout'), tenant]);
  await screen.until(() => screen.tabs.includes('orders'), 'the tabs of the last time');
  expect(screen.tabs.slice(0, 2)).toEqual(['billing', 'orders']);
  await session.close();
});

test('where keys have moved the cursor before the last session comes, it stays, and its pipeline is shown', async () => {
  const first = await firstStart({names: ['billing', 'orders']});
  first.keeper.capture();
  const {promise: read, resolve} = Promise.withResolvers<void>();
  await using screen = await ScreenUnderTest.connected({
    baseUrl: () => first.screen.server.url,
    async beforeFirst({controller, clock}) {
      await read;
      const keeper = new SessionKeeper({controller, clock});
      for (const session of first.saved) keeper.restore(session);
    },
  });
  screen.press('j', 'j');
  expect(screen.controller.state.cursor).toBe('fraud');
  resolve();
  await screen.until(() => screen.tabs.includes('orders'), 'the tabs of the last time');
  expect(screen.controller.state).toMatchObject({active: 'fraud', cursor: 'fraud'});
  expect(screen.tabs).toEqual(['billing', 'orders', 'fraud?']);
});

const minute = 60_000;

/** Two minutes after the test's clock began `orders` fails; it is started again three minutes later, and once more. */
const restarted: Scenario = (server) => {
  let at = Date.UTC(2026, 0, 1) - minute;
  for (const name of ['billing', 'orders', 'fraud']) server.addPipeline(name, {now: () => at}).start();
  const orders = server.pipeline('orders');
  at += 3 * minute;
  orders.fail('exit status: 101');
  at += 3 * minute;
  orders.start();
  at += minute;
  orders.stop();
  orders.start();
  // Of no tab that comes back.
  server.pipeline('fraud').fail('exit status: 102');
};

const untouched: Scenario = (server) => {
  for (const name of ['billing', 'orders']) server.addPipeline(name, {now: () => Date.UTC(2025, 0, 1)}).start();
};

/** The rows of the page of what happened, without the heading. */
function away({controller}: ScreenUnderTest): readonly string[] {
  const {page} = controller.state;
  if (page?.section !== 'absence') return [];
  return allTexts(rowsOfPage(controller, 120)).flatMap((text) => text.trim().replace(/\s+/g, ' ') || []);
}

test('the first screen shows what happened to the tabs that came back while pipetail did not run', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session, started} = await start(home.path, [tenant], [], {scenario: restarted, offFor: 11 * minute});
  await started;
  expect(away(screen)).toEqual([
    'While you were away for 11 min, since 00:00 UTC · 2 logs not read',
    '▸ orders Failed · exit status: 101 · stopped · restarted 2× · now Running · its log was not read',
    'In order of time',
    'orders 00:02:00 failed Failed · exit status: 101',
    '00:05:00 restarted',
    '00:06:00 stopped',
    '00:06:00 restarted',
  ]);
  screen.press('Enter');
  expect(screen.controller.state).toMatchObject({active: 'orders', page: undefined});
  await session.close();
});

test('while it is used, the time at which it last ran is saved, though nothing else changes; not while nobody is there', async () => {
  const {screen, saved, keeper} = await firstStart({names: ['orders', 'billing']});
  await screen.untilConnected('orders', 'billing');
  keeper.capture();
  const before = saved.length;
  await screen.clock.advance(2 * minute);
  screen.controller.say('some news');
  await screen.clock.advance(minute);
  expect(saved).toHaveLength(before);
  screen.press('?', 'Esc');
  const at = screen.clock.wall();
  await screen.clock.advance(minute);
  expect(saved.slice(before).map(({savedAt}) => savedAt)).toEqual([at + 3000]);
});

const nothing = {
  'pipetail ran a moment ago': {offFor: 9 * minute},
  'away is 0': {services: {events: {awayAfter: 0}}},
  'nothing happened': {scenario: untouched},
  'the server has no events': {server: {lacks: ['events']}},
} as const satisfies Readonly<Record<string, Parameters<typeof start>[3]>>;

for (const [why, options] of Object.entries(nothing)) {
  test(`the first screen shows and says nothing of the time before when ${why}`, async () => {
    await using home = await temporaryDirectory();
    await keptTwo(home.path);
    const all = {scenario: restarted, offFor: 11 * minute, ...options};
    const {screen, session, started} = await start(home.path, [tenant], [], all);
    await started;
    expect(screen.tabs).toEqual(expect.arrayContaining(['billing', 'orders']));
    expect(screen.controller.state).toMatchObject({page: undefined, notice: undefined});
    await session.close();
  });
}

test('after a key it is a notice: a page would take the next one', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session, started} = await start(home.path, [tenant], [], {scenario: restarted, offFor: 11 * minute});
  screen.press('x');
  await started;
  expect(screen.controller.state.page).toBeUndefined();
  expect(screen.controller.state.notice).toBe('pipelines changed while pipetail did not run: press H to see how');
  await session.close();
});

test('a server without tenants has one session for all', async () => {
  await using home = await temporaryDirectory();
  await keptTwo(home.path);
  const {screen, session, started} = await start(home.path, [failed('protocol')], ['fraud']);
  await started;
  expect(screen.tabs).toEqual(['fraud']);
  session.capture();
  await session.close();
  const again = await start(home.path, [failed('protocol')]);
  await again.screen.until(() => again.screen.tabs.includes('fraud'), 'the tab of the last time');
  await again.session.close();
});
