import {readFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {expect, test} from 'vitest';
import {logged, noticeOf, reading, write} from '../../kit/screen/reading.ts';
import type {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const log = [10, 20, 30].map((second) => logged(second, 'INFO', `step ${second}`));

async function said(screen: ScreenUnderTest, words: RegExp): Promise<string> {
  await screen.until(() => words.test(noticeOf(screen) ?? ''), String(words));
  return noticeOf(screen) ?? '';
}

test('W says what is recorded and where, again at the next press, and what is left at the one after', async () => {
  await using screen = await reading(log, {viewOptions: {time: 'utc'}});
  const id = screen.controller.pipeline('orders')?.id ?? '';
  const folder = path.join(screen.folder, 'recordings', `orders--${id}`);
  screen.press('W');
  const recorded = await said(screen, /recording since/);
  // With what memory holds.
  expect(recorded).toBe(`orders: recording since 2026-11-25 00:00:00 UTC to ${folder}`);
  await write(screen, logged(40, 'INFO', 'step 40'));

  screen.press('k', 'W');
  expect(noticeOf(screen)).toBe(`press W again to stop: ${recorded.slice('orders: '.length)}`);
  expect(screen.logs.get('orders')?.snapshot.get().recording?.kind).toBe('recording');
  // Another key: the question is over.
  screen.press('j', 'W');
  expect(noticeOf(screen)).toMatch(/^press W again to stop: recording/);
  screen.press('W');
  expect(await said(screen, /no longer/)).toBe(
    `orders: no longer recorded · ${(await readFile(path.join(folder, '000001.log'))).length} B` +
      ` from 2026-11-25 00:00:00 to 2026-11-25 00:00:40 UTC in ${folder}`,
  );
  expect(screen.logs.get('orders')?.snapshot.get().recording).toBeUndefined();
});

test('the folder of the user is ~, and the times are those on the screen', async () => {
  await using screen = await reading(log, {
    services: {home: tmpdir()},
    viewOptions: {time: 'local'},
    offsetAt: () => 60,
  });
  screen.press('W');
  expect(await said(screen, /recording since/)).toMatch(
    /^orders: recording since 2026-11-25 01:00:00 to ~\/\S+\/recordings\/orders--/,
  );
});

test('a recording that is not open yet ends with nothing', async () => {
  await using screen = await reading([], {names: ['unknown']});
  screen.press('W');
  await screen.until(() => screen.logs.get('unknown')?.snapshot.get().recording !== undefined, 'the opening');
  screen.press('W');
  expect(noticeOf(screen)).toBe('press W again to stop: the recording is being opened');
  screen.press('W');
  expect(await said(screen, /no longer/)).toBe('unknown: no longer recorded');
});

test('a log that goes on in another tab is recorded there', async () => {
  await using screen = await reading(log);
  const {server, logs} = screen;
  server.addPipeline('sales').start();
  const sales = logs.open('sales');
  await screen.until(() => sales.snapshot.get().lineCount > 0, 'the log of sales');
  server.deletePipeline('sales');
  await screen.until(() => sales.snapshot.get().connection?.kind === 'gone', 'the deletion of sales');
  server.renamePipeline('orders', 'sales');
  screen.controller.services.poller.refresh();
  await screen.until(() => logs.get('orders')?.snapshot.get().connection?.kind === 'gone', 'the new name');
  screen.press('W');
  expect(noticeOf(screen)).toBe('orders was renamed to sales: record it in the tab sales');
  await logs.get('orders')?.connection?.setRecording(true);
  expect(logs.get('orders')?.snapshot.get().recording).toBeUndefined();
});

test('W does nothing without a tab', async () => {
  await using screen = await reading(log);
  screen.press('X', 'z', 'W');
  expect(screen.controller.state).toMatchObject({tabs: [], notice: undefined});
});
