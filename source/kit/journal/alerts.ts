import {failedStartIn} from '../../engine/records/failed-start.ts';
import {isPanicLine} from '../../engine/records/line-kind.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {count, isoTime} from '../../lib/format.ts';
import {suppressedWords, widthWithTarget} from './event-words.ts';
import {eventKind, eventWords, isOfErrors, type PipelineEvent, rekey} from './pipeline-event.ts';
import {changeOf, type PipelineStatuses} from './pipeline-status.ts';

/** The most urgent event of a pipeline, and the number of `more` that it stands for. */
export type Alert = {
  readonly kind: PipelineEvent['kind'] | 'error';
  readonly pipeline: string;
  readonly event: PipelineEvent;
  readonly more: number;
};

export type AlertsOptions = {
  readonly clock: Clock;
  /** Notifies the user outside the screen. */
  readonly notify?: ((text: string) => void) | undefined;
  /** Gets what notifies, at most one a minute of each pipeline besides its failures. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /** Rings for a change that the user asked for, when neither `notify` nor `onAlert` is there. */
  readonly bell?: (() => void) | undefined;
  /** Gets one line for standard error. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Shows one line on the screen. */
  readonly say?: ((text: string) => void) | undefined;
};

const minute = 60_000;
/** Milliseconds that an error waits: a pipeline that then fails tells of it itself. */
const errorPatience = 1_000;
/**
 * Milliseconds for an error that may end the pipeline: a panic of a worker does, which the API tells some 5 s later.
 */
const endPatience = 10_000;
/**
 * Feldera's `dbsp::circuit::runtime::Error::Terminated`, and what it answers then. They can stand above the panic, which
 * comes over another pipe: 2 s later on a busy machine.
 */
const endOfWorkers = /circuit has been terminated|Response: 5\d\d /;
const maxTextLength = 100;

/**
 * Tells the user, who may look elsewhere, at most once a minute of each pipeline: at once after a quiet minute, an error
 * a second later, one that may end the pipeline after ten; else at the end of the minute, the most urgent event of those
 * that came. Each failure is told at once, and the next change of a pipeline that was asked for.
 */
export class Alerts {
  readonly #options: AlertsOptions;
  /** Pipelines whose next change the user wants to be told of. */
  readonly #notifyOnce = new Map<string, true>();
  /** Nothing is reported of a pipeline before this time, in monotonic ms. */
  readonly #quietUntil = new Map<string, number>();
  readonly #waiting = new Map<string, Alert>();
  #cancelWait: (() => void) | undefined;

  constructor(options: AlertsOptions) {
    this.#options = options;
  }

  dispose(): void {
    this.#cancelWait?.();
  }

  /** Tells now what would be told later. */
  flush(): void {
    this.#quietUntil.clear();
    this.#send();
  }

  /** Asks to be told once when the pipeline has compiled, runs, stops or fails, or takes that back. Returns whether. */
  toggleNotifyOnce(name: string): boolean {
    if (this.#notifyOnce.delete(name)) return false;
    this.#notifyOnce.set(name, true);
    return true;
  }

  /** Renames pipelines. `names`: new names, by the old ones. */
  rename(names: ReadonlyMap<string, string>): void {
    for (const values of [this.#notifyOnce, this.#quietUntil, this.#waiting]) rekey<unknown>(values, names);
    for (const [pipeline, alert] of this.#waiting)
      this.#waiting.set(pipeline, {...alert, pipeline, event: {...alert.event, pipeline}});
  }

  /** The changes between two lists that were asked for: each is told once. */
  changes(before: PipelineStatuses, now: PipelineStatuses): readonly PipelineEvent[] {
    return [...this.#notifyOnce.keys()].flatMap((pipeline): readonly PipelineEvent[] => {
      const status = now.get(pipeline);
      const earlier = status ? [...before.values()].find(({id}) => id === status.id) : before.get(pipeline);
      const change = earlier && changeOf(earlier, status);
      if (change === undefined) return [];
      this.#notifyOnce.delete(pipeline);
      return [{kind: 'changed', pipeline, from: 'API', count: 1, ...change}];
    });
  }

  /** Without `notify` and `onAlert` only what the user asked for is told, and stands for nothing else. */
  tell(events: readonly PipelineEvent[]): void {
    const {notify, onAlert} = this.#options;
    const all = events.map((event) => this.#asked(event));
    const asked = new Set(all.flatMap(({kind, pipeline}) => (kind === 'changed' ? pipeline : [])));
    // Of a pipeline with a change that was asked for, no other event of the same list.
    const told = all.filter(({kind, pipeline}) => kind === 'changed' || (!asked.has(pipeline) && (notify || onAlert)));
    const alerts = told.flatMap((event) => alertOf(event) ?? []);
    // What is told at once stands for all that came with it.
    for (const alert of alerts.sort((a, b) => Number(isAtOnce(a)) - Number(isAtOnce(b)))) {
      const waiting = this.#waiting.get(alert.pipeline);
      const isMoreUrgent = waiting === undefined || isBefore(alert, waiting);
      const more = waiting === undefined ? 0 : waiting.more + 1;
      this.#waiting.set(alert.pipeline, {...(isMoreUrgent ? alert : waiting), more});
      if (isAtOnce(alert)) this.#send();
      else if (alert.kind === 'error') this.#holdErrors(alert);
    }
    if (alerts.length > 0) this.#send();
  }

  /** Whoever relies on alerts has to know this, wherever they look. */
  warn(text: string): void {
    const {say, notify, warn} = this.#options;
    say?.(text);
    notify?.(text);
    warn?.(text);
  }

  /** A failure that no list told is a change, too, as is that it cannot be reached. */
  #asked(event: PipelineEvent): PipelineEvent {
    const isChange = event.kind === 'failed' || event.kind === 'unavailable';
    if (!isChange || !this.#notifyOnce.delete(event.pipeline)) return event;
    const {kind, pipeline, why: words, at, from, count} = event;
    return {kind: 'changed', pipeline, from, count, words, at, isFailure: kind === 'failed'};
  }

  #holdErrors({pipeline, event}: Alert): void {
    if (this.#waiting.get(pipeline)?.kind !== 'error') return;
    const now = this.#options.clock.monotonic();
    const until = this.#quietUntil.get(pipeline) ?? now;
    if (mayEnd(event)) this.#quietUntil.set(pipeline, Math.max(until, now + endPatience));
    else if (until <= now) this.#quietUntil.set(pipeline, now + errorPatience);
  }

  #send(): void {
    const {clock} = this.#options;
    const now = clock.monotonic();
    for (const [pipeline, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(pipeline);
    for (const alert of [...this.#waiting.values()]) {
      if (this.#quietUntil.has(alert.pipeline) && !isAtOnce(alert)) continue;
      this.#waiting.delete(alert.pipeline);
      this.#quietUntil.set(alert.pipeline, now + minute);
      this.#sendOne(alert);
    }
    this.#cancelWait?.();
    const nextAt = Math.min(...[...this.#waiting.keys()].map((pipeline) => this.#quietUntil.get(pipeline) ?? now));
    this.#cancelWait = Number.isFinite(nextAt) ? clock.after(nextAt - now, () => this.#send()) : undefined;
  }

  #sendOne(alert: Alert): void {
    const {notify, onAlert, bell, say} = this.#options;
    notify?.(alertText(alert));
    onAlert?.(alert);
    if (alert.event.kind !== 'changed') return;
    say?.(alertText(alert));
    if (!notify && !onAlert) bell?.();
  }
}

/** A panic, what another thread says of it, or the reason for which the pipeline could not be initialized. */
function mayEnd(event: PipelineEvent): boolean {
  if (!isOfErrors(event)) return false;
  const {example} = event.group;
  if (isPanicLine(example, 0, example.length) || failedStartIn(example) !== undefined) return true;
  return endOfWorkers.test(Buffer.from(example.buffer, example.byteOffset, example.length).toString('latin1'));
}

function isAtOnce({event}: Alert): boolean {
  return eventKind(event).alerts === 'at once';
}

/** It is more urgent; a new error is so than a watched line. */
function isBefore(a: Alert, b: Alert): boolean {
  const [{urgency}, other] = [eventKind(a.event), eventKind(b.event)];
  return urgency < other.urgency || (a.kind === 'error' && b.kind === 'watched');
}

/** Errors are told once for each new group and with every watched line. */
function alertOf(event: PipelineEvent): Alert | undefined {
  const {pipeline, kind} = event;
  if (eventKind(event).alerts === 'never' || (kind === 'errors' && !event.isNew)) return undefined;
  const isFailure = kind === 'changed' && event.isFailure === true;
  return {kind: isFailure ? 'failed' : kind === 'errors' ? 'error' : kind, pipeline, event, more: 0};
}

/**
 * `orders: connection refused (and 2 more)`, `orders: parse error ×274 +812 suppressed`; at most 100 characters of what
 * happened.
 */
function alertText({pipeline, event, more}: Alert): string {
  const {count: logged, suppressed = 0} = event;
  const times = suppressed > 0 ? ` ×${count(logged)}${suppressedWords(suppressed)}` : '';
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `${pipeline}: ${shorten(wordsOf(event))}${times}${rest}`;
}

/**
 * Returns what an alert command reads (docs/leave-it-running.md), with the time in RFC 3339. `now`: Unix time in ms,
 * for an alert without a time.
 */
export function alertObject(
  {pipeline, kind, event, more}: Alert,
  {server, now}: {readonly server: string; readonly now: number},
): Readonly<Record<string, string | number>> {
  const number = event.kind === 'lost' ? event.atLeast : isOfErrors(event) ? event.count : 1;
  const url = `${server}/v0/pipelines/${encodeURIComponent(pipeline)}`;
  const time = isoTime(event.at ?? now);
  return {
    pipeline,
    kind,
    text: wordsOf(event),
    count: number,
    suppressed: event.suppressed ?? 0,
    more,
    time,
    server,
    url,
  };
}

function wordsOf(event: PipelineEvent): string {
  return clean(eventWords(event, widthWithTarget).text.replaceAll(/\s+/g, ' ').trim());
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}
