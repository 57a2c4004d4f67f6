import type {Clock} from '../lib/clock.ts';
import {changeOf, type PipelineStatuses, type TimelineEvent} from './events.ts';
import {type Alert, type AwaitedChange, alertText, Notifier} from './notify.ts';

export type AlertsOptions = {
  readonly clock: Clock;
  /** Notifies the user outside the screen. */
  readonly notify?: ((text: string) => void) | undefined;
  /** Gets what notifies, at most one a minute of each pipeline besides its failures. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /** For a change that the user asked for, when neither `notify` nor `onAlert` is there. */
  readonly ring?: (() => void) | undefined;
  /** Gets one line for standard error. */
  readonly warn?: ((text: string) => void) | undefined;
  /** Shows one line on the screen. */
  readonly say?: ((text: string) => void) | undefined;
};

/** Tells the user, who may look elsewhere: what is urgent, and once the change of a pipeline that was asked for. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #notifier: Notifier;
  /** Pipelines whose next change the user wants to be told of. */
  readonly #awaited = new Set<string>();

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#notifier = new Notifier({clock: options.clock, send: (alert) => this.#send(alert)});
  }

  dispose(): void {
    this.#notifier.dispose();
  }

  /** Tells now what would be told later. */
  flush(): void {
    this.#notifier.flush();
  }

  /** Asks to be told once when the pipeline has compiled, runs, stops or fails, or takes that back. Returns whether. */
  toggleAwaited(name: string): boolean {
    if (this.#awaited.delete(name)) return false;
    this.#awaited.add(name);
    return true;
  }

  /** Pipelines have other names now: by the name before. */
  rename(names: ReadonlyMap<string, string>): void {
    const awaited = [...this.#awaited].map((name) => names.get(name) ?? name);
    this.#awaited.clear();
    for (const name of awaited) this.#awaited.add(name);
  }

  /** The changes between two lists that were asked for: each is told once. */
  changes(before: PipelineStatuses, now: PipelineStatuses): readonly AwaitedChange[] {
    return [...this.#awaited].flatMap((pipeline): readonly AwaitedChange[] => {
      const status = now.get(pipeline);
      const earlier = status ? [...before.values()].find(({id}) => id === status.id) : before.get(pipeline);
      const change = earlier && changeOf(earlier, status);
      if (change === undefined) return [];
      this.#awaited.delete(pipeline);
      return [{kind: 'changed', pipeline, ...change}];
    });
  }

  /** Without `notify` and `onAlert` only what the user asked for is told, and stands for nothing else. */
  tell(events: readonly (TimelineEvent | AwaitedChange)[]): void {
    const {notify, onAlert} = this.#options;
    const told = events.map((event) => this.#asked(event));
    this.#notifier.add(notify || onAlert ? told : told.filter(({kind}) => kind === 'changed'));
  }

  /** Whoever relies on alerts has to know this, wherever they look. */
  warn(text: string): void {
    const {say, notify, warn} = this.#options;
    say?.(text);
    notify?.(text);
    warn?.(text);
  }

  /** A failure that no list told is a change, too. */
  #asked(event: TimelineEvent | AwaitedChange): TimelineEvent | AwaitedChange {
    if (event.kind !== 'failed' || !this.#awaited.delete(event.pipeline)) return event;
    const {pipeline, why: words, at} = event;
    return {kind: 'changed', pipeline, words, at, isFailure: true};
  }

  #send(alert: Alert): void {
    const {notify, onAlert, ring, say} = this.#options;
    notify?.(alertText(alert));
    onAlert?.(alert);
    if (!alert.isAsked) return;
    say?.(alertText(alert));
    if (!notify && !onAlert) ring?.();
  }
}
