import {compilePattern, type Pattern} from '../../engine/buffer/pattern.ts';
import type {Direction} from '../../kit/pane/log-search.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import {recallFrom} from '../../kit/screen/prompts.ts';
import type {Feature, PromptOf, Screen} from '../../kit/screen/screen.ts';
import {whenSearched} from '../../kit/screen/whole-log.ts';
import type {PaneView} from '../../kit/state/pane-view.ts';
import {type Position, reveal} from '../../kit/viewport/position.ts';

export const search: Feature = {
  keys: {
    'log: find': [
      {
        id: 'search',
        keys: ['/'],
        help: 'search: regex, smart case, as you type',
        core: {task: 'find', words: 'search'},
        synonyms: ['find', 'grep', 'less'],
        hint: 'find',
        run(screen) {
          const {tab} = screen;
          if (!tab) return;
          screen.pinTab();
          screen.dispatch({type: 'prompt', prompt: {kind: 'search', text: '', before: tab.pane}});
        },
      },
      {
        id: 'next-match',
        keys: ['n'],
        help: 'next match',
        core: {task: 'find', words: 'next match'},
        hint: {isSearched: 'next'},
        run: (screen) => goToMatch(screen, 'next'),
      },
      {
        id: 'previous-match',
        keys: ['N'],
        help: 'previous match',
        hint: {isSearched: 'previous'},
        run: (screen) => goToMatch(screen, 'previous'),
      },
      {
        id: 'highlight',
        keys: ['*'],
        help: 'highlight a pattern, without filtering',
        run(screen) {
          if (screen.tab) screen.dispatch({type: 'prompt', prompt: {kind: 'highlight', text: ''}});
        },
      },
    ],
  },
  prompts: {
    /** `/` in the log: searches while the pattern is typed, from where the search began. */
    search: {
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
    },
    /** `*`: highlights a pattern in a colour of its own. The same pattern again removes it. */
    highlight: {
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
    },
  },
};

function goToMatch(screen: Screen, direction: Direction): void {
  const start = screen.paneOnScreen;
  if (!start) return;
  const {pattern} = start.model.searching ?? {};
  if (!pattern) {
    screen.sayHint('no search', 'search', 'start one');
    return;
  }
  const {current: from = 0} = start;
  const {endId} = start.model.source.buffer;
  // Undefined: another search has begun.
  const nearMatch = ({model}: PaneOnScreen) => {
    if (model.searching?.pattern !== pattern) return undefined;
    return model.searching.search.nearest(direction, from, {endId, isFiltering: model.isFiltering});
  };
  whenSearched(screen, {isReady: (at) => nearMatch(at) !== 'unsearched'}, (at) => {
    const match = nearMatch(at);
    if (typeof match === 'object') {
      goToMatchAt(screen, match.id);
      if (match.isWrapped) screen.say(wrappedWords[direction]);
    } else if (match !== undefined) screen.say(noMatchWords(at, pattern));
  });
}

const wrappedWords = {
  next: 'past the last match: now at the first',
  previous: 'past the first match: now at the last',
} as const;

/** Only shown lines are searched. */
function noMatchWords({model}: PaneOnScreen, {source, whyStopped}: Pattern): string {
  if (whyStopped !== undefined) return `stopped: ${whyStopped}`;
  return model.shown ? `none of the lines shown matches ${source}` : `no line matches ${source}`;
}

/** Shows a match: opens its fold, makes its line the current one, and shifts it if the match is outside the pane. */
function goToMatchAt(screen: Screen, match: number): void {
  screen.goToEntry(match);
  const at = screen.paneOnScreen;
  if (!at) return;
  const row = at.rows.renderer(at.tab.pane, at.layout).matchRowOf(match);
  screen.changePane({position: reveal(at.tab.pane.position, at.geometry, match, row), revealed: match});
}

/** Searches as less does: for the tab's pattern, else the newest of all. Returns what is wrong if there is none. */
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
  const at = screen.paneOnScreen;
  const search = at?.model.searching?.search;
  if (!at || !search) return;
  const current = at.current ?? 0;
  const match =
    from.kind === 'follow'
      ? search.previousBefore(current + 1)
      : (search.nextAfter(current - 1) ?? search.nextAfter(-1));
  if (match !== undefined) goToMatchAt(screen, match);
}
