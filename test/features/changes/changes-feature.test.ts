import {expect, it} from 'vitest';
import {changesPart, changesSection} from '../../../source/features/changes/changes-feature.ts';
import {ChangesReader} from '../../../source/features/changes/changes-reader.ts';
import {comparedRuns, RunCounter} from '../../../source/features/changes/run-changes.ts';
import {keptBy} from '../../../source/kit/pages/page.ts';
import {conditionsOfPage} from '../../../source/kit/pages/page-driver.ts';
import {promptInUse} from '../../../source/kit/state/view-state.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {head, indexText, runner, start, stopped} from '../../engine/records/index-lines.ts';
import {sectionTexts} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, noticeOf, pressed, reading, write} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

/** The log of a pipeline that was started three times, each run with a kind of error of its own, oldest first. */
async function threeRuns(): Promise<ScreenUnderTest> {
  const screen = await reading([]);
  const orders = screen.server.pipeline('orders');
  orders.start();
  for (const [run, kind] of ['first', 'second', 'third'].entries()) {
    await write(screen, logged(60 * run, 'ERROR', `${kind} kind`), logged(60 * run, 'INFO', `step ${run}`));
    orders.stop();
    if (run === 1) {
      // A start that logs nothing is no run to compare with.
      orders.start();
      orders.stop();
    }
    if (run < 2) orders.start();
  }
  return screen;
}

function shown({controller}: ScreenUnderTest): readonly string[] {
  return sectionTexts(controller, 'changes', 100);
}

/** All that the server had of the log has come. */
async function untilRead(screen: ScreenUnderTest): Promise<void> {
  await screen.until(() => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'live', 'the log');
}

async function opened(screen: ScreenUnderTest): Promise<readonly string[]> {
  await untilRead(screen);
  screen.press('D');
  expect(shown(screen)[0]).toContain('counting the records of its runs');
  await screen.until(
    () => /compared|alone/.test(keptBy(screen.controller.state.page, changesPart)?.state.get()?.kind ?? ''),
    'the runs to be counted',
  );
  await screen.until(() => !shown(screen).join().includes('asking the server'), 'the program');
  return shown(screen);
}

it('D says of a log with one run that there is nothing to compare, in place of a page', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  await untilRead(screen);
  screen.press('D');
  expect(screen.controller.state.page).toBeUndefined();
  expect(noticeOf(screen)).toBe('the log has only one run: nothing to compare');
});

it('the page says of a log with one run that it has one, though nothing of it is counted', async () => {
  await using screen = await reading([logged(1, 'INFO', 'step 1')]);
  const {model} = screen.controller.pane ?? {};
  if (!model) throw new Error('no log');
  const reader = new ChangesReader(screen.clock);
  reader.start('orders', model, undefined);
  await screen.until(() => reader.state.get()?.kind === 'alone', 'the runs to be counted');
  expect(reader.state.get()).toMatchObject({hasRun: true, hasLater: false});
});

it('D says of a log of a pipeline that never ran that it has no run', async () => {
  await using screen = await reading([]);
  await untilRead(screen);
  screen.press('D');
  expect(noticeOf(screen)).toBe('the log has no run: nothing to compare');
});

it('D does not say of a log that is still coming that it has no earlier run, and compares once it is there', async () => {
  await using screen = await ScreenUnderTest.open({
    names: ['orders'],
    scenario(server) {
      const orders = server.addPipeline('orders');
      for (const kind of ['first', 'second']) {
        orders.start();
        orders.write(logged(1, 'ERROR', `${kind} kind`));
        orders.stop();
      }
    },
  });
  screen.server.refuse({kind: 'unreachable', of: 'logs', times: 2});
  screen.connect();
  screen.controller.dispatch({type: 'focus', side: 'log'});
  await screen.until(() => screen.poller.snapshot.get().pipelines !== undefined, 'the list');
  screen.press('D');
  expect(shown(screen)).toEqual([' Changes in orders  its log is not read yet']);
  await screen.until(() => shown(screen)[0]?.includes('since run') === true, 'the comparison');
  expect(shown(screen)[0]).toMatch(/^ Changes in run 2 since run 1 /);
});

it('of a kind that is cut the end is left, where the reason is', async () => {
  await using screen = await reading([]);
  const orders = screen.server.pipeline('orders');
  for (const line of [
    logged(1, 'INFO', 'step 1'),
    logged(60, 'ERROR', `error in '${'x'.repeat(90)}': missing field \`id\``),
  ]) {
    orders.start();
    await write(screen, line);
    orders.stop();
  }
  await opened(screen);
  const row = sectionTexts(screen.controller, 'changes', 80).find((text) => text.includes(' ERROR '));
  expect(row).toMatch(/ERROR .*….*missing field `id`$/);
});

it('D compares the newest run with the one before it, and with earlier ones; Enter goes to its first line', async () => {
  await using screen = await threeRuns();
  const [title, ...rows] = await opened(screen);
  expect(title).toBe(' Changes in run 4 since run 2  1 new · 1 gone');
  expect(rows).toEqual([
    expect.stringMatching(/^ compared with {6}run 2, 2 records in less than 1 s since [\d-]+ [\d:]+$/),
    expect.stringMatching(/^ run 4 {14}(?:stopped after|running, began at) /),
    expect.stringMatching(/^ run 2 {14}stopped after /),
    expect.stringMatching(/^ program {12}version 1 on platform .* in both runs \(API\)$/),
    ' configuration      unknown: neither is in the log',
    '',
    ' Kinds of records',
    ' ▸ new   ×1  ERROR work        third kind',
    '   gone  ×1  ERROR work        second kind',
  ]);
  const [wideTitle, wideFact] = sectionTexts(screen.controller, 'changes', 120);
  expect(wideTitle).toMatch(/ 1 new · 1 gone · run 2, 2 records in less than 1 s since [\d-]+ [\d:]+$/);
  expect(wideFact).toMatch(/^ run 4 /);
  expect(conditionsOfPage(screen.controller).hasEarlierRun).toBe(true);
  screen.press('h');
  expect(shown(screen)[0]).toMatch(/^ Changes in run 4 since run 1 /);
  expect(shown(screen).at(-1)).toBe('   gone  ×1  ERROR work        first kind');
  expect(conditionsOfPage(screen.controller).hasEarlierRun).toBe(false);
  screen.press('h');
  expect(noticeOf(screen)).toBe('there is no earlier run');
  screen.press('l');
  expect(shown(screen)[0]).toMatch(/ since run 2 /);
  screen.press('y');
  await screen.until(() => screen.copied.length > 0, 'a copy');
  expect(screen.copied[0]).toMatch(
    /^orders: run 4, .*\ncompared with run 2, .*\n(?:.*: .*\n){4}records: 1 new · 1 gone\n {2}new {3}x1 .*third kind\n/,
  );
  screen.press('M');
  await screen.until(() => screen.copied.length > 1, 'Markdown');
  expect(screen.copied[1]).toContain('Changes');
  screen.press('S');
  expect(promptInUse(screen.controller.state)).toMatchObject({kind: 'save', what: {file: 'orders-changes'}});
  screen.press('Esc');
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
  expect(currentLine(screen)).toContain('third kind');
});

it('of a record that was looked at, the run on the screen is compared; the oldest with none', async () => {
  await using screen = await threeRuns();
  await pressed(screen, 'E', 'E');
  expect(currentLine(screen)).toContain('second kind');
  expect((await opened(screen))[0]).toContain('run 2 since run 1');
  screen.press('Esc');
  await pressed(screen, 'E');
  expect((await opened(screen))[0]).toBe(
    ' Changes in orders  the run on the screen is the first: press G to go to the last',
  );
});

/** A run that prints this configuration. */
function runWith(configuration: object): readonly string[] {
  const json = JSON.stringify(configuration, undefined, 2);
  const lines = `Pipeline configuration loaded successfully: ${json}`.split('\n');
  return [runner(start), ...lines, head('hello'), runner(stopped)];
}

it.each(['\u043a', '\u0435\u0301\u0308'])(
  'of a value of megabytes it shows what it shows of a shorter one: %s',
  async (letter) => {
    await using screen = await reading([]);
    const rowsOf = (lines: number) => {
      const inputs = Object.fromEntries(Array.from({length: lines}, (_, at) => [`name${at}`, letter.repeat(50)]));
      const {buffer, index} = indexText(`${[...runWith({name: 'a'}), ...runWith({name: 'a', inputs})].join('\n')}\n`);
      const counter = new RunCounter({buffer, index});
      while (!counter.step(1 << 20));
      const {runs} = counter;
      const [older, newer] = runs;
      if (!older || !newer) throw new Error('no two runs');
      const state = {kind: 'compared' as const, runs, ...comparedRuns({pipeline: 'orders', older, newer})};
      const view = {state, pipeline: 'orders', width: 100, isRevealed: true};
      const {rows} = changesSection(screen.controller, view);
      const texts = Array.from({length: rows.length}, (_, at) => rows.at(at)?.text ?? '');
      return texts.slice(texts.findIndex((text) => text.includes('added')));
    };
    const rows = rowsOf(20_000);
    expect(rows).toEqual(rowsOf(50));
    expect(rows).toHaveLength(8);
    expect(rows[0]?.trim()).toBe('added    inputs');
    for (const row of rows.slice(1, 7)) expect(textWidth(row)).toBeGreaterThan(60);
    expect(rows[7]?.trim()).toBe('… cut here: a copy has all of it');
  },
);

it('shows no text that may be a secret until its key is pressed, and then on the screen alone', async () => {
  await using screen = await reading([]);
  const orders = screen.server.pipeline('orders');
  for (const [run, value] of ['PLANTED-1', 'PLANTED-22'].entries()) {
    orders.start();
    await write(
      screen,
      ...runWith({a: {x: value, workers: run}}).slice(1, -2),
      logged(60 * run, 'INFO', `step ${run}`),
    );
    orders.stop();
  }
  const rows = await opened(screen);
  expect(rows.filter((row) => row.includes('changed'))).toEqual([
    ' ▸ changed  a.x  (hidden, 9 characters) → (hidden, 10 characters)',
    '   changed  a.workers  0 → 1',
  ]);
  expect(conditionsOfPage(screen.controller)).toMatchObject({hidesValues: true, isRevealed: false});
  screen.press('x');
  expect(shown(screen).find((row) => row.includes(' a.x '))).toBe(' ▸ changed  a.x  "PLANTED-1" → "PLANTED-22"');
  expect(conditionsOfPage(screen.controller).isRevealed).toBe(true);
  screen.press('Y');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  expect(screen.copied.join('')).toContain('(hidden, 9 characters)');
  expect(screen.copied.join('')).not.toContain('PLANTED');
  screen.press('x');
  expect(shown(screen).join('\n')).not.toContain('PLANTED');
});
