import type {Clock} from '../lib/clock.ts';
import {watchedKey} from '../records/error-log.ts';
import type {RecordingState} from '../storage/recording/recorder.ts';
import type {LogStream} from '../streams/log-stream.ts';
import {forEachStream, type StreamManager} from '../streams/stream-manager.ts';
import {recordingWords} from '../words/markers.ts';
import {errorWords, timelineWords, widthWithTarget} from './event-words.ts';
import {type LogStatus, logEvents, type PipelineStatus, pipelineEvents, type TimelineEvent} from './events.ts';

export type NotificationKind = 'failed' | 'silent' | 'lost' | 'restarted' | 'error' | 'watched';

/** Something to tell a person who does not look. `text`: one line, without the pipeline's name. */
export type Notification = {readonly pipeline: string; readonly kind: NotificationKind; readonly text: string};

/** Makes notifications of what happens, at most one a minute a pipeline. */
export class Notifier {
  readonly #clock: Clock;
  readonly #notify: (text: string) => void;
  readonly #muted: () => ReadonlySet<number>;
  readonly #policy = new NotifyPolicy();
  readonly #logs = new Map<string, LogStatus>();
  #pipelines: ReadonlyMap<string, PipelineStatus> | undefined;
  #cancelWait: (() => void) | undefined;

  constructor(options: {clock: Clock; notify: (text: string) => void; muted: () => ReadonlySet<number>}) {
    this.#clock = options.clock;
    this.#notify = options.notify;
    this.#muted = options.muted;
  }

  /** A log as it is now; the first time there is nothing to compare it with. */
  noteLog(log: LogStatus): void {
    const before = this.#logs.get(log.name);
    this.#logs.set(log.name, log);
    this.#add(logEvents(before, log, this.#muted()));
  }

  noteList(pipelines: ReadonlyMap<string, PipelineStatus>): void {
    const before = this.#pipelines;
    if (before === pipelines) return;
    this.#pipelines = pipelines;
    if (!before) return;
    this.#add([...pipelines.values()].flatMap((pipeline) => pipelineEvents(before.get(pipeline.name), pipeline)));
  }

  /** The log is no longer open. */
  forget(name: string): void {
    this.#logs.delete(name);
  }

  dispose(): void {
    this.#cancelWait?.();
  }

  #add(happenings: readonly TimelineEvent[]): void {
    const news = happenings.flatMap((each) => notificationsOf(each) ?? []);
    if (news.length === 0) return;
    for (const each of news) this.#policy.add(each);
    this.#send();
  }

  #send(): void {
    const now = this.#clock.monotonic();
    for (const notice of this.#policy.take(now)) this.#notify(digestText(notice));
    this.#cancelWait?.();
    const {nextAt} = this.#policy;
    this.#cancelWait = nextAt === undefined ? undefined : this.#clock.after(nextAt - now, () => this.#send());
  }
}

/** `more`: how many other things of the pipeline it stands for. */
type Digest = Notification & {readonly more: number};

const minute = 60_000;
const urgentFirst: readonly NotificationKind[] = ['failed', 'silent', 'lost', 'restarted', 'error', 'watched'];

/**
 * Says at most one thing a minute of a pipeline: at once when there was silence before, else the most urgent of what
 * came meanwhile when the minute is over. Times are monotonic milliseconds.
 */
export class NotifyPolicy {
  /** When each pipeline may be spoken of again. */
  readonly #quietUntil = new Map<string, number>();
  readonly #waiting = new Map<string, Digest>();

  add(news: Notification): void {
    const waiting = this.#waiting.get(news.pipeline);
    if (!waiting) {
      this.#waiting.set(news.pipeline, {...news, more: 0});
      return;
    }
    const isMoreUrgent = urgentFirst.indexOf(news.kind) < urgentFirst.indexOf(waiting.kind);
    this.#waiting.set(news.pipeline, {...(isMoreUrgent ? news : waiting), more: waiting.more + 1});
  }

  /** What is to be said now; it is not answered again. */
  take(now: number): readonly Digest[] {
    for (const [pipeline, until] of this.#quietUntil) if (until <= now) this.#quietUntil.delete(pipeline);
    const due = [...this.#waiting.values()].filter(({pipeline}) => !this.#quietUntil.has(pipeline));
    for (const {pipeline} of due) {
      this.#waiting.delete(pipeline);
      this.#quietUntil.set(pipeline, now + minute);
    }
    return due;
  }

  /** When to ask again; undefined while nothing waits. */
  get nextAt(): number | undefined {
    const times = [...this.#waiting.keys()].map((pipeline) => this.#quietUntil.get(pipeline) ?? 0);
    return times.length > 0 ? Math.min(...times) : undefined;
  }
}

/** What of it is told to a person who does not look: of errors only those of a new fingerprint, and watched ones. */
export function notificationsOf(happening: TimelineEvent): Notification | undefined {
  const {pipeline} = happening;
  // Who stops a pipeline knows it.
  if (happening.kind === 'connectors' || happening.kind === 'stopped') return undefined;
  if (happening.kind !== 'errors') {
    return {pipeline, kind: happening.kind, text: timelineWords(happening, widthWithTarget).text};
  }
  const text = errorWords(happening.group, widthWithTarget).text;
  if (happening.group.key === watchedKey) return {pipeline, kind: 'watched', text};
  return happening.isNew ? {pipeline, kind: 'error', text} : undefined;
}

const longestLogText = 100;

/** `orders: new error · connection refused (and 2 more)`: one line of printable characters, whatever the log holds. */
export function digestText({pipeline, text, more}: Digest): string {
  const rest = more > 0 ? ` (and ${more} more)` : '';
  return `${printable(pipeline)}: ${shorten(printable(text))}${rest}`;
}

/** Control, format (direction overrides) and separator characters have no business in a title or a notification. */
function printable(text: string): string {
  return text.replace(/[\s\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= longestLogText ? text : `${characters.slice(0, longestLogText - 1).join('')}…`;
}

/** Says when the recording of a log stops, or goes on: of every open log, whichever is on the screen. */
export class RecordingWatch {
  readonly #manager: StreamManager;
  readonly #say: (text: string) => void;

  constructor(options: {readonly manager: StreamManager; readonly say: (text: string) => void}) {
    this.#manager = options.manager;
    this.#say = options.say;
  }

  /** Begins to watch. Answers its end. */
  start(): () => void {
    return forEachStream(this.#manager, (stream) => this.#watch(stream));
  }

  #watch({name, snapshot}: LogStream): () => void {
    let before: RecordingState | undefined;
    const look = () => {
      const {recording} = snapshot.get();
      if (recording === before) return;
      const words = recordingWords(before, recording);
      // What is being opened says nothing yet: what it becomes is compared with what it was.
      if (recording?.kind !== 'opening') before = recording;
      if (words !== undefined) this.#say(`${name}: ${words}`);
    };
    look();
    return snapshot.subscribe(look);
  }
}
