import fc from 'fast-check';
import {expect, it} from 'vitest';
import {ErrorLimiter} from '../../../demo/connector-errors.ts';
import {LogSink} from '../../../source/engine/logs/log-sink.ts';
import type {ErrorLog} from '../../../source/engine/records/error-log.ts';
import {absenceOf} from '../../../source/kit/journal/absence.ts';
import {type LogStatus, logEvents} from '../../../source/kit/journal/log-status.ts';
import {listEvents, type PipelineStatus} from '../../../source/kit/journal/pipeline-status.ts';
import {unseenConnectorErrors} from '../../../source/kit/journal/unseen.ts';
import {withNewlines} from '../../harness/with-newlines.ts';
import {list, log, pipeline, statusAt} from './statuses.ts';

const time = '2026-11-27T05:56:10.280718Z';
const start =
  `[manager] ${time}  INFO pipeline_manager::runner::pipeline_automata: Resources transition: stopped -> provisioning ` +
  '(desired: provisioned) pipeline-id="01a21b93-2941-7ed2-815f-092debad96c9" pipeline-name="N/A"';
const kafka = (suppressed: number) =>
  `FAIL [thrd:b:9092]: b:9092: Connect failed (after 2ms in state CONNECT, ${suppressed} identical error(s) suppressed)`;
/** One name is the beginning of the other. */
const endpoints = ['orders.kafka', 'orders.kafka-2'] as const;
const tags = ['text_event_err', 'text_event_err', 'text_envelope_err', undefined] as const;

/** What other threads write between the line of the limiter and its error; `another`: the other connector's error. */
const meanwhile = ["Suppressed 3 'x' errors", 'ERROR in words', 'another'] as const;

/** A pipeline whose errors are limited as Feldera limits them, its log as pipetail reads it, and the truth. */
class Rig {
  now = 0;
  /** Of this run, as the API counts them; and those in the log, or in words of it. */
  total = 0;
  inLog = 0;
  logged = 0;
  told = 0;
  /** By connector and tag. */
  readonly toldOf = new Map<string, number>();
  /** Errors that are no connector's, those that Kafka's client suppressed included. */
  others = 0;
  run = 0;
  readonly errors: ErrorLog;
  readonly #sink = new LogSink({buffer: {maxBytes: 1e6}, clock: {wall: () => 0}});
  #limiter = new ErrorLimiter(() => this.now);
  #waiting: string[] = [];

  constructor() {
    this.errors = this.#sink.errors;
  }

  /** Whether the entry is an error. */
  isError = (id: number) => this.#sink.buffer.lineAt(id)?.includes(' ERROR ') === true;

  say(level: string, message: string, target = 'dbsp_adapters::server'): void {
    this.#waiting.push(`[orders] ${time} ${level.padStart(5)} ${target}:  ${message}`);
  }

  /** `between`: what another thread writes between the two lines. */
  fail(endpoint: string, tag: string | undefined, between: readonly (typeof meanwhile)[number][]): void {
    this.total += 1;
    const verdict = tag === undefined ? 'log' : this.#limiter.check(`${endpoint}-${tag}`);
    if (verdict === 'suppress') return;
    const told = verdict === 'log' ? 0 : verdict.suppressed;
    if (verdict !== 'log') this.say('INFO', verdict.before);
    for (const words of between) {
      if (words !== 'another') this.say('INFO', words, 'app');
      else this.fail(endpoints[endpoint === endpoints[0] ? 1 : 0], undefined, []);
    }
    this.say('ERROR', `parse error on input endpoint '${endpoint}': ${tag}`);
    this.inLog += 1 + told;
    this.logged += 1;
    this.told += told;
    const kind = `${endpoint} ${tag}`;
    if (told > 0) this.toldOf.set(kind, (this.toldOf.get(kind) ?? 0) + told);
  }

  failKafka(suppressed: number): void {
    this.say('ERROR', kafka(suppressed), 'librdkafka');
    this.others += 1 + suppressed;
    this.told += suppressed;
    this.logged += 1;
  }

  restart(): void {
    this.#waiting.push(start);
    this.total = 0;
    this.inLog = 0;
    this.run += 1;
    this.#limiter = new ErrorLimiter(() => this.now);
  }

  /** Pieces of `cut` bytes. */
  receive(cut: number): void {
    const bytes = Buffer.from(
      this.#waiting
        .splice(0)
        .map((line) => `${line}\n`)
        .join(''),
    );
    for (let at = 0; at < bytes.length; at += cut) this.#sink.append(...withNewlines(bytes.subarray(at, at + cut)));
  }

  get listed(): PipelineStatus {
    return pipeline('orders', {connectorErrors: this.total, deployment: `run ${this.run}`});
  }

  get status(): LogStatus {
    return log('orders', {errors: this.errors.byKey, connectors: this.errors.connectors});
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...{kind: fc.constant('fail' as const), endpoint: fc.constantFrom(...endpoints), tag: fc.constantFrom(...tags)},
      ...{times: fc.constantFrom(1, 2, 15, 40), between: fc.subarray([...meanwhile])},
    }),
  },
  {weight: 3, arbitrary: fc.record({kind: fc.constant('wait' as const), ms: fc.nat(20_000)})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('kafka' as const), suppressed: fc.nat(12)})},
  {weight: 1, arbitrary: fc.constant({kind: 'restart' as const})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('see' as const), isListed: fc.boolean()})},
  {weight: 1, arbitrary: fc.constant({kind: 'list' as const})},
);

function play(rig: Rig, each: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
  if (each.kind === 'fail') {
    for (let time = 0; time < each.times; time++) rig.fail(each.endpoint, each.tag, each.between);
  } else if (each.kind === 'wait') rig.now += each.ms;
  else if (each.kind === 'kafka') rig.failKafka(each.suppressed);
  else if (each.kind === 'restart') rig.restart();
}

it('no error is counted twice, and none is left out that the API counts, however lines and lists alternate', () => {
  fc.assert(
    fc.property(fc.array(step, {minLength: 10, maxLength: 80}), fc.integer({min: 20, max: 4000}), (steps, cut) => {
      const rig = new Rig();
      rig.restart();
      rig.receive(cut);
      let listed = rig.listed;
      let seen: PipelineStatus | undefined;
      /** Of this run, in the newest list or in the log, when it was seen; undefined: the list was behind. */
      let seenTotal: number | undefined = 0;
      let othersSeen = 0;
      const unseen = () =>
        rig.errors.unseenCount(new Set()) + unseenConnectorErrors(listed, seen, rig.errors.connectors);
      for (const each of steps) {
        play(rig, each);
        if (each.kind === 'restart') {
          // What was unseen in the log stays unseen; what the API alone had counted is gone with its process.
          othersSeen -= rig.errors.connectors.unseenInRun;
          seenTotal = 0;
        }
        if (each.kind === 'list' || each.kind === 'restart' || (each.kind === 'see' && each.isListed)) {
          listed = rig.listed;
        }
        rig.receive(cut);
        expect(rig.errors.connectors.inRun).toBe(rig.inLog);
        if (each.kind === 'see') {
          rig.errors.markSeen(listed.connectorErrors);
          seen = listed;
          seenTotal = listed.connectorErrors === rig.total ? rig.total : undefined;
          othersSeen = rig.others;
          expect(unseen()).toBe(0);
        }
        if (seenTotal === undefined) continue;
        const truth = rig.total - seenTotal + rig.others - othersSeen;
        // Until the next list, errors that no line tells of are missing.
        expect(unseen()).toBeLessThanOrEqual(truth);
        if (each.kind === 'list') expect(unseen()).toBe(truth);
      }
      const groups = [...rig.errors.byKey.values()];
      expect(groups.reduce((sum, {count}) => sum + count, 0)).toBe(rig.logged);
      expect(groups.reduce((sum, {suppressed}) => sum + suppressed, 0)).toBe(rig.told);
      const kinds = groups.flatMap(({example, suppressed}) => {
        const [, endpoint, tag] = /endpoint '(.*)': (\w+)/.exec(Buffer.from(example).toString()) ?? [];
        return endpoint !== undefined && suppressed > 0 ? [[`${endpoint} ${tag}`, suppressed] as const] : [];
      });
      expect(new Map(kinds)).toEqual(rig.toldOf);
      const {suppressed} = rig.errors;
      const {connectors} = suppressed;
      expect(connectors.reduce((sum, {suppressed}) => sum + suppressed, 0)).toBe(rig.told);
      const kafkas = connectors.find(({name}) => name === '')?.suppressed ?? 0;
      expect(suppressed.between(0, 1e9, rig.isError)).toBe(rig.told);
      expect(suppressed.between(0, 1e9, (id) => !rig.isError(id))).toBe(rig.told - kafkas);
      const ofRuns = connectors.filter(({name}) => name !== '').reduce((sum, {logged}) => sum + logged, 0);
      expect(ofRuns).toBe(rig.errors.connectors.all - rig.told + kafkas);
    }),
  );
});

it('while the user was away, logged, suppressed and untold errors add up to what the API counted', () => {
  fc.assert(
    fc.property(fc.array(step, {maxLength: 40}), fc.array(step, {maxLength: 40}), (first, second) => {
      const rig = new Rig();
      const playAll = (steps: typeof first) => {
        for (const each of steps) {
          if (each.kind === 'fail' || each.kind === 'wait') play(rig, each);
          rig.receive(4000);
        }
      };
      rig.restart();
      playAll(first);
      const {total, inLog} = rig;
      const before = statusAt(0, [rig.status], [rig.listed]);
      playAll(second);
      const now = statusAt(1, [rig.status], [rig.listed]);
      const happened = [
        ...before.logs.flatMap((each) => logEvents(each, rig.status)),
        ...listEvents(before.pipelines ?? list(), now.pipelines ?? list()),
      ];
      const kept = {muted: new Set<number>(), isOfEnd: () => false, notFollowed: new Set<string>()};
      const input = {...kept, happened, increaseOf: () => []};
      const {rows = []} = absenceOf(before, now, input) ?? {};
      const told = rows.flatMap(({events}) => events);
      const sum = told.reduce((all, event) => {
        if (event.kind === 'errors') return all + event.count + (event.suppressed ?? 0);
        return event.kind === 'connectors' ? all + event.count : all;
      }, 0);
      // The log may tell now of errors that the API had counted before.
      expect(sum).toBe(Math.max(rig.total - total, rig.inLog - inLog));
    }),
  );
});
