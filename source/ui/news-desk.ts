import {type Happening, logHappenings, pipelineHappenings} from '../attention/happenings.ts';
import {noticeText} from '../attention/notice-text.ts';
import {NotifyPolicy} from '../attention/notify-policy.ts';
import type {LogSight, PipelineSight} from '../attention/sight.ts';
import type {Clock} from '../lib/clock.ts';
import {newsOf} from './happening-words.ts';

/** Makes notifications of what happens, at most one a minute a pipeline. */
export class NewsDesk {
  readonly #clock: Clock;
  readonly #notify: (text: string) => void;
  readonly #muted: () => ReadonlySet<number>;
  readonly #policy = new NotifyPolicy();
  readonly #logs = new Map<string, LogSight>();
  #pipelines: ReadonlyMap<string, PipelineSight> | undefined;
  #cancelWait: (() => void) | undefined;

  constructor(options: {clock: Clock; notify: (text: string) => void; muted: () => ReadonlySet<number>}) {
    this.#clock = options.clock;
    this.#notify = options.notify;
    this.#muted = options.muted;
  }

  /** A log as it is now; the first time there is nothing to compare it with. */
  noteLog(log: LogSight): void {
    const before = this.#logs.get(log.name);
    this.#logs.set(log.name, log);
    this.#add(logHappenings(before, log, this.#muted()));
  }

  noteList(pipelines: ReadonlyMap<string, PipelineSight>): void {
    const before = this.#pipelines;
    if (before === pipelines) return;
    this.#pipelines = pipelines;
    if (!before) return;
    this.#add([...pipelines.values()].flatMap((pipeline) => pipelineHappenings(before.get(pipeline.name), pipeline)));
  }

  /** The log is no longer open. */
  forget(name: string): void {
    this.#logs.delete(name);
  }

  dispose(): void {
    this.#cancelWait?.();
  }

  #add(happenings: readonly Happening[]): void {
    const news = happenings.flatMap((each) => newsOf(each) ?? []);
    if (news.length === 0) return;
    for (const each of news) this.#policy.add(each);
    this.#send();
  }

  #send(): void {
    const now = this.#clock.monotonic();
    for (const notice of this.#policy.take(now)) this.#notify(noticeText(notice));
    this.#cancelWait?.();
    const {nextAt} = this.#policy;
    this.#cancelWait = nextAt === undefined ? undefined : this.#clock.after(nextAt - now, () => this.#send());
  }
}
