import {expect, it, vi} from 'vitest';
import {pageShown} from '../../../source/kit/pages/page-driver.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, viewOf, workedOut} from '../../kit/screen/reading.ts';
import {type ScreenOptions, ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const minute = 60_000;

async function twoTabs(options: ScreenOptions = {}): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({names: ['orders', 'fraud'], ...options});
  await screen.untilConnected('orders', 'fraud');
  await caughtUp(screen, 'orders', 'fraud');
  return screen;
}

/** Running pipelines, whose clock goes on with each look at it: no two changes are of one moment. */
function pipelines(...names: readonly string[]): Pick<ScreenOptions, 'scenario'> {
  let at = Date.UTC(2026, 10, 25);
  const now = () => {
    at += 1000;
    return at;
  };
  return {scenario: (server) => names.map((name) => server.addPipeline(name, {now}).start())};
}

async function caughtUp(screen: ScreenUnderTest, ...names: string[]): Promise<void> {
  const isLive = (name: string) => screen.logs.get(name)?.snapshot.get().connection?.kind === 'live';
  await screen.until(() => names.every(isLive), 'the logs to be live');
}

async function write(screen: ScreenUnderTest, name: string, ...lines: string[]): Promise<void> {
  for (const line of lines) screen.server.pipeline(name).write(line);
  await screen.untilLine(name, lines.at(-1) ?? '');
}

const error = (message: string) => logged(0, 'ERROR', message);
const info = (message: string) => logged(0, 'INFO', message);

/** The rows of the page, without the heading. */
function listed({controller}: ScreenUnderTest): string[] {
  const {page} = controller.state;
  if (page?.section !== 'absence') return [];
  return allTexts(rowsOfPage(controller, 120))
    .slice(2)
    .map((text) => text.trim().replace(/\s+/g, ' '));
}
const isOpen = (screen: ScreenUnderTest) => screen.controller.state.page?.section === 'absence';

it('the first key after ten minutes shows what happened, and does nothing else', async () => {
  await using screen = await twoTabs();
  screen.press('?', 'Esc');
  await write(screen, 'fraud', error('disk full'), info('a'), error('disk full'));
  await screen.clock.advance(10 * minute);
  screen.press('q');
  expect(screen.quits).toBe(0);
  expect(listed(screen)).toEqual(['▸ fraud 11-25 00:00:00 2 errors, 1 new kind work disk full']);
  screen.press('Esc');
  expect(screen.controller.state.page).toBeUndefined();
});

it('a pipeline that failed twice and was restarted has each failure, in red, and each start, with its time', async () => {
  await using screen = await twoTabs(pipelines('fraud', 'orders'));
  screen.press('?', 'Esc');
  await screen.clock.advance(9 * minute);
  const fraud = screen.server.pipeline('fraud');
  const isFailed = () => screen.controller.pipeline('fraud')?.deploymentError !== undefined;
  for (let time = 0; time < 2; time++) {
    fraud.fail('exit status: 101');
    await screen.until(isFailed, 'the failure');
    fraud.start();
    await screen.until(() => screen.controller.pipeline('fraud')?.deploymentStatus === 'Running', 'the next run');
  }
  await screen.clock.advance(10 * minute);
  screen.press('j');
  const failed = /^(fraud )?.*\d\d:\d\d:\d\d failed Failed · exit status: 101$/;
  const restarted = /^\S+ \d\d:\d\d:\d\d restarted$/;
  const loop = /^fraud \d\d:\d\d:\d\d degraded 3rd start in [\w ]+\. The run before failed: exit status: 101$/;
  expect(listed(screen)).toEqual([
    '▸ fraud failed 2× · degraded · restarted 2× · now Degraded · last: Failed · exit status: 101',
    'In order of time',
    ...[loop, failed, restarted, failed, restarted].map((each) => expect.stringMatching(each)),
  ]);
  const {page} = screen.controller.state;
  const row = page?.section === 'absence' ? rowsOfPage(screen.controller, 80).at(5) : undefined;
  expect(row?.runs.find(({start, end}) => row.text.slice(start, end).startsWith('failed'))?.style.fg).toBe(1);
});

it('a page under it is closed when Enter opens the same page of another pipeline', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      server.addPipeline('orders').start();
      server.addPipeline('etl');
    },
  });
  await caughtUp(screen, 'orders');
  const snapshot = screen.logs.get('orders')?.snapshot;
  if (!snapshot) throw new Error('the log is not open');
  const {subscribe} = snapshot;
  const subscribers = new Set<() => void>();
  vi.spyOn(snapshot, 'subscribe').mockImplementation((listener) => {
    const leave = subscribe(listener);
    subscribers.add(listener);
    return () => {
      subscribers.delete(listener);
      leave();
    };
  });
  screen.press('d');
  await screen.until(() => pageShown(screen.controller).rows.length > 0 && subscribers.size > 0, 'its reader');
  await screen.clock.advance(9 * minute);
  screen.server.pipeline('etl').setProgram('SqlError');
  await screen.until(() => screen.controller.pipeline('etl')?.programStatus === 'SqlError', 'the failure');
  await screen.clock.advance(10 * minute);
  screen.press('j');
  expect(listed(screen)[0]).toMatch(/^▸ etl .*failed /);
  screen.press('Enter');
  expect(screen.controller.state).toMatchObject({active: 'etl', page: {kind: 'pipeline'}});
  expect(subscribers.size).toBe(0);
});

it('not before, not when nothing happened, not with 0, and not for lines alone', async () => {
  await using screen = await twoTabs();
  screen.press('?', 'Esc');
  await write(screen, 'fraud', error('disk full'));
  await screen.clock.advance(10 * minute - 5000);
  screen.press('j');
  expect(isOpen(screen)).toBe(false);
  await write(screen, 'fraud', info('a'));
  await screen.clock.advance(60 * minute);
  screen.press('?');
  expect(screen.controller.state.page?.kind).toBe('help');

  await using never = await twoTabs({services: {events: {awayAfter: 0}}});
  await write(never, 'fraud', error('disk full'));
  await never.clock.advance(60 * minute);
  never.press('j');
  expect(isOpen(never)).toBe(false);
});

it('without an earlier key it shows what came after the catch-up', async () => {
  await using screen = await twoTabs({
    scenario: (server) => {
      for (const name of ['orders', 'fraud']) server.addPipeline(name).start();
      server.pipeline('fraud').write(error('of yesterday'));
    },
  });
  await write(screen, 'fraud', error('disk full'));
  await screen.clock.advance(10 * minute);
  screen.press('j');
  expect(listed(screen)).toEqual(['▸ fraud 11-25 00:00:00 1 error, 1 new kind work disk full']);
});

it('Enter goes to the first of the new lines', async () => {
  await using screen = await twoTabs();
  screen.press('?', 'Esc');
  await write(
    screen,
    'fraud',
    info('before'),
    error('refused on port 1'),
    info('a'),
    error('refused on port 2'),
    info('z'),
  );
  await screen.clock.advance(10 * minute);
  screen.press('j', 'j', 'k', 'Enter');
  expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'log', page: undefined});
  expect(currentLine(screen)).toContain('refused on port 1');
});

it('Esc restores everything: page, place, and a prompt with its text', async () => {
  await using screen = await twoTabs();
  await write(screen, 'orders', info('a'), info('b'), info('c'));
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  screen.press('k', '/');
  screen.pressTogether('r', 'e');
  await workedOut(screen);
  const before = screen.controller.state;
  await write(screen, 'fraud', error('disk full'));
  await screen.clock.advance(10 * minute);
  screen.pressTogether('x', 'y');
  expect(isOpen(screen)).toBe(true);
  screen.press('j', 'Esc');
  expect(screen.controller.state).toEqual(before);
  screen.pressTogether('f');
  expect(screen.controller.state.prompt?.text).toBe('ref');

  screen.pressTogether('^C');
  const {position} = viewOf(screen);
  screen.press('?');
  await write(screen, 'fraud', error('disk full'));
  await screen.clock.advance(10 * minute);
  screen.press('j', 'Esc');
  expect(screen.controller.state.page?.kind).toBe('help');
  expect(viewOf(screen).position).toEqual(position);
});

it('a user who leaves again at once sees everything since the first time', async () => {
  await using screen = await twoTabs();
  screen.press('?', 'Esc');
  await write(screen, 'fraud', error('disk full'));
  await screen.clock.advance(10 * minute);
  screen.press('j');
  await write(screen, 'fraud', error('out of memory'));
  await screen.clock.advance(10 * minute);
  screen.press('j');
  expect(listed(screen)).toEqual([expect.stringContaining('2 errors, 2 new kinds')]);
  screen.press('Esc');
  expect(screen.controller.state.page).toBeUndefined();
});

it('failures and restarts are listed, also of pipelines without a tab', async () => {
  await using screen = await twoTabs(pipelines('billing', 'etl', 'fraud', 'orders'));
  screen.press('?', 'Esc');
  screen.server.pipeline('etl').fail('exit status: 101');
  screen.server.pipeline('billing').stop();
  screen.server.pipeline('billing').start();
  await screen.until(
    () =>
      screen.controller.pipeline('etl')?.deploymentError !== undefined &&
      screen.controller.pipeline('billing')?.deploymentStatus === 'Running',
    'the list',
  );
  await screen.clock.advance(10 * minute);
  screen.press('j');
  expect(listed(screen)).toEqual([
    expect.stringMatching(/^▸ etl .*failed .*exit status: 101/),
    'billing stopped · restarted · now Running · its log was not read',
    'In order of time',
    expect.stringMatching(/^billing .*stopped$/),
    expect.stringMatching(/^\S+ \d\d:\d\d:\d\d restarted$/),
  ]);
});

it('A shows there what is unseen, and Esc goes back to where the user was; m mutes, f goes to the first', async () => {
  await using screen = await twoTabs();
  screen.press('?');
  await write(screen, 'fraud', error('refused on port 1'), error('refused on port 2'));
  await screen.clock.advance(10 * minute);
  screen.press('j', 'm');
  expect(screen.controller.state.notice).toBe('errors like this one are muted');
  screen.press('m', 'A');
  expect(isOpen(screen)).toBe(false);
  expect(rowsOfPage(screen.controller, 120).at(0)?.text).toMatch(/^ Errors {2}1 new kind/);
  screen.press('Esc');
  expect(screen.controller.state.page?.kind).toBe('help');
  await write(screen, 'fraud', error('refused on port 3'), error('refused on port 4'));
  await screen.clock.advance(10 * minute);
  screen.press('j');
  expect(isOpen(screen)).toBe(true);
  screen.press('f');
  expect(currentLine(screen)).toMatch(/refused on port [34]/);
});

it('pipelines that were deleted, created again twice or renamed are told as such, with or without a tab', async () => {
  await using screen = await twoTabs(pipelines('etl', 'fraud', 'orders'));
  const {server, controller} = screen;
  screen.press('?', 'Esc');
  for (let time = 0; time < 2; time++) {
    const before = controller.pipeline('fraud')?.id;
    server.recreatePipeline('fraud');
    await screen.until(() => controller.pipeline('fraud')?.id !== before, 'the new one');
  }
  server.renamePipeline('etl', 'sales');
  await screen.until(() => controller.pipeline('sales') !== undefined, 'the new name');
  server.deletePipeline('sales');
  await screen.until(() => controller.pipeline('sales') === undefined, 'the deletion');
  await screen.clock.advance(10 * minute);
  screen.press('j');
  const texts = listed(screen).map((text) => text.replace(/^▸ |\d\d-\d\d |\d\d:\d\d:\d\d /g, ''));
  const words = texts.slice(texts.indexOf('In order of time') + 1);
  const sums = texts.slice(0, texts.indexOf('In order of time'));
  expect(sums.find((text) => text.startsWith('fraud'))).toMatch(/^fraud deleted 2× · created 2× · now /);
  expect(sums.find((text) => text.startsWith('sales'))).toBe('sales deleted · renamed from etl');
  const again = ['the pipeline was deleted', 'the pipeline was created'];
  expect(words.map((text) => text.replace(/^(fraud|sales) | · its log.*/g, '')).sort()).toEqual(
    [...again, ...again, 'renamed from etl', 'the pipeline was deleted'].sort(),
  );
});

it('a pipeline that somebody changed meanwhile is told as reconfigured', async () => {
  await using screen = await twoTabs();
  const {server, controller} = screen;
  screen.press('?', 'Esc');
  for (const version of [2, 3]) {
    server.pipeline('fraud').setState({version});
    await screen.until(() => controller.pipeline('fraud')?.version === version, 'the next version');
  }
  await screen.clock.advance(10 * minute);
  screen.press('j');
  const texts = listed(screen).join('\n');
  expect(texts).toMatch(/fraud +reconfigured 2× · now Running/);
  expect(texts).toMatch(/reconfigured \(version 1 → 2\)\n.*reconfigured \(version 2 → 3\)/);
});

it('an input that stopped with a fatal error is told, and what the server did not answer, once for all pipelines', async () => {
  await using screen = await twoTabs();
  const {server} = screen;
  screen.press('?', 'Esc');
  await write(screen, 'fraud', error("FATAL error on input endpoint 'fraud.web': no broker is left"));
  await screen.until(() => screen.controller.events.degraded.names.get().has('fraud'), 'the dead input');
  server.refuse({kind: 'unreachable', times: 1000, of: 'all'});
  server.cutConnections();
  const hasFailure = () => screen.controller.services.poller.snapshot.get().failure !== undefined;
  await screen.until(hasFailure, 'the outage');
  await screen.clock.advance(minute);
  server.acceptAgain();
  await screen.until(() => !hasFailure(), 'the list');
  await caughtUp(screen, 'orders', 'fraud');
  await screen.clock.advance(10 * minute);
  screen.press('j');
  const rows = listed(screen);
  expect(
    rows.filter((text) => /degraded .*fraud\.web stopped with a fatal error: no broker is left/.test(text)),
  ).toHaveLength(1);
  expect(rows.filter((text) => /the server \S+ unreachable for \d+ (s|min) /.test(text))).toHaveLength(1);
  expect(rows.join()).not.toContain('disconnected');
});

it('a stream that is lost until the next start was lost until then; a panic is told when it came', async () => {
  await using screen = await twoTabs();
  const fraud = screen.server.pipeline('fraud');
  screen.press('?', 'Esc');
  await write(screen, 'orders', info('before'));
  await screen.clock.advance(5 * minute);
  await write(screen, 'orders', "thread 'w' (7) panicked at a.rs:1:2:", 'no space');
  fraud.loseStream('stderr');
  const lostStreams = () => screen.logs.get('fraud')?.snapshot.get().lostStreams?.length;
  await screen.until(() => lostStreams() === 1, 'the loss');
  const before = screen.controller.pipeline('fraud')?.deploymentId;
  fraud.stop();
  fraud.start();
  await screen.until(() => lostStreams() === 0, 'the next run');
  await screen.until(() => ![before, ''].includes(screen.controller.pipeline('fraud')?.deploymentId), 'the list');
  await screen.clock.advance(10 * minute);
  screen.press('j');
  const rows = listed(screen).join('\n');
  expect(rows).toMatch(/stderr was lost until (\d\d:\d\d:\d\d|the next start): /);
  expect(rows).not.toContain('is lost until');
  expect(rows).toMatch(/orders (11-25 )?00:0[5-9]:\d\d 1 error, 1 new kind panic no space/);
});
