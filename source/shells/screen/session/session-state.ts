import type {TimeLimit} from '../../../engine/buffer/pattern.ts';
import {
  type Filter,
  type FilterEntry,
  filterText,
  leastLevel,
  parseFilter,
  withLeastLevel,
} from '../../../engine/filters/filter.ts';
import {paneOptionNames, paneOptionsFrom} from '../../../kit/settings/option-table.ts';
import {changedPane, newPane, type PaneView, screenParts, type ViewDefaults} from '../../../kit/state/pane-view.ts';
import type {RestoredView, Tab, ViewState} from '../../../kit/state/view-state.ts';
import {picked} from '../../../lib/json.ts';
import type {SavedSession, SessionFilter, SessionTab, TabPlaces} from './session-data.ts';

/** Parts of a tab's view, besides its options, that a session keeps as they are. */
const tabParts = ['search', 'highlights', 'around', 'fold'] as const;
/** Parts of the screen that keys change. */
const keyParts = ['listHidden', 'histogram'] as const;

/**
 * Options and the arrangement of the screen are in it where keys have changed them: what is not follows the options of the next
 * start. `placesOf` returns the lines of a tab's log to find again, `idOf` the id of a pipeline if it is known.
 */
export function sessionOf(
  state: ViewState,
  placesOf: (tab: Tab) => TabPlaces,
  idOf: (pipeline: string) => string | undefined = () => undefined,
): SavedSession {
  const {defaults} = state;
  // What was recorded belongs to no server.
  const pinned = state.tabs
    .filter((tab) => tab.pinned && tab.pastOf === undefined)
    .map((tab) => asFiltered(tab, state));
  const tabs = pinned.flatMap((tab) => {
    const {name, pane} = tab;
    // A merged tab may have outlived the tab of one of its pipelines.
    const merges = tab.merges?.filter((each) => pinned.some((other) => other.name === each));
    if (merges && merges.length < 2) return [];
    const filters = pane.filters.flatMap(({filter, on}) => sessionFilter(filter, on));
    const usualLevel = leastLevel(pane.filters) === leastLevel(defaults.pane.filters);
    const id = merges ? undefined : idOf(name);
    const changed = paneOptionNames.filter((option) => pane[option] !== defaults.pane[option]);
    return [{...picked(pane, [...changed, ...tabParts]), name, id, merges, filters, usualLevel, places: placesOf(tab)}];
  });
  const screen = picked(
    state,
    keyParts.filter((part) => state[part] !== defaults[part]),
  );
  return {...picked(state, ['active', 'cursor', 'focus']), ...screen, tabs, savedAt: undefined};
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
  const {active, cursor, listHidden = defaults.listHidden, histogram = defaults.histogram} = session;
  const tabs = session.tabs.map((saved) => restoredTab(saved, timeLimit, defaults.pane));
  const hasKeys = session.focus === 'log' && tabs.length > 0;
  return {
    ...picked(defaults, screenParts),
    tabs,
    cursor,
    listHidden,
    histogram,
    active: tabs.some(({name}) => name === active) ? active : undefined,
    // A hidden list cannot have the focus.
    focus: hasKeys || listHidden ? 'log' : 'list',
  };
}

function restoredTab(saved: SessionTab, timeLimit: TimeLimit, usual: PaneView): Tab {
  const {name, merges} = saved;
  const filters = saved.filters.flatMap((each, index) => restoredFilter(each, index + 1, timeLimit));
  const level = leastLevel(usual.filters);
  const isLevelOther = saved.usualLevel && level !== leastLevel(filters);
  const options = paneOptionsFrom({...usual, ...saved});
  const pane = {...newPane, ...options, ...picked(saved, tabParts)};
  return {
    name,
    pinned: true,
    ...(merges && {merges}),
    pane: changedPane(pane, {filters: isLevelOther ? withLeastLevel(filters, level) : filters}),
  };
}

function restoredFilter({text, on, shape}: SessionFilter, id: number, timeLimit: TimeLimit): readonly FilterEntry[] {
  if (shape !== undefined) return [{id, filter: {kind: 'fingerprint', fingerprint: shape, text}, on}];
  const parsed = parseFilter(text, {timeLimit});
  return parsed.kind === 'filter' ? [{id, filter: parsed.filter, on}] : [];
}
