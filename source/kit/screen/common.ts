import type {RecordIndex} from '../../engine/records/record-index.ts';
import {keyInWords} from '../keys/commands.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import {hold, reveal} from '../viewport/position.ts';
import type {Screen} from './screen.ts';

/**
 * Stops following and marks the newest record, for a key that acts on one record: with each frame it might be another
 * one. Returns false where nothing is followed, or there is no record. `does`: what the next press does.
 */
export function showsRecord(screen: Screen, keyName: string, does: string): boolean {
  const at = screen.paneOnScreen;
  if (at?.tab.pane.position.kind !== 'follow' || at.current === undefined) return false;
  screen.changePane({position: hold(at.tab.pane.position, at.geometry)});
  screen.say(`paused: press ${keyInWords(keyName)} again to ${does}`);
  return true;
}

/** The pipeline of a tab; in a merged tab, of its current line. */
function pipelineAt(screen: Screen, tab: Tab): string | undefined {
  const at = screen.paneOnScreen;
  const origin = at?.current === undefined ? 0 : at.model.source.merge?.originAt(at.current);
  return tab.pastOf ?? pipelinesOf(tab)[origin ?? 0];
}

/** The pipeline that a key of both panes is about. */
export function pipelineOf(screen: Screen): string | undefined {
  const {state, tab} = screen;
  return state.focus === 'list' ? state.cursor : tab && pipelineAt(screen, tab);
}

/** The tab with the log of a pipeline. What was recorded of it has a tab of its own, beside the live one. */
export function tabOf({state, tab}: Screen, pipeline: string): Tab | undefined {
  if (state.focus === 'log' && tab?.pastOf === pipeline) return tab;
  return state.tabs.find(({name}) => name === pipeline);
}

/** The records of the tab that has this name; undefined: there is none, or its log is not open yet. */
export function indexNamed(screen: Screen, name: string): RecordIndex | undefined {
  const tab = screen.state.tabs.find((each) => each.name === name);
  return tab && screen.indexOf(tab);
}

/** Says that the log is not open yet: a tab that was opened in the same read gets its stream only after the frame. */
export function sayNotOpen(screen: Screen): void {
  screen.say('this log is not open yet: press the key again');
}

/** Shows a tab, or the preview of a pipeline, with the list's cursor on it. */
export function goToTab(screen: Screen, name: string): void {
  screen.dispatch({type: 'cursor', name});
  screen.tabSwitcher.show(name);
}

/** Opens or closes the fold of the current record. Returns false if it is in none. */
export function toggleFold(screen: Screen): boolean {
  const at = screen.paneOnScreen;
  const fold = at?.current === undefined ? undefined : at.model.folds.at(at.current);
  if (!at || !fold) return false;
  at.model.folds.toggle(fold);
  // The lines before an error may begin above the screen.
  const above = reveal(at.tab.pane.position, at.geometry, fold.firstId ?? fold.head);
  screen.changePane({position: reveal(above, at.geometry, fold.head)});
  return true;
}

/** Shows an entry in a pipeline's log, in its tab or in the preview, and focuses the log. */
export function goToEntryOf(screen: Screen, pipeline: string, id: number | undefined): void {
  goToTab(screen, pipeline);
  screen.dispatch({type: 'focus', side: 'log'});
  // A panic stays closed: its row shows what it is.
  if (id !== undefined) screen.goToEntry(screen.pane?.model.folds.rowOf(id) ?? id);
  screen.dispatch({type: 'used'});
}
