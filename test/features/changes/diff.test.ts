import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import {expect, it, onTestFinished} from 'vitest';
import type {DemoServer} from '../../../demo/server.ts';
import {openedPieces} from '../../../source/engine/feeds/opened-log.ts';
import {findOpened} from '../../../source/engine/logs/bundle-log.ts';
import {type DiffRequest, diffOfRecording, diffOfServer} from '../../../source/features/changes/diff.ts';
import {systemClock} from '../../../source/lib/clock.ts';
import {root} from '../../harness/program.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';
import {logged} from '../../kit/screen/reading.ts';
import {withServer} from '../../shells/commands/with-server.ts';

const {signal} = new AbortController();
const notes: string[] = [];
const common = {clock: systemClock, random: () => 0, signal, note: (line: string) => void notes.push(line)};

type NamedRequest = DiffRequest & {readonly name: string};

function request(change: Partial<NamedRequest> = {}): NamedRequest {
  return {name: 'orders', runs: undefined, from: undefined, output: 'text', ...change};
}

/** Two more runs, each with an error of its own. */
function startTwice(server: DemoServer): void {
  const orders = server.pipeline('orders');
  for (const kind of ['first', 'second']) {
    orders.stop();
    orders.start();
    orders.write(logged(0, 'ERROR', `${kind} kind`));
  }
}

async function diff(change: Partial<NamedRequest> = {}): Promise<string> {
  return await withServer(['orders'], async (client, server) => {
    startTwice(server);
    return await diffOfServer(request(change), {...common, client});
  });
}

it('compares the last two runs that the server has', async () => {
  expect(await diff()).toMatch(
    /^orders: run 3, 1 record .*\ncompared with run 2, 1 record .*\nrun 3: running, began at .*\nrun 2: stopped after .*\nprogram: version 1 on platform .* in both runs \(API\)\nconfiguration: unknown: .*\nrecords: 1 new · 1 gone\n {2}new .*second kind\n {2}gone .*first kind\n$/,
  );
});

it('compares other runs, as JSON too', async () => {
  expect(JSON.parse(await diff({runs: [1, 3], output: 'json'}))).toMatchObject({
    pipeline: 'orders',
    older: {run: 1, records: 0},
    newer: {run: 3, records: 1},
    changes: [{change: 'new', level: 'ERROR', before: 0, now: 1}],
  });
});

it('says which runs there are', async () => {
  await expect(diff({runs: [2, 7]})).rejects.toThrow('there is no run 7: the server has 3 runs of orders');
  await expect(diff({name: 'order'})).rejects.toThrow("there is no pipeline 'order' · did you mean 'orders'?");
  const alone = withServer(['orders'], (client) => diffOfServer(request(), {...common, client}));
  await expect(alone).rejects.toThrow('the server has 1 run of orders: nothing to compare');
});

it('names a folder without a recording', async () => {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  await mkdir(path.join(folder.path, 'other'));
  const from = folder.path;
  await expect(diffOfRecording({...request(), from}, common)).rejects.toThrow(`no recording of orders in ${from}`);
});

it('compares the runs in a support bundle, or says why there are none', async () => {
  const from = path.join(root, 'test/wire/31-support-bundle-real.zip');
  const text = await diffOfRecording({...request(), name: 'orders-live', from}, common);
  expect(text).toContain('run 2');
  expect(await diffOfRecording({...request(), name: undefined, from}, common)).toBe(text);
  const [found] = await findOpened(from);
  const stdin: Uint8Array[] = [];
  if (found) for await (const piece of openedPieces(found, {signal})) if ('bytes' in piece) stdin.push(piece.bytes);
  const ofStdin = await diffOfRecording({...request(), name: undefined, from: '-'}, {...common, stdin});
  const ofApi = 'program: version 1 on platform 0.337.0 in both runs (API)';
  expect(text).toContain(ofApi);
  const ofLog = 'program: unknown: the log does not name its version';
  expect(ofStdin).toBe(text.replace('orders-live', 'stdin').replace(ofApi, ofLog));
  await expect(diffOfRecording({...request(), from}, common)).rejects.toThrow(
    `no log of orders in ${from} · found: orders-live`,
  );
  const alone = path.join(root, 'test/wire/19-support-bundle.zip');
  await expect(diffOfRecording({...request(), name: 'c2', from: alone}, common)).rejects.toThrow(
    `${alone} has 1 run of c2: nothing to compare`,
  );
});

it('says what of a log cannot be read', async () => {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const from = path.join(folder.path, 'a.log.gz');
  const [found] = await findOpened(path.join(root, 'test/wire/31-support-bundle-real.zip'));
  const bytes: Uint8Array[] = [];
  if (found) for await (const piece of openedPieces(found, {signal})) if ('bytes' in piece) bytes.push(piece.bytes);
  await writeFile(from, gzipSync(Buffer.concat(bytes)).subarray(0, -8));
  notes.length = 0;
  expect(await diffOfRecording({...request(), name: undefined, from}, common)).toContain('run 2');
  expect(notes).toEqual(['a.log.gz ends here, too early: it was cut, or is still being written']);
});

it('needs a name where there are several logs, and says which there are', async () => {
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const from = folder.path;
  for (const name of ['a.log', 'b.log']) await writeFile(path.join(from, name), logged(0, 'ERROR', name));
  await expect(diffOfRecording({...request(), name: undefined, from}, common)).rejects.toThrow(
    `${from} has 2 logs, name one: a.log, b.log`,
  );
  const alone = path.join(from, 'a.log');
  await expect(diffOfRecording({...request(), name: undefined, from: alone}, common)).rejects.toThrow(
    `${alone} has 1 run: nothing to compare`,
  );
});
