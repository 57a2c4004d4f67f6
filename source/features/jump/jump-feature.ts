import {catchUpOf} from '../../engine/logs/log-snapshot.ts';
import type {Direction} from '../../kit/pane/log-search.ts';
import type {PaneModel} from '../../kit/pane/pane-model.ts';
import type {PaneOnScreen} from '../../kit/pane/pane-on-screen.ts';
import type {Feature, Screen} from '../../kit/screen/screen.ts';
import {isIndexed, whenIndexed} from '../../kit/screen/whole-log.ts';
import {count} from '../../lib/format.ts';

export const jump: Feature = {
  keys: {
    'log: find': [
      {
        id: 'next-error',
        needs: 'format',
        keys: ['e'],
        help: 'next error',
        core: {task: 'errors', words: 'next error'},
        hint: {hasErrors: 'next error'},
        run: (screen) => goToError(screen, 'next'),
      },
      {
        id: 'previous-error',
        needs: 'format',
        keys: ['E'],
        help: 'previous error',
        core: {task: 'errors', words: 'previous error'},
        run: (screen) => goToError(screen, 'previous'),
      },
      {
        id: 'previous-marker',
        keys: ['{'],
        help: 'previous run or marker: reconnect, gap, restart',
        run: (screen) => goToMarker(screen, 'previous'),
      },
      {
        id: 'next-marker',
        keys: ['}'],
        help: 'next run or marker: reconnect, gap, restart',
        run: (screen) => goToMarker(screen, 'next'),
      },
    ],
  },
};

function goToError(screen: Screen, direction: Direction): void {
  let endId = 0;
  let isComing = true;
  const find = (at: PaneOnScreen): NearError => {
    // What comes after the catch-up came later than the key.
    if (isComing) endId = at.model.source.buffer.endId;
    isComing = isCatchingUp(at);
    const error = errorFrom(at, direction, endId);
    const isBelow = direction === 'next' || at.tab.pane.position.kind === 'follow';
    return error === 'none' && isComing && isBelow ? 'unread' : error;
  };
  const isReady = (at: PaneOnScreen) => find(at) !== 'unread';
  whenIndexed(screen, {what: 'looking for errors', isReady}, (at) => {
    const error = find(at);
    if (typeof error === 'number') screen.goToEntry(error);
    else if (shownError(at, 'previous', {from: endId, endId}) !== 'none') {
      screen.say(`no error ${direction === 'next' ? 'after' : 'before'} this line`);
    } else {
      const hidden = at.model.index.table.errors;
      screen.say(hidden === 0 ? 'no errors' : `no error is shown: filters hide ${count(hidden)}`);
    }
  });
}

/** Lines that were there before the log was opened are still coming. A merged log does not tell. */
function isCatchingUp({model}: PaneOnScreen): boolean {
  const snapshot = model.source.snapshot.get();
  return (snapshot.connection ?? snapshot.file) !== undefined && catchUpOf(snapshot) === 'coming';
}

/** The id of an error; `unread`: there may be a nearer one in lines that are not indexed yet. */
type NearError = number | 'none' | 'unread';

/** Finds the error that the key goes to. Lines from `endId` on came later than the key. */
function errorFrom(at: PaneOnScreen, direction: Direction, endId: number): NearError {
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
function shownError({model, geometry}: PaneOnScreen, direction: Direction, {from, endId}: ErrorRange): NearError {
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
  const error = isNext ? index.table.errorFrom(from + 1) : index.table.errorUpTo(from - 1);
  return error ?? (isNext && !isIndexed(model, endId) ? 'unread' : 'none');
}

/** To the next or previous run or marker. */
function goToMarker(screen: Screen, direction: Direction): void {
  whenIndexed(screen, {what: 'looking for runs'}, (at) => {
    const {current = 0, geometry} = at;
    // A hidden change is reached at the next shown entry.
    const changes = markersOf(at).flatMap((id) => geometry.entries.atOrAfter(id) ?? []);
    const change = direction === 'next' ? changes.find((id) => id > current) : changes.findLast((id) => id < current);
    if (change === undefined) screen.say(`no run or marker ${direction === 'next' ? 'after' : 'before'} this line`);
    else screen.goToEntry(change);
  });
}

function markersOf({model}: PaneOnScreen): readonly number[] {
  const {buffer} = model.source;
  const runs = model.index.runs.map(({firstId}) => Math.max(firstId, buffer.firstId));
  const markers = Array.from(buffer.markers(), ([id]) => id);
  return [...new Set([...runs, ...markers])].sort((a, b) => a - b);
}
