import {changesInWords, changesText, exampleInWords, runInWords, timesInWords} from '../../events/changes-words.ts';
import type {KindChange} from '../../events/run-changes.ts';
import {count} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {pipelineMarkdown} from '../../viewport/markdown.ts';
import type {ChangesReader, ChangesState} from '../changes.ts';
import type {Controller} from '../controller.ts';
import {tabOf} from '../handlers/common.ts';
import {countingWords, goToEntryOf} from '../handlers/move.ts';
import {withHint} from '../keys/commands.ts';
import type {PageText, Tab} from '../state/view-state.ts';
import {closePages, type Problem} from './page.ts';
import {pageTitle} from './page-rows.ts';
import {listSection, type Section} from './sections.ts';

const styles: Readonly<Record<KindChange['change'], Style>> = {
  new: {fg: 1, bold: true},
  more: {fg: 3, bold: true},
  gone: {dim: true},
};
/** Of the longest word. */
const changeCells = 4;

type OpenLog = Parameters<ChangesReader['start']>[1] & {readonly tab: Tab};

type ChangesView = {readonly state: ChangesState | undefined; readonly pipeline: string; readonly width: number};

/** The log of a pipeline whose runs can be compared, or why there are none. */
function logWithRuns(controller: Controller, pipeline: string): OpenLog | string {
  const tab = tabOf(controller, pipeline);
  if (!tab) return controller.tab?.merges ? 'a merged log has no runs' : 'its log is not open';
  const source = controller.logOf(tab);
  const index = controller.indexOf(tab);
  if (!source || !index) return 'its log is not open yet';
  return source.buffer.isAwaitingEarlier ? countingWords(source) : {tab, source, index};
}

/** Compares the run on the screen with the one before it, unless that was begun, or cannot be done yet. */
export function readChanges(controller: Controller, changes: ChangesReader, pipeline: string): void {
  const log = logWithRuns(controller, pipeline);
  if (changes.state.get() || typeof log === 'string') return;
  const {tab, index} = log;
  const {paneAt} = controller;
  const current = paneAt?.tab === tab && tab.pane.position.kind !== 'follow' ? paneAt.current : undefined;
  changes.start(tab.name, log, current === undefined ? undefined : index.runAt(current)?.firstId);
}

/** In what a run differs from an earlier one: kinds of records, errors first. */
export function changesSection(controller: Controller, {state: compared, pipeline, width}: ChangesView): Section {
  const {symbols} = controller.services;
  const log = compared ?? logWithRuns(controller, pipeline);
  const why = typeof log === 'string' ? log : undefined;
  const state = compared ?? {kind: 'counting' as const, pipeline, percent: 0};
  const changes = state.kind === 'compared' ? state.changes : [];
  return listSection('changes', {
    title: why === undefined ? titleOf(state, controller) : pageTitle(`Changes in ${pipeline}`, why),
    items: changes,
    rowOf() {
      const times = changes.map((change) => timesInWords(change, symbols.times));
      const timesCells = times.reduce((most, {length}) => Math.max(most, length), 0);
      return (change, index) =>
        concat([
          plain(change.change.padEnd(changeCells), styles[change.change]),
          plain(`  ${(times[index] ?? '').padStart(timesCells)}  `),
          exampleInWords(change, width),
        ]);
    },
    ...{width, symbols},
  });
}

function titleOf(state: ChangesState, {commands}: Controller): StyledText {
  switch (state.kind) {
    case 'counting':
      return pageTitle(`Changes in ${state.pipeline}`, `counting the records of its runs: ${state.percent}%`);
    case 'alone':
      return pageTitle(
        `Changes in ${state.pipeline}`,
        state.hasLater
          ? withHint('the run on the screen is the first', commands, 'bottom', 'goes to the last')
          : 'there is no earlier run to compare with',
      );
    case 'compared': {
      const {older, newer, changes} = state;
      const what = `Changes in run ${count(newer.number)} since run ${count(older.number)}`;
      return pageTitle(what, `${changesInWords(changes)} · ${runInWords(older)}`);
    }
  }
}

/** Goes to the first line of a kind of record, or says that it is gone. */
export function goToChange(controller: Controller, state: ChangesState | undefined, item: number): void {
  const change = state?.kind === 'compared' ? state.changes[item] : undefined;
  if (state === undefined || change === undefined) return;
  const buffer = controller.services.logs.get(state.pipeline)?.buffer;
  if (!buffer || change.firstId < buffer.firstId) {
    controller.say('its first line is no longer kept');
    return;
  }
  closePages(controller);
  goToEntryOf(controller, state.pipeline, change.firstId);
}

export function changesAsText(controller: Controller, compared: ChangesState | undefined): PageText | Problem {
  if (compared?.kind === 'counting') return {problem: 'still counting: press the key again'};
  if (compared?.kind !== 'compared') return {problem: 'nothing to copy here'};
  const {pipeline} = compared;
  const text = changesText(compared);
  const markdown = pipelineMarkdown({
    ...{pipeline, server: controller.services.serverUrl, facts: [], errors: [{title: 'Changes', text}]},
  });
  return {file: `${pipeline}-changes`, text, markdown};
}
