import {describe, expect, it} from 'vitest';
import {textWidth} from '../../../../source/lib/width.ts';
import {settled} from '../../../harness/fake-clock.ts';
import {startReplayServer} from '../../../harness/replay-server.ts';
import {withFailures} from '../../../kit/screen/screen-under-test.ts';
import {AppUnderTest} from './app-under-test.tsx';

it('without a server says on the page of the connection why, in the footer what can be done, and for a key why not', async () => {
  await using app = await AppUnderTest.open({baseUrl: () => 'http://127.0.0.1:1'});
  await app.shows('The server cannot be reached');
  expect(app.rows.at(-1)).toBe(' r reconnect · i connection · q quit · ? all keys');
  for (const key of ['d', 'y', 'Enter', 'm', '1', 'Tab']) {
    await app.press(key);
    expect(app.rows.at(-2), key).toMatch(/^ no list of pipelines: connection refused by 127.0.0.1:1 *$/);
    await app.press('j');
  }
  await app.press('i');
  expect(app.rows.slice(1, 5).map((row) => row.trimEnd())).toEqual([
    ' Connection',
    ' http://127.0.0.1:1  Feldera of unknown version',
    ' no list of pipelines: connection refused by 127.0.0.1:1',
    ' no tab is open',
  ]);
});

it('without a server offers the same where a log that was asked for has the focus', async () => {
  await using app = await AppUnderTest.open({baseUrl: () => 'http://127.0.0.1:1', names: ['orders']});
  await app.shows('The server cannot be reached');
  expect(app.rows.at(-1)).toBe(' r reconnect · i connection · q quit · ? all keys');
  await app.press('i');
  await app.shows(/^ no list of pipelines: connection refused by 127.0.0.1:1 *$/m);
});

describe('the screen', () => {
  it('says since when the log cannot be reached while its runner is away', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.screen.server.killRunner();
    await app.shows(/log unreachable since \d\d:\d\d:\d\d/);
    app.screen.server.startRunner();
    await app.shows('LIVE');
  });

  it('shows the list and the logs of the first pipeline without a key', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('Runtime transition: initializin');
    await app.shows('LIVE');
    const [header = '', firstRow = ''] = app.rows;
    expect(header).toMatch(/^ pipetail {2}test {2}3 pipelines · 2 logs not read +LIVE$/);
    expect(firstRow).toMatch(/^►Pipelines +│ billing /);
    expect(app.rows[2]).toMatch(/^ ● billing Running +│/);
    expect(app.text).toContain('fraud');
    expect(app.rows.at(-1)).toMatch(/ · \? all keys$/);
    expect(app.rows.at(-2)).toMatch(/^ {2}5 lines {2}\S+ kB$/);
  });

  it('fills the terminal exactly', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    app.screen.server.pipeline('billing').write(`wide 日本語 ${'x'.repeat(300)}`);
    await app.shows('wide 日本語');
    expect(app.rows).toHaveLength(30);
    for (const row of app.rows) expect(textWidth(row)).toBeLessThanOrEqual(100);
  });

  it('shows what arrives until it is paused', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    for (let line = 0; line < 40; line++) app.screen.server.pipeline('orders').write(`first ${line}`);
    await app.shows('first 39');
    await app.press('p');
    await app.shows('PAUSED');
    for (let line = 0; line < 40; line++) app.screen.server.pipeline('orders').write(`more ${line}`);
    await app.shows('PAUSED · 40 new · G follows');
    expect(app.text).not.toContain('more 39');
    await app.press('G');
    await app.shows('more 39');
    expect(app.text).not.toContain('PAUSED');
  });

  it('names a run in the frame that shows its start', async () => {
    await using app = await AppUnderTest.open({names: ['orders'], scenario: (server) => server.addPipeline('orders')});
    await app.shows('Fresh start of pipeline logs');
    expect(app.text).not.toContain('run 1 of 1');
    app.screen.server.pipeline('orders').start();
    await app.shows('stopped -> pro');
    expect(app.text).toContain('run 1 of 1');
  });

  it('names the run of the newest line while it follows, and of the first line shown while it does not', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    const pipeline = app.screen.server.pipeline('orders');
    pipeline.stop();
    pipeline.start();
    await app.shows('run 2 of 2 · running');
    // Both are on the screen.
    expect(app.text).toContain('Fresh start of pipeline logs');
    await app.press('g');
    await app.shows('run 1 of 2 · stopped');
    await app.press('G');
    await app.shows('run 2 of 2 · running');
  });

  it('says how old lines are while nothing arrives, also below lines that are dated in the future', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    await app.press('t', 't', 't');
    await app.shows(/\+\d+ d INFO .* Fresh start/);
    const {clock, server} = app.screen;
    const now = new Date(clock.wall() + 60_000).toISOString().replace('Z', '000Z');
    server.pipeline('orders').write(`[orders] ${now}  INFO dbsp::work:  of this minute`);
    await app.shows(/[+-]\d+ s INFO .* of this minute/);
    const age = () => /[+-]\d+ s INFO .* of this minute/.exec(app.text)?.[0];
    const before = age();
    await clock.advance(1500);
    for (let times = 0; times < 100 && age() === before; times++) await settled();
    expect(age()).not.toBe(before);
    // A request in progress would take all these minutes, and be shown.
    app.screen.facts.stop();
    await clock.advance(300_000);
    await app.shows(/-\d+ min INFO .* of this minute/);
  });

  it('has one connection for each tab, and closes it with the tab', async () => {
    await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
    await app.screen.untilConnected('orders', 'fraud');
    await app.shows('►1 orders  2 fraud');
    await app.press('X');
    await app.screen.untilConnected('fraud');
    await app.shows('►1 fraud ');
    expect(app.text).not.toContain('2 fraud');
  });

  it('says how to see a log when there is no tab', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    await app.press('X');
    await app.shows('Press Enter to show the log');
    await app.press('Enter');
    await app.shows(' 1 orders');
    expect(app.text).not.toContain('Press Enter to show the log');
  });

  it('continues a long notice in the row of the keys, and says which rows of a page are shown', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.controller.dispatch({type: 'set', change: {notice: `${'word '.repeat(19)}behind it the rest`}});
    await app.shows('the rest');
    expect(app.rows.at(-1)).toMatch(/^ behind it the rest *$/);
    await app.press('?');
    await app.shows('type to find');
    expect(app.rows.at(-2)).toMatch(/^ 1–\d+ of \d+ rows *$/);
    await app.press('End');
    await app.shows(/▸ \^Y +insert what was cut/);
    await app.press('q', 'u', 'i', 't');
    await app.shows(/^ find: quit +$/m);
    expect(app.text).toContain('▸ q ');
  });

  it('marks a tab in the background when lines and errors come', async () => {
    await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
    await app.shows('LIVE');
    await app.screen.clock.advance(1000);
    await app.press('2');
    await app.shows(/│ 1 orders ►2 fraud /);
    const line = '[orders] 2026-11-25T09:08:47.372844Z ERROR a::b:  broken';
    app.screen.server.pipeline('orders').write(line);
    await app.shows('1 orders ●1✗');
    await app.screen.clock.advance(1000);
    await app.press('1');
    await app.shows(/1 orders {2}2 fraud/);
  });

  it('says in a banner what is wrong with the pipeline, since its log does not', async () => {
    await using app = await AppUnderTest.open({
      scenario: (server) => {
        server.addPipeline('etl').setProgram('SqlError');
        server.addPipeline('orders').start();
      },
    });
    await app.shows('✗ SQL error');
    await app.shows('press d for details');
    expect(app.rows).toHaveLength(30);
  });

  it('says of which pipeline of a merged log a stream is lost', async () => {
    await using app = await AppUnderTest.open({names: ['orders', 'fraud']});
    await app.shows('LIVE');
    app.screen.server.pipeline('fraud').start();
    app.screen.server.pipeline('fraud').loseStream('stdout');
    await app.press('2');
    await app.shows('LIVE · stdout lost');
    await app.press('+');
    await app.shows('LIVE · fraud: stdout lost');
  });

  it('says the state of a pipeline once: with its failure, else with its run, else beside LIVE', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    const pipeline = app.screen.server.pipeline('orders');
    const top = () => app.rows.slice(0, 4).map((row) => row.replace(/^.*│/, ''));
    pipeline.pause();
    await app.shows('run 1 of 1 · paused');
    await app.shows('Runtime transition: running -> paused');
    expect(app.rows[0]).toMatch(/LIVE *$/);
    pipeline.stop();
    await app.shows('run 1 of 1 · stopped');
    await app.screen.until(() => /LIVE *$/.test(app.rows[0] ?? ''), 'the state in one place');
    pipeline.start();
    pipeline.fail('exit status: 3');
    await app.shows('✗ Failed · exit status: 3');
    await app.screen.until(() => !/failed/i.test(`${top()[0]}${top()[3]}`), 'the failure in one place');
    expect(top()[3]).toMatch(/^ run 2 of 2 · \d/);
    await app.press('d');
    await app.shows('Failed · exit status: 3');
    // A page covers the log.
    expect(app.rows[0]).toMatch(/not read *$/);
    await app.press('d');
    await app.shows(/ LIVE$/m);
  });
});

it('says why a pipeline is degraded in place of its newest run, without a key, and moves no row of the log', async () => {
  await using app = await AppUnderTest.open({
    names: ['orders'],
    scenario(server) {
      server.addPipeline('orders').start([{kind: 'input', name: 'orders.in', hasHealth: true}]);
    },
  });
  await app.shows('run 1 of 1 · running');
  await app.shows('LIVE');
  const {run} = app.screen.server.pipeline('orders');
  const log = () => app.rows.slice(3, -2);
  const before = log();
  run.receive('orders.in', 10);
  run.step();
  run.setHealth('orders.in', 'Unhealthy', 'broker away');
  run.addError({endpoint: 'orders.in', kind: 'transport', tag: undefined, message: 'broker away'});
  await app.shows('◐ Degraded · orders.in: broker away  press d for details');
  expect(log()).toEqual(before);
  await app.shows(/1 degraded +LIVE *$/m);
});

describe('pages', () => {
  it('the help opens and closes', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    await app.press('?');
    await app.shows('to the log, and back');
    expect(app.rows).toHaveLength(30);
    await app.press('Esc');
    await app.hides('to the log, and back');
    await app.shows('●');
  });

  it('one that was scrolled to its end still has its end there when it becomes shorter', async () => {
    await using app = await AppUnderTest.open({size: {columns: 60, rows: 20}});
    await app.shows('LIVE');
    await app.press('?', 'End');
    const last = () => app.rows.findLast((row, index) => index < app.rows.length - 2 && row.trim() !== '');
    await app.screen.until(() => !app.text.includes('type to find'), 'its end');
    app.resize(100, 40);
    await app.shows(/–(\d+) of \1 rows|type to find/);
    expect(last()).toMatch(/\S/);
    expect(app.rows.slice(1, -2).filter((row) => row.trim() !== '').length).toBeGreaterThan(20);
  });
});

it('what is pasted outside a prompt is no key', async () => {
  await using app = await AppUnderTest.open();
  await app.shows('LIVE');
  app.type('\u001B[200~q?X\u001B[201~');
  await app.screen.clock.advance(100);
  expect(app.screen.quits).toBe(0);
  expect(app.screen.controller.state).toMatchObject({page: undefined, active: 'billing'});
});

it('keys that arrive in one piece are all pressed, arrows as well', async () => {
  await using app = await AppUnderTest.open();
  await app.shows('LIVE');
  app.type('\u001B[B\u001B[B');
  await app.screen.until(() => app.screen.controller.state.cursor === 'orders', 'the cursor');
  app.type('kk');
  await app.screen.until(() => app.screen.controller.state.cursor === 'billing', 'the cursor');
});

it.each([
  [60, 20],
  [80, 24],
  [120, 35],
  [200, 50],
])('says once how many pipelines fail, at %i×%i, also without the list', async (columns, rows) => {
  await using app = await AppUnderTest.open({scenario: withFailures, names: ['billing']});
  app.resize(columns, rows);
  await app.shows('2 failing');
  await app.shows('LIVE');
  for (const key of ['j', 'p', 'z', 'z']) {
    await app.press(key);
    expect(app.text.match(/2 failing|✗ 2/g), key).toHaveLength(1);
  }
});

describe('sizes', () => {
  it('too small says so, and what is needed', async () => {
    await using app = await AppUnderTest.open({size: {columns: 39, rows: 10}});
    await app.shows('39×10 is too small:');
    await app.shows('pipetail needs 40×10');
  });

  it('too small says so where there is no ×', async () => {
    await using app = await AppUnderTest.open({size: {columns: 39, rows: 10}, services: {isUtf8: false}});
    await app.shows('39x10 is too small:');
    await app.shows('pipetail needs 40x10');
  });

  it('too small with a prompt open: its keys and those that quit still work', async () => {
    await using app = await AppUnderTest.open();
    await app.shows('LIVE');
    await app.press('/');
    await app.shows('find /');
    app.resize(30, 8);
    await app.shows('30×8 is too small');
    await app.press('Esc');
    await app.screen.until(() => app.screen.controller.state.prompt === undefined, 'the prompt to go');
    await app.press('q');
    await app.screen.until(() => app.screen.quits === 1, 'the end');
  });

  it('recovers when the terminal grows, and fits each size', async () => {
    await using app = await AppUnderTest.open({size: {columns: 30, rows: 5}});
    await app.shows('30×5 is too small');
    for (const [columns, rows] of [
      [40, 10],
      [80, 24],
      [99, 50],
    ] as const) {
      app.resize(columns, rows);
      await app.shows(columns < 76 ? 'LIVE' : 'Runtime transition:');
      expect(app.rows).toHaveLength(rows);
      for (const row of app.rows) expect(textWidth(row)).toBeLessThanOrEqual(columns);
    }
  });
});

describe('while there is no list', () => {
  it('no credentials: says what to do, and recovers automatically', async () => {
    await using app = await AppUnderTest.open({apiKey: 'apikey:secret'});
    await app.shows('The server requires credentials');
    await app.shows('--auth or the variable FELDERA_API_KEY');
    await app.shows(/Trying again in \d+ s/);
    app.screen.server.setApiKey(undefined);
    await app.shows('LIVE');
  });

  it('a wrong URL', async () => {
    const page = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<!doctype html>';
    await using web = await startReplayServer({reply: () => ({bytes: page})});
    await using app = await AppUnderTest.open({baseUrl: () => web.url});
    await app.shows('This is not the Feldera API');
    await app.shows(`Tried: GET ${web.url}/v0/pipelines`);
  });

  it('an unreachable server, until it is there', async () => {
    await using app = await AppUnderTest.open({scenario: (server) => void server.stopApi()});
    await app.shows('The server cannot be reached');
    await app.screen.server.startApi();
    await app.shows('No pipelines yet');
    app.screen.server.addPipeline('first').start();
    await app.shows('LIVE');
  });

  it('r tries at once', async () => {
    await using app = await AppUnderTest.open({apiKey: 'apikey:secret'});
    await app.shows('The server requires credentials');
    const asked = app.screen.server.requests.length;
    await app.press('r');
    await app.screen.until(() => app.screen.server.requests.length > asked, 'another request');
  });

  it('tabs that are open stay readable when the server goes', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.server.pipeline('orders').write('the last word');
    await app.shows('the last word');
    await app.screen.server.stopApi();
    await app.shows(/reconnecting in \d+ s/);
    await app.shows(/no answer since \d\d:\d\d:\d\d/);
    expect(app.text).toContain('the last word');
    expect(app.text).not.toContain('LIVE');
    // Of a run that may have ended the state is in the header alone.
    app.resize(160, 30);
    await app.shows(/ no answer since [\d:]+ \(connection refused\), last known: running +reconn/);
    expect(app.text).toMatch(/ run 1 of 1 · since [\d:]+/);
    app.resize(100, 24);
    await app.press('d');
    await app.shows(/ no answer since [\d:]+ UTC \(connection\s+refused\), last\s+known: running/);
    const [aboveEvents = ''] = app.text.split('Connection of');
    expect(aboveEvents.match(/refused|nothing listens/g)).toHaveLength(1);
    await app.screen.server.startApi();
    await app.shows(/^ +Running/m);
    await app.hides('no answer since');
    await app.hides('The request failed');
    await app.press('d');
    await app.shows('LIVE');
  });
});

it('a log whose connection is open is not called live while the server is silent, until a byte comes', async () => {
  await using app = await AppUnderTest.open({names: ['orders']});
  await app.shows('LIVE');
  const {server} = app.screen;
  server.refuse({kind: 'reset', of: 'list', times: 1000});
  app.resize(160, 30);
  await app.shows(/ · \w[^·]+, last known: running +no answer(?: for \d+ s)?$/m);
  expect(app.text).not.toMatch(/LIVE|run 1 of 1 · running/);
  expect(app.rows[1]).toContain('orders ◌');
  server.pipeline('orders').write('a word');
  await app.shows(/ LIVE$/m);
  await app.shows('run 1 of 1 · running');
  expect(server.openLogConnections()).toBe(1);
  server.acceptAgain();
  await app.hides('no answer');
});

it('a connection of the log that is lost changes no row above the log while the list answers', async () => {
  await using app = await AppUnderTest.open({names: ['orders']});
  await app.shows('LIVE');
  await app.shows(/ run 1 of 1 · running · since [\d:]+/);
  const {server} = app.screen;
  server.refuse({kind: 'channel-closed'});
  server.cutConnections();
  await app.shows(/reconnecting in \d+ s/);
  // On a busy machine a request of the list may be late at this moment, which the row would say, too.
  await app.shows(/ run 1 of 1 · running · since [\d:]+/);
});

describe('while the server does not answer', () => {
  it('says that it waits for the list, and since when', async () => {
    await using silent = await startReplayServer({reply: () => undefined});
    await using app = await AppUnderTest.open({baseUrl: () => silent.url});
    expect(app.text).not.toContain('waiting');
    await app.shows(/^ loading 2 s +│/m);
    await app.shows('│ waiting for the list of pipelines, 3 s');
  });

  it('says that it waits for a log, and no longer once it comes', async () => {
    await using app = await AppUnderTest.open({
      names: ['orders'],
      scenario: (server) => {
        server.addPipeline('orders');
        server.freeze();
      },
    });
    await app.shows('│ waiting for the log of orders, 2 s');
    app.screen.server.thaw();
    await app.shows('Fresh start');
    await app.hides('waiting');
  });

  it('says that it waits for the description of a pipeline', async () => {
    await using app = await AppUnderTest.open({names: ['orders']});
    await app.shows('LIVE');
    app.screen.server.refuse({kind: 'runner-frozen', of: 'pipeline'});
    await app.press('d');
    await app.shows('waiting for the description of the pipeline, 2 s');
  });
});

it('a mistyped name is answered in its pane, and Enter opens the pipeline that was meant', async () => {
  await using app = await AppUnderTest.open({names: ['ordrs']});
  await app.shows("Did you mean 'orders'? Press Enter to open it.");
  await app.press('Enter');
  await app.shows('Runtime transition');
  expect(app.rows[1]).toMatch(/│►1 orders /);
});
