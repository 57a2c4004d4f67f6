import {expect, test} from 'vitest';
import {type EmptyLog, emptyLog, emptyLogRows} from '../../../source/kit/screen/empty-log.ts';
import {createStore} from '../../../source/lib/store.ts';
import {features} from '../../../source/shells/features.ts';
import {ScreenUnderTest} from './screen-under-test.ts';

const rowsOf = (empty: EmptyLog, waited?: string, width = 60) =>
  emptyLogRows(empty, {waited, width, commands: features.commands}).map((row) => row.text);

test('a wait is worth words once it is long', () => {
  const empty: EmptyLog = {
    kind: 'awaited',
    what: 'the log of orders',
    since: createStore<number | undefined>(undefined),
  };
  expect(rowsOf(empty)).toEqual([]);
  expect(rowsOf(empty, '4 s')).toEqual([' waiting for the log of orders, 4 s']);
});

test('a missing pipeline is named, with the one that was probably meant, in any width', () => {
  const empty: EmptyLog = {kind: 'no-pipeline', name: 'ordrs', closest: 'orders'};
  expect(rowsOf(empty)).toEqual([
    " There is no pipeline 'ordrs'.",
    " Did you mean 'orders'? Press Enter to open it.",
    ' Its log appears here when it is created.',
  ]);
  expect(rowsOf({...empty, closest: undefined})[1]).toBe(' Press Tab to choose one in the list.');
  for (const row of rowsOf(empty, undefined, 24)) expect(row.length).toBeLessThanOrEqual(23);
});

/** Of names as on the command line, once the server has answered that it has none of them. */
async function mistyped(...names: string[]): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({names});
  await screen.until(() => emptyLog(screen.controller)?.kind === 'no-pipeline', 'the answer');
  return screen;
}

test('Enter opens the pipeline that was meant in the place of the tab', async () => {
  await using screen = await mistyped('ordrs', 'billing');
  expect(emptyLog(screen.controller)).toEqual({kind: 'no-pipeline', name: 'ordrs', closest: 'orders'});
  screen.press('Enter');
  expect(screen.tabs).toEqual(['orders', 'billing']);
  expect(screen.controller.state).toMatchObject({active: 'orders', cursor: 'orders', focus: 'log'});
  await screen.untilConnected('orders', 'billing');
  expect(emptyLog(screen.controller)).toBeUndefined();
});

test('each of several names has its own tab and answer; one that is open already is not opened twice', async () => {
  await using screen = await mistyped('ordrs', 'frad', 'orders');
  screen.press('2');
  await screen.until(() => emptyLog(screen.controller)?.kind === 'no-pipeline', 'the answer');
  expect(emptyLog(screen.controller)).toMatchObject({name: 'frad', closest: 'fraud'});
  screen.press('1', 'Enter');
  expect(screen.tabs).toEqual(['frad', 'orders']);
  expect(screen.controller.state.active).toBe('orders');
});

test('without a similar name Enter does nothing, and the log appears once the pipeline is created', async () => {
  await using screen = await mistyped('nightly');
  expect(emptyLog(screen.controller)).toMatchObject({closest: undefined});
  screen.press('Enter');
  expect(screen.tabs).toEqual(['nightly']);
  screen.server.addPipeline('nightly').start();
  screen.poller.refresh();
  await screen.untilLine('nightly', 'initializing -> running');
  expect(emptyLog(screen.controller)).toBeUndefined();
});

test('a log that could not be read is not shown as one without lines', async () => {
  await using screen = await ScreenUnderTest.connected();
  await screen.server.stopApi();
  screen.poller.refresh();
  await screen.until(() => screen.poller.snapshot.get().failure !== undefined, 'the failure');
  screen.press('j', 'Enter');
  await screen.until(() => emptyLog(screen.controller)?.kind === 'not-read', 'the reason');
  const empty = emptyLog(screen.controller);
  expect(empty && rowsOf(empty).join('')).toMatch(
    /^ This log was not read: no answer since \d\d:\d\d:\d\d UTC \(connection +refused\)\.$/,
  );
});

test('a deleted pipeline whose lines are still shown is none of these', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders']});
  await screen.untilLine('orders', 'initializing -> running');
  screen.server.deletePipeline('orders');
  screen.poller.refresh();
  await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'gone', 'the end');
  expect(emptyLog(screen.controller)).toBeUndefined();
});
