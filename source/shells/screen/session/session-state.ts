import type {TimeLimit} from '../../../engine/buffer/pattern.ts';
import {type Filter, type FilterEntry, filterText, leastLevel, parseFilter} from '../../../engine/filters/filter.ts';
import {levelOf} from '../../../engine/records/level.ts';
import {paneOptionNames, paneOptionsFrom} from '../../../kit/settings/option-table.ts';
import {
  applyToPane,
  changedPane,
  newPane,
  rebasePane,
  rebaseScreen,
  screenParts,
  type ViewDefaults,
} from '../../../kit/state/pane-view.ts';
import type {RestoredView, Tab, ViewState} from '../../../kit/state/view-state.ts';
import {picked} from '../../../lib/json.ts';
import type {SavedSession, SessionFilter, SessionStart, SessionTab, TabPlaces} from './session-data.ts';

/** Parts of a tab's view, besides its options, that a session keeps as they are. */
const tabParts = ['search', 'highlights', 'around', 'fold'] as const;

/** `placesOf` returns the lines of a tab's log to find again, `idOf` the id of a pipeline if it is known. */
export function sessionOf(
  state: ViewState,
  placesOf: (tab: Tab) => TabPlaces,
  idOf: (pipeline: string) => string | undefined = () => undefined,
): SavedSession {
  // What was recorded belongs to no server.
  const pinned = state.tabs
    .filter((tab) => tab.pinned && tab.pastOf === undefined)
    .map((tab) => asFiltered(tab, state));
  const tabs = pinned.flatMap((tab) => {
    // A merged tab may have outlived the tab of one of its pipelines.
    const merges = tab.merges?.filter((name) => pinned.some((each) => each.name === name));
    if (merges && merges.length < 2) return [];
    const filters = tab.pane.filters.flatMap(({filter, on}) => sessionFilter(filter, on));
    const id = merges ? undefined : idOf(tab.name);
    const options = picked(tab.pane, [...paneOptionNames, ...tabParts]);
    return [{...options, name: tab.name, id, merges, filters, places: placesOf(tab)}];
  });
  const {pane, ...options} = state.defaults;
  const start = {...picked(pane, paneOptionNames), level: leastLevel(pane.filters), ...options};
  return {...picked(state, ['active', 'cursor', 'focus', ...screenParts]), tabs, start, savedAt: undefined};
}

/** The tab without a filter that is still typed: lines would be hidden at the next start. */
function asFiltered(tab: Tab, {prompt, active}: ViewState): Tab {
  return prompt?.kind === 'filter' && tab.name === active ? {...tab, pane: prompt.before} : tab;
}

/** The names that the pipelines of a session have now, by those of before. */
export function newNames({tabs}: SavedSession, listed: readonly Named[]): ReadonlyMap<string, string> {
  const namesById = new Map(listed.map(({id, name}) => [id, name]));
  const moved = tabs.map(({id = '', name}) => [name, namesById.get(id) ?? name] as const);
  const kept = new Set(moved.flatMap(([from, to]) => (from === to ? from : [])));
  // Two tabs cannot have one name.
  return new Map(moved.filter(([from, to]) => from !== to && !kept.has(to)));
}

type Named = {readonly id: string; readonly name: string};

function sessionFilter(filter: Filter, on: boolean): readonly SessionFilter[] {
  // A range of this log (`this run`, `since 12:03`) means nothing in the next one.
  if (filter.kind === 'between') return [];
  if (filter.kind === 'fingerprint') return [{text: filter.text, on, shape: filter.fingerprint}];
  return [{text: filterText(filter), on, shape: undefined}];
}

/** The view of a session. What no key changed gets `defaults`. Values of other versions are left out. */
export function restoredView(
  session: SavedSession,
  {timeLimit, defaults}: {readonly timeLimit: TimeLimit; readonly defaults: ViewDefaults},
): RestoredView {
  const before = restoredStart(session.start);
  const tabs = session.tabs.map((saved) => {
    const tab = restoredTab(saved, timeLimit);
    return {...tab, pane: changedPane(rebasePane(before.pane, defaults.pane, tab.pane), {})};
  });
  return rebaseScreen(before, defaults, {
    tabs,
    active: tabs.some(({name}) => name === session.active) ? session.active : undefined,
    cursor: session.cursor,
    focus: session.focus === 'log' && tabs.length > 0 ? 'log' : 'list',
    ...picked(session, screenParts),
  });
}

function restoredStart(saved: SessionStart): ViewDefaults {
  return {
    pane: applyToPane({...paneOptionsFrom(saved), level: levelOf(saved.level)}),
    ...picked(saved, screenParts),
  };
}

function restoredTab(saved: SessionTab, timeLimit: TimeLimit): Tab {
  const {name, merges} = saved;
  const filters = saved.filters.flatMap((each, index) => restoredFilter(each, index + 1, timeLimit));
  return {
    name,
    pinned: true,
    ...(merges && {merges}),
    pane: {...newPane, ...paneOptionsFrom(saved), ...picked(saved, tabParts), filters},
  };
}

function restoredFilter({text, on, shape}: SessionFilter, id: number, timeLimit: TimeLimit): readonly FilterEntry[] {
  if (shape !== undefined) return [{id, filter: {kind: 'fingerprint', fingerprint: shape, text}, on}];
  const parsed = parseFilter(text, {timeLimit});
  return parsed.kind === 'filter' ? [{id, filter: parsed.filter, on}] : [];
}
