import {expect, test} from 'vitest';
import {settled} from '../../../harness/fake-clock.ts';
import {AppUnderTest} from '../components/app-under-test.tsx';

test('each tab of a pipeline has one stream, from the frame after its opening to the one after its end', async () => {
  await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
  const {controller, logs} = app.screen;
  await app.shows('LIVE');
  expect(logs.names.get()).toEqual(['orders', 'fraud']);
  await app.press('+');
  expect(controller.state.active).toBe('orders+fraud');
  expect(logs.names.get()).toEqual(['orders', 'fraud']);
  await app.press('2', 'X');
  expect(logs.names.get()).toEqual(['orders']);
});

test('keys of the same read as the one that opens a tab are for its log, whose stream is not open yet', async () => {
  await using app = await AppUnderTest.open();
  const {controller, logs} = app.screen;
  await app.shows('LIVE');
  app.type('j\r\rwfL&kafka\r/error\r');
  expect(controller.state).toMatchObject({active: 'fraud', focus: 'log'});
  expect(logs.get('fraud')).toBeUndefined();
  await settled();
  expect(logs.get('fraud')).toBeDefined();
  const {tab, model} = controller.pane ?? {};
  expect(tab?.pane).toMatchObject({wrap: 'all', fold: true, search: 'error'});
  expect(tab?.pane.filters).toHaveLength(2);
  expect(model?.searching?.pattern.source).toBe('error');

  app.type('\t[k\r\rSfile');
  expect(controller.state).toMatchObject({active: 'billing', prompt: {kind: 'save'}});
});

test('W in the same read as the key that opens the tab asks to be pressed again', async () => {
  await using app = await AppUnderTest.open();
  await app.shows('LIVE');
  app.type('j\r\rW');
  await app.shows('this log is not open yet: press the key again');
});
