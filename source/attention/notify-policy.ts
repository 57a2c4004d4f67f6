export type NewsKind = 'failed' | 'silent' | 'lost' | 'restarted' | 'error' | 'watched';

/** Something to tell a person who does not look. `text`: one line, without the pipeline's name. */
export type News = {readonly pipeline: string; readonly kind: NewsKind; readonly text: string};

/** `more`: how many other things of the pipeline it stands for. */
export type Notice = News & {readonly more: number};

const minute = 60_000;
const urgentFirst: readonly NewsKind[] = ['failed', 'silent', 'lost', 'restarted', 'error', 'watched'];

/**
 * Says at most one thing a minute of a pipeline: at once when there was silence before, else the most urgent of what
 * came meanwhile when the minute is over. Times are monotonic milliseconds.
 */
export class NotifyPolicy {
  /** When each pipeline may be spoken of again. */
  readonly #quietUntil = new Map<string, number>();
  readonly #waiting = new Map<string, Notice>();

  add(news: News): void {
    const waiting = this.#waiting.get(news.pipeline);
    if (!waiting) {
      this.#waiting.set(news.pipeline, {...news, more: 0});
      return;
    }
    const isMoreUrgent = urgentFirst.indexOf(news.kind) < urgentFirst.indexOf(waiting.kind);
    this.#waiting.set(news.pipeline, {...(isMoreUrgent ? news : waiting), more: waiting.more + 1});
  }

  /** What is to be said now; it is not answered again. */
  take(now: number): readonly Notice[] {
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
