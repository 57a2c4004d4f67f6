import type {Position} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import type {PaneAt} from '../pane/pane-at.ts';

// The end of a large file is shown before its other lines are counted, and these are indexed after that, and searched after
// that. What a key needs of them is waited for; another place or tab that the user goes to meanwhile ends the wait, and
// so does another key that has to wait.

type Source = Pick<PaneAt['model']['source'], 'snapshot'>;

/** `counting lines 43%`: of a large file, whose end was read first. */
export function countingWords(source: Source): string {
  return `counting lines ${percentCounted(source)}`;
}

/** `line numbers appear when all lines are counted (43% so far)`. */
export function onceCounted(what: string, source: Source): string {
  return `${what} when all lines are counted (${percentCounted(source)} so far)`;
}

function percentCounted({snapshot}: Source): string {
  return `${Math.floor(100 * (snapshot.get().file?.counted ?? 1))}%`;
}

/** Calls `go` at once, or when the lines of a large file are counted; until then a notice shows how far that is. */
export function whenCounted(controller: Controller, go: (at: PaneAt) => void): void {
  const isReady = ({model}: PaneAt) => !model.source.buffer.isAwaitingEarlier;
  waitFor(controller, {isReady, words: ({model}) => countingWords(model.source)}, go);
}

/**
 * The same when all of its lines are indexed, or `isReady` before. `what` is done with them, for the notice: `looking for
 * errors`.
 */
export function whenIndexed(
  controller: Controller,
  {what, isReady = ({model}) => model.isWhole}: {readonly what: string; readonly isReady?: (at: PaneAt) => boolean},
  go: (at: PaneAt) => void,
): void {
  const words = ({model}: PaneAt) => {
    if (model.source.buffer.isAwaitingEarlier) return countingWords(model.source);
    return `${what} ${Math.floor(100 * (model.indexed.get() ?? 0))}%`;
  };
  waitFor(controller, {isReady, words}, go);
}

/** The same when so many of its lines are searched that `isReady`. */
export function whenSearched(
  controller: Controller,
  {isReady}: Pick<Awaited, 'isReady'>,
  go: (at: PaneAt) => void,
): void {
  const words = ({model}: PaneAt) => {
    if (model.source.buffer.isAwaitingEarlier) return countingWords(model.source);
    const {searchedPercent} = model;
    return searchedPercent === undefined ? 'searching' : `searching ${searchedPercent}%`;
  };
  waitFor(controller, {isReady, words}, go);
}

type Awaited = {
  readonly isReady: (at: PaneAt) => boolean;
  readonly words: (at: PaneAt) => string;
};

function waitFor(controller: Controller, {isReady, words}: Awaited, go: (at: PaneAt) => void): void {
  const start = controller.paneAt;
  if (!start) return;
  if (isReady(start)) {
    go(start);
    return;
  }
  const {model, tab} = start;
  let said: string | undefined;
  const takeBack = () => {
    if (controller.state.notice === said) controller.clearNotice();
  };
  const check = () => {
    const at = controller.paneAt;
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
    controller.say(now);
    return undefined;
  };
  // Of the view, since who leaves and comes back does not wait any more.
  model.waitUntil(check, [controller.view]);
}

/** The rows around it may have changed: a new index shows others. */
function isSamePlace(one: Position, other: Position): boolean {
  if (one.kind === 'follow' || other.kind === 'follow') return one.kind === other.kind;
  return one.current === other.current;
}
