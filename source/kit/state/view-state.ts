import {picked} from '../../lib/json.ts';
import type {TypedLine} from './edit-line.ts';
import type {PageState} from './page-state.ts';
import {
  applyToScreen,
  changedPane,
  defaultsFrom,
  noDefaults,
  type PaneView,
  type ScreenView,
  screenParts,
  type ViewDefaults,
  type ViewOptions,
} from './pane-view.ts';
import type {Recall} from './prompt-history.ts';

/** A tab that is not pinned is the preview: at most one, which follows the cursor of the list. */
export type Tab = {
  readonly name: string;
  readonly pinned: boolean;
  /** The logs that a merged tab shows as one; absent: it shows the log of its name. */
  readonly merges?: readonly string[];
  /** The pipeline whose recorded past it shows, which the list has in its place. */
  readonly pastOf?: string;
  readonly pane: PaneView;
};

export type ViewState = ScreenView & {
  readonly nameFilter: string;
  /** Names of pipelines marked for merging. */
  readonly marked: readonly string[];
  /** Name of the pipeline under the cursor. */
  readonly cursor: string | undefined;
  readonly tabs: readonly Tab[];
  /** The pipeline of each log that is the recorded past of one. */
  readonly pasts: ReadonlyMap<string, string>;
  readonly defaults: ViewDefaults;
  /** Name of the shown tab. */
  readonly active: string | undefined;
  /** Number of keys used on the shown log: at each, all that it has is seen. */
  readonly interactionCount: number;
  readonly page: PageState | undefined;
  readonly prompt: Prompt | undefined;
  /** Text killed last in a prompt, for any prompt. */
  readonly killed: string;
  /** One line for the user, until the next key or for some seconds. */
  readonly notice: string | undefined;
  /** The command that has asked first, and runs at a second press of its key. */
  readonly pendingConfirmation: 'quit' | 'interrupt' | 'record' | undefined;
};

/** Parts of a view that a session has. */
export const savedParts = ['tabs', 'active', 'cursor', 'focus', ...screenParts] as const;

export type RestoredView = Pick<ViewState, (typeof savedParts)[number]>;

export type ViewAction =
  | {readonly type: 'cursor'; readonly name: string | undefined}
  /** Shows a pipeline: its own tab if it has one, else the preview tab. */
  | {readonly type: 'show'; readonly name: string}
  /** Opens and shows a tab of several pipelines, each of which has a pinned tab of its own. */
  | {readonly type: 'merge'; readonly names: readonly string[]}
  /** Restores an earlier session; tabs that are open already stay in front and on the screen. */
  | {readonly type: 'restore'; readonly view: RestoredView}
  /** The tab of that name, which is not open yet, will show the recorded past of the pipeline. */
  | {readonly type: 'past'; readonly name: string; readonly pipeline: string}
  /** Opens pinned tabs behind the others, without showing them. */
  | {readonly type: 'open'; readonly names: readonly string[]}
  | {readonly type: 'pin'; readonly name: string}
  /** The user has used the shown log. */
  | {readonly type: 'used'}
  | {readonly type: 'close'; readonly name: string}
  /** Shows the pipeline `by` in place of a tab's own, such as of a mistyped name. */
  | {readonly type: 'replace'; readonly name: string; readonly by: string}
  /** Pipelines have other names, by the old ones: their tabs follow. */
  | {readonly type: 'renamed'; readonly names: ReadonlyMap<string, string>}
  | {readonly type: 'pane'; readonly name: string; readonly change: Partial<PaneView>}
  | {readonly type: 'focus'; readonly side: ViewState['focus']}
  | {readonly type: 'toggle-list'}
  | {readonly type: 'page'; readonly page: PageState | undefined}
  | {readonly type: 'prompt'; readonly prompt: Prompt | undefined}
  /** Sets parts on which nothing else of the view depends. */
  | {
      readonly type: 'set';
      readonly change: Partial<
        Pick<ViewState, 'histogram' | 'nameFilter' | 'marked' | 'killed' | 'notice' | 'pendingConfirmation'>
      >;
    };

export type Prompt = Pick<TypedLine, 'text' | 'suggestion' | 'last'> & {
  /** See `TypedLine`; undefined: at the end. */
  readonly cursor?: number | undefined;
  /** Why the text cannot be used; until it is changed. */
  readonly problem?: string | undefined;
  /** The place among earlier texts, while arrow keys go through them. */
  readonly recalled?: Recall | undefined;
} & (
    | {readonly kind: 'time' | 'place' | 'highlight'}
    /** `before`: what Esc restores. */
    | {readonly kind: 'search'; readonly before: PaneView}
    /** `edits`: id of the filter that it replaces. */
    | {readonly kind: 'filter'; readonly edits: number | undefined; readonly before: PaneView}
    | {readonly kind: 'find-name'; readonly before: Pick<ViewState, 'nameFilter' | 'cursor' | 'active'>}
    /**
     * `on`: the page that it is on; undefined: it is below the log. `replaces`: the file exists, and the next Enter
     * replaces it.
     */
    | {
        readonly kind: 'save';
        readonly what: Choice | PageText;
        readonly on: string | undefined;
        readonly form: SaveForm;
        readonly replaces: boolean;
      }
  );

/** Lines to copy or save: one record, selected ones, all that the filters leave, or all. */
export type Choice = 'record' | 'selection' | 'view' | 'all';

/** A text, or the steps in which a long one is made when it is needed, each of less than a frame. */
export type TextToMake = string | (() => Generator<void, string, void>);

/** The text of a page, whole and unwrapped, and the same as Markdown. */
export type PageText = {
  /** Beginning of a file's name: `orders-timeline`. */
  readonly file: string;
  readonly text: TextToMake;
  readonly markdown: TextToMake;
  /** The errors in it alone, which some page copies; empty: it has none. */
  readonly errors?: string;
  /** Program in SQL, on the page of a pipeline. */
  readonly program?: string;
};

/** Without SGR colours, or the bytes that the server sent. */
export type CopyForm = 'clean' | 'as-sent';

/** `markers`: the lines in the usual form of copies, with markers between them. */
export type SaveForm = CopyForm | 'markers';

/** The state at start, with `names` open as pinned tabs: who names a pipeline reads its log, so that has the focus. */
export function initialView(names: readonly string[], options: ViewOptions = {}): ViewState {
  const unique = [...new Set(names)];
  const defaults = defaultsFrom(options);
  const pasts: ViewState['pasts'] = new Map();
  return applyToScreen(options, {
    ...picked(noDefaults, screenParts),
    focus: unique.length > 0 ? 'log' : 'list',
    nameFilter: '',
    marked: [],
    cursor: unique[0],
    tabs: unique.map((name) => newTab(name, true, {defaults, pasts})),
    pasts,
    defaults,
    active: unique[0],
    interactionCount: 0,
    page: undefined,
    prompt: undefined,
    killed: '',
    notice: undefined,
    pendingConfirmation: undefined,
  });
}

/** The preview is behind all other tabs: as it comes and goes, they keep their numbers. */
export function reduce(state: ViewState, action: ViewAction): ViewState {
  const next = afterAction(state, action);
  const preview = next.tabs.find(({pinned}) => !pinned);
  if (!preview || next.tabs.at(-1) === preview) return next;
  return {...next, tabs: [...next.tabs.filter((tab) => tab !== preview), preview]};
}

function afterAction(state: ViewState, action: ViewAction): ViewState {
  switch (action.type) {
    case 'cursor': {
      const cursor = listedName(state, action.name);
      return cursor === state.cursor ? state : {...state, cursor};
    }
    case 'show':
      return show(state, action.name);
    case 'merge':
      return merge(state, action.names);
    case 'restore':
      return restore(state, action.view);
    case 'past':
      return {...state, pasts: new Map([...state.pasts, [action.name, action.pipeline]])};
    case 'open':
      return {...state, tabs: withPinnedTabs(state, action.names)};
    case 'pin': {
      const tabs = changeTab(state.tabs, action.name, (tab) => (tab.pinned ? tab : {...tab, pinned: true}));
      return {
        ...state,
        tabs,
        interactionCount: action.name === state.active ? state.interactionCount + 1 : state.interactionCount,
      };
    }
    case 'used':
      return {...state, interactionCount: state.interactionCount + 1};
    case 'close':
      return close(state, action.name);
    case 'replace':
      return replace(state, action.name, action.by);
    case 'renamed':
      return renamed(state, action.names);
    case 'pane':
      return {
        ...state,
        tabs: changeTab(state.tabs, action.name, (tab) => ({...tab, pane: changedPane(tab.pane, action.change)})),
      };
    case 'focus':
      return {...state, focus: action.side};
    case 'toggle-list':
      return {...state, listHidden: !state.listHidden, focus: state.listHidden ? state.focus : 'log'};
    case 'page':
      return {...state, page: action.page};
    case 'prompt':
      return {...state, prompt: action.prompt};
    case 'set':
      return {...state, ...action.change};
  }
}

/** Returns undefined while a page covers the prompt. The prompt of a page needs that page. */
export function promptInUse({page, prompt}: Pick<ViewState, 'page' | 'prompt'>): Prompt | undefined {
  const needed = prompt && 'on' in prompt ? prompt.on : undefined;
  return page?.kind === needed ? prompt : undefined;
}

/** The prompt that comes back, as it was left, when the open page is closed. */
export function promptBelow({page, prompt}: Pick<ViewState, 'page' | 'prompt'>): Prompt | undefined {
  return page && promptInUse({page: page.under, prompt});
}

/** Returns whether the list's width may be another in the next view. */
export function isOtherWidth(before: ViewState, next: ViewState): boolean {
  const {listHidden, listWidth, focus} = before;
  return listHidden !== next.listHidden || listWidth !== next.listWidth || focus !== next.focus;
}

export function activeTab(state: ViewState): Tab | undefined {
  return state.tabs.find((tab) => tab.name === state.active);
}

/** Name of a merged tab: no pipeline's name has a `+`. */
export function mergedName(names: readonly string[]): string {
  return names.join('+');
}

/** Returns what a merged tab would have: the marked pipelines, else those of all pinned tabs. */
export function namesToMerge({marked, tabs}: ViewState): readonly string[] {
  if (marked.length > 0) return marked;
  return tabs.filter(({pinned, merges}) => pinned && !merges).map(({name}) => name);
}

/** Names of the pipelines, or opened logs, that a tab shows. */
export function pipelinesOf(tab: Tab | undefined): readonly string[] {
  return tab ? (tab.merges ?? [tab.name]) : [];
}

/** A preview among them becomes a pinned tab. */
function withPinnedTabs(state: ViewState, names: readonly string[]): readonly Tab[] {
  const {tabs} = state;
  const pinned = tabs.map((tab) => (names.includes(tab.name) ? {...tab, pinned: true} : tab));
  const opened = names.filter((name) => !tabs.some((tab) => tab.name === name));
  return [...pinned, ...opened.map((name) => newTab(name, true, state))];
}

function show(state: ViewState, name: string): ViewState {
  if (state.active === name) return state;
  const isOpen = state.tabs.some((tab) => tab.name === name);
  // The preview ends when another tab is shown.
  const kept = state.tabs.filter((tab) => tab.pinned || tab.name === name);
  return {
    ...state,
    active: name,
    tabs: isOpen ? kept : [...kept, newTab(name, false, state)],
    prompt: promptOfList(state.prompt),
  };
}

function merge(state: ViewState, names: readonly string[]): ViewState {
  const name = mergedName(names);
  const merged: Tab = {...newTab(name, true, state), merges: names};
  const tabs = [...withPinnedTabs(state, names), merged];
  return {...show({...state, tabs}, name), focus: 'log', marked: []};
}

function restore(state: ViewState, view: RestoredView): ViewState {
  // An open tab gets its last view, unless keys have changed it already.
  const open = state.tabs.map((tab) => {
    const restored = view.tabs.find(({name}) => name === tab.name);
    // Kept also if it is the preview now: a session may come late.
    return restored ? {...(tab.pane === state.defaults.pane ? restored : tab), pinned: true} : tab;
  });
  const tabs = [...open, ...view.tabs.filter(({name}) => !open.some((tab) => tab.name === name))];
  // A hidden list cannot have the focus.
  const focus = view.listHidden ? 'log' : state.focus;
  if (state.active !== undefined) return {...state, ...picked(view, screenParts), tabs, focus};
  return {...state, ...view, tabs};
}

function close(state: ViewState, name: string): ViewState {
  const index = state.tabs.findIndex((tab) => tab.name === name);
  if (index === -1) return state;
  const tabs = state.tabs.filter((tab) => tab.name !== name);
  const neighbour = tabs[Math.min(index, tabs.length - 1)];
  const isActive = state.active === name;
  const active = isActive ? neighbour?.name : state.active;
  const prompt = isActive ? promptOfList(state.prompt) : state.prompt;
  if (tabs.length > 0) return {...state, tabs, active, prompt};
  // Only the list is left: it gets the focus, and must be visible.
  return {...state, tabs, active, prompt, focus: 'list', listHidden: false};
}

function replace(state: ViewState, name: string, by: string): ViewState {
  const isOpen = state.tabs.some((tab) => tab.name === by);
  const tabs = isOpen
    ? changeTab(state.tabs, by, (tab) => ({...tab, pinned: true})).filter((tab) => tab.name !== name)
    : changeTab(state.tabs, name, () => newTab(by, true, state));
  return {...state, tabs, active: by, cursor: by};
}

/** A tab that waits for a pipeline of the new name gives way. */
function renamed(state: ViewState, names: ReadonlyMap<string, string>): ViewState {
  const taken = new Set(names.values());
  const tabs = state.tabs.filter(({name}) => names.has(name) || !taken.has(name));
  const marked = state.marked.map((name) => names.get(name) ?? name);
  return underNewNames({...state, tabs, marked}, names);
}

type NamedTab = Pick<Tab, 'name' | 'pastOf'> & {readonly merges?: readonly string[] | undefined};
type NamedView = Pick<ViewState, 'active' | 'cursor'> & {readonly tabs: readonly NamedTab[]};

/** A view, or a session, with the names that its pipelines have now, by those of before. */
export function underNewNames<View extends NamedView>(view: View, names: ReadonlyMap<string, string>): View {
  const tabs = view.tabs.map((tab) => renamedTab(tab, names));
  const {active, cursor} = view;
  const shown = view.tabs.findIndex(({name}) => name === active);
  return {...view, tabs, active: tabs[shown]?.name ?? active, cursor: names.get(cursor ?? '') ?? cursor};
}

/** A tab with these names. */
export function renamedTab<Named extends NamedTab>(tab: Named, names: ReadonlyMap<string, string>): Named {
  const nameOf = (name: string) => names.get(name) ?? name;
  const {merges, pastOf} = tab;
  if (pastOf !== undefined) return {...tab, pastOf: nameOf(pastOf)};
  if (!merges) return {...tab, name: nameOf(tab.name)};
  const merged = merges.map(nameOf);
  return {...tab, name: mergedName(merged), merges: merged};
}

/** A prompt about a log closes with its tab; the list's prompt stays. */
function promptOfList(prompt: Prompt | undefined): Prompt | undefined {
  return prompt?.kind === 'find-name' ? prompt : undefined;
}

function newTab(name: string, pinned: boolean, {defaults, pasts}: Pick<ViewState, 'defaults' | 'pasts'>): Tab {
  const pastOf = pasts.get(name);
  return {name, pinned, pane: defaults.pane, ...(pastOf !== undefined && {pastOf})};
}

/** Returns where the list's cursor is for a tab: unmoved for a merged one, and at its pipeline for a past. */
function listedName({tabs, cursor}: ViewState, name: string | undefined): string | undefined {
  const tab = tabs.find((each) => each.name === name);
  return tab?.merges ? cursor : (tab?.pastOf ?? name);
}

function changeTab(tabs: readonly Tab[], name: string, change: (tab: Tab) => Tab): readonly Tab[] {
  return tabs.map((tab) => (tab.name === name ? change(tab) : tab));
}
