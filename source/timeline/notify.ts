import type {Clock} from '../lib/clock.ts';
import {watchedKey} from '../records/error-log.ts';
import type {LogSnapshot} from '../streams/log-source.ts';
import {forEachStream, type StreamManager} from '../streams/stream-manager.ts';
import {recordingWords} from '../words/markers.ts';
import {errorWords, timelineWords, widthWithTarget} from './event-words.ts';
import type {TimelineEvent} from './events.ts';

/** The most urgent first. */
const kinds = ['failed', 'silent', 'lost', 'restarted', 'error', 'watched'] as const;

/** `text`: one line, without the pipeline's name. */
type Notification = {readonly pipeline: string; readonly kind: (typeof kinds)[number]; readonly text: string};

/** The most urgent notification of a pipeline, and the number of `more` that it replaces. */
type Digest = Notification & {readonly more: number};

const minute = 60_000;
const maxTextLength = 100;

/**
 * Sends at most one notification a minute for each pipeline: at once after a quiet minute, else at the end of the minute,
 * the most urgent of those that came.
 */
export class Notifier {
  readonly #options: {readonly clock: Clock; readonly notify: (text: string) => void};
  /** Monotonic ms until which nothing is sent for a pipeline. */
  readonly #quietUntil = new Map<string, number>();
  readonly #waiting = new Map<string, Digest>();
  #cancelWait: (() => void) | undefined;

  constructor(options: {clock: Clock; notify: (text: string) => void}) {
    this.#options = options;
  }

  add(events: readonly TimelineEvent[]): void {
    const notifications = events.flatMap((event) => notificationOf(event) ?? []);
    for (const each of notifications) {
      const waiting = this.#waiting.get(each.pipeline);
      const isMoreUrgent = waiting === undefined || kinds.indexOf(each.kind) < kinds.indexOf(waiting.kind);
      this.#waiting.set(each.pipeline, {
        ...(isMoreUrgent ? each : waiting),
        more: waiting === undefined ? 0 : waiting.more + 1,
      });
    }
    if (notifications.length > 0) this.#send();
  }

  dispose(): void {
    this.#cancelWait?.();
  }

  #send(): void {
    const {clock, notify} = this.#options;
    const now = clock.monotonic();
    for (const [pipeline, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(pipeline);
    for (const digest of [...this.#waiting.values()]) {
      if (this.#quietUntil.has(digest.pipeline)) continue;
      this.#waiting.delete(digest.pipeline);
      this.#quietUntil.set(digest.pipeline, now + minute);
      notify(digestText(digest));
    }
    this.#cancelWait?.();
    const nextAt = Math.min(...[...this.#waiting.keys()].map((pipeline) => this.#quietUntil.get(pipeline) ?? now));
    this.#cancelWait = Number.isFinite(nextAt) ? clock.after(nextAt - now, () => this.#send()) : undefined;
  }
}

/** Errors notify once for each new group and with every watched line; a user who stops a pipeline knows about it. */
function notificationOf(event: TimelineEvent): Notification | undefined {
  const {pipeline, kind} = event;
  if (kind === 'connectors' || kind === 'stopped') return undefined;
  if (kind !== 'errors') return {pipeline, kind, text: timelineWords(event, widthWithTarget).text};
  const text = errorWords(event.group, widthWithTarget).text;
  if (event.group.key === watchedKey) return {pipeline, kind: 'watched', text};
  return event.isNew ? {pipeline, kind: 'error', text} : undefined;
}

/** `orders: connection refused (and 2 more)`. */
function digestText({pipeline, text, more}: Digest): string {
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `${printable(pipeline)}: ${shorten(printable(text))}${rest}`;
}

/** Without control, format (direction overrides) and separator characters. */
function printable(text: string): string {
  return text.replace(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= maxTextLength ? text : `${characters.slice(0, maxTextLength - 1).join('')}…`;
}

/** Calls `notify` when the recording of an open log stops or continues, until the returned function is called. */
export function watchRecordings(manager: StreamManager, notify: (text: string) => void): () => void {
  return forEachStream(manager, ({name, snapshot}) => {
    let before: LogSnapshot['recording'];
    const check = () => {
      const {recording} = snapshot.get();
      if (recording === before) return;
      const words = recordingWords(before, recording);
      // The state after `opening` is compared with the state before it.
      if (recording?.kind !== 'opening') before = recording;
      if (words !== undefined) notify(`${name}: ${words}`);
    };
    check();
    return snapshot.subscribe(check);
  });
}
