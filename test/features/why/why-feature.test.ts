import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {panicProcess, processLog} from '../../../demo/process-log.ts';
import {pageShown} from '../../../source/kit/pages/page-driver.ts';
import {goToTab} from '../../../source/kit/screen/common.ts';
import {runnerTrouble} from '../../../source/kit/words/failure-words.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, reading, write} from '../../kit/screen/reading.ts';
import {type ScreenOptions, ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const rowsOf = ({controller}: ScreenUnderTest) => allTexts(rowsOfPage(controller));

/** The rows of the first part. */
function whyRows({controller}: ScreenUnderTest): readonly string[] {
  const rows = rowsOfPage(controller);
  const {top = 0, end = 0} = rows.partOf?.('why') ?? {};
  return allTexts(rows).slice(top, end);
}

const withoutTimes = (rows: readonly string[]) =>
  rows.map((row) => row.replaceAll(/(\d\d-\d\d )?\d\d:\d\d:\d\d/g, 'TIME'));

/** One that rejects most of its records, one with a fatal error, one that is well, and an output that writes nothing. */
async function troubled(options: Pick<ScreenOptions, 'size'> = {}): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({
    ...{names: ['orders'], size: {columns: 80, rows: 24}},
    ...options,
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start([
        {kind: 'input', name: 'orders.bad'},
        {kind: 'input', name: 'orders.web'},
        {kind: 'input', name: 'orders.good'},
        {kind: 'output', name: 'big_orders.full'},
      ]);
      pipeline.run.receive('orders.good', 500);
      pipeline.run.receive('orders.bad', 1);
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      const words = `error parsing field 'id': invalid type: string "no", expected i64`;
      for (let event = 1; event <= 49; event++) report(parseError('orders.bad', event, words, '{"id": "no"}'));
      for (let batch = 1; batch <= 3; batch++) {
        const error = 'No space left on device (os error 28)';
        report({endpoint: 'big_orders.full', kind: 'transport', isOutput: true, error});
      }
      const error = 'Failed to connect to host: Connection refused (os error 111)';
      report({endpoint: 'orders.web', kind: 'transport', fatal: true, error});
      pipeline.run.step();
    },
  });
  goToTab(screen.controller, 'orders');
  await screen.untilLine('orders', 'Input endpoint orders.web failed');
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('rejected')), 'the statistics');
  return screen;
}

it('d begins with what is wrong, the worst first, all of it on the first screen of 80 × 24', async () => {
  await using screen = await troubled();
  expect(withoutTimes(whyRows(screen))).toEqual([
    '   Running, but degraded  API',
    ' ▸ orders.web stopped with a fatal error: Failed to connect to host: Connection',
    '   refused (os error 111)  log · since TIME · nothing is read from it',
    `   orders.bad rejected 98 % of its records since its start: field 'id': invalid`,
    '   type: string "no", expected i64 at line 1 column 11',
    '     API · since TIME · 49 parse errors, 1 record received',
    '   big_orders.full has written nothing: No space left on device (os error 28)',
    '     API · since TIME · 3 transport errors, 0 records written',
  ]);
  const shown = pageShown(screen.controller).rows.map(({text}) => text);
  expect(shown.findIndex((row) => row.includes('3 transport errors'))).toBeGreaterThan(0);
  expect(shown.find((row) => row.startsWith(' ▸'))).toContain('orders.web stopped with a fatal error');
});

it('says of checkpoints that they failed while the page is open, until one is made', async () => {
  await using screen = await reading([logged(0, 'INFO', 'step')]);
  screen.press('d');
  await screen.until(() => whyRows(screen).length > 0, 'the page');
  const fails = (seconds: number) =>
    logged(seconds, 'WARN', 'checkpoint failed: no space left', 'dbsp_adapters::controller');
  await write(screen, fails(1), fails(2));
  const sentence = / Checkpoints failed: no space left {2}log · since .* · last at .* · 2 times$/;
  const draw = () => pageShown(screen.controller).rows.map(({text}) => text);
  await screen.until(() => draw().some((row) => sentence.test(row)), 'the finding');
  screen.press('Enter');
  expect(currentLine(screen)).toContain('checkpoint failed');
  screen.press('d');
  await screen.until(() => draw().some((row) => sentence.test(row)), 'the finding again');
  const made = 'cleaned up 1 checkpoints; exception list: {}, retaining checkpoints: []';
  await write(screen, logged(3, 'INFO', made, 'dbsp::circuit::checkpointer'));
  await screen.until(() => !whyRows(screen).some((row) => sentence.test(row)), 'no finding');
});

it('Enter goes to the place of a finding in the log', async () => {
  await using screen = await troubled();
  screen.press('Enter');
  expect(screen.controller.state.page).toBeUndefined();
  expect(currentLine(screen)).toContain("FATAL error on input endpoint 'orders.web'");
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('rejected')), 'the page again');
  screen.press('j', 'j', 'Enter');
  expect(currentLine(screen)).toContain("error on output endpoint 'big_orders.full'");
});

it('a finding without a place in the log opens its connector', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start([{kind: 'output', name: 'totals.kafka', hasHealth: true}]);
      pipeline.run.transmit('totals.kafka', 12);
      pipeline.run.setHealth('totals.kafka', 'Unhealthy', 'broker redpanda:9092 is down');
    },
  });
  goToTab(screen.controller, 'orders');
  screen.press('d');
  const unhealthy = 'totals.kafka is unhealthy: broker redpanda:9092 is down';
  await screen.until(() => rowsOf(screen).some((row) => row.startsWith(` ▸ ${unhealthy}`)), 'the health');
  screen.press('Enter');
  expect(screen.controller.state.page?.kind).toBe('connector');
  expect(rowsOf(screen)[0]).toMatch(/^ totals\.kafka {2}of orders/);
});

it('a pipeline that panicked leads to its panic, and copies say what the page says', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start();
      const panic = panicProcess(pipeline, processLog(pipeline, {shape: 'plain'}), {
        ...{process: 77, place: 'crates/dbsp/src/storage.rs:3:4'},
        message: 'called `Result::unwrap()` on an `Err` value: StdIo(StorageFull)',
      });
      while (!panic.next().done);
    },
  });
  goToTab(screen.controller, 'orders');
  await screen.untilLine('orders', 'stopping -> stopped');
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.startsWith(' ▸ Failed · panic: called')), 'the failure');
  expect(whyRows(screen).join(' ').replaceAll(/ +/g, ' ')).toContain(
    'Feldera\'s guide: increase the storage of the pipeline with "storage_mb_max" in its "resources" (default 30 GB) ' +
      'https://docs.feldera.com/operations/guide/#out-of-storage-errors',
  );
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the answer');
  screen.press('Y');
  await screen.until(() => screen.copied.length > 0, 'the copy');
  expect(screen.copied.pop()).toMatch(
    /^orders\n\nstate: Failed · panic: called .* \(API · since .* UTC\)\nFeldera's guide: increase .* · https:\S+\n/,
  );
  screen.press('M');
  await screen.until(() => screen.copied.length > 0, 'the Markdown');
  expect(screen.copied.pop()).toMatch(
    /\n- Feldera's guide: increase the storage of .* · <https:\S+#out-of-storage-errors>\n/,
  );
  screen.press('Enter');
  // The record begins with the empty line that Rust prints first.
  const {model, current = -1} = screen.controller.paneOnScreen ?? {};
  const lines = model?.index.linesOf(current).map((id) => model.source.buffer.lineAt(id)?.toString());
  expect(lines?.join('\n')).toMatch(/^\nthread 'dbsp-worker-0' .*\n.*StdIo\(StorageFull\)/);
});

it('a healthy pipeline has one line, and no row is wider than the screen', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start([{kind: 'input', name: 'orders.file'}]);
      pipeline.run.receive('orders.file', 3);
      pipeline.run.step();
    },
  });
  goToTab(screen.controller, 'orders');
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('no known problems')), 'the statistics');
  expect(withoutTimes(whyRows(screen))).toEqual(['   Running, no known problems  API · since TIME']);
  await using many = await troubled();
  for (const columns of [40, 60, 100, 200]) {
    many.controller.setSize({columns, rows: 24});
    for (const row of whyRows(many)) expect(textWidth(row)).toBeLessThanOrEqual(columns);
  }
});

it('c goes on to the connectors, where Enter opens one', async () => {
  await using screen = await troubled();
  screen.press('c');
  expect(rowsOf(screen).find((row) => row.startsWith(' ▸'))).toMatch(/^ ▸ orders\.web +failed/);
  screen.press('Enter');
  expect(rowsOf(screen)[0]).toMatch(/^ orders\.web {2}of orders/);
});

it('d of a deleted pipeline says that it was deleted, and of a name that there never was, that it is none', async () => {
  await using screen = await ScreenUnderTest.connected({names: ['orders', 'nobody']});
  const rows = async (key: string) => {
    screen.press('Esc', key, 'd');
    await screen.until(() => screen.controller.lookup.described.get()?.answer?.kind === 'failure', 'the answer');
    return rowsOf(screen).filter((row) => / pipeline of this name|request failed/.test(row));
  };
  await screen.until(() => (screen.logs.get('orders')?.buffer.endId ?? 0) > 0, 'the log');
  screen.server.deletePipeline('orders');
  await screen.until(() => screen.controller.pipeline('orders') === undefined, 'the end');
  expect(await rows('1')).toEqual([' Deleted: the server no longer has a pipeline of this name']);
  expect(await rows('2')).toEqual([' The server has no pipeline of this name']);
});

it('while the runner is away, what the server says of it is in header and d, until the log comes again', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => server.addPipeline('orders').start(),
  });
  await screen.untilConnected('orders');
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.includes('no known problems')), 'the statistics');
  screen.server.killRunner();
  const runner = () => withoutTimes(whyRows(screen)).filter((row) => row.includes('runner is'));
  await screen.until(() => runner().length > 0, 'the runner');
  expect(runner()).toEqual([
    expect.stringMatching(/^ {3}The runner is away: Unable to connect to the runner at http:/),
  ]);
  expect(whyRows(screen)[0]).not.toContain('no known problems');
  expect(runnerTrouble(screen.controller.services.runner?.get())).toContain('Unable to connect');
  screen.server.startRunner();
  await screen.until(() => runner().length === 0, 'the return');
});

it('a start that a connector ended is no error of that connector: the API counts none', async () => {
  const cause = "FATAL error on input endpoint 'orders.lost': Failed to open input file '/tmp/missing.json'";
  const lines = [
    logged(1, 'ERROR', `Error initializing the pipeline: ${cause}.`, 'dbsp_adapters::server'),
    logged(
      2,
      'ERROR',
      `[HTTP error response] InitializationError: Operation failed because the pipeline failed to initialize. Error details: ${cause}.`,
      'dbsp_adapters::server::error',
    ),
  ];
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start();
      for (const line of lines) pipeline.write(line);
      pipeline.crash({message: cause, error_code: 'InitializationError', details: {}});
    },
  });
  goToTab(screen.controller, 'orders');
  screen.press('d');
  await screen.until(() => rowsOf(screen).some((row) => row.startsWith(' created ')), 'the description');
  await screen.until(() => screen.controller.events.readings.of('orders') === undefined, 'the end');
  await screen.until(() => (screen.logs.get('orders')?.buffer.endId ?? 0) > 2, 'the log');
  const rows = rowsOf(screen);
  expect(rows.filter((row) => /connector errors|\borders\.lost +input/.test(row))).toEqual([]);
});
