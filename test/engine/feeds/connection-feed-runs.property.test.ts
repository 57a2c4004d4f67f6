import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ServerAnswers} from '../../../source/engine/api/request.ts';
import type {ApiClient, Pipeline} from '../../../source/engine/api/types.ts';
import {ConnectionFeed} from '../../../source/engine/feeds/connection-feed.ts';
import {Log} from '../../../source/engine/logs/log.ts';
import type {LogSink} from '../../../source/engine/logs/log-sink.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {isoTime} from '../../../source/lib/format.ts';
import {SharedFrames} from '../../../source/lib/frames.ts';
import {runHeader} from '../../../source/shells/screen/components/body.tsx';
import {FakeClock} from '../../harness/fake-clock.ts';
import {withNewlines} from '../../harness/with-newlines.ts';
import {deploymentError, makePipeline} from '../../kit/screen/make-pipeline.ts';
import {head, runner} from '../records/index-lines.ts';

// The runs of a pipeline are told by two: by lines of its log, and by the list, which is polled. Whatever comes first, and
// whatever the log lacks because another runner was there for a while, the row of the newest run says in the end what is.

/** Milliseconds between a state and the line that tells of it. */
const logged = 5;
/** Milliseconds until all was said: the longest delay of a line, a poll and its answer, and the wait of the feed. */
const untilTold = 90_000;

/** All times are milliseconds since the beginning. */
type State = {readonly at: number; readonly status: string; readonly failed: boolean};
/** `teller`: the runner that writes the line; `nobody`: it was killed before. */
type Teller = 'old' | 'new' | 'nobody';
type Line = {
  readonly at: number;
  readonly text: (at: string) => string;
  readonly isTransition: boolean;
  readonly isError: boolean;
};

const delay = fc.constantFrom(20, 300, 1500, 4000, 9000, 25_000);
const life = fc.record({
  pause: delay,
  boot: fc.tuple(delay, delay),
  work: delay,
  stop: delay,
  end: fc.constantFrom('asked', 'failed', 'panicked'),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

/** What happens: the states that the list tells, and the lines of the log. */
function history(lives: readonly Life[], endsRunning: boolean) {
  const states: State[] = [{at: 0, status: 'Stopped', failed: false}];
  const lines: Line[] = [];
  const says = (at: number, message: string, level?: string) =>
    lines.push({at, text: (time) => runner(message, level, time), isTransition: true, isError: level === 'ERROR'});
  const writes = (at: number) =>
    lines.push({at, text: (time) => head('working', 'INFO', time), isTransition: false, isError: false});
  let now = 0;
  for (const [index, {pause, boot, work, stop, end}] of lives.entries()) {
    now += pause;
    states.push({at: now, status: 'Provisioning', failed: false});
    says(now + logged, 'Resources transition: stopped -> provisioning (desired: provisioned)');
    writes(now + logged + 1);
    now += boot[0];
    states.push({at: now, status: 'Initializing', failed: false});
    says(now + logged, 'Resources transition: provisioning -> provisioned (desired: provisioned)');
    says(now + logged + 1, 'Runtime transition: (none) -> initializing (desired: running)');
    now += boot[1];
    states.push({at: now, status: 'Running', failed: false});
    says(now + logged, 'Runtime transition: initializing -> running (desired: running)');
    writes(now + logged + 1);
    if (endsRunning && index === lives.length - 1) break;
    now += work;
    const failed = end !== 'asked';
    const desired = failed ? 'provisioned' : 'stopped';
    if (end === 'failed') says(now - 1, 'Resources error: exit status: 1', 'ERROR');
    states.push({at: now, status: 'Stopping', failed});
    says(now + logged, `Resources transition: provisioned -> stopping (desired: ${desired})`);
    now += stop;
    states.push({at: now, status: 'Stopped', failed});
    says(now + logged, `Resources transition: stopping -> stopped (desired: ${desired})`);
  }
  return {states, lines, endsAt: now + logged + 1};
}

/** `values`, again and again. */
function cycle<T>(values: readonly T[], fallback: T): () => T {
  let at = 0;
  return () => values[at++ % values.length] ?? fallback;
}

const lagOf = (...values: readonly number[]) => fc.array(fc.constantFrom(...values), {minLength: 1, maxLength: 6});
const lag = lagOf(0, 100, 3000, 7000, 20_000);
/** Of a log that is live: within the time in which it tells what it tells. */
const briefLag = lagOf(0, 100, 3000);
const lives = fc.array(life, {minLength: 1, maxLength: 3});
const common = {
  lives,
  endsRunning: fc.boolean(),
  lineLags: lag,
  answerLags: lag,
  pollEvery: fc.constantFrom(2000, 15_000),
};

type Case = {
  readonly lives: readonly Life[];
  readonly endsRunning: boolean;
  readonly lineLags: readonly number[];
  readonly answerLags: readonly number[];
  readonly pollEvery: number;
  /** Another runner takes over, from one share of the time to another; both are there in between. */
  readonly change?: {readonly from: number; readonly to: number; readonly tellers: readonly Teller[]} | undefined;
};

/** Something that reaches the program. */
type Arrival = {readonly at: number; readonly arrive: (rig: Rig) => void};

/** The lines as they come: a runner that takes over sends all that it has to tell, and then what it tells. */
function lineArrivals({lineLags, change}: Case, {lines, endsAt}: ReturnType<typeof history>): Arrival[] {
  const [from, to] = [change?.from ?? 1, change?.to ?? 1].sort((a, b) => a - b).map((share) => share * (endsAt + 1));
  const nextTeller = cycle(change?.tellers ?? [], 'old');
  const told = lines.map((line): {readonly line: Line; readonly teller: Teller} => {
    if (!change || line.at < (from ?? 0)) return {line, teller: 'old'};
    return {line, teller: line.at > (to ?? 0) ? 'new' : nextTeller()};
  });
  for (const [index, {line}] of told.entries()) {
    const next = told[index + 1];
    // Who tells of the error ends the run.
    if (line.isError && next) told[index] = {line, teller: next.teller};
  }
  for (const [index, {line}] of told.entries()) {
    // The runner that ends a process reads its output.
    const isOfOld = told.slice(index).some((later) => later.line.isTransition && later.teller === 'old');
    if (!line.isTransition) told[index] = {line, teller: isOfOld ? 'old' : 'new'};
  }
  const nextLag = cycle(lineLags, 0);
  const arrivals: Arrival[] = [];
  let at = 0;
  const arriveAt = (least: number) => {
    at = Math.max(at, least + nextLag());
    return at;
  };
  const addLines = (by: Teller, least: number) => {
    for (const {line, teller} of told)
      if (teller === by)
        arrivals.push({
          at: arriveAt(Math.max(least, line.at)),
          arrive: (rig) => rig.write(line.text(rig.timeAt(line.at))),
        });
  };
  addLines('old', 0);
  if (!change) return arrivals;
  arrivals.push({at: arriveAt(to ?? 0), arrive: (rig) => rig.beginAnew()});
  addLines('new', to ?? 0);
  return arrivals;
}

function listArrivals({answerLags, pollEvery}: Case, {states, endsAt}: ReturnType<typeof history>): Arrival[] {
  const nextLag = cycle(answerLags, 0);
  const arrivals: Arrival[] = [];
  for (let asked = 0; asked < endsAt + untilTold; ) {
    const state = states.findLast(({at}) => at <= asked);
    const at = asked + nextLag();
    if (state) arrivals.push({at, arrive: (rig) => rig.list(state)});
    asked = at + pollEvery;
  }
  return arrivals;
}

class Rig {
  readonly clock = new FakeClock();
  readonly log: Log<ConnectionFeed>;
  readonly index: RecordIndex;
  readonly #startedAt = this.clock.wall();
  #sink: LogSink | undefined;

  constructor() {
    const {clock} = this;
    const frames = new SharedFrames({clock, fps: 10});
    const options = {clock, fps: 10, scrollbackBytes: 2 ** 24, frames, client, random: () => 0};
    const callbacks = {onWaiting: () => {}, onRenamed: () => {}, onPlaced: () => {}};
    this.log = new Log({
      ...options,
      feed: (sink, signal) => {
        this.#sink = sink;
        return new ConnectionFeed(sink, signal, {...options, ...callbacks, name: 'p'});
      },
    });
    this.index = new RecordIndex(this.log.buffer);
  }

  timeAt(at: number): string {
    return isoTime(this.#startedAt + at);
  }

  write(line: string): void {
    this.#sink?.append(...withNewlines(Buffer.from(`${line}\n`)));
  }

  beginAnew(): void {
    this.#sink?.addMarker({kind: 'new-life', because: 'restarted'});
    this.write(runner('Fresh start of pipeline logs', 'INFO', this.timeAt(this.clock.monotonic())));
  }

  list({at, status, failed}: State): void {
    const error = failed ? {...deploymentError, message: 'exit status: 1', cause: 'exit status: 1'} : undefined;
    const pipeline: Pipeline = makePipeline('p', {
      deploymentStatus: status,
      deploymentStatusSince: this.timeAt(at),
      deploymentError: error,
    });
    this.log.connection.updatePipeline(pipeline);
  }

  /** The row above the log. */
  get row(): string {
    const {runs} = this.index;
    const view = {width: 200, symbols: symbolsFor(true), now: this.clock.wall(), offsetAt: () => 0};
    return runHeader(runs.at(-1), runs, view).text;
  }
}

const client: ApiClient = {
  baseUrl: 'http://here',
  answers: new ServerAnswers(),
  ...{listPipelines: unused, getPipeline: unused, getStats: unused, getTimeSeries: unused, listEvents: unused},
  ...{getRunnerHealth: unused, getEvent: unused, getSession: unused, getVersion: unused, followLogs: unused},
  close: () => Promise.resolve(),
};

function unused(): Promise<never> {
  return Promise.reject(new Error('not part of this test'));
}

async function play(of: Case) {
  const past = history(of.lives, of.endsRunning);
  const rig = new Rig();
  const arrivals = [...lineArrivals(of, past), ...listArrivals(of, past)].sort((a, b) => a.at - b.at);
  for (const {at, arrive} of arrivals) {
    await rig.clock.advance(at - rig.clock.monotonic());
    arrive(rig);
    while (!rig.index.step(1 << 20));
  }
  await rig.clock.advance(untilTold);
  while (!rig.index.step(1 << 20));
  return {rig, past, failed: of.lives.map(({end}, index) => end !== 'asked' && !isLastOf(of, index))};
}

/** The last run, and it goes on. */
function isLastOf({lives: all, endsRunning}: Case, index: number): boolean {
  return endsRunning && index === all.length - 1;
}

/** What was read step by step is what is read at once. */
function expectSameAtOnce({index, log}: Rig): void {
  const again = new RecordIndex(log.buffer);
  while (!again.step(1 << 20));
  expect(index.runs).toEqual(again.runs);
}

const runs = {numRuns: Number(process.env.PIPETAIL_RUNS ?? 300)};

test('a log that tells of all: its runs, however late it and the list are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.record(common), async (of) => {
      const {rig, failed} = await play(of);
      const {runs: found} = rig.index;
      expect(found.map(({state}) => state)).toEqual(
        failed.map((_, index) => (isLastOf(of, index) ? 'running' : 'stopped')),
      );
      // Of an end that the log does not call a failure, the list may not have told.
      for (const [index, run] of found.entries()) {
        if (run.failed) expect(failed[index]).toBe(true);
        if (of.lives[index]?.end === 'failed' && failed[index]) expect(run.failed).toBe(true);
      }
      expectSameAtOnce(rig);
    }),
    runs,
  );
});

test('a log that lacks what another runner told: the newest run, and how it is', async () => {
  const share = fc.double({min: 0, max: 1, noNaN: true});
  const tellers = fc.array(fc.constantFrom('old', 'new', 'nobody'), {minLength: 1, maxLength: 9});
  const change = fc.record({from: share, to: share, tellers});
  await fc.assert(
    fc.asyncProperty(fc.record({...common, lineLags: briefLag, change}), async (of) => {
      const {rig} = await play(of);
      const {runs: found} = rig.index;
      const last = found.at(-1);
      expect(found.length).toBeLessThanOrEqual(of.lives.length);
      // A pipeline of which nobody has told anything has no run.
      if (last || of.endsRunning) expect(last?.state).toBe(of.endsRunning ? 'running' : 'stopped');
      if (of.endsRunning) expect(rig.row).toMatch(/^ run (\d) of \1 · running · since /);
      expectSameAtOnce(rig);
    }),
    runs,
  );
});
