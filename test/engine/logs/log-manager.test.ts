import {appendFileSync} from 'node:fs';
import path from 'node:path';
import {describe, expect, it, onTestFinished, test} from 'vitest';
import {noServer} from '../../../source/engine/api/no-server.ts';
import {openedLog} from '../../../source/engine/feeds/opened-log.ts';
import {Catalog, type OpenFound} from '../../../source/engine/logs/catalog.ts';
import {forEachLog, LogManager, watchFirstLines} from '../../../source/engine/logs/log-manager.ts';
import {findLogs} from '../../../source/engine/opened/find-logs.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {createStore} from '../../../source/lib/store.ts';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {connectionOf, markersOf, openStreams, untilLines} from './open-streams.ts';

type Rig = {
  readonly manager: LogManager;
  /** Writes `count` lines. Returns their texts. */
  readonly write: (name: string, count: number) => string[];
};

const openFile: OpenFound = (found, options) => openedLog(found, options);

function managerOf(catalog: Catalog): LogManager {
  const limits = {fps: 1000, scrollbackBytes: 64 * 1024 * 1024};
  const manager = new LogManager({client: noServer(), clock: systemClock, random: () => 0, ...limits}, catalog);
  onTestFinished(() => manager.dispose());
  return manager;
}

async function openFiles(names: readonly string[]): Promise<Rig> {
  const folder = await temporaryDirectory();
  const pathOf = (name: string) => path.join(folder.path, name);
  for (const name of names) appendFileSync(pathOf(name), `${name} begins\n`);
  const catalog = new Catalog();
  for (const name of names) catalog.add(await findLogs(pathOf(name)), openFile);
  const manager = managerOf(catalog);
  onTestFinished(() => folder[Symbol.asyncDispose]());
  let written = 0;
  return {
    manager,
    write(name, count) {
      const lines = Array.from({length: count}, () => `[${name}] 2026-11-25T09:17:00Z  INFO test:  line ${written++}`);
      appendFileSync(pathOf(name), lines.map((line) => `${line}\n`).join(''));
      return lines;
    },
  };
}

const forms: Readonly<Record<string, (names: readonly string[]) => Promise<Rig>>> = {
  pipelines: openStreams,
  files: openFiles,
};

describe.each(Object.entries(forms))('of %s', (_, open) => {
  it('a log is shared by all that open it, and opened anew after it was closed', async () => {
    const {manager, write} = await open(['a', 'b']);
    const first = manager.open('b');
    const other = manager.open('a');
    expect(manager.open('b')).toBe(first);
    expect(manager.get('b')).toBe(first);
    expect(manager.names.get()).toEqual(['b', 'a']);
    const lines = write('b', 2);
    expect(await untilLines(first, lines)).toEqual(lines);
    manager.close('b');
    manager.close('b');
    expect(manager.get('b')).toBeUndefined();
    expect(manager.names.get()).toEqual(['a']);
    const again = manager.open('b');
    expect(again).not.toBe(first);
    expect(await untilLines(again, lines)).toEqual(lines);
    expect(manager.names.get()).toEqual(['a', 'b']);
    manager.dispose();
    expect(manager.names.get()).toEqual([]);
    write('a', 1);
    expect(other.snapshot.get().connection?.kind ?? 'idle').toBe('idle');
  });

  it('those that are not viewed keep receiving', async () => {
    const {manager, write} = await open(['a', 'b', 'c']);
    const logs = ['a', 'b', 'c'].map((name) => manager.open(name));
    manager.memory.setViewed('a');
    for (const log of logs) {
      const lines = write(log.name, 10);
      expect(await untilLines(log, lines)).toEqual(lines);
    }
  });

  it('the first lines of each log are notified once, while it is open and attended', async () => {
    const {manager, write} = await open(['a', 'b', 'c']);
    const drawn: string[] = [];
    const end = watchFirstLines(manager, (name) => drawn.push(name));
    const told = (...names: readonly string[]) =>
      eventually(
        () => drawn.join() === names.join(),
        () => drawn.join(),
      );
    manager.open('a');
    await told('a');
    await untilLines(manager.open('a'), write('a', 5));
    manager.open('b');
    await told('a', 'b');
    // The same log opened again is another one on the screen.
    manager.close('b');
    manager.open('b');
    await told('a', 'b', 'b');
    end();
    const last = manager.open('c');
    await eventually(
      () => last.snapshot.get().lineCount > 0,
      () => 'no line',
    );
    expect(drawn).toEqual(['a', 'b', 'b']);
  });
});

test('what came through a pipe stays open until the end', async () => {
  const catalog = new Catalog();
  const stdin = [Buffer.from('one\ntwo\n')];
  catalog.add([{kind: 'stdin', name: 'stdin', path: '-'}], (found, options) => openedLog(found, {...options, stdin}));
  const manager = managerOf(catalog);
  const log = manager.open('stdin');
  manager.close('stdin');
  expect(manager.open('stdin')).toBe(log);
  await eventually(
    () => log.snapshot.get().lineCount === 2,
    () => `${log.snapshot.get().lineCount} lines`,
  );
  manager.dispose();
  expect(manager.names.get()).toEqual([]);
});

test("the server's connections are the open tabs, after each step", async () => {
  const {server, manager} = await openStreams(['a', 'b', 'c']);
  const untilOpen = (count: number) =>
    eventually(
      () => server.openLogConnections() === count,
      () => `${count} connections, the server holds ${server.openLogConnections()}`,
    );
  for (const name of ['b', 'a', 'c']) await connectionOf(manager.open(name), 'live');
  expect(manager.names.get()).toEqual(['b', 'a', 'c']);
  await untilOpen(3);
  manager.close('a');
  manager.close('a');
  await untilOpen(2);
  expect(manager.names.get()).toEqual(['b', 'c']);
  manager.close('b');
  await untilOpen(1);
  expect(server.openLogConnections('c')).toBe(1);
  manager.dispose();
  await untilOpen(0);
  expect(manager.names.get()).toEqual([]);
  expect(server.totalLogConnections).toBe(3);
});

test('a closed stream stays closed, whatever is still asked of it', async () => {
  const {server, manager, list} = await openStreams(['a']);
  const stream = manager.open('a');
  await connectionOf(stream, 'live');
  manager.close('a');
  stream.connection.reconnect();
  stream.connection.checkAfterPause('sleep');
  stream.start();
  await list();
  await eventually(
    () => server.openLogConnections() === 0,
    () => 'no connection',
  );
  expect(stream.snapshot.get().connection.kind).toBe('idle');
});

test('a stream follows its pipeline to another name over the same connection, and connects there after a cut', async () => {
  const {server, manager, list, write} = await openStreams(['a']);
  const stream = manager.open('a');
  const before = write('a', 2);
  await untilLines(stream, before);
  await list();
  const told: [string, string][] = [];
  manager.onRenamed = (names) => told.push(...names);
  server.renamePipeline('a', 'b');
  const after = write('b', 1);
  await list();
  expect(told).toEqual([['a', 'b']]);
  expect(manager.names.get()).toEqual(['b']);
  expect(manager.get('b')).toBe(stream);
  expect(manager.get('a')).toBeUndefined();
  expect(stream.name).toBe('b');
  await untilLines(stream, [...before, ...after]);
  expect(server.totalLogConnections).toBe(1);
  server.cutConnections();
  const last = write('b', 1);
  expect(await untilLines(stream, [...before, ...after, ...last])).toEqual([...before, ...after, ...last]);
  expect(markersOf(stream)).toEqual([
    {kind: 'renamed', from: 'a', to: 'b'},
    {kind: 'reconnected', cause: 'server-lost', times: 1},
  ]);
});

test.each(['cut', 'ended', 'cut, also where the list fails first'] as const)(
  'without a list, the new name is looked for when the log is %s',
  async (how) => {
    const {server, manager, write} = await openStreams(['a']);
    const stream = manager.open('a');
    const before = write('a', 2);
    await untilLines(stream, before);
    await connectionOf(stream, 'live');
    server.renamePipeline('a', 'b');
    if (how === 'cut, also where the list fails first') server.refuse({kind: 'reset', of: 'list', times: 2});
    if (how !== 'ended') server.cutConnections();
    else {
      server.stopRunnerGently();
      server.startRunner();
    }
    const after = write('b', 1);
    expect(await untilLines(stream, [...before, ...after])).toEqual([...before, ...after]);
    expect(manager.names.get()).toEqual(['b']);
    expect(markersOf(stream)).toContainEqual({kind: 'renamed', from: 'a', to: 'b'});
    expect(markersOf(stream)).not.toContainEqual({kind: 'ended', because: 'deleted'});
  },
);

test('two pipelines exchange their names; a tab that waits for a name gives way, one with a log does not', async () => {
  const {server, manager, list, write} = await openStreams(['a', 'b', 'c', 'd']);
  const streams = ['a', 'b', 'c', 'd'].map((name) => manager.open(name));
  const [a, b, c, d] = streams;
  for (const stream of streams) await connectionOf(stream, 'live');
  await list();
  const waiting = manager.open('e');
  server.renamePipeline('a', 'x');
  server.renamePipeline('b', 'a');
  server.renamePipeline('x', 'b');
  server.renamePipeline('c', 'e');
  await list();
  for (const [name, stream] of [
    ['a', b],
    ['b', a],
    ['e', c],
  ] as const)
    expect(manager.get(name)).toBe(stream);
  expect(waiting.snapshot.get().connection.kind).toBe('idle');
  write('e', 1);
  server.deletePipeline('e');
  server.renamePipeline('d', 'e');
  await list();
  expect(manager.get('e')).toBe(c);
  expect(manager.get('d')).toBe(d);
});

test.each(['list', 'cut'] as const)(
  'a log whose name another one has is over, not deleted, until that one closes: by a %s',
  async (how) => {
    const {server, manager, list, write} = await openStreams(['blue', 'green']);
    const [blue, green] = ['blue', 'green'].map((name) => manager.open(name));
    if (!blue || !green) throw new Error('no logs');
    const lines = {blue: write('blue', 1), green: write('green', 1)};
    await untilLines(blue, lines.blue);
    await untilLines(green, lines.green);
    await list();
    server.deletePipeline('blue');
    await connectionOf(blue, 'gone');
    server.renamePipeline('green', 'blue');
    if (how === 'list') await list();
    else server.cutConnections();
    await connectionOf(green, 'gone');
    expect(green.snapshot.get().connection).toMatchObject({reason: {kind: 'renamed', to: 'blue'}});
    const renamed = {kind: 'renamed', from: 'green', to: 'blue'};
    expect(markersOf(green).slice(-1)).toEqual([renamed]);
    await list();
    // It goes on behind the one that was deleted.
    await untilLines(blue, [...lines.blue, ...lines.green]);
    manager.close('blue');
    await list();
    expect(manager.get('blue')).toBe(green);
    const more = write('blue', 1);
    await untilLines(green, [...lines.green, ...more]);
    expect(markersOf(green).filter(({kind}) => kind === 'renamed')).toEqual([renamed]);
    expect(markersOf(green).filter(({kind}) => kind === 'ended')).toEqual([]);
  },
);

test('a log that was given up goes on when its pipeline has its name again, and says so', async () => {
  const {server, manager, list, write} = await openStreams(['blue', 'green']);
  const [blue, green] = [manager.open('blue'), manager.open('green')];
  await untilLines(blue, write('blue', 1));
  const first = write('green', 1);
  await untilLines(green, first);
  await list();
  server.deletePipeline('blue');
  await connectionOf(blue, 'gone');
  for (const [from, to] of [
    ['green', 'blue'],
    ['blue', 'green'],
  ] as const) {
    server.renamePipeline(from, to);
    await list();
    await connectionOf(from === 'green' ? green : blue, 'gone');
    await connectionOf(from === 'green' ? blue : green, 'live');
  }
  expect(manager.get('green')).toBe(green);
  const last = write('green', 1);
  expect(await untilLines(green, [...first, ...last])).toEqual([...first, ...last]);
  expect(markersOf(green).filter(({kind}) => kind === 'renamed')).toEqual([
    {kind: 'renamed', from: 'green', to: 'blue'},
    {kind: 'renamed', from: 'blue', to: 'green'},
  ]);
});

test.each(['list', 'reconnect'] as const)(
  'a log that was given up follows a new pipeline of its name, which is not called the old one: by a %s',
  async (how) => {
    const {server, manager, list, write} = await openStreams(['blue', 'green']);
    const [blue, green] = [manager.open('blue'), manager.open('green')];
    await untilLines(blue, write('blue', 1));
    const first = write('green', 1);
    await untilLines(green, first);
    await list();
    server.deletePipeline('blue');
    await connectionOf(blue, 'gone');
    server.renamePipeline('green', 'blue');
    await list();
    await connectionOf(green, 'gone');
    server.addPipeline('green').start();
    const last = write('green', 1);
    if (how === 'list') await list();
    else manager.reconnect('green');
    expect(await untilLines(green, [...first, ...last])).toEqual([...first, ...last]);
    await eventually(
      () => !green.connection.isGivenUp,
      () => 'given up',
    );
    await list();
    expect(markersOf(green).filter(({kind}) => kind === 'renamed')).toEqual([
      {kind: 'renamed', from: 'green', to: 'blue'},
    ]);
    expect(server.openLogConnections()).toBe(2);
  },
);

test('a flood at full speed is read to its last line on one connection', async () => {
  const {server, manager} = await openStreams(['a']);
  const stream = manager.open('a');
  await connectionOf(stream, 'live');
  const before = stream.buffer.totalLines;
  const pipeline = server.pipeline('a');
  const batch = 10_000;
  const batches = 40;
  for (let written = 0; written < batches; written++) {
    for (let line = 0; line < batch; line++) pipeline.write(`flood ${written} ${line}`);
    // The server and the stream share this thread: both get their turns.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  const received = () => stream.buffer.totalLines - before;
  await eventually(
    () => received() >= batch * batches,
    () => `${batch * batches} lines, there are ${received()}`,
  );
  expect(received()).toBe(batch * batches);
  expect(server.totalLogConnections).toBe(1);
  expect(markersOf(stream)).toEqual([]);
});

test('the snapshot changes at most once a frame, however much comes', async () => {
  const clock = new FakeClock();
  const {manager, write} = await openStreams(['a'], {clock});
  const stream = manager.open('a');
  await untilLines(stream, write('a', 1));
  await clock.advance(1);
  let snapshots = 0;
  stream.snapshot.subscribe(() => {
    snapshots += 1;
  });
  const {endId} = stream.buffer;
  write('a', 1000);
  await eventually(
    () => stream.buffer.endId === endId + 1000,
    () => `${stream.buffer.endId} of ${endId + 1000} lines`,
  );
  expect(snapshots).toBe(0);
  await clock.advance(1);
  expect(snapshots).toBe(1);
  expect(stream.snapshot.get().endId).toBe(stream.buffer.endId);
});

test('the first lines do not wait for their frame', async () => {
  const clock = new FakeClock();
  const {manager, write} = await openStreams(['a'], {clock});
  const stream = manager.open('a');
  // The connection has used up the frame.
  await clock.advance(0);
  await untilLines(stream, write('a', 1));
  expect(stream.snapshot.get().lineCount).toBeGreaterThan(0);
});

test('tabs that have news in the same frame tell of it in one turn', async () => {
  const clock = new FakeClock();
  const {manager, write} = await openStreams(['a', 'b'], {clock});
  const streams = ['a', 'b'].map((name) => manager.open(name));
  const first = new Map(streams.map((stream) => [stream, write(stream.name, 1)]));
  for (const [stream, lines] of first) await untilLines(stream, lines);
  await clock.advance(1);
  const told: string[] = [];
  for (const {name, snapshot} of streams) {
    snapshot.subscribe(() => {
      told.push(name);
      queueMicrotask(() => told.push('turn'));
    });
  }
  for (const [stream, lines] of first) await untilLines(stream, [...lines, ...write(stream.name, 1)]);
  await clock.advance(1);
  expect(told.toSorted()).toEqual(['a', 'b', 'turn', 'turn']);
  expect(told.slice(2)).toEqual(['turn', 'turn']);
});

test('after a sleep every open tab that stays silent is connected again', async () => {
  const clock = new FakeClock();
  const {server, manager} = await openStreams(['a', 'b'], {clock});
  for (const name of ['a', 'b']) manager.open(name);
  await eventually(
    () => server.openLogConnections() === 2,
    () => 'two connections',
  );
  clock.jumpWall(3_600_000);
  await clock.advance(10_000);
  await clock.advance(2_000);
  await eventually(
    async () => {
      await clock.advance(100);
      return server.totalLogConnections === 4 && server.openLogConnections() === 2;
    },
    () => `4 connections in all and 2 open, there are ${server.totalLogConnections} and ${server.openLogConnections()}`,
  );
});

it('begins with each open stream, ends with the closed ones first, and with all at its own end', () => {
  const names = createStore<readonly string[]>(['a']);
  const streams = new Map([['a', {called: 'first a'}]]);
  const told: string[] = [];
  const stop = forEachLog({names, get: (name) => streams.get(name)}, ({called}) => {
    told.push(`begin ${called}`);
    return () => told.push(`end ${called}`);
  });
  expect(told.splice(0)).toEqual(['begin first a']);
  streams.set('b', {called: 'b'});
  names.set(['a', 'b']);
  expect(told.splice(0)).toEqual(['begin b']);
  // Another one under the same name.
  streams.set('a', {called: 'second a'});
  names.set(['b', 'a']);
  expect(told.splice(0)).toEqual(['end first a', 'begin second a']);
  stop();
  expect(told.splice(0)).toEqual(['end b', 'end second a']);
  names.set([]);
  expect(told).toEqual([]);
});
