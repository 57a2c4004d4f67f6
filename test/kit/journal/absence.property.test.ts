import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {MonitorEvent, MonitorEventDetail, Pipeline} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {isPanicLine} from '../../../source/engine/records/line-kind.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import type {Absence} from '../../../source/kit/journal/absence.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import type {PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {createStore} from '../../../source/lib/store.ts';
import {head, runner} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {deploymentError, makePipeline} from '../screen/make-pipeline.ts';
import {followedLog, timeText} from './followed-log.ts';

/** Milliseconds between two lists while nobody is there. */
const every = 15_000;
/** Two lists: what comes after them is known to come after what was before. */
const untilListed = every + 1000;
const places = [0, 1, 2, 3] as const;
/** The first two have open logs. */
const withLogs = 2;

const place = fc.constantFrom(...places);
const ms = (max: number) => fc.integer({min: Math.min(100, max), max});
const step = fc.oneof(
  fc.record({
    do: fc.constantFrom('start', 'stop', 'fail', 'restart', 'pause', 'resume', 'blink'),
    of: place,
    takes: ms(4000),
  }),
  fc.record({do: fc.constantFrom('start', 'restart', 'fail'), of: place, takes: ms(4000)}),
  fc.record({do: fc.constant('flap'), of: place, takes: fc.oneof(ms(8000), fc.integer({min: 45_000, max: 90_000}))}),
  fc.record({do: fc.constantFrom('remove', 'create', 'recreate'), of: place, takes: ms(20_000)}),
  fc.record({do: fc.constant('rename'), of: fc.constantFrom(2, 3), takes: ms(10)}),
  fc.record({do: fc.constantFrom('fatal', 'panic', 'error', 'lose stderr'), of: fc.constantFrom(0, 1), takes: ms(10)}),
  fc.record({do: fc.constantFrom('server away', 'server back'), of: place, takes: ms(30_000)}),
);
const life = fc.record({
  phase: ms(every),
  steps: fc.array(fc.tuple(step, fc.oneof(ms(3000), fc.integer({min: 3000, max: 120_000}))), {
    minLength: 1,
    maxLength: 20,
  }),
});
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

/** What happened, from one time to another: it is told with a time between them. */
type Truth = {readonly what: string; readonly at: number; to: number};

type OnServer = {
  pipeline: Pipeline;
  readonly events: MonitorEvent[];
  readonly truth: Truth[];
  readonly run: {hasFatal: boolean; hasLost: boolean};
};

/** A server with four pipelines, whose list is polled while nobody is there. */
class World {
  readonly clock = new FakeClock(Date.UTC(2026, 10, 25));
  readonly feed: EventTracker;
  readonly outages: Truth[] = [];
  /** Errors in open logs, besides panics. */
  readonly errors = [0, 0];
  readonly #here = new Map<number, OnServer>();
  readonly #truths = new Map<string, Truth[]>();
  readonly #details = new Map<string, MonitorEventDetail>();
  readonly #logs = places.slice(0, withLogs).map((each) => followedLog(`p${each}`, this.clock));
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  #goodAt: number | undefined;
  #awaySince: number | undefined;
  #ids = 0;

  constructor(phase: number) {
    const {clock} = this;
    const logs = new Map(this.#logs.map(({log}) => [log.name, log]));
    this.feed = new EventTracker({
      ...{clock, diagnose, poller: {snapshot: this.#list, refresh: () => this.#ask()}},
      logs: {names: createStore([...logs.keys()]), get: (name: string) => logs.get(name)},
      history: async (name) => await this.#history(name),
      events: {awayAfter: 60_000},
    });
    for (const each of places) this.#create(each);
    for (const each of this.#here.values())
      this.#set(each, {deploymentStatus: 'Running', deploymentId: `run-${this.#ids++}`});
    for (const {truth} of this.#here.values()) truth.length = 0;
    this.feed.start();
    this.#ask();
    clock.after(phase, () => this.#poll());
  }

  get #now(): number {
    return this.clock.wall();
  }

  truthOf(name: string): readonly Truth[] {
    return name === '' ? this.outages : (this.#truths.get(name) ?? []);
  }

  get names(): readonly string[] {
    return ['', ...this.#truths.keys()].filter((name) => this.truthOf(name).length > 0);
  }

  #poll(): void {
    this.#ask();
    this.clock.after(every, () => this.#poll());
  }

  #ask(): void {
    if (this.#awaySince !== undefined) {
      const failure = {kind: 'retryable', reason: 'unreachable', message: 'connection refused'} as const;
      this.#list.set({...this.#list.get(), goodAt: this.#goodAt, failure});
      return;
    }
    this.#goodAt = this.#now;
    const pipelines = [...this.#here.values()].map(({pipeline}) => pipeline);
    this.#list.set({
      pipelines,
      goodAt: this.#now,
      askedAt: this.clock.monotonic(),
      failure: undefined,
      nextTryAt: undefined,
    });
  }

  async #history(name: string): Promise<PipelineHistory> {
    if (this.#awaySince !== undefined) throw new Error('away');
    const {events = []} = [...this.#here.values()].find(({pipeline}) => pipeline.name === name) ?? {};
    return await Promise.resolve({events: [...events], details: this.#details, stats: undefined, missing: []});
  }

  #create(at: number): OnServer {
    const now = new Date(this.#now).toISOString();
    const name = `p${at}`;
    const truth = this.#truths.get(name) ?? [];
    this.#truths.set(name, truth);
    const pipeline = makePipeline(name, {id: `id-${this.#ids++}`, createdAt: now, deploymentStatusSince: now});
    const here = {pipeline, events: [], truth, run: {hasFatal: false, hasLost: false}};
    this.#here.set(at, here);
    this.#set(here, {deploymentStatus: 'Stopped', deploymentDesiredStatus: 'Stopped', deploymentId: ''});
    return here;
  }

  #set(here: OnServer, change: Partial<Pipeline>): void {
    const now = new Date(this.#now).toISOString();
    here.pipeline = {...here.pipeline, ...change, deploymentStatusSince: now};
    const {deploymentStatus: status, deploymentDesiredStatus: desired, deploymentError: error} = here.pipeline;
    const event: MonitorEvent = {
      ...{id: `${this.#ids++}`, time: now, status, programStatus: 'Success', storageStatus: 'InUse'},
      ...{runtimeDesiredStatus: desired, resourcesDesiredStatus: desired, hasError: error !== undefined},
    };
    here.events.unshift(event);
    this.#details.set(event.id, {...event, deploymentError: error});
  }

  #say(at: number, ...lines: readonly string[]): void {
    for (const line of lines) this.#logs[at]?.say(line);
  }

  #sayRunner(at: number, message: string, level = 'INFO'): void {
    this.#say(at, runner(message, level, timeText(this.#now)));
  }

  async play({do: what, of: at, takes}: Step): Promise<void> {
    const {clock} = this;
    const isAway = this.#awaySince !== undefined;
    const here = this.#here.get(at);
    const {deploymentStatus: status} = here?.pipeline ?? {};
    const tell = (what: string, from = this.#now, to = this.#now, of = here) => of?.truth.push({what, at: from, to});
    const isRunning = status === 'Running';
    const isUp = isRunning || status === 'Paused';
    if (what === 'server away') await this.#goAway(takes);
    else if (what === 'server back') await this.#comeBack();
    else if (what === 'create' && !here) {
      tell('created', this.#now, this.#now, this.#create(at));
      await clock.advance(isAway ? 0 : untilListed);
    } else if (!here) return;
    else if (what === 'start' && status === 'Stopped') await this.#start(at, here, takes);
    else if (what === 'stop' && isUp) await this.#stop(at, here, takes);
    else if (what === 'fail' && isRunning) await this.#stop(at, here, takes, 'exit status: 5');
    else if (what === 'restart' && isUp) {
      await this.#stop(at, here, takes);
      await this.#start(at, here, takes);
    } else if ((what === 'pause' || what === 'blink') && isRunning) {
      tell('paused');
      this.#set(here, {deploymentStatus: 'Paused'});
      if (what === 'pause') return;
      await clock.advance(takes);
      tell('resumed');
      this.#set(here, {deploymentStatus: 'Running'});
    } else if (what === 'resume' && status === 'Paused') {
      tell('resumed');
      this.#set(here, {deploymentStatus: 'Running'});
    } else if (what === 'flap' && isRunning && !isAway) {
      if (takes > 10_000) tell('unavailable');
      this.#set(here, {deploymentStatus: 'Unavailable'});
      await clock.advance(takes);
      const last = here.truth.at(-1);
      if (takes > 10_000) tell('resumed');
      // It is as if it had come back now.
      else if (last?.what === 'resumed' && this.#now - last.at < takes + untilListed) last.to = this.#now;
      this.#set(here, {deploymentStatus: 'Running'});
    } else if (at < withLogs && isRunning) await this.#write(what, at, here);
    else if (status === 'Stopped' && !isAway) await this.#change(what, at, here, takes);
  }

  async #goAway(takes: number): Promise<void> {
    if (this.#awaySince !== undefined) return;
    await this.clock.advance(untilListed);
    this.#awaySince = this.#now;
    await this.clock.advance(untilListed + takes);
  }

  async #comeBack(): Promise<void> {
    if (this.#awaySince === undefined) return;
    // The last sign of it was the list before.
    this.outages.push({what: 'outage', at: this.#awaySince - every, to: this.#awaySince});
    this.#awaySince = undefined;
    await this.clock.advance(untilListed);
  }

  /** What the API does not date: the list tells that it was between two of its answers. */
  async #change(what: Step['do'], at: number, here: OnServer, takes: number): Promise<void> {
    const {clock} = this;
    const tell = (what: string) => here.truth.push({what, at: this.#now, to: this.#now + every});
    if (what === 'rename') {
      await clock.advance(untilListed);
      const name = here.pipeline.name.endsWith('x') ? `p${at}` : `p${at}x`;
      this.#truths.delete(here.pipeline.name);
      this.#truths.set(name, here.truth);
      here.pipeline = {...here.pipeline, name};
      tell('renamed');
      await clock.advance(untilListed);
    } else if (what === 'remove' || what === 'recreate') {
      if (here.pipeline.name !== `p${at}`) return;
      await clock.advance(untilListed);
      this.#here.delete(at);
      tell('removed');
      if (what === 'recreate') {
        await clock.advance(takes);
        const next = this.#create(at);
        next.truth.push({what: 'created', at: this.#now, to: this.#now});
      }
      await clock.advance(untilListed);
    }
  }

  async #start(at: number, here: OnServer, takes: number): Promise<void> {
    const wanted = {deploymentDesiredStatus: 'Running', deploymentError: undefined, deploymentId: `run-${this.#ids++}`};
    this.#set(here, {deploymentStatus: 'Provisioning', ...wanted});
    this.#sayRunner(at, 'Resources transition: stopped -> provisioning (desired: provisioned)');
    here.run.hasFatal = false;
    here.run.hasLost = false;
    await this.clock.advance(takes);
    this.#set(here, {deploymentStatus: 'Running'});
    here.truth.push({what: 'start', at: this.#now, to: this.#now});
  }

  async #stop(at: number, here: OnServer, takes: number, cause?: string): Promise<void> {
    const begun = this.#now;
    const error = cause === undefined ? undefined : {...deploymentError, cause};
    this.#set(here, {deploymentStatus: 'Stopping', deploymentDesiredStatus: 'Stopped', deploymentError: error});
    if (cause !== undefined) this.#sayRunner(at, `Resources error: ${cause}`, 'ERROR');
    const desired = cause === undefined ? 'stopped' : 'provisioned';
    this.#sayRunner(at, `Resources transition: provisioned -> stopping (desired: ${desired})`);
    await this.clock.advance(takes);
    this.#set(here, {deploymentStatus: 'Stopped', deploymentId: ''});
    here.truth.push({what: cause === undefined ? 'stopped' : 'failed', at: begun, to: this.#now});
  }

  async #write(what: Step['do'], at: number, {truth, run}: OnServer): Promise<void> {
    const now = () => timeText(this.#now);
    if (what === 'error') {
      this.#say(at, head('disk full', 'ERROR', now()));
      this.errors[at] = (this.errors[at] ?? 0) + 1;
    } else if (what === 'panic') {
      const file = String.fromCharCode(97 + (this.#ids++ % 26), 97 + (Math.floor(this.#ids / 26) % 26));
      this.#say(at, head('all is well', 'INFO', now()));
      await this.clock.advance(5000);
      truth.push({what: 'panic', at: this.#now, to: this.#now + 1000});
      this.#say(
        at,
        `thread 'main' (1) panicked at src/${file}.rs:1:2:`,
        `it is ${file}`,
        head('so it is', 'INFO', now()),
      );
    } else if (what === 'fatal' && !run.hasFatal && this.#awaySince === undefined) {
      await this.clock.advance(untilListed);
      run.hasFatal = true;
      truth.push({what: 'degraded', at: this.#now - 1, to: this.#now});
      this.#say(at, head(`FATAL error on input endpoint 'p${at}.web': no broker`, 'ERROR', now()));
      this.errors[at] = (this.errors[at] ?? 0) + 1;
    } else if (what === 'lose stderr' && !run.hasLost) {
      run.hasLost = true;
      truth.push({what: 'stream-lost', at: this.#now - 1, to: this.#now});
      this.#sayRunner(at, 'stderr encountered I/O error: stream did not contain valid UTF-8');
    }
    await this.clock.advance(10);
  }

  async end(): Promise<Absence | undefined> {
    await this.#comeBack();
    await this.clock.advance(120_000);
    return this.feed.onKey();
  }
}

const words: Partial<Record<PipelineEvent['kind'], string>> = {started: 'start', restarted: 'start'};
const isPanic = (event: PipelineEvent) =>
  'group' in event && isPanicLine(event.group.example, 0, event.group.example.length);

function toldOf(event: PipelineEvent): {what: string; at: number} | [] {
  if (isPanic(event)) return {what: 'panic', at: event.at ?? 0};
  return event.kind === 'errors' ? [] : {what: words[event.kind] ?? event.kind, at: event.at ?? 0};
}

it('after an absence, all that happened to each pipeline is told, in its order, with its time, and nothing twice', async () => {
  const run = async ({phase, steps}: {phase: number; steps: readonly (readonly [Step, number])[]}) => {
    const world = new World(phase);
    await world.clock.advance(20_000);
    world.feed.onKey();
    await world.clock.advance(1000);
    for (const [each, pause] of steps) {
      await world.play(each);
      await world.clock.advance(pause);
    }
    const {rows = []} = (await world.end()) ?? {};
    const shown = (all: readonly {what: string; at: number}[]) =>
      all.map(({what, at}) => `${new Date(at).toISOString().slice(11, -1)} ${what}`).join('\n');
    for (const name of new Set([...world.names, ...rows.map(({pipeline}) => pipeline)])) {
      const {events = [], dropped = 0} = rows.find(({pipeline}) => pipeline === name) ?? {};
      const told = events.flatMap(toldOf);
      const truth = world.truthOf(name);
      const both = `${name}\ntold:\n${shown(told)}\ntrue:\n${shown(truth)}`;
      expect(
        told.map(({what}) => what),
        both,
      ).toEqual(truth.map(({what}) => what));
      for (const [index, {at, to}] of truth.entries()) {
        expect(told[index]?.at, both).toBeGreaterThanOrEqual(at - 50);
        expect(told[index]?.at, both).toBeLessThanOrEqual(to + 50);
      }
      const times = events.map(({at}) => at);
      expect(times).toEqual([...times].sort((a = 0, b = 0) => a - b));
      const starts = truth.filter(({what}) => what === 'start');
      for (const event of events)
        if (event.kind === 'stream-lost') expect(event.until).toBe(starts.find(({at}) => at > (event.at ?? 0))?.at);
      const errors = events.filter((event) => event.kind === 'errors' && !isPanic(event));
      expect(
        errors.reduce((sum, {count}) => sum + count, 0),
        both,
      ).toBe(name === '' ? 0 : (world.errors[Number(name[1])] ?? 0));
      expect(dropped).toBe(0);
    }
  };
  // The list that is requested after ten seconds shows another time in which it cannot be reached.
  const twice: readonly (readonly [Step, number])[] = [
    [{do: 'start', of: 0, takes: 100}, 18_204],
    [{do: 'flap', of: 3, takes: 5886}, 2133],
    [{do: 'flap', of: 3, takes: 7867}, 100],
  ];
  const examples: Parameters<typeof run>[] = [[{phase: 100, steps: twice}]];
  await fc.assert(fc.asyncProperty(life, run), {numRuns: 300, examples});
});
