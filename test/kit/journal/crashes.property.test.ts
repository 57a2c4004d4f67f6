import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {MonitorEvent, MonitorEventDetail, Pipeline} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../../source/engine/pipelines/pipeline-history.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import {createStore} from '../../../source/lib/store.ts';
import {head, runner} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {deploymentError, makePipeline} from '../screen/make-pipeline.ts';
import {followedLog, timeText} from './followed-log.ts';

/** Milliseconds, or what happened: one crash after the other, of a pipeline that is started again after each. */
const crash = fc.record({
  runs: fc.oneof(fc.integer({min: 1, max: 3000}), fc.integer({min: 3000, max: 60_000})),
  cause: fc.constantFrom('exit status: 137', 'exit status: 137', 'exit status: 5'),
  /** The log has no cause of a panic. */
  isPanic: fc.boolean(),
  endsStart: fc.boolean(),
  /** The server does not reach the process any more, but has yet to find that it is gone. */
  dies: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 8000})),
  stops: fc.oneof(fc.integer({min: 5, max: 60}), fc.integer({min: 500, max: 15_000})),
  waits: fc.oneof(fc.integer({min: 0, max: 50}), fc.integer({min: 500, max: 30_000})),
  provisions: fc.integer({min: 200, max: 4000}),
  /** Of the log's lines and of answers. */
  delay: fc.integer({min: 0, max: 900}),
});
type Crash = typeof crash extends fc.Arbitrary<infer Each> ? Each : never;
const life = fc.record({
  crashes: fc.array(crash, {minLength: 1, maxLength: 4}),
  hasLog: fc.boolean(),
  phase: fc.integer({min: 1, max: 2000}),
  every: fc.constantFrom(2000, 2000, 15_000),
  /** Of the runner, in ms: the log's lines have its time. */
  skew: fc.constantFrom(-300, 0, 2, 300),
});
type Life = typeof life extends fc.Arbitrary<infer Each> ? Each : never;

/** A server with one pipeline, polled and followed. */
class Server {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  /** What happened, for the message of a test that fails. */
  readonly truth: string[] = [];
  readonly #feed: EventTracker;
  readonly #log: ReturnType<typeof followedLog>;
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  readonly #life: Life;
  readonly #events: MonitorEvent[] = [];
  readonly #details = new Map<string, MonitorEventDetail>();
  #pipeline = makePipeline('a', {deploymentId: 'run-0'});
  #delay = 0;
  #isAsked = false;
  #runs = 0;

  constructor(life: Life) {
    const {clock} = this;
    this.#life = life;
    this.#log = followedLog('a', clock);
    const {log} = this.#log;
    const logs = {names: createStore(life.hasLog ? ['a'] : []), get: () => (life.hasLog ? log : undefined)};
    this.#feed = new EventTracker({
      ...{clock, logs, diagnose, poller: {snapshot: this.#list, refresh: () => this.#ask()}},
      history: async () => await this.#history(),
      events: {
        onAlert: ({kind, event}) => {
          if (kind === 'failed' && event.kind === 'failed') this.told.push(`${this.#time(event.at)} ${event.why}`);
        },
      },
    });
    this.#set({});
    this.#list.set({...this.#list.get(), pipelines: [this.#pipeline]});
    this.#feed.start();
    clock.after(life.phase, () => this.#poll());
  }

  async play(): Promise<void> {
    const {clock} = this;
    for (const each of this.#life.crashes) {
      const {runs, dies, stops, waits, provisions, delay} = each;
      this.#delay = delay;
      await clock.advance(runs);
      if (dies > 0) this.#set({deploymentStatus: 'Unavailable', runtimeReason: 'timeout'});
      await clock.advance(dies);
      this.#crash(each);
      await clock.advance(stops);
      this.#set({deploymentStatus: 'Stopped', deploymentDesiredStatus: 'Stopped', deploymentId: ''});
      this.#say('Resources transition: stopping -> stopped (desired: stopped)');
      await clock.advance(waits);
      this.#runs += 1;
      this.#set({deploymentDesiredStatus: 'Running', deploymentError: undefined});
      this.#set({deploymentStatus: 'Provisioning', deploymentId: `run-${this.#runs}`});
      this.#say('Resources transition: stopped -> provisioning (desired: provisioned)');
      await clock.advance(provisions);
      this.#set({deploymentStatus: 'Running'});
      this.#say('Resources transition: provisioning -> provisioned (desired: provisioned)');
      this.#say('Runtime transition: initializing -> running (desired: running)');
    }
    await clock.advance(120_000);
    this.#feed.flush();
  }

  /** Failures on the errors page. */
  get listed(): number {
    return this.#feed.log.errorRows.reduce((sum, {kind, count}) => sum + (kind === 'failed' ? count : 0), 0);
  }

  #crash({cause, isPanic, endsStart}: Crash): void {
    const error = {...deploymentError, cause: isPanic ? `panic: ${cause}` : cause, endedStart: endsStart};
    this.#set({deploymentStatus: 'Stopping', deploymentError: error});
    if (isPanic) this.#log.say(head('panicked at a.rs:1:2', 'ERROR', timeText(this.clock.wall())));
    else this.#say(`Resources error: ${cause}`, 'ERROR');
    this.#say('Resources transition: provisioned -> stopping (desired: provisioned)');
  }

  #time(at = Number.NaN): string {
    return new Date(at).toISOString().slice(11, -1);
  }

  /** The server's state changes. */
  #set(change: Partial<Pipeline>): void {
    const now = new Date(this.clock.wall()).toISOString();
    const isChange = change.deploymentStatus !== this.#pipeline.deploymentStatus;
    this.#pipeline = {...this.#pipeline, ...change, ...(isChange && {deploymentStatusSince: now})};
    const {deploymentStatus: status, deploymentDesiredStatus: desired, deploymentError} = this.#pipeline;
    const event: MonitorEvent = {
      ...{id: `${this.#events.length}`, time: now, status, programStatus: 'Success', storageStatus: 'InUse'},
      ...{runtimeDesiredStatus: desired, resourcesDesiredStatus: desired, hasError: deploymentError !== undefined},
    };
    this.#events.unshift(event);
    this.#details.set(event.id, {...event, deploymentError});
    this.truth.push(`${this.#time(this.clock.wall())} ${status} ${deploymentError?.cause ?? ''}`);
  }

  #say(message: string, level = 'INFO'): void {
    const line = runner(message, level, timeText(this.clock.wall() + this.#life.skew));
    this.clock.after(this.#delay, () => this.#log.say(line));
  }

  #poll(): void {
    this.#ask();
    this.clock.after(this.#life.every, () => this.#poll());
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const pipelines = [this.#pipeline];
    const askedAt = this.clock.monotonic();
    this.clock.after(this.#delay / 3, () => {
      this.#isAsked = false;
      this.truth.push(`${this.#time(this.clock.wall())} a list shows ${pipelines[0]?.deploymentStatus}`);
      this.#list.set({...this.#list.get(), pipelines, askedAt});
    });
  }

  async #history(): Promise<PipelineHistory> {
    const events = [...this.#events];
    await this.clock.sleep(this.#delay / 2, new AbortController().signal);
    return {events, details: this.#details, stats: undefined, missing: []};
  }
}

it('each crash is one alert, and counted once on A, however fast it stops and starts, whatever logs, lists and events tell first', async () => {
  const run = async (life: Life) => {
    const server = new Server(life);
    await server.play();
    expect(server.told, server.truth.join('\n')).toHaveLength(life.crashes.length);
    expect(server.listed, server.truth.join('\n')).toBe(life.crashes.length);
  };
  await fc.assert(fc.asyncProperty(life, run), {numRuns: 500});
});
