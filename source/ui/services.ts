import type {ApiFailure, PipelineDetail, Session} from '../api/types.ts';
import type {TimeLimit} from '../buffer/pattern.ts';
import type {Clock} from '../lib/clock.ts';
import type {FrameRate} from '../lib/frames.ts';
import {createStore, type ReadableStore} from '../lib/store.ts';
import type {Saved} from '../storage/save-file.ts';
import type {SearchHistory} from '../storage/search-history.ts';
import type {ListPoller} from '../streams/list-poller.ts';
import type {StreamManager} from '../streams/stream-manager.ts';
import type {ClipboardAnswer} from '../system/clipboard.ts';
import type {TerminalModes} from '../system/terminal-output.ts';
import {shorten} from '../terminal/fit.ts';
import {sanitise} from '../terminal/sanitise.ts';
import type {Color, Colors} from '../terminal/style.ts';
import type {Symbols} from '../terminal/symbols.ts';
import type {TimelinesOptions} from '../timeline/timeline.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import type {CommandTable} from './keys/commands.ts';

/** What the screen needs from outside. */
export type Services = {
  readonly manager: StreamManager;
  readonly poller: ListPoller;
  readonly clock: Clock;
  /** Somebody looks at the screen; without it, always. */
  readonly watched?: ReadableStore<boolean>;
  /** Is told how fast the shown log runs. */
  readonly frameRate?: FrameRate;
  readonly describe: (name: string, signal: AbortSignal) => Promise<Description>;
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** The locale's; without it every row is put into ASCII. */
  readonly isUtf8: boolean;
  /** Ends a search pattern that takes too long. */
  readonly watch: TimeLimit;
  /** Shown in the header: host of the server. */
  readonly serverName: string;
  /** The whole base URL, for the pages that say what was tried. */
  readonly serverUrl: string;
  /** Where the credentials came from; undefined: none were given. */
  readonly tokenFrom: string | undefined;
  /** Who we are to the server; undefined until it is known. */
  readonly session: ReadableStore<Session | undefined>;
  /** `0.337.0`; undefined until it is known. */
  readonly serverVersion: ReadableStore<string | undefined>;
  /** Certificates are not looked at. */
  readonly insecure: boolean;
  readonly offsetAt: ZoneOffset;
  readonly history: SearchHistory;
  /** Puts text of so many lines into the clipboard, by the best way that works. */
  readonly copy: (text: Uint8Array, lines: number, signal: AbortSignal) => Promise<ClipboardAnswer>;
  readonly save: (
    path: string,
    blocks: AsyncIterable<Uint8Array>,
    options: {readonly overwrite: boolean; readonly signal: AbortSignal},
  ) => Promise<Saved>;
  /** Hands the terminal to a shell command that reads the blocks. Answers in words what went wrong, if anything did. */
  readonly pipe: (
    command: string,
    blocks: AsyncIterable<Uint8Array>,
    options: {readonly suspendTerminal: SuspendTerminal; readonly signal: AbortSignal},
  ) => Promise<string | undefined>;
  /** The user's pager, as a command line. */
  readonly pager: string;
  /** The commands with the user's keys; without it, with the ones that they come with. */
  readonly commands?: CommandTable;
  /** The servers that the configuration names; without it none. */
  readonly contexts?: Contexts;
  /** How the screen asks for attention; without it, in no way. */
  readonly attention?: TimelinesOptions;
  readonly quit: () => void;
  /** Stops the process as ^Z does, and resolves when it runs again: false when it was never stopped. */
  readonly stopProcess: () => Promise<boolean>;
};

/** A server with its credential, as the configuration names it. */
export type ServerContext = {
  readonly name: string;
  readonly host: string;
  /** Fills the header while it is in force. */
  readonly color: Color | undefined;
};

/** The name of a context for the header and the contexts page, in at most 24 cells. */
export function shownContext(name: string, symbols: Symbols): string {
  return shorten(sanitise(name).text, 24, symbols.ellipsis);
}

/** The servers that the configuration names, and the way to another of them. */
export type Contexts = {
  readonly all: readonly ServerContext[];
  /** Name of the one that the screen is on; undefined: on none of them. */
  readonly inForce: string | undefined;
  /** The configuration's file, whether it exists or not. */
  readonly file: string;
  /** Ends the screen and begins it anew on that server. Answers in words why it cannot; then all stays as it is. */
  readonly switchTo: (name: string) => Promise<string | undefined>;
};

/** A looked-up pipeline, or why it could not be looked up. */
export type Description =
  | {readonly kind: 'detail'; readonly detail: PipelineDetail}
  | {readonly kind: 'failure'; readonly failure: ApiFailure};

/** What the page `describe` shows while and after it is looked up. */
export type Described = {readonly name: string; readonly answer: Description | undefined};

/** The terminal, which Ink holds and lends. */
export class TerminalLease {
  #suspend: SuspendTerminal | undefined;
  #isLent = false;
  #modes: readonly TerminalModes[] = [];

  /** Somebody else draws. */
  get isLent(): boolean {
    return this.#isLent;
  }

  /** The root component gives what only Ink can do. */
  attach(suspend: SuspendTerminal): void {
    this.#suspend = suspend;
  }

  /** Modes that Ink does not know: off while the terminal is lent, and on again after. */
  keep(...modes: readonly TerminalModes[]): void {
    this.#modes = modes;
  }

  /** The screen ends: a command that gives the terminal back switches nothing on again. */
  forgetModes(): void {
    this.#modes = [];
  }

  /** Hands the terminal over while `callback` runs, then takes it back and draws every cell anew. */
  async lend(callback: () => Promise<void>): Promise<void> {
    // Ink throws when it is asked twice.
    if (this.#isLent || !this.#suspend) return;
    this.#isLent = true;
    try {
      await this.#suspend(async () => {
        for (const mode of this.#modes) mode.off();
        try {
          await callback();
        } finally {
          for (const mode of this.#modes) mode.on();
        }
      });
    } finally {
      this.#isLent = false;
    }
  }

  /** Draws every cell anew, and takes raw mode back after an outside stop; not while the terminal is another's. */
  async repaint(): Promise<void> {
    await this.lend(async () => {});
  }
}

/** Ink's `suspendTerminal`: hands the terminal over while the callback runs, then repaints all of it. */
type SuspendTerminal = (callback: () => Promise<void>) => Promise<void>;

/** Looks pipelines up for the page `describe`, one at a time: a later question replaces an earlier one. */
export class PipelineLookup {
  readonly #describe: Services['describe'];
  readonly #described = createStore<Described | undefined>(undefined);
  #describing: AbortController | undefined;

  constructor(describe: Services['describe']) {
    this.#describe = describe;
  }

  get described(): ReadableStore<Described | undefined> {
    return this.#described;
  }

  start(name: string): void {
    this.#describing?.abort();
    const describing = new AbortController();
    this.#describing = describing;
    this.#described.set({name, answer: undefined});
    void this.#describe(name, describing.signal).then((answer) => {
      if (!describing.signal.aborted) this.#described.set({name, answer});
    });
  }

  dispose(): void {
    this.#describing?.abort();
  }
}
