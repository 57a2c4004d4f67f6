import {compilePattern, type Pattern} from '../../engine/buffer/pattern.ts';
import type {Direction, NearMatch} from '../../kit/pane/log-search.ts';
import type {PaneAt} from '../../kit/pane/pane-at.ts';
import type {PaneModel} from '../../kit/pane/pane-model.ts';
import {recallFrom} from '../../kit/screen/prompts.ts';
import type {PromptKind, PromptOf, Screen} from '../../kit/screen/screen.ts';
import {isIndexed, whenIndexed, whenSearched} from '../../kit/screen/whole-log.ts';
import type {PaneView} from '../../kit/state/pane-view.ts';
import {type Position, reveal} from '../../kit/viewport/position.ts';
import {count} from '../../lib/format.ts';

export const searchHandlers = {
  search(screen: Screen) {
    const {tab} = screen;
    if (!tab) return;
    screen.pinTab();
    screen.dispatch({type: 'prompt', prompt: {kind: 'search', text: '', before: tab.pane}});
  },
  'next-match': (screen: Screen) => goToMatch(screen, 'next'),
  'previous-match': (screen: Screen) => goToMatch(screen, 'previous'),
  'next-error': (screen: Screen) => goToError(screen, 'next'),
  'previous-error': (screen: Screen) => goToError(screen, 'previous'),
  'next-marker': (screen: Screen) => goToMarker(screen, 'next'),
  'previous-marker': (screen: Screen) => goToMarker(screen, 'previous'),
};

function goToMatch(screen: Screen, direction: Direction): void {
  const start = screen.paneAt;
  if (!start) return;
  const {pattern} = start.model.searching ?? {};
  if (!pattern) {
    screen.sayHint('no search', 'search', 'start one');
    return;
  }
  const {current: from = 0} = start;
  const {endId} = start.model.source.buffer;
  // Undefined: another search has begun.
  const nearMatch = ({model}: PaneAt) => {
    if (model.searching?.pattern !== pattern) return undefined;
    return model.searching.search.nearest(direction, from, {endId, isFiltering: model.isFiltering});
  };
  whenSearched(screen, {isReady: (at) => nearMatch(at) !== 'unsearched'}, (at) => {
    const match = nearMatch(at);
    if (typeof match === 'object') goToNearMatch(screen, direction, match);
    else if (match !== undefined) screen.say(noMatchWords(at, pattern));
  });
}

function goToNearMatch(screen: Screen, direction: Direction, {id, isWrapped}: Exclude<NearMatch, string>): void {
  goToMatchAt(screen, id);
  if (!isWrapped) return;
  const words = {
    next: 'past the last match: now at the first',
    previous: 'past the first match: now at the last',
  };
  screen.say(words[direction]);
}

/** Only shown lines are searched. */
function noMatchWords({model}: PaneAt, {source, whyStopped}: Pattern): string {
  if (whyStopped !== undefined) return `stopped: ${whyStopped}`;
  return model.shown ? `none of the lines shown matches ${source}` : `no line matches ${source}`;
}

/** Shows a match: opens its fold, makes its line the current one, and shifts it if the match is outside the pane. */
function goToMatchAt(screen: Screen, match: number): void {
  screen.goToEntry(match);
  const at = screen.paneAt;
  if (!at) return;
  const row = at.rows.renderer(at.tab.pane, at.layout).matchRowOf(match);
  screen.changePane({position: reveal(at.tab.pane.position, at.geometry, match, row), revealed: match});
}

function goToError(screen: Screen, direction: Direction): void {
  const {endId = 0} = screen.paneAt?.model.source.buffer ?? {};
  const isReady = (at: PaneAt) => errorFrom(at, direction, endId) !== 'unread';
  whenIndexed(screen, {what: 'looking for errors', isReady}, (at) => {
    const error = errorFrom(at, direction, endId);
    if (typeof error === 'number') screen.goToEntry(error);
    else if (shownError(at, 'previous', {from: endId, endId}) !== 'none') {
      screen.say(`no error ${direction === 'next' ? 'after' : 'before'} this line`);
    } else {
      const hidden = at.model.index.errorCount;
      screen.say(hidden === 0 ? 'no errors' : `no error is shown: filters hide ${count(hidden)}`);
    }
  });
}

/** The id of an error; `unread`: there may be a nearer one in lines that are not indexed yet. */
type NearError = number | 'none' | 'unread';

/** Where the key for an error goes. Lines from `endId` on came later than the key. */
function errorFrom(at: PaneAt, direction: Direction, endId: number): NearError {
  const {model, tab, current = 0} = at;
  // While following, no error is after the current line: both keys go to the newest.
  if (tab.pane.position.kind === 'follow') {
    return shownError(at, 'previous', {from: model.source.buffer.endId, endId});
  }
  return shownError(at, direction, {from: model.index.headOf(current), endId});
}

/** `from`: the error is after or before it. */
type ErrorRange = {readonly from: number; readonly endId: number};

/** The nearest shown record of an error. */
function shownError({model, geometry}: PaneAt, direction: Direction, {from, endId}: ErrorRange): NearError {
  const {entries} = geometry;
  const shown = (id: number) => (direction === 'next' ? entries.atOrAfter(id) : entries.atOrBefore(id));
  let error = nearError(model, direction, {from, endId});
  while (typeof error === 'number') {
    const near = shown(error);
    if (near === error) return error;
    if (near === undefined) return direction === 'next' && !isIndexed(model, endId) ? 'unread' : 'none';
    error = nearError(model, direction, {from: direction === 'next' ? near - 1 : near + 1, endId});
  }
  return error;
}

/** The nearest error, whether it is shown or not. */
function nearError(model: PaneModel, direction: Direction, {from, endId}: ErrorRange): NearError {
  const {index} = model;
  const isNext = direction === 'next';
  if (!isNext && from > index.indexedTo && !isIndexed(model, endId)) return 'unread';
  const error = isNext ? index.nextError(from) : index.previousError(from);
  return error ?? (isNext && !isIndexed(model, endId) ? 'unread' : 'none');
}

/** To the next or previous run or marker. */
function goToMarker(screen: Screen, direction: Direction): void {
  whenIndexed(screen, {what: 'looking for runs'}, (at) => goToMarkerIn(screen, at, direction));
}

function goToMarkerIn(screen: Screen, at: PaneAt, direction: Direction): void {
  const current = at.current ?? 0;
  const {entries} = at.geometry;
  // A hidden change is reached at the next shown entry.
  const changes = markersOf(at).flatMap((id) => entries.atOrAfter(id) ?? []);
  const change = direction === 'next' ? changes.find((id) => id > current) : changes.findLast((id) => id < current);
  if (change === undefined) {
    screen.say(`no run or marker ${direction === 'next' ? 'after' : 'before'} this line`);
    return;
  }
  screen.goToEntry(change);
}

function markersOf({model}: PaneAt): readonly number[] {
  const {buffer} = model.source;
  const changes = model.index.runs.map((run) => Math.max(run.firstId, buffer.firstId));
  for (const [id] of buffer.markers()) changes.push(id);
  return [...new Set(changes)].sort((a, b) => a - b);
}

/** `/` in the log: searches while the pattern is typed, from where the search began. */
export const searchPrompt: PromptKind<'search'> = {
  label: () => '/',
  example: () => 'text or regex; lower case also matches upper case',
  keys: ({text}) => [
    ['submit', text === '' ? 'repeat the last' : 'done'],
    ['older', 'earlier searches'],
  ],
  change: (screen, prompt) => searchAsTyped(screen, prompt),
  submit(screen, {text, before}) {
    if (text === '') return repeatSearch(screen, before);
    screen.services.histories.patterns.add(text);
    return undefined;
  },
  cancel(screen, {before}) {
    const {search, position, revealed} = before;
    // The search may still be running: its result must move nothing.
    screen.pane?.model.whenDone(() => {});
    screen.changePane({search, position, revealed});
  },
  recall: (screen, prompt, by) => recallFrom(screen.services.histories.patterns, prompt, by),
};

/** As in less: the pattern of the tab, else the newest of all. Returns what is wrong if there is none. */
function repeatSearch(screen: Screen, before: PaneView): string | undefined {
  const search = before.search ?? screen.services.histories.patterns.entries[0];
  if (search === undefined) return 'there is no earlier search: type what to find';
  searchFrom(screen, before, search, () => {
    if (before.search === undefined) goToNearest(screen, before.position);
    else goToMatch(screen, 'next');
  });
  return undefined;
}

function searchAsTyped(screen: Screen, {text, before}: PromptOf<'search'>): void {
  const search = text === '' ? undefined : text;
  searchFrom(screen, before, search, () => goToNearest(screen, before.position));
}

/** Searches from a position. Calls `go` when that is done, if the user has neither moved nor changed the tab meanwhile. */
function searchFrom(screen: Screen, {position, revealed}: PaneView, search: string | undefined, go: () => void): void {
  screen.changePane({search, position, revealed});
  const {pane} = screen;
  const goUnlessMoved = () => {
    if (screen.pane?.model === pane?.model && screen.pane?.tab.pane.position === position) go();
  };
  // A search that is repeated may be done already.
  if (search !== undefined && pane?.model.isSearched) goUnlessMoved();
  else pane?.model.whenDone(goUnlessMoved);
}

/** Goes to the match nearest to where the search began: the last one while following, else the next one. */
function goToNearest(screen: Screen, from: Position): void {
  const at = screen.paneAt;
  const search = at?.model.searching?.search;
  if (!at || !search) return;
  const current = at.current ?? 0;
  const match =
    from.kind === 'follow'
      ? search.previousBefore(current + 1)
      : (search.nextAfter(current - 1) ?? search.nextAfter(-1));
  if (match !== undefined) goToMatchAt(screen, match);
}

/** `*`: highlights a pattern in a colour of its own. The same pattern again removes it. */
export const highlightPrompt: PromptKind<'highlight'> = {
  label: () => '* ',
  example: () => 'text or regex; the same one again removes it',
  keys: () => [
    ['submit', 'highlight'],
    ['older', 'earlier patterns'],
  ],
  submit(screen, {text}) {
    const {highlights} = screen.tab?.pane ?? {};
    if (!highlights || text === '') return undefined;
    const {whyStopped} = compilePattern(text);
    if (whyStopped !== undefined) return whyStopped;
    screen.services.histories.patterns.add(text);
    const others = highlights.filter((each) => each !== text);
    screen.changePane({highlights: others.length < highlights.length ? others : [...highlights, text]});
    return undefined;
  },
  recall: (screen, prompt, by) => recallFrom(screen.services.histories.patterns, prompt, by),
};
