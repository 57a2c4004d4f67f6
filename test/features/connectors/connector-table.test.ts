import {expect, it} from 'vitest';
import {connectorErrors, parseError} from '../../../demo/connector-errors.ts';
import {processLog} from '../../../demo/process-log.ts';
import type {ConnectorError, ConnectorStats} from '../../../source/engine/api/types.ts';
import {connectorRows} from '../../../source/features/connectors/connector-table.ts';
import {goToTab} from '../../../source/kit/screen/common.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {logged} from '../../kit/screen/reading.ts';
import {type ScreenOptions, ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

/** A pipeline with two inputs and an output: one input has had 105 errors, and may stop with a fatal error. */
async function described(options: Pick<ScreenOptions, 'lacks'> = {}): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({
    ...options,
    names: ['orders'],
    scenario: (server) => {
      const pipeline = server.addPipeline('orders');
      pipeline.start([
        {kind: 'input', name: 'orders.file'},
        {kind: 'input', name: 'orders.kafka', hasHealth: true},
        {kind: 'output', name: 'totals.kafka', hasHealth: true},
      ]);
      pipeline.run.receive('orders.kafka', 52_118, 2_700_000);
      pipeline.run.receive('orders.file', 3, 80);
      pipeline.run.endInput('orders.file');
      pipeline.run.transmit('totals.kafka', 12);
      pipeline.run.setHealth('totals.kafka', 'Unhealthy', 'broker redpanda:9092 is down');
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      for (let event = 1; event <= 105; event++) report(parseError('orders.kafka', event, `reason ${event}`, '{}'));
    },
  });
  goToTab(screen.controller, 'orders');
  // Until then the page says that it is unknown.
  await screen.until(() => screen.facts.serverVersion.get() !== undefined, 'the version');
  return screen;
}

function failFatally({server}: Pick<ScreenUnderTest, 'server'>): void {
  const pipeline = server.pipeline('orders');
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
  report({endpoint: 'orders.kafka', kind: 'transport', fatal: true, error: 'no broker is left'});
  pipeline.run.step();
}

const nothingKnown = {
  ...{records: undefined, bytes: undefined, bufferedRecords: undefined, latency: undefined, health: undefined},
  ...{isPaused: undefined, hasEnded: undefined, fatalError: undefined},
};

const rowsOf = ({controller}: ScreenUnderTest) => allTexts(rowsOfPage(controller));

/** The page, at its connectors. */
async function opened(screen: ScreenUnderTest): Promise<readonly string[]> {
  screen.press('c');
  await screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the answer');
  await screen.until(() => rowsOf(screen).includes(' Connectors'), 'the connectors');
  return rowsOf(screen);
}

it('d has the table without what is said above it', async () => {
  await using screen = await described();
  screen.press('d');
  await screen.until(() => rowsOf(screen).includes(' Connectors'), 'the connectors');
  const texts = rowsOf(screen);
  const [above, table] = [texts.slice(0, texts.indexOf(' Connectors')), texts.slice(texts.indexOf(' Connectors'))];
  expect(above.join()).toContain('broker redpanda:9092 is down');
  expect(table.join()).not.toContain('redpanda:9092');
  screen.press('c');
  expect(rowsOf(screen).slice(above.length).join()).toContain('redpanda:9092');
});

it('c has the connectors with their health, numbers and last error, the troubled ones first', async () => {
  await using screen = await described();
  const rows = await opened(screen);
  const table = rows.slice(rows.indexOf(' Connectors'), rows.indexOf(' The last minute') - 1);
  expect(table.map((row) => row.replace(/(\d\d-\d\d )?\d\d:\d\d:\d\d/, 'TIME'))).toEqual([
    ' Connectors',
    '   connector     of             state      records   bytes  buffered  errors',
    ' ▸ totals.kafka  output totals  unhealthy       12   720 B         0  none',
    '     broker redpanda:9092 is down',
    '   orders.kafka  input orders   healthy     52,118  2.7 MB    52,118  105 parse',
    '     TIME text_event_err: Parse error (event #105): failed to deserialize JSON record:',
    '     reason 105 at line 1 column 1',
    '   orders.file   input orders   ended            3    80 B         3  none',
  ]);
});

it('c leaves out numbers before errors are cut, and cuts no blanks', async () => {
  await using screen = await described();
  screen.controller.setSize({columns: 60, rows: 30});
  const rows = await opened(screen);
  expect(rows.filter((row) => /^ .\S? ?\S+ {2,}.*(errors|none|parse)/.test(row))).toEqual([
    '   connector     state      records  buffered  errors',
    ' ▸ totals.kafka  unhealthy       12         0  none',
    '   orders.kafka  healthy     52,118    52,118  105 parse',
    '   orders.file   ended            3         3  none',
  ]);
});

it('c on a pipeline without connectors says that there are none, also once it has ended', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => server.addPipeline('orders').start(),
  });
  goToTab(screen.controller, 'orders');
  screen.press('c');
  const says = (words: string) => screen.until(() => rowsOf(screen).some((row) => row === ` ${words}`), words);
  await says('The statistics list no connectors');
  screen.server.pipeline('orders').stop();
  await screen.until(() => rowsOf(screen).some((row) => row.endsWith('the pipeline no longer runs')), 'the stop');
  await says('The statistics list no connectors');
  expect(rowsOf(screen).join('\n')).not.toContain('this version of Feldera');
});

it('a last error has two rows at most, of which only the second is cut', async () => {
  await using screen = await described();
  screen.controller.setSize({columns: 60, rows: 30});
  const rows = await opened(screen);
  const first = rows.findIndex((row) => row.includes('text_event_err'));
  expect(rows[first]).toMatch(/Parse error/);
  expect(rows[first]).not.toContain('…');
  expect(rows[first + 1]).toMatch(/^ {5}\S.*column 1$/);
  expect(rows[first + 2]).toMatch(/^ {3}orders\.file/);
});

it('j chooses a connector, Enter opens its errors in full with what was dropped, Enter and Esc go back', async () => {
  await using screen = await described();
  await opened(screen);
  screen.press('j', 'Enter');
  const rows = rowsOf(screen);
  expect(rows[0]).toMatch(/^ orders\.kafka {2}of orders, as of \d\d:\d\d:\d\d UTC$/);
  expect(rows).toEqual(
    expect.arrayContaining([
      ' state              healthy',
      ' health             Healthy',
      ' input of           orders',
      ' records            52,118',
      ' buffered           52,118 records',
      ' paused             no',
      ' end of input       no',
      ' errors             105 parse',
    ]),
  );
  const errors = rows.filter((row) => /UTC {2}parse error/.test(row));
  expect(errors).toHaveLength(100);
  expect(errors[0]).toMatch(/^ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}parse error 105 {2}text_event_err$/);
  expect(rows.at(-1)).toBe(' 5 more parse errors, no longer kept');
  screen.press('Enter');
  expect(screen.controller.state.page).toMatchObject({
    kind: 'pipeline',
    chosen: {section: 'connectors', key: 'input orders.kafka'},
  });
  screen.press('o', 'Esc');
  expect(screen.controller.state.page?.kind).toBe('pipeline');
  screen.press('Esc');
  expect(screen.controller.state.page).toBeUndefined();
});

it('what a connector did in this run is below its row, and on its page', async () => {
  await using screen = await described();
  const began = 'delta_table orders.kafka: CDC follow started (from version: 7)';
  const head = '[orders] 2026-11-25T00:00:07.000001Z  INFO dbsp_adapters::integrated::delta_table::input:  ';
  screen.server.pipeline('orders').write(`${head}${began}`);
  await opened(screen);
  const rows = () => rowsOf(screen).join('\n');
  const below = /\n {3}orders\.kafka .*\n.*\n.*\n {5}11-25 00:00:07 following began \(version 7\)\n/;
  await screen.until(() => below.test(rows()), 'what the log says');
  screen.press('j', 'Enter');
  expect(rows()).toMatch(/\n log +2026-11-25 00:00:07 following began \(version 7\)/);
});

/** The titles of these errors on the page of their connector, without times. */
function errorTitles(errors: ConnectorStats['errors']): readonly string[] {
  const stats = {...({kind: 'input', name: 'a.web', stream: 'a', errors} as const), ...nothingKnown};
  const connector = {...({key: 'input a.web', kind: 'input', name: 'a.web', stats} as const), failure: undefined};
  const opened = {pipeline: 'orders', connector: {...connector, isGone: false}, at: undefined, steps: []};
  const titles = connectorRows(opened, undefined, 100).filter(({text}) => /^ .*\w errors? ?\d*/.test(text));
  return titles.map(({text}) => text.replace(/^.*UTC/, '').trim());
}

it('one error that was dropped is one', () => {
  expect(errorTitles([{kind: 'parse', count: 1, retained: []}])).toEqual(['1 more parse error, no longer kept']);
});

it('has the errors of both kinds, the newest first, with what was dropped in its place', () => {
  const errorAt = (index: number, second: number): ConnectorError => ({
    ...{index, tag: undefined, message: `reason ${index}`},
    time: `2026-11-25T03:00:${String(second).padStart(2, '0')}.000000Z`,
  });
  expect(
    errorTitles([
      {kind: 'parse', count: 320, retained: [errorAt(3, 10), errorAt(316, 30), errorAt(317, 31)]},
      {kind: 'transport', count: 1, retained: [errorAt(1, 20)]},
    ]),
  ).toEqual([
    ...['3 more parse errors, no longer kept', 'parse error 317', 'parse error 316'],
    ...['312 more parse errors, no longer kept', 'transport error 1', 'parse error 3'],
    '2 more parse errors, no longer kept',
  ]);
});

it('says of errors that the server counts and does not send that there are no texts', () => {
  expect(
    errorTitles([
      {kind: 'parse', count: 5, retained: undefined},
      {kind: 'transport', count: 0, retained: undefined},
    ]),
  ).toEqual(['5 parse errors, whose texts the server does not send']);
});

it('an output says whether it is paused, where the server tells', () => {
  const stats = {...({kind: 'output', name: 'v.pg', stream: 'v', errors: []} as const), ...nothingKnown};
  const pausedOf = (isPaused: boolean | undefined) => {
    const connector = {key: 'output v.pg', kind: 'output', name: 'v.pg', stats: {...stats, isPaused}} as const;
    const opened = {
      pipeline: 'orders',
      connector: {...connector, failure: undefined, isGone: false},
      at: undefined,
      steps: [],
    };
    return connectorRows(opened, undefined, 100).flatMap(({text}) => (text.includes('paused ') ? text.trim() : []));
  };
  expect([true, false, undefined].map(pausedOf)).toEqual([['paused             yes'], ['paused             no'], []]);
});

it('a connector with a fatal error stays in the table, with why and when, and is read with c and Enter', async () => {
  await using screen = await described();
  failFatally(screen);
  await screen.untilLine('orders', 'Input endpoint orders.kafka failed');
  await opened(screen);
  await screen.until(() => rowsOf(screen).some((row) => row.includes('stopped with a fatal error')), 'the failure');
  const rows = rowsOf(screen);
  expect(rows.find((row) => row.startsWith(' ▸'))).toMatch(/^ ▸ orders\.kafka +input( orders)? +failed +\S/);
  expect(rows).toContainEqual(expect.stringMatching(/:\d\d stopped with a fatal error: no broker is left$/));
  screen.press('Enter');
  expect(rowsOf(screen)).toContainEqual(expect.stringMatching(/^ fatal error +\d{4}-.* no broker is left$/));
  // What nobody knows of it has no row.
  expect(rowsOf(screen).filter((row) => / –$/.test(row))).toEqual([]);
});

it('the errors of a connector that only the log still knows are in the table, and not below it again', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario(server) {
      const pipeline = server.addPipeline('orders');
      pipeline.start([{kind: 'input', name: 'orders.file'}]);
      const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
      report({endpoint: 'orders.kafka', kind: 'transport', fatal: true, error: 'no broker is left'});
      pipeline.run.step();
    },
  });
  goToTab(screen.controller, 'orders');
  await screen.untilLine('orders', 'Input endpoint orders.kafka failed');
  await opened(screen);
  await screen.until(() => rowsOf(screen).some((row) => row.includes('orders.file')), 'the statistics');
  const rows = rowsOf(screen);
  expect(rows.find((row) => /orders\.kafka +input/.test(row))).toMatch(/ failed .* 1 in the log$/);
  expect(rows.filter((row) => /connector errors|more error/.test(row))).toEqual([' connector errors   at least 1']);
});

it('one that fails while the page is open keeps its numbers and errors, also after the pipeline has stopped', async () => {
  await using screen = await described();
  await opened(screen);
  failFatally(screen);
  const row = () => rowsOf(screen).find((each) => /orders\.kafka +input/.test(each));
  await screen.until(() => row()?.includes('failed') === true, 'the failure');
  expect(row()).toMatch(/orders\.kafka +input orders +failed +52,118 +2\.7 MB +52,118 +105 parse/);
  screen.server.pipeline('orders').stop();
  await screen.until(() => rowsOf(screen).some((each) => each.startsWith(' Last known at ')), 'the stop');
  expect(row()).toContain('52,118');
  screen.press('Enter');
  expect(rowsOf(screen)).toContain(' 5 more parse errors, no longer kept');
});

it('y copies the errors of the connector, M and Y all of it; on the description they have the table', async () => {
  await using screen = await described();
  await opened(screen);
  const copied = async (key: string) => {
    screen.press(key);
    await screen.until(() => screen.copied.length > 0, 'the copy');
    return screen.copied.pop() ?? '';
  };
  expect(await copied('Y')).toMatch(
    /\nConnectors\ntotals\.kafka \(output totals\): unhealthy, records 12, bytes 720 B, buffered 0, errors none\n {2}broker redpanda/,
  );
  screen.press('j', 'Enter');
  expect(await copied('y')).toMatch(
    /^\S+ \S+ UTC {2}parse error 105 {2}text_event_err\nParse error \(event #105\).*\nInvalid fragment: '\{\}'\n\n/,
  );
  expect(await copied('Y')).toMatch(/^orders\.kafka of orders\n\nstate: healthy\n/);
  expect(await copied('M')).toMatch(
    /^\*\*Pipeline `orders` on .*\n\n- connector: orders\.kafka\n[\s\S]*\*\*Errors\*\*/,
  );
  screen.press('S');
  expect(screen.controller.state.prompt?.kind).toBe('save');
});

it('says once that the connectors of a stopped pipeline are unknown, whether or not it ran meanwhile', async () => {
  await using stopped = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => void server.addPipeline('orders'),
  });
  const isDescribed = () => stopped.controller.lookup.described.get()?.answer !== undefined;
  const notes = () => rowsOf(stopped).filter((row) => row.includes('No connector data'));
  const unknown = [" No connector data: it isn't running, and pipetail has no earlier statistics"];
  stopped.press('d');
  await stopped.until(isDescribed, 'the answer');
  expect(notes()).toEqual(unknown);
  stopped.press('Esc');
  const pipeline = stopped.server.pipeline('orders');
  const statusOf = () => stopped.controller.pipeline('orders')?.deploymentStatus;
  // Nobody asks for statistics while it starts.
  pipeline.provision();
  await stopped.until(() => statusOf() === 'Provisioning', 'the start');
  pipeline.provisioned();
  pipeline.setRunning();
  pipeline.fail('exit status: 101');
  await stopped.until(() => statusOf() === 'Stopped', 'the end');
  stopped.press('d');
  await stopped.until(isDescribed, 'the answer');
  expect(notes()).toEqual(unknown);
});

it('what a connector did again and again is told once, with its number, in the table and on its page', async () => {
  await using screen = await described();
  const message = 'delta_table orders.kafka: CDC follow started (from version: 7)';
  for (const at of [60, 120, 180]) screen.server.pipeline('orders').write(logged(at, 'INFO', message));
  await opened(screen);
  const words = /(?:\d\d-\d\d )?00:01:00–00:03:00 following began \(version 7\) \(3 times\)$/;
  await screen.until(() => rowsOf(screen).some((row) => words.test(row)), 'the steps');
  screen.press('j', 'Enter');
  expect(rowsOf(screen)).toContainEqual(expect.stringMatching(words));
});

it('no row is wider than the screen, whatever its width', async () => {
  await using screen = await described();
  await opened(screen);
  for (const columns of [40, 60, 80, 120]) {
    screen.controller.setSize({columns, rows: 24});
    const rows = rowsOf(screen);
    for (const row of rows.slice(rows.indexOf(' Connectors'))) expect(textWidth(row)).toBeLessThanOrEqual(columns);
  }
});

it('what is read of a connector does not move: new errors are counted, and shown when it is opened again', async () => {
  await using screen = await described();
  await opened(screen);
  screen.press('j', 'Enter');
  const [, ...before] = rowsOf(screen);
  const pipeline = screen.server.pipeline('orders');
  const report = connectorErrors(pipeline, processLog(pipeline, {shape: 'plain'}));
  for (const event of [106, 107]) report(parseError('orders.kafka', event, `reason ${event}`, '{}'));
  await screen.until(() => rowsOf(screen)[0]?.endsWith('UTC  2 errors since') === true, 'the count');
  expect(rowsOf(screen).slice(1)).toEqual(before);
  screen.press('Enter', 'Enter');
  expect(rowsOf(screen).join()).toContain('parse error 107');
});

it('below the connectors are the last minute as curves and what is buffered', async () => {
  await using screen = await described();
  await opened(screen);
  await screen.until(() => rowsOf(screen).some((row) => /^ throughput .* records/.test(row)), 'the time series');
  const rows = rowsOf(screen);
  const first = rows.indexOf(' The last minute');
  expect(rows.slice(first, rows.indexOf('', first)).map((row) => row.replace(/[▁-█]+ */, 'CURVE '))).toEqual([
    ...[' The last minute', expect.stringMatching(/^ throughput +CURVE 0 records per second$/)],
    ...[expect.stringMatching(/^ memory +CURVE 109 MB$/), expect.stringMatching(/^ storage +CURVE 119 B$/)],
    expect.stringMatching(/^ buffered +52,121 records/),
  ]);
});

it('of an old server what is there is shown, and the rest is said to be unknown, once', async () => {
  await using counting = await described({lacks: ['connector-errors', 'time-series']});
  await opened(counting);
  await counting.until(() => rowsOf(counting).some((row) => row.includes('storage are unknown')), 'the refusal');
  const unknown = rowsOf(counting).filter((row) => row.includes('unknown'));
  expect(unknown).toEqual([
    ' The texts of the errors are unknown: this version of Feldera sends only their number',
    expect.stringMatching(/^ Throughput, memory and storage are unknown: this pipeline has no time series \(404\)$/),
  ]);
  expect(rowsOf(counting)).toContainEqual(expect.stringMatching(/orders\.kafka +input orders +healthy .* 105 parse$/));
  counting.press('j', 'Enter');
  expect(rowsOf(counting).at(-1)).toBe(' 105 parse errors, whose texts the server does not send');

  await using nothing = await described({lacks: ['stats', 'time-series']});
  nothing.press('d');
  await nothing.until(() => rowsOf(nothing).some((row) => row.includes('No connector data')), 'the refusal');
  expect(rowsOf(nothing).filter((row) => /unknown|No connector data/.test(row))).toEqual([
    expect.stringMatching(/^ No connector data: this pipeline has no statistics \(404\)$/),
  ]);
});
