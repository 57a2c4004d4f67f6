import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {LineAnchor} from '../../../../source/engine/buffer/line-anchor.ts';
import {WritableLogBuffer} from '../../../../source/engine/buffer/log-buffer.ts';
import {parseFilter} from '../../../../source/engine/filters/filter.ts';
import {newPane, noDefaults} from '../../../../source/kit/state/pane-view.ts';
import {initialView, reduce, type ViewState} from '../../../../source/kit/state/view-state.ts';
import {runWithTimeout} from '../../../../source/kit/system/deadline.ts';
import type {PlaceAnchor, SavedSession} from '../../../../source/shells/screen/session/session-data.ts';
import {
  anchorsIn,
  positionAt,
  restoredView,
  sessionOf,
} from '../../../../source/shells/screen/session/session-state.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const asNow = {timeLimit: runWithTimeout, defaults: noDefaults};
const none = {marks: [], place: undefined};
const anchor = (hash: number): LineAnchor => ({bytes: 1, hash, before: 0});

function back(session: SavedSession, names: readonly string[] = []): ViewState {
  return reduce(initialView(names), {type: 'restore', view: restoredView(session, asNow)});
}

test('the preview is no part of a session; the cursor and how the screen is arranged are', () => {
  const state = reduce({...initialView(['a', 'b']), sort: 'activity'}, {type: 'show', name: 'c'});
  const session = sessionOf({...state, cursor: 'c', listHidden: true, listWidth: 17}, () => none);
  expect(session.tabs.map(({name}) => name)).toEqual(['a', 'b']);
  expect(back(session)).toMatchObject({
    cursor: 'c',
    active: undefined,
    listHidden: true,
    listWidth: 17,
    sort: 'activity',
  });
});

test('a merged tab comes back with the pipelines that still had a tab, if they are two', () => {
  const merged = reduce(initialView(['a', 'b', 'c']), {type: 'merge', names: ['a', 'b', 'c']});
  const two = sessionOf(reduce(merged, {type: 'close', name: 'b'}), () => none);
  expect(two.tabs.at(-1)).toMatchObject({name: 'a+b+c', merges: ['a', 'c']});
  const one = ['b', 'c'].reduce((state, name) => reduce(state, {type: 'close', name}), merged);
  expect(sessionOf(one, () => none).tabs.map(({name}) => name)).toEqual(['a']);
});

test('every filter that was typed comes back as it was, on or off', () => {
  const typed = fc.oneof(
    fc.string({minLength: 1}),
    fc.constantFrom('!x', 'level:warn', 'target:kafka', '!target:a', 'text:level:5', '\\!x', '('),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(typed, fc.boolean()), {maxLength: 5}), (all) => {
      const filters = all.flatMap(([text, on], id) => {
        const parsed = parseFilter(text);
        return parsed.kind === 'filter' ? [{id, filter: parsed.filter, on}] : [];
      });
      const state = reduce(initialView(['a']), {type: 'pane', name: 'a', change: {filters}});
      const restored = back(sessionOf(state, () => none)).tabs[0]?.pane.filters ?? [];
      const comparable = (entries: typeof restored) =>
        entries.map(({filter, on}) => [
          filter.kind === 'text' ? {...filter, pattern: filter.pattern.source} : filter,
          on,
        ]);
      expect(comparable(restored)).toEqual(comparable(filters));
    }),
    {numRuns: runs},
  );
});

test('unknown words of a session are left out, and an option that its version had not has its default', () => {
  const session = sessionOf(initialView(['a']), () => none);
  const [tab] = session.tabs;
  if (!tab) throw new Error('there is one');
  const strange = {...session, sort: 'size', focus: 'elsewhere', active: 'gone'};
  const filters = [{text: 'level:loud', on: true, shape: undefined}];
  const state = back({...strange, tabs: [{...tab, time: 'stardate', wrap: 'sometimes', asSent: undefined, filters}]});
  expect(state).toMatchObject({sort: 'name', focus: 'list', active: undefined});
  expect(state.tabs[0]?.pane).toEqual(newPane);
});

test('tabs of the command line stay in front and on the screen, and look as they did unless they were changed', () => {
  const wrapped = ['a', 'b'].reduce(
    (state, name) => reduce(state, {type: 'pane', name, change: {wrap: 'all'}}),
    initialView(['a', 'b', 'c']),
  );
  const session = sessionOf(wrapped, () => none);
  const started = reduce(initialView(['d', 'b', 'a']), {type: 'pane', name: 'a', change: {fold: true}});
  const state = reduce(started, {type: 'restore', view: restoredView(session, asNow)});
  expect(state.tabs.map(({name, pane}) => `${name} ${pane.wrap}`)).toEqual([
    'd errors',
    'b all',
    'a errors',
    'c errors',
  ]);
  expect(state.active).toBe('d');
  const drawn = restoredView({...session, listWidth: 20}, asNow);
  expect(reduce(started, {type: 'restore', view: drawn}).listWidth).toBe(20);
});

test('where the list was hidden it has no keys, also when tabs are named', () => {
  const hidden = reduce(initialView(['a']), {type: 'toggle-list'});
  const session = sessionOf(hidden, () => none);
  for (const names of [[], ['b']]) expect(back(session, names)).toMatchObject({listHidden: true, focus: 'log'});
});

test('a place is its current line, first row and last line seen; for a marker, the line above it', () => {
  const buffer = new WritableLogBuffer({maxBytes: 10_000});
  buffer.append(Buffer.from('one\ntwo\nthree\n'));
  buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 1});
  const held = {kind: 'held', top: {id: 1, row: 2}, current: 3, seen: 3} as const;
  const {marks, place} = anchorsIn(buffer, {
    ...newPane,
    position: held,
    marks: new Set([0, 1, 3]),
  });
  expect(marks).toEqual([
    {bytes: 3, hash: expect.any(Number), before: 0},
    {bytes: 3, hash: expect.any(Number), before: expect.any(Number)},
  ]);
  expect(place).toMatchObject({current: {bytes: 5}, top: {bytes: 3}, row: 2, seen: {bytes: 5}});
  expect(anchorsIn(buffer, newPane)).toEqual({marks: [], place: undefined});
});

test('a place is found again by its current line; without the others it is the first row', () => {
  const place: PlaceAnchor = {current: anchor(1), top: anchor(2), row: 3, seen: anchor(3)};
  const at = (ids: readonly (number | undefined)[]) => positionAt(place, ({hash}) => ids[hash - 1]);
  expect(at([20, 11, 40])).toEqual({kind: 'held', top: {id: 11, row: 3}, current: 20, seen: 41});
  expect(at([20, undefined, undefined])).toEqual({kind: 'held', top: {id: 20, row: 0}, current: 20, seen: 21});
  // Of equal lines another one may be found.
  expect(at([20, 30, 5])).toEqual({kind: 'held', top: {id: 20, row: 0}, current: 20, seen: 21});
  expect(at([undefined, 11, 40])).toBeUndefined();
});
