import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import manifest from '../../package.json' with {type: 'json'};
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {compare, type Tally} from './compare.ts';
import {type Phase, type Plan, planChaos} from './plan.ts';
import type {Fault} from './protocol.ts';
import {logsIntoFile, logsThroughPipes, managerAgent, type Reader, streamManager} from './readers.ts';
import {ServerProcess} from './server-process.ts';
import {story} from './story.ts';
import type {Transcript} from './transcript.ts';

export type ChaosOptions = {
  readonly seed: number;
  readonly cuts: number;
  readonly pipelines: number;
  /** Entries a second, all pipelines together. */
  readonly rate: number;
  /** How long the faults are spread over. */
  readonly minutes: number;
  /** Share of lines that are always the same, from 0 to 1. */
  readonly identical: number;
  /** In the second phase the server's faults and those of the pipelines come as they fall; otherwise one by one. */
  readonly overlap: boolean;
  /** The programs record, and their recordings are compared with what they printed. */
  readonly record?: boolean;
  readonly log: (line: string) => void;
};

/** What one of the two real programs made of all pipelines. */
export type Findings = {
  readonly reader: string;
  readonly tallies: ReadonlyMap<string, Tally>;
  /** Bytes that were compared as they are. */
  readonly intactBytes: number;
};

export type ChaosResult = {
  readonly findings: readonly Findings[];
  /** Connections that were cut, of all readers. */
  readonly connectionsCut: number;
  /** Faults by kind; one of the whole server counts once for each pipeline. */
  readonly faults: ReadonlyMap<string, number>;
  /** What broke the promise, each as a story. Empty: it holds. */
  readonly failures: readonly string[];
};

const logsAgent = `pipetail/${manifest.version}`;
/** Readers may be this late with the last line, milliseconds: the longest backoff, and a replay. */
const patience = 90_000;
/** Between two faults of a pipeline, milliseconds. */
const rest = 500;

/** Runs the real programs against a server that is disturbed by the plan of the seed, and compares their logs. */
export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const {seed, rate, identical, cuts} = options;
  const names = Array.from({length: options.pipelines}, (_, index) => `chaos-${index + 1}`);
  const plan = planChaos({seed, names, cuts});
  await using home = await temporaryDirectory();
  await using server = await ServerProcess.start({seed, names, rate, identical, readers: [logsAgent, managerAgent]});
  const [alone = '', ...others] = names;
  const printing = (folder: string) => ({
    url: server.url,
    home: home.path,
    record: options.record ? path.join(home.path, folder) : undefined,
  });
  const logs: Reader[] = [logsThroughPipes(printing('record-one'), alone)];
  if (others.length > 0) logs.push(await logsIntoFile(printing('record-others'), others));
  const manager = streamManager(server.url, names);
  const readers = [...logs, manager];
  const broken = Promise.race(readers.map((reader) => reader.broken));
  broken.catch(() => {});
  try {
    await Promise.race([disturb(server, plan, options), broken]);
    await untilAllRead(readers);
    const transcripts = {
      'pipetail logs': new Map((await Promise.all(logs.map((reader) => reader.finish()))).flatMap((map) => [...map])),
      'stream manager': await manager.finish(),
    };
    return await judge(server, names, transcripts, seed);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** The whole plan, from readers that have caught up to logs that have ended. */
async function disturb(server: ServerProcess, plan: Plan, {minutes, log, ...options}: ChaosOptions): Promise<void> {
  const milliseconds = minutes * 60_000;
  await server.settle();
  await server.write();
  log(`${options.pipelines} pipelines, ${options.rate} entries a second, ${options.cuts} cuts, seed ${options.seed}`);
  await runPhase(server, plan.intact, milliseconds * 0.7, true);
  log(`${plan.intact.cuts} cuts that leave the rings intact are done`);
  await server.endIntact();
  await runPhase(server, plan.clearing, milliseconds * 0.3, !options.overlap);
  log(`${plan.clearing.cuts} cuts, some of which clear or overrun the rings, are done`);
  await server.settle();
  await server.finish();
}

/** Does the faults of each lane when they are due. `apart`: one of the whole server waits for all others, and they for it. */
async function runPhase(server: ServerProcess, phase: Phase, milliseconds: number, apart: boolean): Promise<void> {
  const begun = performance.now();
  let turn: Promise<unknown> = Promise.resolve();
  const running = new Set<Promise<void>>();
  const disturb = async (fault: Fault) => {
    await server.disturb(fault);
    // The server's part is over; the readers may still be on their way through the replay.
    await sleep(rest);
  };
  await Promise.all(
    phase.lanes.map(async (lane) => {
      for (const {due, fault} of lane) {
        await sleep(Math.max(0, begun + due * milliseconds - performance.now()));
        if (apart && !('name' in fault)) {
          const before = turn;
          turn = before.then(() => Promise.all(running)).then(() => disturb(fault));
          await turn;
        } else {
          if (apart) await turn;
          const one = disturb(fault);
          running.add(one);
          await one.finally(() => running.delete(one));
        }
      }
    }),
  );
}

async function untilAllRead(readers: readonly Reader[]): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    const behind = (await Promise.all(readers.map((reader) => reader.behind()))).flat();
    // Not an error here: the comparison reports better what is missing.
    if (behind.length === 0 || performance.now() > deadline) return;
    await sleep(100);
  }
}

async function judge(
  server: ServerProcess,
  names: readonly string[],
  transcripts: Readonly<Record<'pipetail logs' | 'stream manager', ReadonlyMap<string, Transcript>>>,
  seed: number,
): Promise<ChaosResult> {
  const failures: string[] = [];
  const faults = new Map<string, number>();
  let connectionsCut = 0;
  const findings = Object.entries(transcripts).map(([reader, of]) => ({
    reader,
    agent: reader === 'pipetail logs' ? logsAgent : managerAgent,
    of,
    tallies: new Map<string, Tally>(),
    intactBytes: 0,
  }));
  for (const name of names) {
    const truth = await server.truth(name);
    for (const {fault} of truth.faults) faults.set(fault.kind, (faults.get(fault.kind) ?? 0) + 1);
    // Each reader itself ended its last connection.
    connectionsCut += truth.connections.length - findings.length;
    for (const finding of findings) {
      const {reader, agent, of, tallies} = finding;
      const comparison = compare(truth, agent, of.get(name) ?? {items: [], inPlace: true});
      finding.intactBytes += comparison.intactBytes;
      for (const [kind, tally] of comparison.tallies) tallies.set(kind, sum(tallies.get(kind), tally));
      const [first] = comparison.breaches;
      if (first) failures.push(story({seed, reader, agent, truth, breaches: comparison.breaches}));
    }
  }
  return {findings, connectionsCut, faults, failures};
}

function sum(one: Tally | undefined, other: Tally): Tally {
  if (!one) return other;
  return {
    sent: one.sent + other.sent,
    received: one.received + other.received,
    lost: one.lost + other.lost,
    repeated: one.repeated + other.repeated,
    unmarked: one.unmarked + other.unmarked,
    unrecoverable: one.unrecoverable + other.unrecoverable,
  };
}
