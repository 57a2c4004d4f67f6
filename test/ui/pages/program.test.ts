import path from 'node:path';
import {expect, it} from 'vitest';
import {findOpened} from '../../../source/logs/bundle-log.ts';
import {openAs} from '../../../source/ui/pages/page.ts';
import {conditionsOfPage} from '../../../source/ui/pages/pages.ts';
import {openProgram, programPage} from '../../../source/ui/pages/program.ts';
import {promptInUse} from '../../../source/ui/state/view-state.ts';
import {root} from '../../harness/program.ts';
import {logged, noticeOf, reading} from '../reading.ts';
import {ScreenUnderTest} from '../screen-under-test.ts';
import {allTexts, rowsOfPage} from './all-rows.ts';

const midnight = Date.UTC(2026, 10, 25);
const lines = Array.from({length: 60}, (_, at) => `create view v${at} as select * from t where x > ${at};`);
const code = `create table t (x int) with ('connectors' = '[{"name": "in", "password": "PLANTED"}]');\n${lines.join('\n')}\n`;

async function withProgram(programCode = code, records: readonly string[] = [logged(1, 'INFO', 'begin')]) {
  const screen = await reading([], {
    scenario: (server) => {
      const orders = server.addPipeline('orders', {now: () => midnight, programCode});
      for (const record of records) orders.write(record);
    },
  });
  return screen;
}

const shown = ({controller}: ScreenUnderTest, width = 100) => allTexts(rowsOfPage(controller, width));
const described = (screen: ScreenUnderTest) =>
  screen.until(() => screen.controller.lookup.described.get()?.answer !== undefined, 'the description');
const requests = ({server}: ScreenUnderTest) =>
  server.requests.filter(({path}) => /^\/v0\/pipelines\/orders(?:\?|$)/.test(path)).length;

async function opened(screen: ScreenUnderTest): Promise<void> {
  screen.press('d');
  await described(screen);
  screen.press('p');
}

it('d, then p shows the program with line numbers, without another request; Esc goes back', async () => {
  await using screen = await withProgram();
  await opened(screen);
  const rows = shown(screen);
  expect(rows[0]).toMatch(/^ Program of orders {2}version 1 · 61 lines · Success since (?:\d\d-\d\d )?[\d:]+$/);
  expect(rows[2]).toMatch(/^ {3}1 {2}create table t \(x int\) with /);
  expect(rows).toHaveLength(2 + 61);
  expect(requests(screen)).toBe(1);
  screen.press('Esc');
  expect(screen.controller.state.page?.kind).toBe('pipeline');
});

it('wraps long lines under one number, to any width', async () => {
  await using screen = await withProgram(`${'x'.repeat(150)}\nおにぎり${'い'.repeat(60)}\n`);
  await opened(screen);
  expect(shown(screen, 86)).toEqual([
    expect.anything(),
    '',
    `   1  ${'x'.repeat(80)}`,
    `      ${'x'.repeat(70)}`,
    `   2  おにぎり${'い'.repeat(36)}`,
    `      ${'い'.repeat(24)}`,
  ]);
});

it('finds while it is typed, goes from match to match, and around the end', async () => {
  await using screen = await withProgram();
  await opened(screen);
  const top = () => {
    const {page} = screen.controller.state;
    return shown(screen).slice(page?.offset, (page?.offset ?? 0) + screen.controller.pageHeight);
  };
  expect(top().join('\n')).not.toContain('v41 ');
  screen.press('/');
  screen.pressTogether('V', '4', '1');
  // Smart case: upper case finds only that.
  expect(top().join('\n')).not.toContain('v41 ');
  screen.press('Esc');
  screen.press('/');
  screen.pressTogether('v', '4', '[', '1', '3', ']', 'Enter');
  expect(promptInUse(screen.controller.state)).toBeUndefined();
  expect(top().join('\n')).toContain('v41 ');
  expect(conditionsOfPage(screen.controller).isSearched).toBe(true);
  screen.press('n');
  expect(noticeOf(screen)).toBeUndefined();
  screen.press('n');
  expect(noticeOf(screen)).toBe('past the last match: now at the first');
  screen.press('N');
  expect(noticeOf(screen)).toBe('past the first match: now at the last');
  screen.press('Esc');
  expect(conditionsOfPage(screen.controller).isSearched).toBe(false);
  expect(screen.controller.state.page?.kind).toBe('program');
  screen.press('/', 'q', 'q', 'Enter');
  expect(noticeOf(screen)).toBe('no line matches qq');
  screen.press('n');
  expect(noticeOf(screen)).toBe('no line matches qq');
  screen.press('Esc', 'q');
  expect(screen.controller.state.page?.kind).toBe('pipeline');
});

it('Enter alone goes to the next match of the last search, as in the log', async () => {
  await using screen = await withProgram();
  await opened(screen);
  const match = () => openAs(screen.controller.state.page, programPage)?.match;
  screen.press('/');
  screen.pressTogether('v', '4', '[', '1', '3', ']', 'Enter');
  const first = match();
  screen.press('/', 'Enter');
  expect(match()).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
  screen.press('N');
  expect(match()).toBe(first);
});

it('is copied and saved as the server has it; as Markdown without credentials', async () => {
  await using screen = await withProgram();
  await opened(screen);
  screen.press('y');
  await screen.until(() => screen.copied.length > 0, 'a copy');
  expect(screen.copied[0]).toBe(code);
  screen.press('M');
  await screen.until(() => screen.copied.length > 1, 'Markdown');
  expect(screen.copied[1]).toContain('"password": "***"');
  expect(screen.copied[1]).not.toContain('PLANTED');
  screen.press('S');
  expect(promptInUse(screen.controller.state)).toMatchObject({
    kind: 'save',
    what: {file: 'orders-program'},
    suggestion: expect.stringMatching(/^orders-program-.*\.sql$/),
  });
  screen.press('Esc', '|');
  expect(promptInUse(screen.controller.state)).toMatchObject({kind: 'pipe'});
});

it('says that it could not be read, and asks again when it is opened again', async () => {
  await using screen = await withProgram();
  const {controller, server} = screen;
  screen.press('d');
  await described(screen);
  screen.press('Esc');
  server.refuse({kind: 'unauthorized', of: 'pipeline'});
  openProgram(controller, 'orders');
  expect(shown(screen)).toEqual([' Program of orders  loading']);
  await screen.until(() => controller.programs.get('orders')?.kind === 'failure', 'the failure');
  expect(shown(screen)[2]).toMatch(/^ The program could not be read: /);
  screen.press('q');
  openProgram(controller, 'orders');
  await screen.until(() => controller.programs.get('orders')?.kind === 'known', 'the program');
});

it('shows a record of a connector with its declaration, asked for once; p goes there', async () => {
  const error = (seconds: number) => logged(seconds, 'ERROR', "parse error on input endpoint 't.in': missing field");
  await using screen = await withProgram(code, [error(1), error(2), logged(3, 'INFO', 'fine')]);
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
  expect(conditionsOfPage(screen.controller).hasProgram).toBe(true);
  screen.press('k', 'j');
  expect(requests(screen)).toBe(1);
  screen.press('p');
  expect(screen.controller.state.page).toMatchObject({kind: 'program', line: 1});
  screen.press('Esc', 'j');
  expect(screen.controller.state.page?.kind).toBe('record');
  expect(conditionsOfPage(screen.controller).hasProgram).toBe(false);
});

it('shows the line of a panic', async () => {
  const records = [
    logged(1, 'INFO', 'begin'),
    "thread 'dbsp-worker-0' (7) panicked at /src/sqllib/casts.rs:163:9:",
    'line 3 column 13: cast of NULL value to non-null type INTEGER',
    'stack backtrace:',
    '   0: rust_begin_unwind',
  ];
  await using screen = await withProgram(code, records);
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
  await using screen = await withProgram(code, [timeless, error]);
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

it('says what the program does not have', async () => {
  const error = logged(1, 'ERROR', "parse error on input endpoint 'gone.in': missing field");
  await using screen = await withProgram(code, [error]);
  await screen.untilLine('orders', 'missing field');
  screen.press('E', 'Enter');
  await screen.until(() => screen.controller.programs.get('orders')?.kind === 'known', 'the program');
  expect(shown(screen)).toContain(' It has no table or view with a connector gone.in.');
});

it('has the program of a support bundle, and the lines that its records name, without a server', async () => {
  const opened = await findOpened(path.join(root, 'test/wire/31-support-bundle-real.zip'));
  await using screen = await ScreenUnderTest.open({opened, names: ['orders-live']});
  screen.connect();
  const {controller, server} = screen;
  controller.dispatch({type: 'focus', side: 'log'});
  await screen.until(() => (controller.pane?.model.index.errorCount ?? 0) > 0, 'the log');
  screen.press('E', 'Enter');
  for (let step = 0; step < 50 && !shown(screen).join().includes(" 'orders.bad'"); step++) screen.press('k');
  await screen.until(() => controller.programs.get('orders-live')?.kind === 'known', 'the program');
  expect(shown(screen).join('\n')).toMatch(/ orders\.bad is declared at line 2 \(version 1\):/);
  screen.press('Esc', 'd');
  await described(screen);
  screen.press('p');
  expect(shown(screen)[0]).toMatch(/^ Program of orders-live {2}version 1 · 4 lines · /);
  expect(server.requests).toEqual([]);
});
