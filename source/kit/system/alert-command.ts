import type {Clock} from '../../lib/clock.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import {runTool} from './processes.ts';

/** End of a run of the user's command. `at`: Unix time in ms. `text`: its output, or why it failed. */
type AlertRun = {
  readonly at: number;
  readonly pipeline: string;
  readonly text: string;
  /** The run before it did not fail: the user is told once. */
  readonly isFirstFailure: boolean;
};

type AlertCommandOptions = {
  /** Command for `sh -c`. */
  readonly command: string;
  /** Variables that the command does not inherit: they may hold a credential. */
  readonly credentialVariables: readonly string[];
  readonly process: NodeJS.Process;
  readonly clock: Clock;
};

/** Milliseconds after which a command is killed, with what it started. */
const limit = 10_000;
/** Commands at the same time: when a server goes, thousands of pipelines fail in one list. */
const atOnce = 4;
const runsKept = 100;
/** Characters kept of the output of one run. */
const mostOutput = 1000;

/** Runs the user's command for each alert, with one JSON object on its stdin. */
export class AlertCommand {
  readonly #options: AlertCommandOptions;
  readonly #runs = createStore<readonly AlertRun[]>([]);
  /** The latest runs, the newest last. */
  readonly runs: ReadableStore<readonly AlertRun[]> = this.#runs;
  /** Alerts that wait for their turn: of each pipeline the newest one, and each failure. */
  #waiting: readonly {readonly pipeline: string; readonly input: string; readonly isRetained: boolean}[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #ended = new AbortController();
  #hasFailed = false;

  constructor(options: AlertCommandOptions) {
    this.#options = options;
  }

  /** Calls `tell` for each failure that follows no other, until the result is called. */
  onFailure(tell: (text: string) => void): () => void {
    return this.#runs.subscribe(() => {
      const last = this.#runs.get().at(-1);
      if (last?.isFirstFailure) tell(last.text);
    });
  }

  /** `isRetained`: no later alert of the pipeline takes its place while it waits. */
  add(pipeline: string, alert: Readonly<Record<string, unknown>>, isRetained = false): void {
    if (this.#ended.signal.aborted) return;
    const others = this.#waiting.filter((each) => each.pipeline !== pipeline || each.isRetained);
    this.#waiting = [...others, {pipeline, input: `${JSON.stringify(alert)}\n`, isRetained}];
    this.#runNext();
  }

  /** Resolves when no command runs or waits. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Kills what runs. */
  dispose(): void {
    this.#ended.abort();
    this.#waiting = [];
  }

  #runNext(): void {
    while (this.#running.size < atOnce) {
      const [next, ...others] = this.#waiting;
      if (!next) return;
      this.#waiting = others;
      const {pipeline, input} = next;
      const run = this.#run(pipeline, input).finally(() => {
        this.#running.delete(run);
        this.#runNext();
      });
      this.#running.add(run);
    }
  }

  async #run(pipeline: string, input: string): Promise<void> {
    const {command, credentialVariables, process, clock} = this.#options;
    const {signal} = this.#ended;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !credentialVariables.includes(name)));
    // In one stream, as in a terminal: curl and others report on stderr.
    const args = ['-c', `exec 2>&1\n${command}`];
    const end = await runTool('/bin/sh', args, {
      input: Buffer.from(input),
      env,
      process,
      signal,
      limit,
    }).catch(() => undefined);
    if (!end) return;
    const failed = end.kind !== 'done';
    const output = end.kind === 'missing' ? '' : end.output.trim().slice(0, mostOutput);
    const why = end.kind === 'failed' ? end.why : 'there is no /bin/sh';
    const text = failed ? `the alert command failed: ${[why, output].filter(Boolean).join(' · ')}` : output;
    const isFirstFailure = failed && !this.#hasFailed;
    this.#hasFailed = failed;
    const run = {at: clock.wall(), pipeline, text: text || 'the alert command ended without output', isFirstFailure};
    this.#runs.set([...this.#runs.get(), run].slice(-runsKept));
  }
}
