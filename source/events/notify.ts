import type {Clock} from '../lib/clock.ts';
import {count, isoTime} from '../lib/format.ts';
import {forEachStream, type Streams} from '../logs/log-manager.ts';
import type {LogSnapshot, LogSource} from '../logs/log-source.ts';
import {watchedKey} from '../records/error-log.ts';
import {clean} from '../terminal/clean.ts';
import {recordingWords} from '../words/markers.ts';
import {endsOf, rangeWords, timelineWords, widthWithTarget, withheldWords} from './event-words.ts';
import type {TimelineEvent} from './events.ts';

/** The most urgent first. `changed`: the change that the user asked to be told of. */
const kinds = ['changed', 'failed', 'silent', 'lost', 'unread', 'restarted', 'error', 'watched'] as const;

type Notification = {
  readonly pipeline: string;
  readonly kind: (typeof kinds)[number];
  /** One line, without the pipeline's name. */
  readonly text: string;
  /** Errors of the kind, lines that were lost at least, else 1. */
  readonly count: number;
  /** Errors of the kind that were not logged, besides `count`. */
  readonly withheld: number;
  /** Unix time in ms of what happened; undefined: not known. */
  readonly at: number | undefined;
  /** The user asked to be told of it. */
  readonly isAsked?: boolean;
};

/** The most urgent notification of a pipeline, and the number of `more` that it replaces. */
export type Alert = Notification & {readonly more: number};

/** A change that the user asked to be told of. */
export type AwaitedChange = {
  readonly kind: 'changed';
  readonly pipeline: string;
  readonly words: string;
  /** Unix time in ms; undefined: not known. */
  readonly at: number | undefined;
  /** The alert is of the kind `failed`. */
  readonly isFailure?: boolean;
};

type NotifierOptions = {readonly clock: Clock; readonly send: (alert: Alert) => void};

const minute = 60_000;
/** Milliseconds that an error waits: a pipeline that then fails tells of it itself. */
const errorPatience = 1_000;
const maxTextLength = 100;

/**
 * Sends at most one notification a minute for each pipeline: at once after a quiet minute, an error a second later, else
 * at the end of the minute, the most urgent of those that came. Each failure, and what the user asked for, is sent at once.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  /** Monotonic ms until which nothing is sent for a pipeline. */
  readonly #quietUntil = new Map<string, number>();
  readonly #waiting = new Map<string, Alert>();
  #cancelWait: (() => void) | undefined;

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  /** Of a pipeline with a change that was asked for, no other event of the same list. */
  add(events: readonly (TimelineEvent | AwaitedChange)[]): void {
    const asked = new Set(events.flatMap(({kind, pipeline}) => (kind === 'changed' ? pipeline : [])));
    const told = events.filter(({kind, pipeline}) => kind === 'changed' || !asked.has(pipeline));
    const notifications = told.flatMap((event) => notificationOf(event) ?? []);
    // What is sent at once stands for all that came with it.
    const sorted = [...notifications].sort((a, b) => Number(isSentAtOnce(a)) - Number(isSentAtOnce(b)));
    for (const each of sorted) {
      const waiting = this.#waiting.get(each.pipeline);
      const isMoreUrgent = waiting === undefined || kinds.indexOf(each.kind) < kinds.indexOf(waiting.kind);
      this.#waiting.set(each.pipeline, {
        ...(isMoreUrgent ? each : waiting),
        more: waiting === undefined ? 0 : waiting.more + 1,
      });
      if (isSentAtOnce(each)) this.#send();
      else if (each.kind === 'error') this.#holdErrors(each.pipeline);
    }
    if (notifications.length > 0) this.#send();
  }

  /** Sends what waits: the program ends. */
  flush(): void {
    this.#quietUntil.clear();
    this.#send();
  }

  dispose(): void {
    this.#cancelWait?.();
  }

  #holdErrors(pipeline: string): void {
    const now = this.#options.clock.monotonic();
    const isQuiet = (this.#quietUntil.get(pipeline) ?? now) > now;
    if (!isQuiet && this.#waiting.get(pipeline)?.kind === 'error') this.#quietUntil.set(pipeline, now + errorPatience);
  }

  #send(): void {
    const {clock, send} = this.#options;
    const now = clock.monotonic();
    for (const [pipeline, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(pipeline);
    for (const alert of [...this.#waiting.values()]) {
      if (this.#quietUntil.has(alert.pipeline) && !isSentAtOnce(alert)) continue;
      this.#waiting.delete(alert.pipeline);
      this.#quietUntil.set(alert.pipeline, now + minute);
      send(alert);
    }
    this.#cancelWait?.();
    const nextAt = Math.min(...[...this.#waiting.keys()].map((pipeline) => this.#quietUntil.get(pipeline) ?? now));
    this.#cancelWait = Number.isFinite(nextAt) ? clock.after(nextAt - now, () => this.#send()) : undefined;
  }
}

function isSentAtOnce({kind}: Notification): boolean {
  return kind === 'changed' || kind === 'failed';
}

/** Errors notify once for each new group and with every watched line; a user who starts or stops a pipeline knows it. */
function notificationOf(event: TimelineEvent | AwaitedChange): Notification | undefined {
  const {pipeline, kind, at} = event;
  if (kind === 'changed') {
    const asked = {pipeline, text: event.words, count: 1, withheld: 0, at, isAsked: true};
    return {...asked, kind: event.isFailure ? 'failed' : kind};
  }
  if (kind === 'connectors' || kind === 'stopped' || kind === 'paused' || kind === 'started') return undefined;
  if (kind !== 'errors') {
    const count = kind === 'lost' ? event.atLeast : 1;
    return {pipeline, kind, text: timelineWords(event, widthWithTarget).text, count, withheld: 0, at};
  }
  const {group, count, withheld} = event;
  const error = {pipeline, text: rangeWords(endsOf(event), widthWithTarget).text, count, withheld, at};
  if (group.key === watchedKey) return {...error, kind: 'watched'};
  return event.isNew ? {...error, kind: 'error'} : undefined;
}

/**
 * `orders: connection refused (and 2 more)`, `orders: parse error ×274 +812 suppressed`; at most 100 characters of what
 * happened.
 */
export function alertText({pipeline, text, count: logged, withheld, more}: Alert): string {
  const times = withheld > 0 ? ` ×${count(logged)}${withheldWords(withheld)}` : '';
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `${pipeline}: ${shorten(oneLine(text))}${times}${rest}`;
}

/**
 * What an alert command reads (docs/alerts.md), the time in RFC 3339. `now`: Unix time in ms, of an alert without a time.
 */
export function alertObject(
  {at, text, ...alert}: Alert,
  {server, now}: {readonly server: string; readonly now: number},
): Readonly<Record<string, string | number>> {
  const {pipeline, kind, count, withheld, more} = alert;
  const url = `${server}/v0/pipelines/${encodeURIComponent(pipeline)}`;
  const time = isoTime(at ?? now);
  return {pipeline, kind, text: oneLine(text), count, withheld, more, time, server, url};
}

function oneLine(text: string): string {
  return clean(text.replaceAll(/\s+/g, ' ').trim());
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}

/** Calls `notify` when the recording of an open log stops or continues, until the returned function is called. */
export function watchRecordings(logs: Streams<LogSource>, notify: (text: string) => void): () => void {
  return forEachStream(logs, (stream) => {
    const {snapshot} = stream;
    let before: LogSnapshot['recording'];
    const check = () => {
      const {recording} = snapshot.get();
      if (recording === before) return;
      const words = recordingWords(before, recording);
      // The state after `opening` is compared with the state before it.
      if (recording?.kind !== 'opening') before = recording;
      if (words !== undefined) notify(`${stream.name}: ${words}`);
    };
    check();
    return snapshot.subscribe(check);
  });
}
