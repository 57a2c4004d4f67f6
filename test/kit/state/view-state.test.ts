import fc from 'fast-check';
import {describe, expect, it, test} from 'vitest';
import {newPane} from '../../../source/kit/state/pane-view.ts';
import {
  activeTab,
  initialView,
  type Prompt,
  pipelinesOf,
  reduce,
  type ViewAction,
  type ViewState,
} from '../../../source/kit/state/view-state.ts';

function applied(actions: readonly ViewAction[], from: ViewState = initialView([])): ViewState {
  return actions.reduce(reduce, from);
}

const show = (name: string): ViewAction => ({type: 'show', name});
const pin = (name: string): ViewAction => ({type: 'pin', name});
const close = (name: string): ViewAction => ({type: 'close', name});
const tabs = (state: ViewState) => state.tabs.map((tab) => `${tab.name}${tab.pinned ? '' : '?'}`);

test('named pipelines are pinned tabs, each once, and the first is shown', () => {
  const state = initialView(['orders', 'fraud', 'orders']);
  expect(tabs(state)).toEqual(['orders', 'fraud']);
  expect(state).toMatchObject({active: 'orders', cursor: 'orders'});
});

test('a tab that is shown again stays as it is', () => {
  const state = applied([show('orders')]);
  expect(applied([show('orders')], state)).toBe(state);
});

describe('closing', () => {
  const three = initialView(['a', 'b', 'c']);

  it('leaves what is shown alone when another tab is closed', () => {
    const state = applied([close('c')], three);
    expect(tabs(state)).toEqual(['a', 'b']);
    expect(state.active).toBe('a');
  });

  it('of the last tab gives the keys to the list, and shows it', () => {
    const state = applied(
      [{type: 'focus', side: 'log'}, {type: 'toggle-list'}, close('a'), close('b'), close('c')],
      three,
    );
    expect(state).toMatchObject({tabs: [], active: undefined, focus: 'list', listHidden: false});
  });

  it('of a tab that is not there changes nothing', () => {
    expect(applied([close('x')], three)).toBe(three);
  });
});

test('whatever happens, there is at most one preview, no name twice, and the shown tab exists', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const action: fc.Arbitrary<ViewAction> = fc.oneof(
    name.map((each) => show(each)),
    name.map(pin),
    name.map(close),
    fc.constant<ViewAction>({type: 'toggle-list'}),
    fc.constantFrom<ViewAction>({type: 'focus', side: 'log'}, {type: 'focus', side: 'list'}),
  );
  fc.assert(
    fc.property(fc.array(action, {maxLength: 40}), (actions) => {
      let state = initialView([]);
      for (const each of actions) {
        state = reduce(state, each);
        expect(state.tabs.slice(0, -1).every((tab) => tab.pinned)).toBe(true);
        expect(new Set(state.tabs.map((tab) => tab.name)).size).toBe(state.tabs.length);
        expect(state.active === undefined).toBe(state.tabs.length === 0);
        if (state.active !== undefined) expect(activeTab(state)?.name).toBe(state.active);
      }
    }),
  );
});

test('tabs keep their numbers when the preview comes and goes', () => {
  const state = applied([show('p'), {type: 'open', names: ['c']}], initialView(['a', 'b']));
  expect(tabs(state)).toEqual(['a', 'b', 'c', 'p?']);
  expect(tabs(applied([show('c')], state))).toEqual(['a', 'b', 'c']);
});

describe('a prompt about a log', () => {
  const asking = (prompt: Prompt): ViewState => applied([{type: 'prompt', prompt}], initialView(['a', 'b']));
  const filter: Prompt = {kind: 'filter', text: 'x', edits: undefined, before: newPane};
  const findName: Prompt = {kind: 'find-name', text: 'x', before: {nameFilter: '', cursor: 'a', active: 'a'}};

  it('stays while another tab closes, and the prompt of the list in any case', () => {
    expect(applied([close('b')], asking(filter)).prompt).toBe(filter);
    expect(applied([show('b'), close('b')], asking(findName)).prompt).toBe(findName);
  });
});

test('a merged tab is shown, and each of its pipelines has a pinned tab', () => {
  const state = applied([show('a'), {type: 'merge', names: ['a', 'b']}]);
  expect(tabs(state)).toEqual(['a', 'b', 'a+b']);
  expect(state).toMatchObject({active: 'a+b', focus: 'log', marked: []});
  expect(state.tabs.map(pipelinesOf)).toEqual([['a'], ['b'], ['a', 'b']]);
});
