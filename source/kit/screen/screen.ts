import type {Pipeline} from '../../engine/api/types.ts';
import type {ListItem} from '../../engine/logs/catalog.ts';
import type {Log} from '../../engine/logs/log.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import type {ReadableStore} from '../../lib/store.ts';
import type {Absence} from '../journal/absence.ts';
import type {EventLog} from '../journal/event-log.ts';
import type {EventTracker} from '../journal/event-tracker.ts';
import type {Command, CommandTable, Conditions, KeyContext, PromptCommandId} from '../keys/commands.ts';
import {type PageKeys, pageCommands} from '../keys/common-commands.ts';
import type {PageRows} from '../pages/page-rows.ts';
import type {Section} from '../pages/sections.ts';
import type {Pane, StripKind} from '../pane/pane-models.ts';
import type {PaneOnScreen} from '../pane/pane-on-screen.ts';
import type {Settings} from '../settings/settings.ts';
import type {Edit} from '../state/edit-line.ts';
import type {PageState, PageTraits} from '../state/page-state.ts';
import type {PaneView} from '../state/pane-view.ts';
import type {Choice, PageText, Prompt, Tab, ViewAction, ViewState} from '../state/view-state.ts';
import type {StyledText} from '../terminal/styled-text.ts';
import type {Fact} from '../viewport/markdown.ts';
import type {Geometry, Position} from '../viewport/position.ts';
import type {PipelineError} from '../words/pipeline-words.ts';
import type {Layout, Size} from './layout.ts';
import type {LogWaits} from './log-waits.ts';
import type {ProgramLookup} from './program-lookup.ts';
import type {Described, PipelineLookup, Services, TerminalLease} from './services.ts';
import type {TabSwitcher} from './tabs.ts';
import type {NoticeKind} from './view.ts';

/** The screen, as a key or a page may use it. The screen's controller is the only one; see there. */
export type Screen = {
  // Its surroundings.
  readonly services: Services;
  readonly terminal: TerminalLease;
  /** Aborted when the screen ends, for long work. */
  readonly closing: AbortSignal;

  // The view, which actions change, and the room for it.
  readonly state: ViewState;
  readonly view: ReadableStore<ViewState>;
  dispatch(action: ViewAction): void;
  readonly size: Size;
  readonly pageHeight: number;
  readonly layout: Layout | undefined;

  // One line for the user.
  say(text: string, kind?: NoticeKind): void;
  sayHint(what: string, commandId: string, verb: string): void;
  sayFailure(error: unknown): void;
  clearNotice(): void;

  // The shown tab, other tabs, and what moves in them.
  readonly tab: Tab | undefined;
  readonly pane: Pane | undefined;
  readonly paneOnScreen: PaneOnScreen | undefined;
  logOf(tab: Tab): Log | undefined;
  indexOf(tab: Tab): RecordIndex | undefined;
  pinTab(): void;
  changePane(change: Partial<PaneView>): void;
  changePaneOf(name: string, change: Partial<PaneView>): void;
  move(change: (position: Position, geometry: Geometry) => Position): void;
  goToEntry(id: number): void;
  setHistogram(isShown: boolean): void;
  readonly tabSwitcher: TabSwitcher;
  readonly places: {forgetPlace(tab: Tab): void};

  // Pipelines, and what is known of them.
  readonly listed: readonly ListItem[];
  pipeline(name: string): Pipeline | undefined;
  readonly lookup: PipelineLookup;
  readonly programs: ProgramLookup;
  readonly events: EventLog;
  readonly eventTracker: EventTracker;
  readonly logWaits: LogWaits;
  readonly hasKey: boolean;
  onKey(): Absence | undefined;

  // Keys, and where they go.
  readonly commands: CommandTable;
  readonly hintCommands: CommandTable;
  readonly features: Features;
  contextOf(page: PageState | undefined): KeyContext;
};

/** The headings of keys outside of pages, in the order of the help, and where those below them work. */
const keyGroups = [
  ['everywhere', 'everywhere'],
  ['list; other keys act on the log', 'list'],
  ['log: move', 'log'],
  ['log: follow', 'log'],
  ['log: find', 'log'],
  ['log: show', 'log'],
  ['log: copy', 'log'],
] as const;

type KeyGroup = (typeof keyGroups)[number][0];

/** Contribution of one folder of `features/` to the screen: a line in the index, `shells/features.ts`. */
export type Feature = {
  /** Keys of list and log, by their headings in the help. */
  readonly keys?: Readonly<Partial<Record<KeyGroup, readonly KeyRow[]>>>;
  readonly pages?: readonly Page[];
  readonly prompts?: Partial<PromptKinds>;
  readonly parts?: readonly PipelinePart[];
  /** Rows above the log; of one feature. */
  readonly strip?: StripKind;
  /** Keys of pages of other features, by their contexts. */
  readonly pageKeys?: Readonly<Record<KeyContext, readonly PageKeyRow[]>>;
  /** Reads options about the start; undefined: they say nothing. Throws `UsageError` before the screen is there. */
  atStart?(settings: Settings): AtStart | undefined;
};

/** Begins with a screen whose tabs have these names. Returns a function that ends it. */
export type AtStart = (screen: Screen, names: readonly string[]) => () => void;

/** Condition on which the words of a key in the footer depend, in list and log. */
type Condition =
  | 'hasTab'
  | 'hasPipeline'
  /** The pipeline under the cursor has a pinned tab. */
  | 'isPinned'
  | 'isMergeable'
  | 'isListFiltered'
  /** Few pipelines run, and the logs of some were not read. */
  | 'hasUnread'
  /** The shown log has no connection. */
  | 'isOffline'
  /** Nor is there a list, or a line of any log. */
  | 'isWithoutServer'
  /** The configuration names several servers. */
  | 'hasContexts'
  | 'hasUnseen'
  | 'isOneMarked'
  /** The log may grow. */
  | 'isFollowing'
  | 'isPaused'
  /** The log has ended, and the view is not at its end. */
  | 'isAbove'
  | 'isSelecting'
  | 'isHighlighted'
  | 'isSearched'
  | 'isFiltered'
  | 'areFiltersOff'
  | 'hasMatches'
  | 'hasErrors'
  | 'isOnFold'
  | 'isOnRecord';

/** Effect of a key, and words for where it has none. */
type KeyHandler = {
  /** `keyName`: some have a different effect for each of their keys, such as the numbers of the tabs. */
  run?(screen: Screen, keyName: string): void;
  /** Returns what is said where that is not which it needs; absent: that there is no connection. */
  without?(screen: Screen, tab: Tab | undefined): string;
};

/** A key: its words, when it works, and what it does itself or which page it opens. */
export type KeyRow = Omit<Command, 'context' | 'group' | 'hint'> & {
  readonly hint?: string | Readonly<Partial<Record<Condition | 'else', string>>>;
} & (({readonly opens: string} & Pick<KeyHandler, 'without'>) | (KeyHandler & Required<Pick<KeyHandler, 'run'>>));

/** A key on a page of another feature, which its handler finds open. */
type PageKeyRow = NonNullable<PageKeys['own']>[number] & Required<Pick<KeyHandler, 'run'>>;

/** Contributions of all features: dispatch, footer, help and docs/keys.md are made from this and nothing else. */
export type Features = {
  /** With the default keys. */
  readonly commands: CommandTable;
  /** The rows by their ids, but those of pages. */
  readonly keys: ReadonlyMap<string, KeyHandler>;
  readonly pages: readonly Page[];
  readonly parts: readonly PipelinePart[];
  readonly strip: StripKind | undefined;
  atStart(settings: Settings): readonly AtStart[];
  readonly prompts: Partial<PromptKinds>;
};

/** Makes one table of the features: below each heading keys are in their order, and so are pages. */
export function joinFeatures(features: readonly Feature[]): Features {
  const rows = keyGroups.flatMap(([group, context]) =>
    features.flatMap(({keys}) => keys?.[group] ?? []).map((row) => ({...row, group, context})),
  );
  const pages = features.flatMap(({pages = []}) => pages);
  const added = (context: string) => features.flatMap(({pageKeys}) => pageKeys?.[context] ?? []);
  const ofPages = pages.flatMap(({keys}) =>
    keys ? pageCommands({...keys, own: [...(keys.own ?? []), ...added(keys.context)]}) : [],
  );
  return {
    commands: [...rows, ...ofPages],
    keys: new Map([...rows, ...pages.flatMap(({context}) => added(context))].map((row) => [row.id, row])),
    parts: features.flatMap(({parts = []}) => parts),
    pages,
    strip: features.find((feature) => feature.strip)?.strip,
    atStart: (settings) => features.flatMap((feature) => feature.atStart?.(settings) ?? []),
    prompts: Object.assign({}, ...features.map(({prompts}) => prompts)),
  };
}

/** A page that is open, with what its kind keeps there. */
export type Opened<State> = PageState & State;

/** `waited`: how long the page has waited for an answer, such as `4 s`; undefined while that is short. */
export type PageView = {readonly width: number; readonly waited?: string | undefined};

/** Why nothing can be taken now. */
export type Problem = {readonly problem: string};

/**
 * `section`: the part at which the page is opened; undefined: its top. `about`: the pipeline or connector that another
 * page asks it for; undefined: what the command that opens it is about.
 */
export type Opening = {
  readonly keyName: string;
  readonly section?: string | undefined;
  readonly about?: string | undefined;
};

/** A method of `run`: as one, it may ask for the page as its own kind opens it. */
type Run<State> = {run(screen: Screen, page: Opened<State>, keyName: string): void}['run'];

/**
 * A kind of page: a file, and a line of its feature. Only pages that it has opened itself are handed to
 * it.
 */
export type Page<State = unknown> = Omit<PageTraits, 'closed'> & {
  readonly motions: PageKeys['motions'];
  /** Its commands; absent: those of another page with its context. */
  readonly keys?: PageKeys;
  /** Effects of its own commands, by their ids. */
  readonly run?: Readonly<Record<string, Run<State>>>;
  /** Opens the page, or goes to another part of it. */
  open?(screen: Screen, by: Opening): void;
  /** Ask `rowsOf` for them. */
  rows(screen: Screen, page: Opened<State>, view: PageView): PageRows;
  /** In front of which rows are shown. */
  typed?(page: Opened<State>): StyledText;
  /** Takes what is typed there. */
  type?(screen: Screen, page: Opened<State>, edit: Edit): void;
  /** Returns the conditions for the words of its keys in the footer, besides those of any page. */
  conditions?(screen: Screen, page: Opened<State>): Conditions;
  /** The page with the cursor on another item; absent: `cursor` is its index. */
  at?(screen: Screen, page: Opened<State>, item: number): PageState;
  /** Returns what the keys that copy and save take; absent: its rows. */
  takes?(screen: Screen, page: Opened<State>): Choice | PageText | Problem;
  /** Returns the stores whose changes draw the page again. */
  redrawnBy?(screen: Screen, page: Opened<State>): readonly ReadableStore<unknown>[];
  /** Closes it, or less of it; absent: it is closed. */
  close?(screen: Screen, page: Opened<State>): void;
  /** Called when the page is neither open nor under another one any more. */
  closed?(page: Opened<State>): void;
};

/** `isAsked`: the page was opened at the part; else what is said above need not be said again. */
type PartView<Kept> = {readonly kept: Kept; readonly width: number; readonly isAsked: boolean};

/** A part of the page of a pipeline. `Kept`: what it keeps while the page is open. */
export type PipelinePart<Kept = unknown> = {
  /** Name of its section. */
  readonly name: string;
  /** The page's own section that it stands above. */
  readonly above: 'state' | 'connection';
  /** Called when the page is opened, and `stop` when it is closed. */
  start?(screen: Screen): Kept & {stop(): void};
  section(screen: Screen, described: Described, view: PartView<Kept>): Section;
  /** Reads what is long, unless that was begun: the part was opened, or its first row is drawn. */
  read?(screen: Screen, kept: Kept, pipeline: string): void;
  /** Returns false, and says why, where nothing can be opened at it. */
  canOpen?(screen: Screen, pipeline: string | undefined): boolean;
  /** Goes to the place of an item in the log, or opens it. */
  goTo?(screen: Screen, kept: Kept, key: string): void;
  /** The item is opened as a connector. */
  isConnector?(screen: Screen, kept: Kept, key: string): boolean;
  /** Returns what is copied and saved while the part is read; absent: the description. */
  text?(screen: Screen, kept: Kept): PageText | Problem;
  /** Returns what the part adds to the text of the description. */
  described?(
    screen: Screen,
    described: Described,
    kept: Kept,
  ): {readonly facts?: readonly Fact[]; readonly texts?: readonly PipelineError[]};
  /** Returns the conditions for the footer while the part is read. */
  conditions?(kept: Kept): Conditions;
  redrawnBy?(kept: Kept): readonly ReadableStore<unknown>[];
};

type PromptKinds = {readonly [Kind in Prompt['kind']]: PromptKind<Kind>};

export type PromptKind<Kind extends Prompt['kind']> = {
  readonly label: (prompt: PromptOf<Kind>) => string;
  /** Shown in the help: what can be typed, and what it means. */
  readonly language?: readonly (readonly [typed: string, words: string])[];
  /** Shown while the text is empty. */
  readonly example: (screen: Screen) => string;
  /** Returns keys and their words for help and footer; the footer adds those that cancel and show the help. */
  readonly keys: (prompt: PromptOf<Kind>) => readonly (readonly [id: PromptCommandId, word: string])[];
  /** Called after the text in the state has changed. */
  readonly change?: (screen: Screen, prompt: PromptOf<Kind>) => void;
  /** Enter; the prompt is closed already. A returned problem opens it again and is shown. */
  readonly submit: (screen: Screen, prompt: PromptOf<Kind>) => string | undefined;
  /** Esc; the prompt is closed already. */
  readonly cancel?: (screen: Screen, prompt: PromptOf<Kind>) => void;
  /** Tab: the same text for another purpose, or another text. Returns a problem if there is none. */
  readonly cycle?: (screen: Screen, prompt: PromptOf<Kind>) => PromptOf<Kind> | string;
  /** Arrow keys: 1 for older, -1 for newer. Returns the prompt with another text, or undefined at the end. */
  readonly recall?: (screen: Screen, prompt: PromptOf<Kind>, by: 1 | -1) => PromptOf<Kind> | undefined;
};

export type PromptOf<Kind extends Prompt['kind']> = Extract<Prompt, {kind: Kind}>;
