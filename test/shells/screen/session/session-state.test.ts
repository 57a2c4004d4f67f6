import fc from 'fast-check';
import {expect, test} from 'vitest';
import {WritableLogBuffer} from '../../../../source/engine/buffer/log-buffer.ts';
import {type Filter, parseFilter} from '../../../../source/engine/filters/filter.ts';
import {RecordIndex} from '../../../../source/engine/records/record-index.ts';
import {defaultsFrom, newPane, noDefaults, type ViewOptions} from '../../../../source/kit/state/pane-view.ts';
import {initialView, reduce, type ViewState} from '../../../../source/kit/state/view-state.ts';
import {runWithTimeout} from '../../../../source/kit/system/deadline.ts';
import {entryAt, placesIn, positionAt} from '../../../../source/shells/screen/session/place-finder.ts';
import type {PanePlace, SavedSession} from '../../../../source/shells/screen/session/session-data.ts';
import {restoredView, sessionOf} from '../../../../source/shells/screen/session/session-state.ts';

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const asNow = {timeLimit: runWithTimeout, defaults: noDefaults};
const none = {marks: [], place: undefined};

function back(session: SavedSession, names: readonly string[] = []): ViewState {
  return reduce(initialView(names), {type: 'restore', view: restoredView(session, asNow)});
}

test('the preview is no part of a session; the cursor and how the screen is arranged are', () => {
  const state = reduce(initialView(['a', 'b']), {type: 'show', name: 'c'});
  const session = sessionOf({...state, cursor: 'c', listHidden: true}, () => none);
  expect(session.tabs.map(({name}) => name)).toEqual(['a', 'b']);
  expect(back(session)).toMatchObject({
    cursor: 'c',
    active: undefined,
    listHidden: true,
  });
});

test('a merged tab comes back with the pipelines that still had a tab, if they are two', () => {
  const merged = reduce(initialView(['a', 'b', 'c']), {type: 'merge', names: ['a', 'b', 'c']});
  const two = sessionOf(reduce(merged, {type: 'close', name: 'b'}), () => none);
  expect(two.tabs.at(-1)).toMatchObject({name: 'a+b+c', merges: ['a', 'c']});
  const one = ['b', 'c'].reduce((state, name) => reduce(state, {type: 'close', name}), merged);
  expect(sessionOf(one, () => none).tabs.map(({name}) => name)).toEqual(['a']);
});

test('a filter that is still typed is no part of it', () => {
  const {tabs: all, ...state} = initialView(['a', 'b']);
  const parsed = parseFilter('half');
  const filters = parsed.kind === 'filter' ? [{id: 1, filter: parsed.filter, on: true}] : [];
  const tabs = all.map((tab) => ({...tab, pane: {...newPane, filters}}));
  const prompt = {kind: 'filter', text: 'half', edits: undefined, before: newPane} as const;
  const saved = (view: ViewState) => sessionOf(view, () => none).tabs.map((tab) => tab.filters.length);
  expect(saved({...state, tabs, prompt})).toEqual([0, 1]);
  expect(saved({...state, tabs})).toEqual([1, 1]);
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
  const strange = {...session, focus: 'elsewhere', active: 'gone'};
  const filters = [{text: 'level:loud', on: true, shape: undefined}];
  const state = back({...strange, tabs: [{...tab, time: 'stardate', wrap: 'sometimes', asSent: undefined, filters}]});
  expect(state).toMatchObject({focus: 'list', active: undefined});
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
});

test('what keys changed comes back; the rest, and the level that was the usual one, follow the new start', () => {
  const started = initialView(['a', 'b'], {wrap: 'all', level: 'WARN', time: 'local'});
  const [off] = started.tabs[1]?.pane.filters.map((entry) => ({...entry, on: false})) ?? [];
  const changed = [
    {name: 'a', change: {wrap: 'off', asSent: true, filters: []}} as const,
    {name: 'b', change: {filters: off ? [off] : []}},
  ].reduce((state, each) => reduce(state, {type: 'pane', ...each}), started);
  const session = sessionOf(changed, () => none);
  const backAt = (options: ViewOptions) =>
    restoredView(session, {timeLimit: runWithTimeout, defaults: defaultsFrom(options)}).tabs.map(({pane}) => pane);
  const levels = (panes: ReturnType<typeof backAt>) =>
    panes.map(({filters}) => filters.map(({filter, on}) => [leastOf(filter), on]));
  const same = backAt({wrap: 'all', level: 'WARN', time: 'local'});
  expect(same).toMatchObject([
    {wrap: 'off', asSent: true, time: 'local'},
    {wrap: 'all', time: 'local'},
  ]);
  expect(levels(same)).toEqual([[], [['WARN', false]]]);
  const other = backAt({time: 'delta', level: 'ERROR'});
  expect(other).toMatchObject([
    {wrap: 'off', asSent: true, time: 'delta'},
    {wrap: 'errors', time: 'delta'},
  ]);
  expect(levels(other)).toEqual([[], [['ERROR', true]]]);
  expect(levels(backAt({}))).toEqual([[], []]);
});

function leastOf(filter: Filter): string | undefined {
  return filter.kind === 'level' ? filter.least : undefined;
}

test('where the list was hidden it has no keys, also when tabs are named', () => {
  const hidden = reduce(initialView(['a']), {type: 'toggle-list'});
  const session = sessionOf(hidden, () => none);
  for (const names of [[], ['b']]) expect(back(session, names)).toMatchObject({listHidden: true, focus: 'log'});
});

/** Two records of one time, one of which has two lines, between others. */
function logged(...before: readonly string[]) {
  const buffer = new WritableLogBuffer({maxBytes: 10_000});
  const line = (second: number, text: string) => `[p] 2026-01-02T03:04:0${second}.000001Z  INFO t: ${text}\n`;
  for (const each of before) buffer.append(Buffer.from(`${each}\n`));
  buffer.append(Buffer.from(`${line(1, 'one')}${line(2, 'two')}  more\n${line(2, 'two, too')}a program\n`));
  buffer.addMarker({kind: 'renamed', from: 'a', to: 'b', at: 1});
  buffer.append(Buffer.from(line(3, 'three')));
  const index = new RecordIndex(buffer);
  while (!index.step(1e6));
  return {buffer, index};
}

test('a place is the time of its record, the record of that time, and a line of it; of a marker, the line above', () => {
  const {buffer, index} = logged();
  const again = logged('lines', 'before', 'it');
  const held = {kind: 'anchored', top: {id: 1, row: 2}, current: 5, seen: 6} as const;
  const {marks, place} = placesIn(buffer, index, {...newPane, position: held, marks: new Set([0, 2, 3, 4, 5, 99])});
  const second = Date.UTC(2026, 0, 2, 3, 4, 2) + 0.001;
  expect(marks.map(({at, line}) => [at, line])).toEqual([
    [second - 1000, 0],
    [second, 1],
    [second, 0],
    [second, 1],
  ]);
  expect(marks.map((mark) => entryAt(again.buffer, again.index, mark))).toEqual([3, 5, 6, 7]);
  expect(place).toMatchObject({at: second, above: 4, row: 2, below: 1});
  expect(place && entryAt(again.buffer, again.index, place)).toBe(7);
  expect(placesIn(buffer, index, newPane)).toEqual({marks: [], place: undefined});
});

test('lines before the first time have no place; a record that has grown is found by its time', () => {
  const {buffer, index} = logged('no time');
  expect(placesIn(buffer, index, {...newPane, marks: new Set([0])}).marks).toEqual([]);
  const at = Date.UTC(2026, 0, 2, 3, 4, 2) + 0.001;
  expect(entryAt(buffer, index, {at, hash: 'another', line: 1})).toBe(3);
  expect(entryAt(buffer, index, {at: at + 500, hash: 'another', line: 0})).toBeUndefined();
});

test('the rows around a place come back with it, as far as they are there', () => {
  const {buffer} = logged();
  const place: PanePlace = {at: 0, hash: '', line: 0, above: 2, row: 3, below: 9};
  expect(positionAt(place, 4, buffer)).toEqual({
    kind: 'anchored',
    top: {id: 2, row: 3},
    current: 4,
    seen: buffer.endId,
  });
  expect(positionAt(place, 1, buffer)).toEqual({
    kind: 'anchored',
    top: {id: 1, row: 0},
    current: 1,
    seen: buffer.endId,
  });
  expect(positionAt({...place, below: 0}, 1, buffer)).toMatchObject({seen: 2});
});
