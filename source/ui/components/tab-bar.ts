import {useCallback, useSyncExternalStore} from 'react';
import {count} from '../../lib/format.ts';
import {clip, padTo} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {useStore} from '../hooks/use-controller.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';

export type TabLabel = {
  readonly name: string;
  readonly kept: boolean;
  readonly active: boolean;
  /** Lines came since it was last shown. */
  readonly fresh: boolean;
  /** Errors since it was last shown. */
  readonly errors: number;
  /** Waiting, ended or gone. */
  readonly offline: boolean;
};

const quiet: Style = {dim: true};

/** The tabs in one row of `width` cells, scrolled so that the active one is in view. */
export function tabBar(tabs: readonly TabLabel[], width: number, symbols: Symbols): StyledText {
  const {parts, from} = place(tabs, width, symbols);
  const all = concat(parts);
  const shown = from > 0 ? concat([plain(symbols.cutLeft, quiet), clip(all, from, width - 1)]) : clip(all, 0, width);
  const more = textWidth(all.text) - from > (from > 0 ? width - 1 : width);
  return more ? concat([clip(shown, 0, width - 1), plain(symbols.cutRight, quiet)]) : padTo(shown, width);
}

/** The index of the tab at a column of the bar; undefined right of the last tab. */
export function tabAtColumn(
  tabs: readonly TabLabel[],
  width: number,
  symbols: Symbols,
  column: number,
): number | undefined {
  const {widths, from} = place(tabs, width, symbols);
  // The first cell of a scrolled bar is the sign for more tabs.
  const at = from > 0 ? from + column - 1 : column;
  let end = 0;
  const index = widths.findIndex((each) => {
    end += each;
    return at < end;
  });
  return index === -1 ? undefined : index;
}

/** Labels, their widths, and the number of cells scrolled off to the left. */
function place(tabs: readonly TabLabel[], width: number, symbols: Symbols) {
  const parts = tabs.map((tab, index) => label(tab, index + 1, symbols));
  const widths = parts.map((part) => textWidth(part.text));
  const active = tabs.findIndex((tab) => tab.active);
  const end = widths.slice(0, active + 1).reduce((sum, each) => sum + each, 0);
  // One cell is for the sign for more tabs. A tab that is wider than the bar shows its beginning.
  const from = end > width ? Math.min(end - width + 1, end - (widths[active] ?? 0)) : 0;
  return {parts, widths, from};
}

function label(tab: TabLabel, number: number, symbols: Symbols): StyledText {
  const style: Style = tab.active ? {bold: true, inverse: true} : {};
  // A mark besides italics, which some terminals do not have.
  const name = sanitise(tab.name).text + (tab.kept ? '' : symbols.ellipsis);
  const errors = tab.errors > 0 ? `${count(tab.errors)}${symbols.error}` : '';
  const marks: StyledText[] = [];
  if (tab.fresh) marks.push(plain(symbols.running, {fg: 6}));
  if (errors !== '') marks.push(plain(errors, {fg: 1, bold: true}));
  if (tab.offline) marks.push(plain(symbols.waiting, {fg: 3}));
  return concat([
    plain(` ${number} ${name}`, tab.kept ? style : {...style, italic: true}),
    ...(marks.length > 0 ? [plain(' ', style), ...marks] : []),
    plain(' ', style),
  ]);
}

export function tabLabels(controller: Controller): readonly TabLabel[] {
  const {tabs, active} = controller.state;
  return tabs.map((tab) => tabLabel(controller, tab, tab.name === active));
}

function tabLabel(controller: Controller, tab: Tab, active: boolean): TabLabel {
  const {timelines} = controller;
  const log = controller.logOf(tab);
  const kind = log?.snapshot.get().connection.kind;
  return {
    name: tab.name,
    kept: tab.kept,
    active,
    fresh: !active && log !== undefined && timelines.hasUnseenEntries(log),
    errors: timelines.unseenErrors(pipelinesOf(tab)) + timelines.unseenConnectorErrors(tab.name),
    offline: kind === 'waiting' || kind === 'gone' || kind === 'ended',
  };
}

/** Renders again when a label changes, not with every line: a busy tab in the background costs one frame. */
export function useTabLabels(controller: Controller): readonly TabLabel[] {
  const {manager} = controller.services;
  const names = useStore(manager.names);
  const subscribe = useCallback(
    (listener: () => void) => {
      const unsubscribes = names.map((name) => manager.get(name)?.snapshot.subscribe(listener));
      return () => {
        for (const each of unsubscribes) each?.();
      };
    },
    [manager, names],
  );
  useSyncExternalStore(subscribe, () => JSON.stringify(tabLabels(controller)));
  return tabLabels(controller);
}
