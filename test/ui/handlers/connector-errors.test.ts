import {expect, it} from 'vitest';
import {pageRows} from '../../../source/ui/pages/pages.ts';
import {allTexts} from '../pages/all-rows.ts';
import {noticeOf, pressed, reading, rowsOf, typed, viewOf, workedOut} from '../reading.ts';
import type {ScreenOptions, ScreenUnderTest} from '../screen-under-test.ts';

/** The log of a pipeline whose connector has had two errors; those errors are not in the log. */
async function withConnector(options: ScreenOptions = {}): Promise<ScreenUnderTest> {
  return await reading([], {
    scenario: (server) => {
      server.addPipeline('fraud').start();
      const pipeline = server.addPipeline('orders');
      pipeline.start([{kind: 'input', name: 'orders.bad'}]);
      fail(server.pipeline('orders'), 'old one', 'old two');
    },
    ...options,
  });
}

type Pipeline = ReturnType<ScreenUnderTest['server']['pipeline']>;

/** Errors that the API alone reports. */
function fail(pipeline: Pipeline, ...messages: readonly string[]): void {
  for (const message of messages) {
    pipeline.run.addError({endpoint: 'orders.bad', kind: 'parse', tag: 'text', message, ...nowhere});
  }
}

const nowhere = {isOutput: false, fatal: false};

/** The words of the shown errors of connectors. */
function shownErrors(screen: ScreenUnderTest): readonly string[] {
  return rowsOf(screen).flatMap((row) => /───── (connector .*)$/.exec(row)?.[1] ?? []);
}

async function untilShown(screen: ScreenUnderTest, text: string): Promise<void> {
  await screen.until(() => shownErrors(screen).some((words) => words.includes(text)), text);
  await workedOut(screen);
}

const words = (message: string) => `connector orders.bad: parse error: ${message}`;

it('c shows the errors that come from then on, and hides them again', async () => {
  await using screen = await withConnector();
  await screen.until(() => screen.facts.stats.known.get().has('orders'), 'the statistics');
  await pressed(screen, 'c');
  expect(noticeOf(screen)).toBe('new connector errors are in the log: d shows earlier ones');
  fail(screen.server.pipeline('orders'), 'new one');
  await untilShown(screen, 'new one');
  expect(shownErrors(screen)).toEqual([words('new one')]);
  await pressed(screen, 'c');
  expect(noticeOf(screen)).toBe('connector errors are not in the log');
  expect(shownErrors(screen)).toEqual([]);
  expect(rowsOf(screen).length).toBeGreaterThan(0);
  fail(screen.server.pipeline('orders'), 'unseen');
  await screen.until(
    () => screen.facts.stats.known.get().get('orders')?.stats?.connectors[0]?.errors[0]?.count === 4,
    '4',
  );
  await pressed(screen, 'c');
  fail(screen.server.pipeline('orders'), 'new two');
  await untilShown(screen, 'new two');
  expect(shownErrors(screen)).toEqual([words('new one'), words('new two')]);
});

it('an option shows them from the start, and without it no tab asks for more', async () => {
  await using screen = await withConnector({viewOptions: {connectorErrors: true}});
  await screen.until(
    () => screen.poller.snapshot.get().pipelines?.some((each) => each.connectorErrors === 2) === true,
    '2',
  );
  fail(screen.server.pipeline('orders'), 'new one');
  await untilShown(screen, 'new one');
  expect(shownErrors(screen)).toEqual([words('new one')]);
});

it('filters, search, e and the levels read them; { and } pass over them', async () => {
  await using screen = await withConnector({viewOptions: {connectorErrors: true}});
  await screen.until(() => screen.facts.stats.known.get().has('orders'), 'the statistics');
  fail(screen.server.pipeline('orders'), 'missing field', 'no JSON');
  await untilShown(screen, 'no JSON');
  await typed(screen, '&', 'missing');
  expect(shownErrors(screen)).toEqual([words('missing field')]);
  await pressed(screen, 'Esc', 'L', 'L');
  expect(shownErrors(screen)).toEqual([words('missing field'), words('no JSON')]);
  await pressed(screen, 'Esc');
  await typed(screen, '/', 'json');
  const {search} = screen.controller.pane?.model.searching ?? {};
  expect(search?.count).toBe(1);
  const current = () => {
    const {position} = viewOf(screen);
    const marker =
      position.kind === 'held' ? screen.controller.pane?.model.source.buffer.markerAt(position.current) : undefined;
    return marker?.kind === 'connector-error' ? marker.message : undefined;
  };
  expect(current()).toBe('no JSON');
  await pressed(screen, 'E');
  expect(current()).toBe('missing field');
  await pressed(screen, 'e');
  expect(current()).toBe('no JSON');
  await pressed(screen, '{');
  expect(current()).toBeUndefined();
});

it('copies of the view have the lines only', async () => {
  await using screen = await withConnector({viewOptions: {connectorErrors: true}});
  await screen.until(() => screen.facts.stats.known.get().has('orders'), 'the statistics');
  fail(screen.server.pipeline('orders'), 'missing field');
  await untilShown(screen, 'missing field');
  screen.press('Y');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  const lines = screen.copied[0]?.trimEnd().split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(0);
  expect(screen.copied[0]).not.toContain('missing field');
  const {buffer} = screen.manager.get('orders') ?? {};
  expect(lines).toHaveLength(buffer?.lineCount ?? 0);
  screen.press('g', 'v', 'G', 'M');
  await screen.until(() => screen.copied.length > 1, 'the report');
  expect(screen.copied[1]).not.toContain('missing field');
});

it('Enter opens one in full', async () => {
  await using screen = await withConnector({viewOptions: {connectorErrors: true}});
  await screen.until(() => screen.facts.stats.known.get().has('orders'), 'the statistics');
  fail(screen.server.pipeline('orders'), 'missing field');
  await untilShown(screen, 'missing field');
  await pressed(screen, 'E', 'Enter');
  expect(allTexts(pageRows(screen.controller)).join('\n')).toContain(words('missing field'));
});

it('a merged tab has them, and the tab of the pipeline hides them if it does not want them', async () => {
  await using screen = await withConnector({names: ['fraud', 'orders']});
  screen.press('+');
  await screen.until(() => screen.controller.pane?.tab.merges !== undefined, 'the merged log');
  await pressed(screen, 'c');
  fail(screen.server.pipeline('orders'), 'new one');
  await untilShown(screen, 'new one');
  screen.press('2');
  await workedOut(screen);
  expect(screen.controller.tab?.name).toBe('orders');
  expect(screen.manager.get('orders')?.buffer.hasConnectorErrors).toBe(true);
  expect(shownErrors(screen)).toEqual([]);
  await pressed(screen, 'c');
  expect(shownErrors(screen)).toEqual([words('new one')]);
});

it('c on a pipeline without connectors says that it has none, not that its version does not count', async () => {
  await using screen = await withConnector({
    lacks: ['connector-counts'],
    scenario: (server) => {
      server.addPipeline('fraud').start();
      server.addPipeline('orders').start();
    },
  });
  await screen.until(() => screen.controller.pipeline('orders')?.deploymentStatus === 'Running', 'the list');
  await screen.until(() => screen.facts.stats.known.get().has('orders'), 'the statistics');
  expect(screen.controller.pipeline('orders')?.connectorErrors).toBeUndefined();
  await pressed(screen, 'c');
  expect(noticeOf(screen)).toBe('this pipeline has no connectors, so there are no connector errors to show');
});

it('an old server counts no connector errors, which c says', async () => {
  await using screen = await withConnector({lacks: ['connector-errors']});
  await screen.until(() => screen.controller.pipeline('orders')?.deploymentStatus === 'Running', 'the list');
  await pressed(screen, 'c');
  expect(noticeOf(screen)).toBe('this version of Feldera does not count connector errors: none will be in the log');
});
