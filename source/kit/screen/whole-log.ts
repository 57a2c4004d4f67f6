import type {PaneOnScreen} from '../pane/pane-on-screen.ts';
import type {Position} from '../viewport/position.ts';
import type {Screen} from './screen.ts';

// The lines of a large log are indexed after they were read, and searched after that. What a key needs of them is waited
// for; another place or tab that the user goes to meanwhile ends the wait, and so does another key that has to wait.

/** Entries below `endId` are indexed. */
export function isIndexed({index}: Pick<PaneOnScreen['model'], 'index'>, endId: number): boolean {
  return index.indexedTo >= endId;
}

/**
 * Calls `go` at once, or when all lines that are there now are indexed, or `isReady` before; until then a notice shows how
 * far that is. `what` is done with them: `looking for errors`.
 */
export function whenIndexed(
  screen: Screen,
  {what, isReady}: {readonly what: string; readonly isReady?: (at: PaneOnScreen) => boolean},
  go: (at: PaneOnScreen) => void,
): void {
  const {model} = screen.paneOnScreen ?? {};
  // What came since the last frame.
  model?.keepUp();
  const {endId = 0} = model?.source.buffer ?? {};
  const words = ({model: {indexedPercent}}: PaneOnScreen) =>
    indexedPercent === 100 ? what : `${what} ${indexedPercent}%`;
  waitFor(screen, {isReady: isReady ?? ((at) => isIndexed(at.model, endId)), words}, go);
}

/** Calls `go` at once, or when so many lines are searched that `isReady`; until then a notice shows how far that is. */
export function whenSearched(
  screen: Screen,
  {isReady}: Pick<Awaited, 'isReady'>,
  go: (at: PaneOnScreen) => void,
): void {
  const words = ({model}: PaneOnScreen) => {
    const {searchedPercent} = model;
    return searchedPercent === undefined ? 'searching' : `searching ${searchedPercent}%`;
  };
  waitFor(screen, {isReady, words}, go);
}

type Awaited = {
  readonly isReady: (at: PaneOnScreen) => boolean;
  readonly words: (at: PaneOnScreen) => string;
};

function waitFor(screen: Screen, {isReady, words}: Awaited, go: (at: PaneOnScreen) => void): void {
  const start = screen.paneOnScreen;
  if (!start) return;
  if (isReady(start)) {
    go(start);
    return;
  }
  const {model, tab} = start;
  let said: string | undefined;
  const takeBack = () => {
    if (screen.state.notice === said) screen.clearNotice();
  };
  const check = () => {
    const at = screen.paneOnScreen;
    if (at?.model !== model || !isSamePlace(at.tab.pane.position, tab.pane.position)) return takeBack;
    if (isReady(at)) {
      return () => {
        takeBack();
        go(at);
      };
    }
    const now = words(at);
    if (now === said) return undefined;
    said = now;
    screen.say(now);
    return undefined;
  };
  // Of the view, since who leaves and comes back does not wait any more.
  model.waitUntil(check, [screen.view]);
}

/** The rows around it may have changed: a new index shows others. */
function isSamePlace(one: Position, other: Position): boolean {
  if (one.kind === 'follow' || other.kind === 'follow') return one.kind === other.kind;
  return one.current === other.current;
}
