import {readFileSync} from 'node:fs';
import {expect, it} from 'vitest';
import {allTexts, rowsOfPage} from '../../kit/pages/all-rows.ts';
import {currentLine, logged, noticeOf, pressed, reading, rowsOf, viewOf} from '../../kit/screen/reading.ts';
import {type ScreenOptions, ScreenUnderTest, withFailures} from '../../kit/screen/screen-under-test.ts';

/** `orders` is on the screen and `fraud` in a tab behind it. */
async function twoTabs(options: ScreenOptions = {}): Promise<ScreenUnderTest> {
  const screen = await ScreenUnderTest.connected({names: ['orders', 'fraud'], ...options});
  await screen.untilConnected('orders', 'fraud');
  return screen;
}

async function say(screen: ScreenUnderTest, name: string, ...messages: string[]): Promise<void> {
  for (const [index, message] of messages.entries()) {
    screen.server.pipeline(name).write(logged(index, message.startsWith('INFO') ? 'INFO' : 'ERROR', message));
  }
  await screen.untilLine(name, messages.at(-1) ?? '');
}

const isOpen = ({controller}: ScreenUnderTest) => controller.state.page?.kind === 'errors';
/** The rows of the open list. */
function page({controller}: ScreenUnderTest, width = 160): string[] {
  const {page: open} = controller.state;
  const texts = open?.kind === 'errors' ? allTexts(rowsOfPage(controller, width)) : [];
  return texts.map((text) => text.trim().replace(/\s+/g, ' '));
}
/** Whose logs were not read is told elsewhere. */
const heading = (screen: ScreenUnderTest) => page(screen)[0]?.replace(/ · \d logs? not read$/, '');
const listed = (screen: ScreenUnderTest) =>
  page(screen)
    .slice(2)
    .filter((row) => !/^(New|Seen|Muted)$/.test(row));

it('A lists the errors of other tabs, similar ones in one row, or says that there are none', async () => {
  await using screen = await twoTabs();
  screen.press('A');
  expect(heading(screen)).toBe('Errors none new');
  screen.press('A');
  await say(screen, 'fraud', 'refused on port 1', 'INFO between', 'refused on port 2', 'disk full');
  screen.press('A');
  expect(listed(screen)).toEqual([
    '▸ fraud ×1 11-25 00:00 work disk full',
    'fraud ×2 11-25 00:00 work refused on port 1 … 2',
  ]);
  expect(heading(screen)).toBe('Errors 2 new kinds');
  expect(page(screen)[1]).toBe('pipeline count since error');
  expect(page(screen, 99)[1]).toBe('');
  screen.press('Esc');
  expect(isOpen(screen)).toBe(false);
});

it('has what is new, seen and muted below headings, with the pipelines in groups', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', 'refused on port 1', 'disk 1 full');
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('1');
  await say(screen, 'fraud', 'INFO a', 'refused on port 2', 'no more files');
  screen.press('A');
  const rows = () => page(screen).slice(2);
  expect(rows().map((row) => row.replace(/▸ |×.* work /g, ''))).toEqual([
    'New',
    'fraud no more files',
    'fraud refused on port 2',
    'Seen',
    'fraud disk 1 full',
  ]);
  const styleOf = (at: number) => {
    const row = rowsOfPage(screen.controller, 160).at(at);
    return row?.runs.find(({start, end}) => row.text.slice(start, end).includes('fraud'))?.style;
  };
  expect([3, 4].map(styleOf)).toEqual([{bold: true}, {dim: true}]);
  screen.press('m');
  expect(rows().filter((row) => /^\w+$/.test(row))).toEqual(['New', 'Seen']);
  screen.press('A', 'A');
  expect(rows().filter((row) => /^\w+$/.test(row))).toEqual(['New', 'Seen', 'Muted']);
  screen.press('G');
  expect(rows().at(-1)).toMatch(/^▸ fraud .* muted work no more files$/);
});

it('has each heading once: what comes while one reads is at the end of New, and a row stays below its heading', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', 'refused on port 1', 'disk 1 full');
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('1');
  await say(screen, 'fraud', 'INFO a', 'no more files');
  screen.press('A', 'G');
  const rows = () =>
    page(screen)
      .slice(2)
      .map((row) => row.replace(/×.* work /, ''));
  expect(rows()).toEqual(['New', 'fraud no more files', 'Seen', 'fraud disk 1 full', '▸ fraud refused on port 1']);
  await say(screen, 'fraud', 'INFO b', 'refused on port 2', 'out of memory');
  const grown = ['New', 'fraud no more files', 'fraud out of memory', 'Seen', 'fraud disk 1 full'];
  expect(rows()).toEqual([...grown, '▸ fraud refused on port 2']);
  expect(heading(screen)).toBe('Errors 3 new kinds · 1 seen · 1 added to New');
  screen.press('k', 'm');
  expect(rows()).toEqual([...grown.slice(0, 4), '▸ fraud disk 1 full', 'fraud refused on port 2']);
  screen.press('A', 'A');
  expect(rows().filter((row) => /^\w+$/.test(row))).toEqual(['New', 'Muted']);
});

it('has the message of the compiler for a program that did not compile', async () => {
  const message = {
    ...{start_line_number: 1, start_column: 1, end_line_number: 1, end_column: 2, warning: false, snippet: ''},
    ...{error_type: 'Compilation error', message: "Column 'amout' not found"},
  };
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => {
      server.addPipeline('orders').start();
      server.addPipeline('etl').setProgram('SqlError', {sql_compilation: {exit_code: 1, messages: [message]}});
    },
  });
  screen.press('A');
  await screen.until(() => listed(screen)[0]?.includes("Column 'amout' not found") === true, "the compiler's message");
});

it('Enter goes to the last of them and f to the first, in their tab', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', 'refused on port 1', 'refused on port 2', 'INFO after');
  screen.press('A', 'Enter');
  expect(screen.controller.state).toMatchObject({active: 'fraud', focus: 'log', page: undefined});
  expect(currentLine(screen)).toContain('refused on port 2');
  screen.press('1', 'A', 'f');
  expect(currentLine(screen)).toContain('refused on port 1');
});

it('errors that were on the screen stay in the list, below the unseen ones', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', 'refused on port 1', 'disk 1 full');
  screen.press('2');
  await screen.clock.advance(1000);
  screen.press('1', 'A');
  expect(heading(screen)).toBe('Errors none new · 2 seen');
  expect(listed(screen)).toHaveLength(2);
  screen.press('A');
  await say(screen, 'fraud', 'refused on port 2');
  screen.press('A');
  expect(listed(screen)[0]).toBe('▸ fraud ×1 11-25 00:00 work refused on port 2');
  expect(heading(screen)).toBe('Errors 1 new kind · 1 seen');
});

it('no row moves while the page is open: counts change in place, and new kinds are at the end', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', 'refused on port 1', 'disk full');
  screen.press('A', 'j');
  expect(listed(screen)[1]).toContain('▸ fraud ×1');
  await say(screen, 'fraud', 'INFO one', 'out of memory', 'refused on port 2');
  await say(screen, 'orders', 'INFO one', 'INFO two', 'on the screen');
  const rows = ['fraud ×1 .* disk full', '▸ fraud ×2 .* refused on port 1', 'fraud ×1 .* out of memory', 'orders ×1'];
  expect(listed(screen)).toEqual(rows.map((row) => expect.stringMatching(new RegExp(`^${row}`))));
  // The page covers the log of the shown tab, too.
  expect(heading(screen)).toBe('Errors 4 new kinds · 2 added to New');
  screen.press('j');
  expect(heading(screen)).toBe('Errors 4 new kinds');
  expect(listed(screen)[2]).toMatch(/^▸ .* out of memory$/);
  await say(screen, 'fraud', 'INFO two', 'disk full', 'no more files');
  expect(listed(screen)[2]).toMatch(/^▸ .* out of memory$/);
  screen.press('G');
  expect(listed(screen).at(-1)).toMatch(/^▸/);
  screen.press('g', 'k');
  expect(listed(screen)[0]).toMatch(/^▸/);
});

it('m mutes a kind of error, which marks no tab then and is at the end when the page opens again, or unmutes it', async () => {
  await using screen = await twoTabs();
  const {events} = screen.controller;
  await say(screen, 'fraud', 'refused on port 1', 'disk full', 'refused on port 2');
  expect(events.unseenErrors(['fraud'])).toBe(3);
  screen.press('A', 'm');
  expect(listed(screen)).toEqual([
    '▸ fraud ×2 11-25 00:00 muted work refused on port 1 … 2',
    'fraud ×1 11-25 00:00 work disk full',
  ]);
  expect(heading(screen)).toBe('Errors 1 new kind · 1 muted');
  expect(events.unseenErrors(['fraud'])).toBe(1);
  screen.press('A', 'A');
  expect(listed(screen)[1]).toBe('fraud ×2 11-25 00:00 muted work refused on port 1 … 2');
  screen.press('j', 'm');
  expect(events.unseenErrors(['fraud'])).toBe(3);
  expect(listed(screen).join()).not.toContain('muted');
});

it('failing pipelines are listed with their cause, and Enter goes to their log', async () => {
  await using screen = await ScreenUnderTest.connected({scenario: withFailures, names: ['billing']});
  await screen.untilConnected('billing');
  screen.press('A');
  expect(listed(screen)).toHaveLength(2);
  expect(listed(screen).join('\n')).toMatch(/orders .* Failed · .*exit status: 101/);
  screen.press('m');
  expect(noticeOf(screen)).toBe("not a log error, so it can't be muted");
  const first = /▸ (\w+)/.exec(listed(screen)[0] ?? '')?.[1];
  screen.press('Enter');
  expect(screen.controller.state.active).toBe(first);
  // It is being looked at.
  screen.press('A');
  expect(heading(screen)).toBe('Errors 1 incident · 1 seen');
});

it('a pipeline that recovers leaves the page, and the cursor is on the row that took its place', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['billing'],
    scenario: (server) => {
      for (const name of ['billing', 'a', 'b', 'c']) server.addPipeline(name).start();
      for (const name of ['a', 'b', 'c']) server.pipeline(name).fail('exit status: 101');
    },
  });
  screen.press('A', 'j');
  const names = () => listed(screen).map((row) => row.replace(/ since.*/, ''));
  const [first, , last] = names();
  screen.server.pipeline(/▸ (\w+)/.exec(names().join())?.[1] ?? '').start();
  await screen.until(() => names().length === 2, 'the recovery');
  expect(names()).toEqual([first, `▸ ${last}`]);
});

it('Enter on a program that did not compile opens its description', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => {
      server.addPipeline('orders').start();
      server.addPipeline('etl').setProgram('SqlError');
    },
  });
  screen.press('A');
  expect(listed(screen)[0]).toMatch(/^▸ etl .* SQL error/);
  screen.press('Enter');
  expect(screen.controller.state).toMatchObject({active: 'etl', page: {kind: 'pipeline'}});
  expect(screen.controller.lookup.described.get()?.name).toBe('etl');
});

it('a row begins with what differs: the connector and its reason, the cause of a failure; it is cut at its end', async () => {
  const scenario: ScreenOptions['scenario'] = (server) => {
    for (const name of ['orders', 'fraud']) server.addPipeline(name).start();
    server
      .addPipeline('ledger')
      .fail('Error creating the pipeline: Invalid configuration: connector `ledger.pg`: password refused');
  };
  await using screen = await twoTabs({scenario});
  const bad = (event: number, reason: string) =>
    `parse error on input endpoint 'orders.bad': Parse error (event #${event}): failed to deserialize JSON record: ${reason}`;
  await say(
    screen,
    'fraud',
    bad(1, 'missing field `id` at line 1'),
    bad(22, 'missing field `id` at line 1'),
    bad(3, "error parsing field 'qty': invalid type"),
    "FATAL error on input endpoint 'orders.web': Connection refused",
    'librdkafka: FAIL [thrd:redpanda:9092/bootstrap]: redpanda:9092/bootstrap: Connection refused',
    'x'.repeat(300),
  );
  screen.press('A');
  for (const width of [80, 120, 200]) {
    const rows = page(screen, width).map((row) => row.replace(/▸ |×\d+ |since |\d\d-\d\d |\d\d:\d\d |work /g, ''));
    expect(rows.filter((row) => /^(fraud|ledger) /.test(row))).toEqual([
      'ledger Failed · ledger.pg: password refused',
      expect.stringMatching(/^fraud x+…$/),
      'fraud redpanda:9092/bootstrap: Connection refused',
      'fraud orders.web stopped: Connection refused',
      "fraud orders.bad: field 'qty': invalid type",
      'fraud orders.bad: missing field `id` at line 1',
    ]);
  }
});

it('A asks whose the errors are of which only the number is known', async () => {
  await using screen = await ScreenUnderTest.connected({
    names: ['orders'],
    scenario: (server) => {
      server.addPipeline('orders').start();
      const shipping = server.addPipeline('shipping');
      shipping.start([{kind: 'input', name: 'shipping.kafka'}]);
      shipping.run.addError({endpoint: 'shipping.kafka', kind: 'parse', tag: 'text', message: 'no JSON'});
    },
  });
  screen.press('A');
  await screen.until(() => listed(screen)[0]?.includes('shipping ×1') === true, 'the number');
  await screen.until(() => listed(screen)[0]?.endsWith(' connector errors: shipping.kafka') === true, 'the connector');
});

it('a narrow page has no padding where texts are cut', async () => {
  await using screen = await twoTabs();
  await say(screen, 'fraud', ...Array.from({length: 12}, (_, at) => `refused ${at}`), `${'x'.repeat(300)}`);
  screen.press('A');
  const {page: open} = screen.controller.state;
  const rows = open?.kind === 'errors' ? allTexts(rowsOfPage(screen.controller, 80)).slice(3) : [];
  expect(rows[0]).toMatch(/^ ▸ fraud ×1 {2}since 11-25 00:00 {2}x+…$/);
  expect(rows[1]).toMatch(/^ {3}fraud ×12 {2}since 11-25 00:00 {2}refused 0 … 11$/);
});

it('going to another tab does not move the log in the first one', async () => {
  await using screen = await twoTabs();
  await say(screen, 'orders', 'INFO a', 'INFO b', 'INFO c');
  await say(screen, 'fraud', 'disk full');
  await screen.until(() => screen.controller.pane !== undefined, 'the pane');
  screen.press('k', 'k');
  const before = viewOf(screen).position;
  screen.press('A', 'Enter', '1');
  expect(viewOf(screen).position).toEqual(before);
});

it('a long list scrolls with the cursor, and shows its heading again at the top', async () => {
  await using screen = await twoTabs();
  const words = Array.from({length: 60}, (_, index) => `${String.fromCharCode(97 + (index % 26))}${'x'.repeat(index)}`);
  await say(screen, 'fraud', ...words.map((word) => `cannot ${word}`));
  screen.press('A', 'G');
  const {pageHeight, state} = screen.controller;
  expect(state.page?.offset).toBe(63 - pageHeight);
  expect(page(screen).at(-1)).toMatch(/^▸ .* cannot a$/);
  screen.press('g');
  expect(screen.controller.state.page?.offset).toBe(0);
  expect(page(screen)[3]).toMatch(/^▸ /);
});

it('disconnections, losses and restarts are listed, and Enter goes to their place', async () => {
  await using screen = await twoTabs();
  const rows = () => listed(screen).map((row) => row.replace(/(11-25 )?\d\d:\d\d/, '…'));
  await say(screen, 'fraud', 'INFO before');
  screen.press('A');
  screen.server.refuse({kind: 'not-ready', of: 'logs', name: 'fraud', times: 1000});
  screen.server.cutConnections({name: 'fraud'});
  await screen.until(() => rows().length > 0, 'the disconnection');
  expect(rows()[0]).toMatch(/^▸ fraud ×1 … disconnected \w/);
  expect(heading(screen)).toBe('Errors 1 incident');

  // More than the server keeps.
  for (let entry = 0; entry < 6000; entry++) screen.server.pipeline('fraud').write(`${entry} ${'x'.repeat(200)}`);
  screen.server.acceptAgain();
  await screen.until(() => rows().length > 1 && rows()[0]?.includes(' was disconnected ') === true, 'the loss');
  expect(rows()).toEqual([
    expect.stringMatching(/^▸ fraud ×1 … was disconnected \w/),
    expect.stringMatching(/^fraud … [\d,]+ entries lost between \d\d:\d\d:\d\d and \d\d:\d\d:\d\d \(/),
  ]);
  screen.server.killRunner();
  screen.server.startRunner();
  await screen.until(() => rows().length > 2, 'the restart');
  // The other one, which the page covers, was restarted too, a little earlier or later.
  expect(rows().find((row) => row.includes('fraud ×1 … runner'))).toMatch(
    /^fraud ×1 … runner restarted( after [\w ]+)? · server's log cleared · lines/,
  );
  expect(heading(screen)).toMatch(/^Errors 4 incidents$/);

  const current = () => {
    const {position} = viewOf(screen);
    const buffer = screen.logs.get('fraud')?.buffer;
    return position.kind === 'follow' ? undefined : buffer?.markerAt(position.current)?.kind;
  };
  screen.press('j', 'Enter');
  expect(current()).toBe('lost');
  screen.press('1');
  await screen.clock.advance(1000);
  screen.press('A');
  expect(heading(screen)).toBe('Errors none new · 4 seen');
  expect(listed(screen)).toHaveLength(4);
  screen.press('G', 'm');
  expect(noticeOf(screen)).toBe("not a log error, so it can't be muted");
  await screen.clock.advance(300_000);
  for (const minutes of [5, 10]) {
    screen.server.killRunner();
    screen.server.startRunner();
    await screen.until(() => screen.logs.get('fraud')?.losses.clears === 1 + minutes / 5, 'another restart');
    await screen.clock.advance(300_000);
  }
  // Its time is not that of the words, which are those of the last.
  const again = rows().find((row) => row.includes('fraud ×2 '));
  expect(again).toMatch(/^fraud ×2 … last at \d\d:\d\d: runner restarted/);
});

it('the cause of a lost stream is in its row, also at 80 columns', async () => {
  await using screen = await twoTabs();
  screen.server.pipeline('fraud').loseStream('stdout');
  screen.press('A');
  // The error of the line itself may be listed first.
  const incident = () => page(screen, 80).find((row) => row.includes(' stdout lost: '));
  await screen.until(() => incident() !== undefined, 'the incident');
  expect(incident()).toMatch(/^(▸ )?fraud ×1 .* stdout lost: stream did not contain valid UTF-8$/);
});

it('errors of a log in JSON are listed, counted, and reached with E', async () => {
  const file = readFileSync(new URL('../../wire/samples-json-real.log', import.meta.url), 'utf8');
  const lines = file.trimEnd().split('\n');
  const errors = lines.filter((line) => line.includes('"level":"ERROR"'));
  {
    await using screen = await twoTabs();
    for (const line of lines) screen.server.pipeline('fraud').write(line);
    await screen.untilLine('fraud', lines.at(-1) ?? '');
    screen.press('A');
    const counts = listed(screen).map((row) => Number(/×(\d+)/.exec(row)?.[1]));
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(errors.length);
    for (const row of listed(screen)) expect(row).toMatch(/ orders\.\w+(: field '|: missing field `| stopped: )/);
  }
  await using screen = await reading(lines);
  const visited: (string | undefined)[] = [];
  for (const _ of errors) {
    await pressed(screen, 'E');
    visited.unshift(currentLine(screen));
  }
  expect(visited).toEqual(errors);
  await pressed(screen, 'E');
  expect(noticeOf(screen)).toBe('no error before this line');
  // From all levels to errors alone.
  await pressed(screen, 'L', 'L', 'g');
  const rows = rowsOf(screen).filter((row) => row.includes('ERROR'));
  expect(rows.length).toBeGreaterThan(3);
  expect(rowsOf(screen)[5]).toMatch(/^▸ +Invalid fragment: '\{"id": "no-0", "customer"/);
});
