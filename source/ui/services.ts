import type {ApiFailure, PipelineDetail, Session} from '../api/types.ts';
import type {Watch} from '../buffer/pattern.ts';
import type {Clock} from '../lib/clock.ts';
import type {ReadableStore} from '../lib/store.ts';
import type {Saved} from '../storage/save-file.ts';
import type {SearchHistory} from '../storage/search-history.ts';
import type {ListPoller} from '../streams/list-poller.ts';
import type {StreamManager} from '../streams/stream-manager.ts';
import type {ClipboardAnswer} from '../take/sent-words.ts';
import type {Color} from '../terminal/color.ts';
import type {Colors} from '../terminal/style.ts';
import type {Symbols} from '../terminal/symbols.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import type {AttentionOptions} from './attention.ts';
import type {CommandTable} from './commands.ts';
import type {FrameRate} from './frame-rate.ts';

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
  readonly watch: Watch;
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
  readonly attention?: AttentionOptions;
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

/** Ink's `suspendTerminal`: hands the terminal over while the callback runs, then repaints all of it. */
export type SuspendTerminal = (callback: () => Promise<void>) => Promise<void>;

/** A looked-up pipeline, or why it could not be looked up. */
export type Description =
  | {readonly kind: 'detail'; readonly detail: PipelineDetail}
  | {readonly kind: 'failure'; readonly failure: ApiFailure};
