import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, it} from 'vitest';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {timelinePart} from '../../../source/features/timeline/timeline-feature.ts';
import {TimelineLines} from '../../../source/kit/journal/timeline.ts';
import {keptBy} from '../../../source/kit/pages/page.ts';
import {withUnder} from '../../../source/kit/state/page-state.ts';
import {promptInUse} from '../../../source/kit/state/view-state.ts';
import {writable} from '../../harness/writable.ts';
import {allRows, rowsOfPage, sectionTexts} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, noticeOf, reading} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const timelineOf = ({state}: ScreenUnderTest['controller']) =>
  withUnder(state.page)
    .flatMap((page) => keptBy(page, timelinePart) ?? [])[0]
    ?.state.get();

function shown({controller}: ScreenUnderTest, width = 120): readonly string[] {
  return sectionTexts(controller, 'timeline', width);
}

async function opened(screen: ScreenUnderTest): Promise<readonly string[]> {
  screen.press('H');
  expect(shown(screen)[0]).toBe(' Timeline of orders  asking the server');
  await screen.until(() => timelineOf(screen.controller)?.timeline !== undefined, 'the timeline');
  return shown(screen);
}

/** Puts the cursor on the first row with these words. */
function goTo(screen: ScreenUnderTest, words: string): void {
  const row = shown(screen).findIndex((text) => text.includes(words)) - 2;
  expect(row).toBeGreaterThanOrEqual(0);
  for (let at = 0; at < row; at++) screen.press('j');
}

it('H shows what happened; Enter goes to its place in the log, or says that it is in none', async () => {
  await using screen = await reading([logged(1, 'ERROR', 'disk full'), logged(2, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  const [title, ...rows] = await opened(screen);
  // Other parts of the page count on.
  expect(title).toMatch(/^ Timeline of orders {2}newest first, UTC · as of \d\d:\d\d:\d\d$/);
  expect(rows.join('\n')).toMatch(/ state .* API {6,}.*Running/);
  goTo(screen, 'disk full');
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
  expect(currentLine(screen)).toContain('disk full');
  await opened(screen);
  goTo(screen, 'Running');
  screen.press('Enter');
  expect(noticeOf(screen)).toBe('this is not in the log');
  screen.press('y');
  await screen.until(() => screen.copied.length > 0, 'a copy');
  expect(screen.copied[0]).toMatch(/^Timeline of orders, newest first \(UTC\)\n/);
});

it('has heads of its columns, and a row for events that differ only in numbers', async () => {
  const delayed = (at: number) => logged(at, 'INFO', `checkpoint delayed ${at} seconds because of: a barrier`);
  await using screen = await reading([delayed(60), delayed(120), logged(180, 'INFO', 'checkpoint 7'), delayed(600)]);
  const [, heads, ...rows] = await opened(screen);
  expect(heads).toMatch(/^ +time {2}what +lasted {2}source {4}event$/);
  const repeated = rows.filter((row) => row.includes('checkpoint delayed'));
  expect(repeated).toEqual([
    expect.stringMatching(/00:01–00:10 {2}checkpoint +9 min {2}log {7}×3 checkpoint delayed 600 /),
  ]);
  goTo(screen, 'checkpoint delayed');
  screen.press('Enter');
  expect(currentLine(screen)).toContain('checkpoint delayed 60 ');
});

it.each([80, 120, 200])('the columns of its rows are below their heads on %d columns', async (width) => {
  await using screen = await reading(
    [60, 120, 180].map((at) => logged(at, 'INFO', `checkpoint delayed ${at} seconds`)),
  );
  screen.server.pipeline('orders').start();
  await opened(screen);
  const [, heads = '', ...rows] = shown(screen, width);
  expect(heads).toMatch(/^ +time {2}what +lasted {2}(source {4})?event$/);
  const table = rows.slice(0, rows.indexOf(''));
  expect(table).toContainEqual(expect.stringMatching(/ {2}checkpoint +2 min {2}(log +)?×3 checkpoint delayed/));
  const [what, event] = [heads.indexOf('what'), heads.indexOf('event')];
  for (const row of table) expect([row.slice(what - 2, what), row.slice(event - 2, event)]).toEqual(['  ', '  ']);
  for (const row of table) expect(row.slice(what, event + 1)).toMatch(/^\w+ +(\d+ \w+ +)?((log|API|pipetail) +)?\S$/);
});

it('a failure begins with its reason: a row is cut at its end only', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  screen.server
    .pipeline('orders')
    .fail(
      'panic: called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }',
    );
  await opened(screen);
  const failed = shown(screen, 80).find((text) => text.includes(' failed '));
  expect(failed).toMatch(/ panic: No space left on device \(os/);
});

it('a line that only its logger, or the name of its pipeline, connects with checkpoints is none of them', async () => {
  const kept = 'GC kept 2/0/0 expected files/directories/other';
  await using screen = await reading([
    logged(1, 'INFO', kept, 'dbsp::circuit::checkpointer'),
    logged(2, 'INFO', 'Checkpoint made at step 4', 'dbsp::circuit::checkpointer'),
  ]);
  const events = (await opened(screen)).filter((row) => / checkpoint /.test(row));
  expect(events).toEqual([expect.stringContaining('Checkpoint made at step 4')]);
});

it('a checkpoint that failed has the colour of a notice, and its reason is seen on 80 columns', async () => {
  const why = 'error writing checkpoint to storage: No space left on device (os error 28)';
  await using screen = await reading([
    logged(1, 'INFO', 'Checkpoint made at step 4'),
    logged(2, 'WARN', `checkpoint failed: ${why}`, 'dbsp_adapters::controller'),
  ]);
  await opened(screen);
  const rows = allRows(rowsOfPage(screen.controller, 80)).filter(({text}) => /\d {2}checkpoint /.test(text));
  expect(rows.map(({text}) => text.replace(/^.* checkpoint +(?:\d+ s {2})?/, '').trimEnd())).toEqual([
    expect.stringMatching(/^failed: No space left on device/),
    'Checkpoint made at step 4',
  ]);
  const colours = rows.map(({text, runs}) => {
    const at = text.indexOf('checkpoint');
    return runs.find(({start, end}) => start <= at && at < end)?.style.fg;
  });
  expect(colours).toEqual([3, 2]);
});

it('says in its title which parts could not be read', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  for (const of of ['stats', 'events'] as const) screen.server.refuse({kind: 'channel-full', of, times: 9});
  const [title] = await opened(screen);
  expect(title).toMatch(/^ Timeline of orders {2}without the events of the API and the errors of connectors: the /);
});

it('S saves the page under a name of its own', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  await opened(screen);
  screen.press('S');
  expect(promptInUse(screen.controller.state)?.suggestion).toMatch(/^orders-timeline-.*Z\.txt$/);
  screen.press(...'timeline.txt', 'Enter');
  await screen.until(() => noticeOf(screen)?.startsWith('saved ') === true, 'the file');
  expect(await readFile(path.join(screen.folder, 'timeline.txt'), 'utf8')).toMatch(/^Timeline of orders, newest first/);
});

it('Enter goes to the last error of a kind when the first has left the log, and says so', async () => {
  await using screen = await reading([logged(1, 'ERROR', 'disk full at 1')]);
  const buffer = writable(screen.logs.get('orders')?.buffer);
  buffer.startSegment();
  screen.server.pipeline('orders').write(logged(2, 'ERROR', 'disk full at 2'));
  await screen.untilLine('orders', 'disk full at 2');
  buffer?.dropBefore(buffer.endId - 1);
  await opened(screen);
  goTo(screen, 'disk full');
  screen.press('Enter');
  expect(currentLine(screen)).toContain('disk full at 2');
  expect(noticeOf(screen)).toBe('the first of them is no longer kept: this is the last one');
});

it('is read again when the status of the pipeline changes, until it is closed', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  await opened(screen);
  screen.server.pipeline('orders').fail('exit status: 101');
  await screen.until(() => shown(screen).some((row) => / failed .* API +exit status: 101/.test(row)), 'the failure');
  screen.press('H');
  expect(screen.controller.state.page).toBeUndefined();
});

it('is not read any more when a command of the help closes it', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  await opened(screen);
  for (const key of ['?', ...'wrap']) screen.press(key);
  expect(timelineOf(screen.controller)?.timeline).toBeDefined();
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
  expect(timelineOf(screen.controller)).toBeUndefined();
});

it('has the runs of a log that was not shown yet', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  await opened(screen);
  const stream = screen.controller.services.logs.get('orders');
  const reader = keptBy(screen.controller.state.page, timelinePart);
  if (!stream || !reader) throw new Error('no stream, or no timeline');
  const {buffer, errors} = stream;
  const index = new RecordIndex(buffer);
  reader.start('orders', {name: 'orders', buffer, errors, index, lines: new TimelineLines({buffer, index})});
  await screen.until(() => reader.state.get()?.timeline !== undefined, 'the timeline');
  expect(shown(screen).some((row) => / {2}run \d of \d: running$/.test(row))).toBe(true);
});

it('shows the reasons of errors, also on 80 columns', async () => {
  const error =
    "parse error on input endpoint 'orders.bad': Parse error (event #7): failed to deserialize JSON record:";
  await using screen = await reading([
    logged(1, 'ERROR', `${error} expected value`),
    logged(2, 'ERROR', `${error} missing field`),
  ]);
  await opened(screen);
  expect(shown(screen, 80).flatMap((row) => /orders\.bad: (.*)$/.exec(row)?.[1] ?? [])).toEqual([
    'missing field',
    'expected value',
  ]);
});

it('does not count on what goes on while the server does not answer', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  screen.server.pipeline('orders').start();
  // The server's clock.
  screen.clock.jumpWall(Date.UTC(2026, 10, 25, 0, 2) - screen.clock.wall());
  await opened(screen);
  screen.server.addPipeline('other');
  screen.poller.refresh();
  await screen.until(() => screen.controller.pipeline('other') !== undefined, 'a list of now');
  await screen.server.stopApi();
  screen.poller.refresh();
  await screen.until(() => screen.poller.snapshot.get().failure !== undefined, 'the failure');
  const running = () => shown(screen).find((text) => / run .*: running/.test(text));
  const before = running();
  expect(before).toMatch(/ 2 min /);
  await screen.clock.advance(240_000);
  expect(running()).toBe(before);
});
