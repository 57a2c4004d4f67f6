import {expect, it} from 'vitest';
import {configurationLines, kafkaInputOf} from '../../../demo/process-log.ts';
import {changesPart} from '../../../source/features/changes/changes-feature.ts';
import {keptBy} from '../../../source/kit/pages/page.ts';
import {plantedTexts, showsPlanted} from '../../lib/planted.ts';
import {allTexts, rowsOfPage} from '../pages/all-rows.ts';
import {logged, pressed, reading, write} from './reading.ts';

it('no page shows a credential, and none is copied from one, alerted or saved', async () => {
  await using screen = await reading([]);
  const {controller} = screen;
  const orders = screen.server.pipeline('orders');
  const forms = plantedTexts.filter((text, at) => at % 24 === 0 && !text.includes('\n'));
  expect(forms.length).toBeGreaterThan(100);
  for (const [run, password] of [forms.slice(0, 3), forms].entries()) {
    orders.start();
    const transport = {name: 'kafka_input', config: {note: password, topic: 'orders', sasl: {pin: run}}};
    const lines = configurationLines(orders, {inputs: [{...kafkaInputOf('orders.kafka', 'orders'), transport}]});
    const errors = forms
      .slice(run)
      .map((text, at) => logged(at, 'ERROR', `failed in step ${'abcdefghij'[at % 10]}${at}: ${text}`));
    await write(screen, ...lines, ...errors, logged(900, 'INFO', `checkpoint failed: ${forms[run]}`));
    if (run === 0) orders.stop();
  }
  await pressed(screen, 'k', 'm');
  screen.server.pipeline('fraud').fail(forms.join('\n'));
  const shown: string[] = [];
  for (const key of ['A', 'd', 'H', 'D', "'", 'i']) {
    screen.press(key);
    await screen.clock.advance(5000);
    await screen.until(() => controller.state.page !== undefined, `the page of ${key}`);
    const changes = keptBy(controller.state.page, changesPart);
    if (key === 'D') await screen.until(() => changes?.state.get()?.kind === 'compared', 'the comparison');
    const texts = [...allTexts(rowsOfPage(controller, 100)), ...allTexts(rowsOfPage(controller, 400))];
    expect([key, texts.length > 1]).toEqual([key, true]);
    shown.push(...texts);
    for (const take of ['Y', 'M']) {
      const before = screen.copied.length;
      screen.press(take);
      await screen.until(
        () => screen.copied.length > before || controller.state.notice !== undefined,
        `a copy of ${key}`,
      );
    }
    screen.press('Esc');
    if (controller.state.page) screen.press('q');
  }
  expect(screen.copied.length).toBeGreaterThan(6);
  expect([...shown, ...screen.copied].join('\n')).toContain('***');
  expect([...shown, ...screen.copied.flatMap((text) => text.split('\n'))].filter(showsPlanted)).toEqual([]);
});
