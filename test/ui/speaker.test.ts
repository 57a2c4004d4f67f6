import {expect, it} from 'vitest';
import {takeUnsaid} from '../../source/ui/page-speaker.ts';
import {openAs} from '../../source/ui/pages/page.ts';
import {pipelinePage} from '../../source/ui/pages/pipeline.ts';
import {Speaker} from '../../source/ui/speaker.ts';

import {logged, pressed, reading, typed, workedOut, write} from './reading.ts';
import {type ScreenOptions, ScreenUnderTest} from './screen-under-test.ts';

/** What was said, and whether the terminal accepts it. */
type Spoken = AsyncDisposable & {
  readonly screen: ScreenUnderTest;
  readonly said: string[];
  readonly status: () => string;
  isReady: boolean;
  /** What was said since the last call, after `seconds`. */
  since(seconds?: number): Promise<string[]>;
};

function listen(screen: ScreenUnderTest): Spoken {
  const said: string[] = [];
  let heard = 0;
  let stop = () => {};
  const speaker = new Speaker({
    controller: screen.controller,
    say: (lines) => said.push(...lines),
    isReady: () => spoken.isReady,
  });
  const spoken: Spoken = {
    screen,
    said,
    status: () => speaker.status.get(),
    isReady: true,
    async since(seconds = 0) {
      await screen.clock.advance(seconds * 1000 + 1);
      const more = said.slice(heard);
      heard = said.length;
      return more;
    },
    async [Symbol.asyncDispose]() {
      stop();
      await screen[Symbol.asyncDispose]();
    },
  };
  stop = speaker.start();
  return spoken;
}

const info = (number: number) => logged(number, 'INFO', `line ${number}`);
const lines = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => info(from + index));
/** The numbers of the lines that were said. */
const numbers = (said: readonly string[]) => said.flatMap((text) => /\bline (\d+)$/.exec(text)?.[1] ?? []).map(Number);
/** How many lines were said as a number. */
const counted = (said: readonly string[]) =>
  said.reduce((sum, text) => sum + Number(/^\+([\d,]+) lines?\b/.exec(text)?.[1]?.replaceAll(',', '') ?? 0), 0);

/** The log of `orders`, live, with these lines; all so far was said. */
async function following(before: readonly string[], options: ScreenOptions = {}): Promise<Spoken> {
  const screen = await reading(before, options);
  const spoken = listen(screen);
  const isLive = () => screen.logs.get('orders')?.snapshot.get().connection?.kind === 'live';
  await screen.until(isLive, 'the log to be live');
  await spoken.since(10);
  return spoken;
}

it('begins with the server, the list, the log, and its last lines', async () => {
  await using spoken = listen(await reading(lines(1, 20)));
  const isLive = () => spoken.status().includes('LIVE');
  await spoken.screen.until(isLive, 'the log to be live');
  const said = await spoken.since(1);
  expect(said[0]).toBe(
    'pipetail on test: 2 pipelines · press ? to list the keys, Tab to go to the list or to the log, q to quit',
  );
  expect(said[1]).toMatch(/^tab 1 of 1: orders, Stopped/);
  expect(said.slice(-4)).toEqual(['21 lines', expect.any(String), expect.any(String), expect.any(String)]);
  expect(numbers(said)).toEqual([18, 19, 20]);
  expect(spoken.status()).toBe('orders · Stopped · LIVE · following · keys go to the log · ? help');
});

it('says each new line once, without columns', async () => {
  await using spoken = await following([]);
  await write(spoken.screen, info(1), info(2));
  expect(await spoken.since(1)).toEqual(['00:00:01.000 INFO work line 1', '00:00:02.000 INFO work line 2']);
  await write(spoken.screen, info(3));
  expect(await spoken.since(20)).toEqual(['00:00:03.000 INFO work line 3']);
});

it('says the number of a flood instead, its last error, and what was lost; and no line is missing', async () => {
  await using spoken = await following([]);
  for (let n = 0; n < 1000; n += 100) {
    const error = n === 500 ? [logged(n, 'ERROR', 'disk full')] : [];
    await write(spoken.screen, ...lines(n + 1, n + 100), ...error);
  }
  await write(spoken.screen, info(2000));
  const said = await spoken.since(20);
  expect(said).toContainEqual(expect.stringMatching(/^\+[\d,]+ lines, 1 error$/));
  expect(said).toContain('the last error: 00:08:20.000 ERROR work disk full');
  expect(counted(said) + numbers(said).length).toBe(1002);
  // Three lines in a second can be heard, a thousand cannot.
  expect(said.length).toBeLessThan(40);
});

it('says each line again as soon as a second has few enough', async () => {
  await using spoken = await following([]);
  await write(spoken.screen, ...lines(1, 9));
  expect(await spoken.since()).toEqual(['+9 lines']);
  for (const line of lines(10, 19)) {
    await spoken.screen.clock.advance(600);
    await write(spoken.screen, line);
  }
  expect(numbers(await spoken.since(9))).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

it('waits while the terminal accepts nothing, and then says how much came', async () => {
  await using spoken = await following([]);
  spoken.isReady = false;
  for (const line of lines(1, 30)) await write(spoken.screen, line);
  spoken.screen.press('#');
  expect(await spoken.since(60)).toEqual([]);
  spoken.isReady = true;
  expect(await spoken.since(10)).toEqual(['line numbers on', '+30 lines']);
});

it('says what a key has changed in one line', async () => {
  await using spoken = await following(lines(1, 9));
  const press = async (...keys: string[]) => {
    await pressed(spoken.screen, ...keys);
    return await spoken.since();
  };
  expect(await press('#')).toEqual(['line numbers on']);
  expect(await press('J')).toEqual(['lines as sent']);
  expect(await press('J')).toEqual(['compact lines']);
  expect(await press('t')).toEqual(['local times']);
  expect(await press('k')).toEqual(['paused', '00:00:08 INFO line 8']);
  expect(await press('k')).toEqual(['00:00:07 INFO line 7']);
  expect(await press('m')).toEqual(['marked: press " to write a note on it']);
  expect(spoken.status()).toContain(' · paused · ');
  await write(spoken.screen, info(10));
  expect(await spoken.since(9)).toEqual([]);
  expect(await press('F')).toEqual(['following', '00:00:10 INFO line 10']);
  expect(await press('z')).toEqual(['list hidden']);
  expect(await press('n')).toEqual(['no search: press / to start one']);
  expect(await press('q')).toEqual(['1 tab is open: press q again to quit, any other key to stay']);
});

it('counts the records by time where there is a histogram, for the keys that go through it', async () => {
  await using spoken = await following(lines(1, 20), {viewOptions: {histogram: 'on'}});
  await write(spoken.screen, info(30));
  await spoken.since(1);
  await pressed(spoken.screen, '(');
  expect(await spoken.since(1)).toContain('1 s from 11-25 00:00:20: 1 record');
});

it('reads the keys of a prompt, and is back at what was typed when they are closed', async () => {
  await using spoken = await following([info(1), logged(2, 'INFO', 'refused')]);
  const {screen} = spoken;
  await pressed(screen, '/', 'r', 'e', 'f', 'F1');
  const said = await spoken.since(1);
  expect(said).toEqual(expect.arrayContaining(['in this prompt', 'Enter done', '↑ ^P ^R earlier searches']));
  expect(said.filter((text) => /^search: |line matches/.test(text))).toEqual([]);
  await pressed(screen, 'F1');
  expect(await spoken.since(1)).toEqual(['back: search: ref · 1 of 1 line matches']);
  expect(spoken.status()).toBe('search: ref · 1 of 1 line matches');
});

it('reads a prompt as one line, and says what was found when it is closed', async () => {
  await using spoken = await following(lines(1, 12));
  spoken.screen.press('/');
  await spoken.since();
  expect(spoken.status()).toMatch(/^search: \(/);
  spoken.screen.pressTogether('l', 'i', 'n', 'e', 'Space', '1');
  await workedOut(spoken.screen);
  await write(spoken.screen, info(13));
  expect(await spoken.since(5)).toEqual([]);
  expect(spoken.status()).toMatch(/^search: line 1 · \d of 5 lines match$/);
  await pressed(spoken.screen, 'Enter');
  const said = await spoken.since();
  expect(said).toContain('search: line 1');
  expect(said.at(-1)).toMatch(/^\d of 5 lines match: 00:00:\d\d\.000 INFO work line 1/);
  await pressed(spoken.screen, 'N');
  expect(await spoken.since()).toEqual([
    expect.stringMatching(/^\d of 5 lines match: 00:00:\d\d\.000 INFO work line 1/),
  ]);
  await typed(spoken.screen, '&', 'line 12');
  expect(await spoken.since(1)).toContain('filters: line 12');
  expect(spoken.said).toContain('1 line shown');
  spoken.screen.press('T');
  spoken.screen.pressTogether('x', 'Enter');
  expect((await spoken.since()).at(-1)).toMatch(/^not a time/);
});

it('reads a page once, and of a list the item that the cursor moves to', async () => {
  await using spoken = await following([logged(1, 'ERROR', 'disk full'), logged(2, 'ERROR', 'no route')]);
  spoken.screen.press('?');
  const help = await spoken.since(30);
  expect(help).toContain('? all keys; find a command');
  expect(await spoken.since(30)).toEqual([]);
  expect(spoken.status()).toBe('keys · press Esc to go back');
  spoken.screen.press('Down');
  expect(await spoken.since()).toEqual(['g G T top; follow the end; a time']);
  spoken.screen.pressTogether(...'nexterror');
  expect(await spoken.since()).toEqual(['0 commands with nexterror: no command matches']);
  spoken.screen.press('Esc', 'Esc');
  expect(await spoken.since()).toEqual([expect.stringMatching(/^back: tab 1 of 1: orders/)]);
  spoken.screen.press('A');
  const errors = await spoken.since();
  expect(errors[0]).toMatch(/^Errors/);
  expect(errors.filter((text) => /disk full|no route/.test(text))).toHaveLength(2);
  spoken.screen.press('j');
  const moved = await spoken.since();
  expect(moved).toEqual([errors[2]]);
});

it('reads a page that is worked out later once it is there: what was compared, and the timeline', async () => {
  await using spoken = await following([logged(1, 'INFO', 'step')]);
  const orders = spoken.screen.server.pipeline('orders');
  for (const kind of ['first', 'second']) {
    orders.stop();
    orders.start();
    orders.write(logged(2, 'ERROR', `${kind} kind`));
  }
  await spoken.screen.untilLine('orders', 'second kind');
  spoken.screen.press('D');
  await spoken.screen.until(
    () => openAs(spoken.screen.controller.state.page, pipelinePage)?.changes.state.get()?.kind === 'compared',
    'the changes',
  );
  const compared = (await spoken.since(10)).filter((text) => text.startsWith('Changes'));
  expect(compared.at(-1)).toMatch(/^Changes in run \d since run \d 1 new · 1 gone/);
  spoken.screen.press('H');
  await spoken.screen.until(
    () => openAs(spoken.screen.controller.state.page, pipelinePage)?.timeline.state.get()?.timeline !== undefined,
    'the timeline',
  );
  const timeline = (await spoken.since(10)).filter((text) =>
    text.startsWith('Timeline of orders newest first, UTC · '),
  );
  expect(timeline).toHaveLength(1);
});

it('says which tab is shown, its state, and what is new in it', async () => {
  await using spoken = await following(lines(1, 3), {names: ['orders', 'fraud']});
  spoken.screen.press('2');
  const isLive = () => spoken.screen.logs.get('fraud')?.snapshot.get().connection?.kind === 'live';
  await spoken.screen.until(isLive, 'the other log to be live');
  expect((await spoken.since(6))[0]).toMatch(/^tab 2 of 2: fraud, Stopped/);
  for (const line of [...lines(4, 30), logged(31, 'ERROR', 'disk full')])
    spoken.screen.server.pipeline('orders').write(line);
  await spoken.screen.untilLine('orders', 'disk full');
  expect(await spoken.since(9)).toEqual([]);
  spoken.screen.press('1');
  await workedOut(spoken.screen);
  expect(await spoken.since(1)).toEqual([
    'tab 1 of 2: orders, Stopped, LIVE, 1 unseen error',
    '+28 lines, 1 error',
    'the last error: 00:00:31.000 ERROR work disk full',
    '00:00:29.000 INFO work line 29',
    '00:00:30.000 INFO work line 30',
    '00:00:31.000 ERROR work disk full',
  ]);
});

it('says the pipeline under the cursor, and which one fails', async () => {
  await using spoken = await following([]);
  spoken.screen.press('Tab');
  expect(await spoken.since()).toEqual(['list: orders, Stopped, 2 of 2']);
  spoken.screen.press('k');
  expect(await spoken.since()).toEqual(['fraud, Stopped, 1 of 2']);
  spoken.screen.press('1', 'X');
  expect(await spoken.since()).toContain('no log is open');
  spoken.screen.server.pipeline('orders').fail('exit status: 101');
  await spoken.screen.until(
    () => spoken.said.some((text) => text === 'orders: Failed · exit status: 101'),
    'the failure',
  );
  expect(spoken.said).toContain('orders: Failed · exit status: 101');
});

it('says that a connection was lost and is back, without a countdown', async () => {
  await using spoken = await following([]);
  spoken.screen.server.cutConnections();
  await spoken.screen.until(() => spoken.said.at(-1)?.includes('reconnected after') === true, 'the marker');
  const said = await spoken.since();
  expect(said.filter((text) => text === 'orders: reconnecting')).toHaveLength(1);
  expect(said).toContainEqual(expect.stringMatching(/^connection lost · reconnected after .* · 0 entries lost$/));
});

it('says once that the server does not answer, and of its pipelines what was known last', async () => {
  await using spoken = await following([], {names: ['orders', 'fraud']});
  const {screen} = spoken;
  screen.server.refuse({kind: 'reset', of: 'all', times: 1000});
  screen.server.cutConnections();
  await screen.until(() => spoken.said.some((text) => text.startsWith('no answer')), 'the outage');
  await spoken.since(30);
  const outages = spoken.said.filter((text) => text.startsWith('no answer'));
  expect(outages).toEqual([expect.stringMatching(/^no answer since \d\d:\d\d:\d\d \(.+\)$/)]);
  expect(spoken.status()).toMatch(
    /^orders · no answer since .*, last known: stopped · reconnecting · keys go to the log/,
  );
  screen.server.acceptAgain();
  await screen.until(() => spoken.said.includes('the list is up to date again'), 'the list');
  await screen.until(() => spoken.status().startsWith('orders · Stopped · LIVE · following'), 'the log');
});

it('says once why there is no list, however often it is tried', async () => {
  const screen = await ScreenUnderTest.open();
  screen.server.refuse({kind: 'unreachable', of: 'list', times: 1000});
  await using spoken = listen(screen);
  screen.connect();
  await screen.until(() => spoken.said.length > 0, 'the reason');
  await spoken.since(60);
  expect(new Set(spoken.said).size).toBe(spoken.said.length);
  screen.server.acceptAgain();
  await screen.until(() => spoken.said.some((text) => text.startsWith('pipetail on test: ')), 'the list');
});

it('of a description the connectors are said once, without curves; numbers that change are not said again', async () => {
  await using spoken = await following([info(1)]);
  const {screen} = spoken;
  const orders = screen.server.pipeline('orders');
  orders.start([{kind: 'input', name: 'orders.kafka', hasHealth: true}]);
  orders.run.receive('orders.kafka', 10);
  screen.press('d');
  await screen.until(() => spoken.said.some((text) => text.startsWith('orders.kafka')), 'the connectors');
  expect(spoken.said).toContainEqual(expect.stringMatching(/^orders\.kafka .*healthy 10 520 B 10 none$/));
  await spoken.since();
  orders.run.receive('orders.kafka', 5000);
  const records = () => screen.facts.stats.known.get().get('orders')?.stats?.connectors[0]?.records;
  await screen.until(() => records() === 5010, 'the next statistics');
  expect((await spoken.since(5)).join()).not.toContain('orders.kafka');
  const rows = ['throughput ▁▂▃█ 41 records per second', 'memory __.:=# 1.5 MB'];
  expect(takeUnsaid(rows, new Set(), true)).toEqual(['throughput 41 records per second', 'memory 1.5 MB']);
});
