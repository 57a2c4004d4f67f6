import path from 'node:path';
import {expect, it} from 'vitest';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import {root} from '../../harness/program.ts';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {logged, reading} from '../../kit/screen/reading.ts';
import {ScreenUnderTest} from '../../kit/screen/screen-under-test.ts';

const midnight = Date.UTC(2026, 10, 25);
const lines = Array.from({length: 60}, (_, at) => `create view v${at} as select * from t where x > ${at};`);
const code = `create table t (x int) with ('connectors' = '[{"name": "in", "password": "PLANTED"}]');\n${lines.join('\n')}\n`;

async function withProgram(records: readonly string[]) {
  const screen = await reading([], {
    scenario: (server) => {
      const orders = server.addPipeline('orders', {now: () => midnight, programCode: code});
      for (const record of records) orders.write(record);
    },
  });
  return screen;
}

const shown = ({controller}: ScreenUnderTest, width = 100) => allTexts(rowsOfPage(controller, width));
const requests = ({server}: ScreenUnderTest) =>
  server.requests.filter(({path}) => /^\/v0\/pipelines\/orders(?:\?|$)/.test(path)).length;

it('shows a record of a connector with its declaration, asked for once', async () => {
  const error = (seconds: number) => logged(seconds, 'ERROR', "parse error on input endpoint 't.in': missing field");
  await using screen = await withProgram([error(1), error(2), logged(3, 'INFO', 'fine')]);
  await screen.untilLine('orders', 'fine');
  screen.press('E', 'Enter');
  expect(shown(screen)).toContain(' loading');
  await screen.until(() => screen.controller.programs.get('orders')?.kind === 'known', 'the program');
  expect(shown(screen).slice(-7)).toEqual([
    ' program',
    ' t.in is declared at line 1 (version 1):',
    expect.stringMatching(
      /^ {4}1 │ create table t \(x int\) with \('connectors' = '\[\{"name": "in", "password": "\*\*\*"\}\]'\);$/,
    ),
    `      │ ${' '.repeat(47)}^^^^^^^^^^^^`,
    expect.stringContaining('2 │ create view v0'),
    expect.stringContaining('3 │ create view v1'),
    expect.stringContaining('4 │ create view v2'),
  ]);
  screen.press('k', 'j');
  expect(requests(screen)).toBe(1);
});

it('shows the line of a panic', async () => {
  const records = [
    logged(1, 'INFO', 'begin'),
    "thread 'dbsp-worker-0' (7) panicked at /src/sqllib/casts.rs:163:9:",
    'line 3 column 13: cast of NULL value to non-null type INTEGER',
    'stack backtrace:',
    '   0: rust_begin_unwind',
  ];
  await using screen = await withProgram(records);
  await screen.untilLine('orders', 'rust_begin_unwind');
  // The first one opens its row.
  screen.press('E', 'Enter', 'Enter');
  await screen.until(() => screen.controller.programs.get('orders')?.kind === 'known', 'the program');
  const rows = shown(screen);
  expect(rows).toContain(' Line 3, column 13 (version 1):');
  expect(rows[rows.findIndex((row) => row.startsWith('    3 │')) + 1]).toBe(`      │ ${' '.repeat(12)}^`);
});

it('shows no line of a program that has changed since, or of which nothing tells', async () => {
  const error = logged(1, 'ERROR', "parse error on input endpoint 't.in': missing field");
  const timeless = "error on input endpoint 't.in'";
  await using screen = await withProgram([timeless, error]);
  await screen.untilLine('orders', 'missing field');
  const orders = screen.server.pipeline('orders');
  orders.setState({programStatusSince: '2026-11-25T03:00:00Z'});
  screen.press('E', 'Enter');
  await screen.until(() => screen.controller.programs.get('orders')?.kind === 'known', 'the program');
  expect(shown(screen).join(' ')).toContain(
    'The program has changed since this run, or was compiled again, at 2026-11-25 03:00:00 UTC',
  );
  expect(shown(screen).join(' ')).not.toContain('create table');
  screen.press('k');
  expect(shown(screen).join(' ')).toContain('Unknown whether the program has changed since this run');
});

it('says that the program could not be read, and asks again when the record is opened again', async () => {
  await using screen = await withProgram([logged(1, 'ERROR', "parse error on input endpoint 't.in': missing field")]);
  const {controller, server} = screen;
  await screen.untilLine('orders', 'missing field');
  server.refuse({kind: 'unauthorized', of: 'pipeline'});
  screen.press('E', 'Enter');
  await screen.until(() => controller.programs.get('orders')?.kind === 'failure', 'the failure');
  expect(shown(screen).join('\n')).toMatch(/\n program\n The program could not be read: /);
  screen.press('q', 'Enter');
  await screen.until(() => controller.programs.get('orders')?.kind === 'known', 'the program');
});

it('says what the program does not have', async () => {
  const error = logged(1, 'ERROR', "parse error on input endpoint 'gone.in': missing field");
  await using screen = await withProgram([error]);
  await screen.untilLine('orders', 'missing field');
  screen.press('E', 'Enter');
  await screen.until(() => screen.controller.programs.get('orders')?.kind === 'known', 'the program');
  expect(shown(screen)).toContain(' It has no table or view with a connector gone.in.');
});

it('has the lines that records of a support bundle name, without a server', async () => {
  const opened = await findOpened(path.join(root, 'test/wire/31-support-bundle-real.zip'));
  await using screen = await ScreenUnderTest.open({opened, names: ['orders-live']});
  screen.connect();
  const {controller, server} = screen;
  controller.dispatch({type: 'focus', side: 'log'});
  const isRead = () => screen.logs.get('orders-live')?.snapshot.get().file?.kind === 'ended';
  await screen.until(() => isRead() && (controller.pane?.model.index.table.errors ?? 0) > 0, 'the log');
  screen.press('E', 'Enter');
  for (let step = 0; step < 50 && !shown(screen).join().includes(" 'orders.bad'"); step++) screen.press('k');
  await screen.until(() => controller.programs.get('orders-live')?.kind === 'known', 'the program');
  expect(shown(screen).join('\n')).toMatch(/ orders\.bad is declared at line 2 \(version 1\):/);
  expect(server.requests).toEqual([]);
});
