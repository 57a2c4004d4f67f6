import {onTestFinished} from 'vitest';
import type {DemoServerOptions} from '../../../demo/demo.ts';
import {DemoServer} from '../../../demo/server.ts';
import {createClient} from '../../../source/engine/api/client.ts';
import type {Marker} from '../../../source/engine/buffer/markers.ts';
import type {ConnectionState} from '../../../source/engine/connection/state.ts';
import {type ConnectionFeed, pipelineLogs} from '../../../source/engine/feeds/connection-feed.ts';
import type {Log} from '../../../source/engine/logs/log.ts';
import {LogManager} from '../../../source/engine/logs/log-manager.ts';
import {type Clock, systemClock} from '../../../source/lib/clock.ts';
import {eventually, WAIT_MS} from '../../harness/eventually.ts';
import {fastClock} from '../../harness/fast-clock.ts';
import {freePort} from '../../harness/free-port.ts';
import {entriesOf} from '../buffer/entries-of.ts';

/** Real streams against a real embedded server; only the streams' own waits run faster. */
export type Rig = Awaited<ReturnType<typeof openStreams>>;

/** Starts a server with these pipelines running, and a manager on it. Both end with the test. */
export async function openStreams(
  names: readonly string[],
  options: Omit<DemoServerOptions, 'clock'> & {
    readonly silence?: number;
    readonly memoryBytes?: number;
    /** The streams' clock; default: real time, ten times as fast. */
    readonly clock?: Clock;
  } = {},
) {
  const {silence, memoryBytes, clock = fastClock(10), ...serverOptions} = options;
  const server = await DemoServer.start({port: await freePort(), ...serverOptions});
  for (const name of names) server.addPipeline(name).start();
  const client = createClient({baseUrl: server.url, clock: systemClock, userAgent: 'pipetail/test'});
  const manager = new LogManager(
    {
      client,
      clock,
      // No jitter: the shortest waits.
      random: () => 0,
      fps: 1000,
      scrollbackBytes: 64 * 1024 * 1024,
      ...(silence !== undefined && {silence}),
      ...(memoryBytes !== undefined && {memoryBytes}),
    },
    pipelineLogs,
  );
  onTestFinished(async () => {
    manager.dispose();
    await client.close();
    await server.close();
  });
  let written = 0;
  return {
    server,
    client,
    manager,
    /** Writes `count` dated lines, numbered through the test. Returns their texts. */
    write(name: string, count: number): string[] {
      const pipeline = server.pipeline(name);
      return Array.from({length: count}, () => {
        written += 1;
        const line = `[${name}] ${pipeline.stamp()}  INFO test:  line ${written}`;
        pipeline.write(line);
        return line;
      });
    },
    /** Tells the streams the list, as the poller would. */
    async list(): Promise<void> {
      manager.updatePipelines(await client.listPipelines(new AbortController().signal));
    },
  };
}

/** The pane's lines that a test wrote, in order. */
export function linesOf({buffer}: Pick<Log, 'buffer'>): string[] {
  return entriesOf(buffer).filter((text) => text.includes('  INFO test:  line '));
}

/** The pane's markers, without what depends on time. */
export function markersOf(stream: Log<ConnectionFeed>): Partial<Marker>[] {
  const {buffer} = stream;
  const markers: Partial<Marker>[] = [];
  for (let id = buffer.firstId; id < buffer.endId; id++) {
    const marker = buffer.markerAt(id);
    if (!marker) continue;
    const {at: _at, ...rest} = marker;
    if (rest.kind === 'reconnected') markers.push({kind: rest.kind, cause: rest.cause, times: rest.times});
    else if (rest.kind === 'new-life') markers.push({kind: rest.kind, because: rest.because});
    else markers.push(rest);
  }
  return markers;
}

export function eventsOf(stream: Log<ConnectionFeed>): string[] {
  return stream.snapshot.get().events.map(({text}) => text);
}

/** Waits until the history has an event like this; snapshots come a frame after what they show. */
export async function untilEvent(stream: Log<ConnectionFeed>, pattern: RegExp): Promise<void> {
  await eventually(
    () => eventsOf(stream).some((text) => pattern.test(text)),
    () => `${pattern} in ${JSON.stringify(eventsOf(stream))}`,
  );
}

/**
 * Waits until the stream's snapshot shows a connection of this kind, and answers it. Hears of every change: a state may
 * last for a few milliseconds only.
 */
export async function connectionOf<K extends ConnectionState['kind']>(
  stream: Log<ConnectionFeed>,
  kind: K,
): Promise<Extract<ConnectionState, {kind: K}>> {
  const isOfKind = (state: ConnectionState): state is Extract<ConnectionState, {kind: K}> => state.kind === kind;
  const {promise, resolve, reject} = Promise.withResolvers<Extract<ConnectionState, {kind: K}>>();
  const look = () => {
    const {connection} = stream.snapshot.get();
    if (isOfKind(connection)) resolve(connection);
  };
  const leave = stream.snapshot.subscribe(look);
  const stopWaiting = systemClock.after(WAIT_MS, () => {
    reject(new Error(`waited in vain for ${kind}, it is ${JSON.stringify(stream.snapshot.get().connection)}`));
  });
  try {
    look();
    return await promise;
  } finally {
    leave();
    stopWaiting();
  }
}

/** Waits until the pane has exactly these lines of the test; compares on, so that a failure shows the difference. */
export async function untilLines(
  stream: Pick<Log, 'buffer' | 'snapshot'>,
  expected: readonly string[],
): Promise<string[]> {
  const isThere = () => linesOf(stream).length >= expected.length;
  await eventually(isThere, () => {
    const {connection, events} = stream.snapshot.get();
    return `${expected.length} lines, there are ${linesOf(stream).length}; ${JSON.stringify({connection, events})}`;
  });
  return linesOf(stream);
}

/** Every state that the snapshots showed from now on. */
export function watchStates(stream: Log<ConnectionFeed>): ConnectionState[] {
  const states: ConnectionState[] = [];
  stream.snapshot.subscribe(() => {
    const {connection} = stream.snapshot.get();
    if (states.at(-1) !== connection) states.push(connection);
  });
  return states;
}
