import type {ListPoller} from '../../engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import {TimelineLines, type TimelineLog, timelineOf} from '../../kit/journal/timeline.ts';
import type {Services} from '../../kit/screen/services.ts';
import {serverState} from '../../kit/words/pipeline-words.ts';
import type {Clock} from '../../lib/clock.ts';
import {SliceRunner} from '../../lib/slices.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {Timeline} from './timeline-words.ts';

/**
 * State of the timeline's page. `log`: the name of the tab whose log it is about; `timeline`: undefined until all was
 * read.
 */
export type TimelineState = {
  readonly pipeline: string;
  readonly log: string;
  readonly timeline: Timeline | undefined;
  /** Unix time in ms of that: what comes later is not in it. */
  readonly readAt?: number;
};

/** A log that is open, and the name of its tab. */
type OpenLog = TimelineLog & {readonly name: string};

type TimelineReaderOptions = {
  readonly clock: Clock;
  readonly poller: Pick<ListPoller, 'snapshot'>;
  readonly history: Services['history'];
};

/** Reads what happened to a pipeline when its page is opened, and again when its status changes. */
export class TimelineReader {
  readonly #options: TimelineReaderOptions;
  readonly #state = createStore<TimelineState | undefined>(undefined);
  #stop: (() => void) | undefined;

  constructor(options: TimelineReaderOptions) {
    this.#options = options;
  }

  get state(): ReadableStore<TimelineState | undefined> {
    return this.#state;
  }

  /** `log`: undefined while the log is not open. */
  start(pipeline: string, log: OpenLog | undefined): void {
    this.stop();
    this.#state.set({pipeline, log: log?.name ?? pipeline, timeline: undefined});
    const {poller} = this.#options;
    let request = this.#read(pipeline, log);
    let status = this.#statusOf(pipeline);
    const unsubscribe = poller.snapshot.subscribe(() => {
      const now = this.#statusOf(pipeline);
      if (now === status) return;
      status = now;
      request();
      request = this.#read(pipeline, log);
    });
    this.#stop = () => {
      unsubscribe();
      request();
    };
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#state.set(undefined);
  }

  /** Returns what ends it. */
  #read(pipeline: string, log: OpenLog | undefined): () => void {
    const {clock, history} = this.#options;
    const ended = new AbortController();
    let answer: PipelineHistory | undefined;
    let isRead = log === undefined;
    const lines = log && new TimelineLines(log);
    const tell = () => {
      const {signal} = ended;
      if (!answer || !isRead || signal.aborted) return;
      const {missing} = answer;
      const {checkpoints, steps} = lines ?? {};
      const events = timelineOf({pipeline, history: answer, log, checkpoints, steps});
      const timeline = {pipeline, events, missing};
      this.#state.set({pipeline, log: log?.name ?? pipeline, timeline, readAt: clock.wall()});
    };
    const runner = new SliceRunner({
      clock,
      step(maxBytes) {
        // A log that was not shown yet has no runs.
        const isIndexed = log?.index.step(maxBytes) !== false;
        return lines?.step(maxBytes) !== false && isIndexed;
      },
      onSlice: (isDone) => {
        if (!isDone || isRead) return;
        isRead = true;
        tell();
      },
    });
    if (!isRead) runner.wake();
    void history(pipeline, ended.signal).then((read) => {
      answer = read;
      tell();
    }, ignoreAbort);
    return () => {
      ended.abort();
      runner.dispose();
    };
  }

  #statusOf(name: string): string {
    const pipeline = this.#options.poller.snapshot.get().pipelines?.find((each) => each.name === name);
    return pipeline ? `${serverState(pipeline)} ${pipeline.deploymentStatusSince} ${pipeline.programStatusSince}` : '';
  }
}

/** It only rejects when the page was closed. */
function ignoreAbort(): void {}
