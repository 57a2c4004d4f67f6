import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {Pipeline} from '../../../source/engine/api/types.ts';
import type {ListSnapshot} from '../../../source/engine/pipelines/list-poller.ts';
import {diagnose} from '../../../source/features/why/diagnose.ts';
import type {Absence} from '../../../source/kit/journal/absence.ts';
import {EventTracker} from '../../../source/kit/journal/event-tracker.ts';
import type {PipelineEvent} from '../../../source/kit/journal/pipeline-event.ts';
import {createStore} from '../../../source/lib/store.ts';
import {head, runner} from '../../engine/records/index-lines.ts';
import {FakeClock} from '../../harness/fake-clock.ts';
import {deploymentError, makePipeline, stopped} from '../screen/make-pipeline.ts';
import {followedLog, timeText} from './followed-log.ts';

const names = ['orders', 'fraud', 'etl'] as const;
type Name = (typeof names)[number];

/** Pipelines of which the first two have open logs, what happens to them, and the truth about it. */
class Rig {
  readonly clock = new FakeClock();
  readonly feed: EventTracker;
  /** Failures, each once, as `pipeline cause`; what alerts told of them. */
  readonly failures: string[] = [];
  readonly told: string[] = [];
  /** Since the key before the absence: errors in open logs by pipeline, and failures. */
  readonly since = {errors: new Map<string, number>(), failures: 0};
  readonly #logs: ReadonlyMap<string, ReturnType<typeof followedLog>>;
  readonly #pipelines: Map<string, Pipeline>;
  readonly #list = createStore<ListSnapshot>({
    ...{pipelines: undefined, goodAt: undefined, failure: undefined, nextTryAt: undefined},
  });
  #keyAt = 0;
  #runs = 0;

  constructor() {
    const {clock} = this;
    this.#pipelines = new Map(names.map((name) => [name, makePipeline(name)]));
    this.#logs = new Map(names.slice(0, 2).map((name) => [name, followedLog(name, clock)]));
    const logs = new Map([...this.#logs].map(([name, {log}]) => [name, log]));
    this.feed = new EventTracker({
      ...{clock, diagnose, poller: {snapshot: this.#list, refresh: () => this.list()}},
      logs: {names: createStore([...logs.keys()]), get: (name: string) => logs.get(name)},
      events: {
        awayAfter: 60_000,
        onAlert: ({pipeline, kind, event}) => {
          if (kind === 'failed' && event.kind === 'failed') this.told.push(`${pipeline} ${event.why}`);
        },
      },
    });
    this.feed.start();
    this.list();
  }

  list(): void {
    this.#list.set({...this.#list.get(), pipelines: [...this.#pipelines.values()]});
  }

  change(name: Name, change: Partial<Pipeline>): void {
    const before = this.#pipelines.get(name);
    if (before) this.#pipelines.set(name, {...before, ...change});
  }

  pipeline(name: Name): Pipeline | undefined {
    return this.#pipelines.get(name);
  }

  error(name: Name, text: string): void {
    const log = this.#logs.get(name);
    log?.say(head(text, 'ERROR', timeText(this.clock.wall())));
    if (log) this.#countError(name);
  }

  #countError(name: Name): void {
    this.since.errors.set(name, (this.since.errors.get(name) ?? 0) + 1);
  }

  start(name: Name): void {
    this.#runs += 1;
    const deploymentStatusSince = new Date(this.clock.wall()).toISOString();
    const running = {deploymentStatus: 'Running', deploymentDesiredStatus: 'Running', deploymentError: undefined};
    this.change(name, {...running, deploymentId: `run-${this.#runs}`, deploymentStatusSince, connectorErrors: 0});
    this.list();
  }

  /** The log tells of it before or after the list. */
  async fail(name: Name, status: number, isLogFirst: boolean): Promise<void> {
    const cause = `Pipeline process exited prematurely with exit status: ${status}`;
    const at = new Date(this.clock.wall()).toISOString();
    const log = this.#logs.get(name);
    // The runner's clock is behind.
    const earlier = timeText(this.clock.wall() - 300);
    const byLog = async () => {
      log?.say(runner(`Resources error: ${cause}`, 'ERROR', earlier));
      log?.say(runner('Resources transition: provisioned -> stopping (desired: provisioned)', 'INFO', earlier));
      await this.clock.advance(10);
    };
    this.change(name, {...stopped, deploymentStatusSince: at, deploymentError: {...deploymentError, cause}});
    if (isLogFirst) await byLog();
    this.list();
    if (!isLogFirst) await byLog();
    this.failures.push(`${name} Failed · ${cause}`);
    this.since.failures += 1;
  }

  /** What is told if the user was away. */
  key(): Absence | undefined {
    const absence = this.feed.onKey();
    const isReset = absence === undefined && this.clock.monotonic() - this.#keyAt < 60_000;
    this.#keyAt = this.clock.monotonic();
    if (isReset) {
      this.since.errors.clear();
      this.since.failures = 0;
    }
    return absence;
  }
}

const name = fc.constantFrom(...names);
const step = fc.oneof(
  {weight: 6, arbitrary: fc.record({error: name, text: fc.constantFrom('disk full', 'late', 'out of memory')})},
  {weight: 2, arbitrary: fc.record({connectorErrors: name, more: fc.integer({min: 1, max: 9})})},
  {weight: 2, arbitrary: fc.record({fail: name, status: fc.nat(3), isLogFirst: fc.boolean()})},
  {weight: 2, arbitrary: fc.record({start: name})},
  {weight: 2, arbitrary: fc.record({show: fc.subarray([...names], {maxLength: 2}), isLeft: fc.boolean()})},
  {weight: 1, arbitrary: fc.record({mute: fc.nat(3)})},
  {weight: 2, arbitrary: fc.constant({key: true})},
  {weight: 4, arbitrary: fc.record({wait: fc.constantFrom(500, 2000, 11_000, 61_000)})},
);
type Step = typeof step extends fc.Arbitrary<infer Each> ? Each : never;

async function play(rig: Rig, each: Step): Promise<void> {
  const {feed, clock} = rig;
  if ('error' in each) rig.error(each.error, each.text);
  else if ('connectorErrors' in each) {
    const {connectorErrors = 0, deploymentStatus} = rig.pipeline(each.connectorErrors) ?? {};
    if (deploymentStatus !== 'Running') return;
    rig.change(each.connectorErrors, {connectorErrors: connectorErrors + each.more});
    rig.list();
  } else if ('fail' in each) {
    if (rig.pipeline(each.fail)?.deploymentStatus !== 'Running') return;
    await rig.fail(each.fail, each.status, each.isLogFirst);
    // Clocks may differ by less.
    await clock.advance(11_000);
  } else if ('start' in each) rig.start(each.start);
  else if ('show' in each) {
    const pipelines = each.show;
    feed.log.setShown(pipelines.length === 0 ? undefined : {name: pipelines.join(), pipelines, log: () => undefined});
    await clock.advance(6000);
    const unseen = () =>
      feed.log.errorRows.filter(
        ({state, pipeline}) => state === 'unseen' && pipelines.some((name) => name === pipeline),
      );
    expect(unseen()).toEqual([]);
    if (each.isLeft) feed.log.setShown(undefined);
    expect(unseen()).toEqual([]);
  } else if ('mute' in each) {
    const row = feed.log.errorRows.flatMap((event) => ('group' in event ? event.group.key : []))[each.mute];
    if (row !== undefined) feed.log.toggleMute(row);
  } else if ('wait' in each) await clock.advance(each.wait);
  // The next frame.
  await clock.advance(10);
}

const sum = (events: readonly PipelineEvent[]) =>
  events.reduce((all, {count, suppressed = 0}) => all + count + suppressed, 0);

it('whatever logs and lists tell and is seen: marks count what is listed, failures are told once, an absence has all that happened in it', async () => {
  const run = async (steps: readonly Step[]) => {
    const rig = new Rig();
    const {feed} = rig;
    for (const each of steps) {
      await play(rig, each);
      const rows = feed.log.errorRows.filter(({state}) => state === 'unseen');
      for (const name of names) {
        const kinds: readonly PipelineEvent['kind'][] = ['errors', 'connectors'];
        const listed = rows.filter(({pipeline, kind}) => pipeline === name && kinds.includes(kind));
        expect(feed.log.unseenErrors([name]), name).toBe(sum(listed));
      }
      if (!('key' in each)) continue;
      await rig.clock.advance(1000);
      const {errors, failures} = structuredClone(rig.since);
      const absence = rig.key();
      if (!absence || feed.log.muted.get().size > 0) continue;
      const of = (kind: PipelineEvent['kind'], name?: string) =>
        absence.rows
          .flatMap(({events}) => events)
          .filter((event) => event.kind === kind && (name === undefined || event.pipeline === name));
      for (const name of names) expect(sum(of('errors', name)), name).toBe(errors.get(name) ?? 0);
      expect(sum(of('failed'))).toBe(failures);
    }
    await rig.clock.advance(61_000);
    expect(rig.told.sort()).toEqual(rig.failures.sort());
  };
  await fc.assert(fc.asyncProperty(fc.array(step, {minLength: 5, maxLength: 40}), run));
});
