import type {ApiFailure, PipelineDetail, RunnerHealth, Session} from '../../engine/api/types.ts';
import type {TimeLimit} from '../../engine/buffer/pattern.ts';
import type {Saved} from '../../engine/disk/save-file.ts';
import type {Catalog} from '../../engine/logs/catalog.ts';
import type {LogManager} from '../../engine/logs/log-manager.ts';
import type {LogTurns} from '../../engine/logs/log-turns.ts';
import type {ListPoller} from '../../engine/pipelines/list-poller.ts';
import type {PipelineHistory} from '../../engine/pipelines/pipeline-history.ts';
import type {StatsPoller} from '../../engine/pipelines/stats-poller.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import type {FrameRate} from '../../lib/frames.ts';
import {LongWait} from '../../lib/long-wait.ts';
import {createStore, type ReadableStore} from '../../lib/store.ts';
import type {EventOptions} from '../journal/event-tracker.ts';
import type {CommandTable} from '../keys/commands.ts';
import type {SavedFilters} from '../settings/saved-filters.ts';
import type {PromptHistories} from '../state/prompt-history.ts';
import type {CopyForm} from '../state/view-state.ts';
import type {AlertCommand} from '../system/alert-command.ts';
import type {ClipboardAnswer} from '../system/clipboard.ts';
import type {TerminalModes} from '../system/terminal-output.ts';
import type {TerminalPace} from '../system/terminal-pace.ts';
import {shortenApart} from '../terminal/fit.ts';
import type {Color, Colors} from '../terminal/style.ts';
import type {Symbols} from '../terminal/symbols.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';

/** Everything that the screen needs from outside. */
export type Services = {
  /** The open logs. */
  readonly logs: LogManager;
  /** Reads the logs of pipelines without tabs; absent: there is no server. */
  readonly turns?: Pick<LogTurns, 'isOn' | 'wasOn' | 'setOn'> | undefined;
  /** Pipelines and files that can be opened. */
  readonly catalog: Catalog;
  /**
   * Makes what was recorded of a pipeline a log that can be opened. Resolves to its name; undefined: there is nothing.
   * Rejects with errors of the file system.
   */
  readonly addPast: (pipeline: string) => Promise<string | undefined>;
  readonly recordingsFolder: string;
  readonly poller: Pick<ListPoller, 'snapshot' | 'waitingSince' | 'refresh'>;
  readonly stats: Pick<StatsPoller, 'ask' | 'known' | 'setDegraded' | 'setOpen' | 'setShown'>;
  /** See `runnerHealthReader`. */
  readonly runner: ReadableStore<RunnerHealth | undefined>;
  readonly clock: Clock;
  /** A user is at the screen. */
  readonly isAttended: ReadableStore<boolean>;
  /** Slows frames down in a flood of the shown log. */
  readonly frameRate: FrameRate;
  /** The terminal takes a frame; absent: always. New lines wait longer, see `FrameRate`. */
  readonly takesFrames?: ReadableStore<boolean>;
  readonly describe: (name: string, signal: AbortSignal) => Promise<Description>;
  /** Reads what the API tells of a pipeline besides its log. Rejects only when aborted. */
  readonly history: (name: string, signal: AbortSignal) => Promise<PipelineHistory>;
  readonly colors: ReadableStore<Colors>;
  readonly symbols: Symbols;
  /** The locale is UTF-8; otherwise every row is in ASCII. */
  readonly isUtf8: boolean;
  /** Stops a pattern that takes too long. */
  readonly timeLimit: TimeLimit;
  /** Host of the server, for the header. */
  readonly serverName: string;
  /** The words of the command line that name this server, without a credential. */
  readonly serverWords: readonly string[];
  /** Base URL, for pages about the connection. */
  readonly serverUrl: string;
  /** Source of the credentials, such as `FELDERA_API_KEY`; undefined: there are none. */
  readonly tokenFrom: string | undefined;
  /** Tenant and role of the credentials; undefined until the server has answered. */
  readonly session: ReadableStore<Session | undefined>;
  /** `0.337.0`; undefined until the server has answered. */
  readonly serverVersion: ReadableStore<string | undefined>;
  /** Certificates are not checked. */
  readonly insecure: boolean;
  readonly offsetAt: ZoneOffset;
  readonly histories: PromptHistories;
  readonly savedFilters: SavedFilters;
  /** The user's home folder, which paths on the screen are shortened by. */
  readonly home: string;
  /** The form of the lines that are copied and saved. */
  readonly copyForm: CopyForm;
  /** Copies text to the clipboard, by the best route that works. */
  readonly copy: (text: Uint8Array, lines: number, signal: AbortSignal) => Promise<ClipboardAnswer>;
  readonly save: (
    path: string,
    blocks: AsyncIterable<Uint8Array>,
    options: {readonly overwrite: boolean; readonly signal: AbortSignal},
  ) => Promise<Saved>;
  /** With the user's keys. */
  readonly commands: CommandTable;
  readonly contexts?: Contexts;
  /** The command of `--on-alert`; undefined: there is none. */
  readonly alerts?: Pick<AlertCommand, 'runs' | 'onFailure'> | undefined;
  /** Notifications and the page after an absence. */
  readonly events: EventOptions;
  readonly quit: () => void;
  /** Stops the process as ^Z does. Resolves when it runs again; false if it was never stopped. */
  readonly suspendProcess: () => Promise<boolean>;
};

/** A named server of the configuration. */
type ServerContext = {
  readonly name: string;
  readonly host: string;
  /** Fills the header while the screen is on this server. */
  readonly color: Color | undefined;
};

/** The names of contexts for the header and the contexts page, in at most 24 cells: no two read the same. */
export function shownContexts(all: readonly Pick<ServerContext, 'name'>[], symbols: Symbols): readonly string[] {
  return shortenApart(
    all.map(({name}) => clean(name)),
    24,
    symbols.ellipsis,
  );
}

export type Contexts = {
  readonly all: readonly ServerContext[];
  /** Name of the current context; undefined: the server is none of them. */
  readonly current: string | undefined;
  /** Path of the configuration file, which may not exist. */
  readonly file: string;
  /** Restarts the screen on that server. Resolves to a sentence if that fails; then nothing changes. */
  readonly switchTo: (name: string) => Promise<string | undefined>;
};

/** A pipeline from the server or a support bundle, or why there is none. */
export type Description =
  /** `configuration`: of a support bundle, as indented JSON. */
  | {readonly kind: 'detail'; readonly detail: PipelineDetail; readonly configuration?: string | undefined}
  | {readonly kind: 'failure'; readonly failure: ApiFailure}
  /** A log that is a file: nothing else tells of its pipeline. */
  | {readonly kind: 'file'};

/** The pipeline of the page `pipeline`; `answer`: undefined while the request runs. */
export type Described = {readonly name: string; readonly answer: Description | undefined};

/** The terminal, which Ink holds and lends. */
export class TerminalLease {
  #suspend: SuspendTerminal | undefined;
  #isLent = false;
  /** All has to be drawn again once the terminal is back: what is drawn then may be dropped in part. */
  #isRepaintDue = false;
  #modes: readonly TerminalModes[] = [];
  #pace: Pick<TerminalPace, 'begin' | 'end'> | undefined;

  /** Another program draws. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** Called by the root component: only Ink can suspend itself. */
  attach(suspend: SuspendTerminal): void {
    this.#suspend = suspend;
  }

  /**
   * `modes`: those that Ink does not manage: off while the terminal is lent, on again after. `pace`: the terminal is lent once
   * it has answered, since the other program would read the answer as typed text.
   */
  keep(modes: readonly TerminalModes[], pace?: Pick<TerminalPace, 'begin' | 'end'>): void {
    this.#modes = modes;
    this.#pace = pace;
  }

  /** Lends the terminal while `callback` runs, then draws every cell again. */
  async lend(callback: () => Promise<void>): Promise<void> {
    // Ink throws when it is suspended twice.
    if (this.#isLent || !this.#suspend) return;
    this.#isLent = true;
    try {
      if (this.#pace) await this.#pace.end();
      await this.#suspend(async () => {
        for (const mode of this.#modes) mode.off();
        try {
          await callback();
        } finally {
          for (const mode of this.#modes) mode.on();
          this.#pace?.begin();
        }
      });
    } finally {
      this.#isLent = false;
    }
    if (!this.#isRepaintDue) return;
    this.#isRepaintDue = false;
    await this.repaint();
  }

  /** Draws every cell again, and restores raw mode after an outside stop: once it is back, if the terminal is lent. */
  async repaint(): Promise<void> {
    if (this.#isLent) this.#isRepaintDue = true;
    else await this.lend(async () => {});
  }
}

/** Ink's `suspendTerminal`, which repaints everything afterwards. */
type SuspendTerminal = (callback: () => Promise<void>) => Promise<void>;

export type PipelineLookup = ReturnType<typeof pipelineLookup>;

/** Requests pipelines for the page `pipeline`, one at a time: a later request replaces an earlier one. */
export function pipelineLookup({describe, clock}: Pick<Services, 'describe' | 'clock'>) {
  const described = createStore<Described | undefined>(undefined);
  const wait = new LongWait(clock);
  let request: AbortController | undefined;

  function start(name: string): void {
    request?.abort();
    const controller = new AbortController();
    request = controller;
    const {signal} = controller;
    described.set({name, answer: undefined});
    wait.start();
    void describe(name, signal).then((answer) => {
      if (signal.aborted) return;
      wait.end();
      described.set({name, answer});
    });
  }

  function dispose(): void {
    request?.abort();
    wait.end();
  }

  return {
    described: described as ReadableStore<Described | undefined>,
    /** Start of the request in progress, as `LongWait.since`. */
    waitingSince: wait.since,
    start,
    /** No pipeline is described. */
    clear() {
      dispose();
      described.set(undefined);
    },
    /** The server answers: a request that failed is made again. */
    retry() {
      const {name, answer} = described.get() ?? {};
      if (name !== undefined && answer?.kind === 'failure' && answer.failure.kind === 'retryable') start(name);
    },
    dispose,
  };
}
