import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import {pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {Recordings} from '../../../source/engine/recording/recordings.ts';
import {type Clock, systemClock} from '../../../source/lib/clock.ts';
import {eventually} from '../../harness/eventually.ts';
import {fastClock} from '../../harness/fast-clock.ts';
import {freePort} from '../../harness/free-port.ts';
import {type TemporaryDirectory, temporaryDirectory} from '../../harness/temporary-directory.ts';
import {connectionOf, linesOf, markersOf, untilLines} from '../logs/open-streams.ts';
import {shownOf} from '../logs/recorded-life.ts';

async function startServer(): Promise<DemoServer> {
  const server = await DemoServer.start({port: await freePort()});
  server.addPipeline('orders').start();
  onTestFinished(() => server.close());
  return server;
}

/** One run of the program: a manager with recordings. */
function startRun(server: DemoServer, home: TemporaryDirectory, all: boolean, clock: Clock = fastClock(10)) {
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'pipetail/test'});
  const recordings = new Recordings({
    directory: path.join(home.path, 'records'),
    maxBytes: 1e9,
    clock,
    processes: {pid: 1, user: process.geteuid?.(), isAlive: () => false, random: Math.random},
  });
  const manager = new LogManager(
    {
      ...{client, clock, random: () => 0, fps: 1000, scrollbackBytes: 64 * 1024 * 1024},
      recordings: {of: recordings, all, showPast: true},
    },
    pipelineLogs,
  );
  return {
    manager,
    list: () => client.listPipelines(new AbortController().signal),
    async end() {
      manager.dispose();
      await recordings.closed();
      await client.close();
    },
  };
}

function write(server: DemoServer, texts: readonly string[]): string[] {
  const pipeline = server.pipeline('orders');
  return texts.map((text) => {
    const line = `[orders] ${pipeline.stamp()}  INFO test:  line ${text}`;
    pipeline.write(line);
    return line;
  });
}

function fileOf(server: DemoServer, home: TemporaryDirectory): Promise<string> {
  const folder = `orders--${server.pipeline('orders').id}`;
  return readFile(path.join(home.path, 'records', folder, '000001.log'), 'utf8').catch(() => '');
}

test('the next run shows what was recorded and what came meanwhile, and a marker that it was not running', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  const early = write(server, ['1', '2']);
  const first = startRun(server, home, true);
  await untilLines(first.manager.open('orders'), early);
  // A slow disk is not waited for: the recording may be open later than the log.
  const recording = () => first.manager.get('orders')?.snapshot.get().recording;
  await eventually(
    () => recording()?.kind === 'recording',
    () => JSON.stringify(recording()),
  );
  expect(recording()).toMatchObject({missedBytes: 0});
  await first.end();

  const all = [...early, ...write(server, ['3'])];
  // In real time: a disk that takes 300 ms would not be waited for either.
  const second = startRun(server, home, true, systemClock);
  const stream = second.manager.open('orders');
  expect(await untilLines(stream, all)).toEqual(all);
  await connectionOf(stream, 'live');
  expect(markersOf(stream)).toEqual([{kind: 'reconnected', cause: 'not-running', times: 1}]);
  await second.end();
  expect((await fileOf(server, home)).split('\n').filter((line) => line.includes('INFO test:'))).toEqual(all);
});

test('while the server cannot be reached, what was recorded is shown', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  const lines = write(server, ['1', '2']);
  const first = startRun(server, home, true);
  await untilLines(first.manager.open('orders'), lines);
  await first.end();

  await server.stopApi();
  const second = startRun(server, home, true);
  const stream = second.manager.open('orders');
  expect(await untilLines(stream, lines)).toEqual(lines);
  await connectionOf(stream, 'waiting');
  await server.startApi();
  write(server, ['3']);
  await untilLines(stream, [...lines, 'one more']);
  await second.end();
});

test('a pipeline whose new name another log has is recorded by that one, and by its own again once that is closed', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  server.addPipeline('old').start();
  const {id} = server.pipeline('orders');
  const run = startRun(server, home, true, systemClock);
  const {manager} = run;
  const [orders, old] = [manager.open('orders'), manager.open('old')];
  /** `of`: the id of the pipeline. A snapshot is a frame behind the lines: it may show the recording of the one before. */
  const recording = async (log: typeof orders, of: string | undefined) => {
    const state = () => log.snapshot.get().recording;
    const isThere = () => {
      const now = state();
      return of === undefined ? now === undefined : now?.kind === 'recording' && now.folder.endsWith(of);
    };
    await eventually(isThere, () => `${of}: ${JSON.stringify(state())}`);
  };
  const update = async () => manager.updatePipelines(await run.list());
  const first = write(server, ['1']);
  await untilLines(orders, first);
  await recording(orders, id);
  await update();
  // A log that has nothing of another pipeline would give way.
  await eventually(
    () => old.buffer.lineCount > 0,
    () => 'the other log has no line',
  );
  server.deletePipeline('old');
  await connectionOf(old, 'gone');
  server.renamePipeline('orders', 'old');
  await update();
  await recording(orders, undefined);
  await untilLines(old, first);
  await recording(old, id);
  manager.close('old');
  await update();
  await connectionOf(orders, 'live');
  await recording(orders, id);
  server.pipeline('old').write('the last line');
  await eventually(
    () => shownOf(orders.buffer).some((text) => text.includes('the last line')),
    () => 'the last line has not come',
  );
  await run.end();
  const folders = await readdir(path.join(home.path, 'records'));
  const folder = folders.find((name) => name.endsWith(id)) ?? '';
  const text = await readFile(path.join(home.path, 'records', folder, '000001.log'), 'utf8');
  for (const line of [...first, 'the last line']) expect(text.split(line)).toHaveLength(2);
});

test('a stream that was lost before this start is lost until the next start of the pipeline', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  server.pipeline('orders').loseStream('stdout');
  const lines = write(server, ['1', '2']);
  const first = startRun(server, home, true);
  await untilLines(first.manager.open('orders'), lines);
  await first.end();

  const second = startRun(server, home, true);
  const stream = second.manager.open('orders');
  const lost = () => stream.snapshot.get().lostStreams?.join();
  await eventually(
    () => lost() === 'stdout',
    () => `${lost()}`,
  );
  expect(stream.losses).toMatchObject({lostStreams: 0, lostStream: {marker: {kind: 'unread', stream: 'stdout'}}});
  server.pipeline('orders').stop();
  server.pipeline('orders').start();
  await eventually(
    () => lost() === '',
    () => `${lost()}`,
  );
  await second.end();
});

test('markers from before the recording was open follow what it holds', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  const lines = write(server, ['1', '2']);
  // A disk has the whole time to answer.
  const first = startRun(server, home, true, systemClock);
  await untilLines(first.manager.open('orders'), lines);
  await first.end();

  const second = startRun(server, home, true, systemClock);
  const running = await second.list();
  server.pipeline('orders').fail('out of memory');
  second.manager.updatePipelines(running);
  const listed = await second.list();
  const stream = second.manager.open('orders');
  second.manager.updatePipelines(listed);
  await connectionOf(stream, 'live');
  const shown = shownOf(stream.buffer).filter((text) => text.startsWith('<') || lines.includes(text));
  expect(shown).toEqual([...lines, '<state>', '<reconnected>']);
  await second.end();
});

test('a tab is recorded from the moment it is switched on until it is switched off', async () => {
  await using home = await temporaryDirectory();
  const server = await startServer();
  const run = startRun(server, home, false);
  const stream = run.manager.open('orders');
  const early = write(server, ['1', '2']);
  await untilLines(stream, early);
  expect(stream.snapshot.get().recording).toBeUndefined();
  void stream.connection.setRecording(true);
  await eventually(
    async () => (await fileOf(server, home)).includes(early[1] ?? '?'),
    () => JSON.stringify(stream.snapshot.get().recording),
  );
  const size = (await fileOf(server, home)).length;
  expect(await stream.connection.setRecording(false)).toMatchObject({kind: 'recording', fromId: 0, bytes: size});
  await eventually(
    () => stream.snapshot.get().recording === undefined,
    () => JSON.stringify(stream.snapshot.get().recording),
  );
  const late = write(server, ['3']);
  await untilLines(stream, [...early, ...late]);
  expect(linesOf(stream)).toEqual([...early, ...late]);
  await run.end();
  expect(await fileOf(server, home)).not.toContain('line 3');
});
