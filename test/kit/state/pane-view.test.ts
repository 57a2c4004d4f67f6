import {describe, expect, it} from 'vitest';
import {applyToPane, applyToScreen, newPane} from '../../../source/kit/state/pane-view.ts';
import {activeTab, initialView, reduce, type Tab} from '../../../source/kit/state/view-state.ts';

const least = (level: 'WARN' | 'ERROR') => ({kind: 'level', least: level, out: false}) as const;

describe('an option', () => {
  it('for a level replaces the filter for one', () => {
    const before = applyToPane({level: 'ERROR'});
    expect(before.filters).toEqual([{id: 1, filter: least('ERROR'), on: true}]);
    expect(applyToPane({level: 'WARN'}, before).filters).toEqual([{id: 1, filter: least('WARN'), on: true}]);
    expect(applyToPane({level: 'TRACE'}, before).filters).toEqual([]);
    expect(applyToPane({}, before).filters).toEqual(before.filters);
  });

  it('for the list gives the keys to the log when there is none', () => {
    const view = {focus: 'list', listHidden: false, listWidth: 30, histogram: undefined} as const;
    expect(applyToScreen({}, view)).toEqual(view);
    expect(applyToScreen({listWidth: 'auto'}, view)).toEqual({...view, listWidth: undefined});
    expect(applyToScreen({listWidth: 12}, {...view, listHidden: true})).toEqual({...view, listWidth: 12});
    expect(applyToScreen({listWidth: 'off'}, view)).toEqual({...view, listHidden: true, focus: 'log'});
  });

  it('for the histogram leaves it to the height of the terminal, or shows or hides it', () => {
    const view = {focus: 'list', listHidden: false, listWidth: 30, histogram: true} as const;
    expect(applyToScreen({listWidth: 'auto'}, view)).toMatchObject({histogram: true});
    expect(applyToScreen({histogram: 'auto'}, view)).toEqual({...view, histogram: undefined});
    expect(applyToScreen({histogram: 'off'}, view)).toEqual({...view, histogram: false});
  });
});

describe('the defaults of new tabs', () => {
  const start = initialView(['a'], {wrap: 'all', level: 'WARN'});
  const expected = applyToPane({wrap: 'all', level: 'WARN'});

  it('are those of the command line, the preview, requested and merged ones', () => {
    const shown = reduce(start, {type: 'show', name: 'b'});
    const opened = reduce(shown, {type: 'open', names: ['c']});
    const merged = reduce(opened, {type: 'merge', names: ['a', 'd']});
    expect(merged.tabs.map(({name}) => name)).toEqual(['a', 'c', 'd', 'a+d']);
    for (const {pane} of [...shown.tabs, ...merged.tabs]) expect(pane).toEqual(expected);
  });

  it('are not those of one that comes back', () => {
    const back = {...newPane, time: 'delta'} as const;
    const tab: Tab = {
      name: 'a',
      pinned: true,
      pane: back,
    };
    const {cursor, focus, listHidden, listWidth, histogram, active} = start;
    const view = {tabs: [tab], cursor, focus, listHidden, listWidth, histogram, active};
    expect(activeTab(reduce(start, {type: 'restore', view}))?.pane).toEqual(back);
  });
});
