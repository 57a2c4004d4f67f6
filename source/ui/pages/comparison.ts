import {changesInWords, changesText, exampleInWords, runInWords, timesInWords} from '../../events/changes-words.ts';
import type {KindChange} from '../../events/run-changes.ts';
import {count} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {pipelineMarkdown} from '../../viewport/markdown.ts';
import {Comparison, type ComparisonState} from '../comparison.ts';
import type {Controller} from '../controller.ts';
import {countingWords, goToEntryOf} from '../handlers/move.ts';
import {withHint} from '../keys/commands.ts';
import type {PageText} from '../state/view-state.ts';
import {closePages, type Opened, openPage, type Page, type Problem} from './page.ts';
import {listPage, type PageRows, pageTitle} from './page-rows.ts';

const styles: Readonly<Record<KindChange['change'], Style>> = {
  new: {fg: 1, bold: true},
  more: {fg: 3, bold: true},
  gone: {dim: true},
};
/** Of the longest word. */
const changeCells = 4;

type RunsState = {readonly comparison: Comparison};

/** In what a run differs from an earlier one: kinds of records, errors first. */
export const comparisonPage: Page<RunsState> = {
  ...{kind: 'comparison', context: 'comparison', name: 'what is new in a run', motions: 'items'},
  where: 'on the page of what is new in a run',
  keys: {
    ...{context: 'comparison', group: 'what is new in a run', motions: 'items', close: ['q', 'D']},
    own: [
      {id: 'comparison-go', keys: ['Enter'], help: 'go to its first line in the log', hint: {hasRow: 'go to first'}},
      {
        id: 'comparison-older',
        keys: ['Left', 'h'],
        help: 'compare with an earlier run',
        hint: {hasEarlierRun: 'earlier run'},
      },
      {id: 'comparison-newer', keys: ['Right', 'l'], help: 'compare with a later run'},
    ],
  },
  open(controller) {
    const at = controller.paneAt;
    if (!at) return;
    if (at.tab.merges) {
      controller.sayHint('a merged log has no runs', 'compare', 'compares those of one pipeline');
      return;
    }
    if (at.model.source.buffer.isAwaitingEarlier) {
      controller.say(`${countingWords(at)}: its runs can be compared after that`);
      return;
    }
    const {position} = at.tab.pane;
    const run = position.kind === 'follow' || at.current === undefined ? undefined : at.model.index.runAt(at.current);
    const comparison = new Comparison(controller.services.clock);
    comparison.start(at.tab.name, at.model, run?.firstId);
    openPage(controller, comparisonPage, {comparison});
  },
  rows: (controller, {comparison, cursor}, {width}) =>
    rowsOf(controller, {state: comparison.state.get(), cursor: cursor ?? 0, width}),
  conditions: (_, {comparison}) => ({hasEarlierRun: comparison.hasEarlier}),
  takes: (controller, {comparison}) => textOf(controller, comparison.state.get()),
  redrawnBy: (_, {comparison}) => [comparison.state],
  closed: ({comparison}) => comparison.stop(),
  content(_, {comparison}) {
    const state = comparison.state.get();
    return state?.kind === 'compared' ? `since ${state.older.number}` : (state?.kind ?? '');
  },
  run: {
    'comparison-go': goThere,
    'comparison-older': (controller, page) => turn(controller, page, -1),
    'comparison-newer': (controller, page) => turn(controller, page, 1),
  },
};

type RowsView = {
  readonly state: ComparisonState | undefined;
  readonly cursor: number;
  readonly width: number;
};

function rowsOf(controller: Controller, {state, cursor, width}: RowsView): PageRows {
  const {symbols} = controller.services;
  const changes = state?.kind === 'compared' ? state.changes : [];
  const times = changes.map((change) => timesInWords(change, symbols.times));
  const timesCells = Math.max(0, ...times.map((text) => text.length));
  return listPage({
    title: titleOf(state, controller),
    items: changes,
    rowOf: (change, index) =>
      concat([
        plain(change.change.padEnd(changeCells), styles[change.change]),
        plain(`  ${(times[index] ?? '').padStart(timesCells)}  `),
        exampleInWords(change, width),
      ]),
    ...{cursor, width, symbols},
  });
}

function titleOf(state: ComparisonState | undefined, {commands}: Controller): StyledText {
  switch (state?.kind) {
    case undefined:
      return pageTitle('What is new', 'no log is open');
    case 'counting':
      return pageTitle(`What is new in ${state.pipeline}`, `counting the records of its runs: ${state.percent}%`);
    case 'alone':
      return pageTitle(
        `What is new in ${state.pipeline}`,
        state.hasLater
          ? withHint('the run on the screen is the first', commands, 'bottom', 'goes to the last')
          : 'there is no earlier run to compare with',
      );
    case 'compared': {
      const {older, newer, changes} = state;
      const what = `What is new in run ${count(newer.number)} since run ${count(older.number)}`;
      return pageTitle(what, `${changesInWords(changes)} · ${runInWords(older)}`);
    }
  }
}

function goThere(controller: Controller, {comparison, cursor}: Opened<RunsState>): void {
  const compared = comparison.state.get();
  const change = compared?.kind === 'compared' ? compared.changes[cursor ?? 0] : undefined;
  if (compared === undefined || change === undefined) return;
  const buffer = controller.logs.get(compared.pipeline)?.buffer;
  if (!buffer || change.firstId < buffer.firstId) {
    controller.say('its first line is no longer kept');
    return;
  }
  closePages(controller);
  goToEntryOf(controller, compared.pipeline, change.firstId);
}

function textOf(controller: Controller, compared: ComparisonState | undefined): PageText | Problem {
  if (compared?.kind === 'counting') return {problem: 'still counting: press the key again'};
  if (compared?.kind !== 'compared') return {problem: 'nothing to copy here'};
  const {pipeline} = compared;
  const text = changesText(compared);
  const markdown = pipelineMarkdown({
    ...{pipeline, server: controller.services.serverUrl, facts: [], errors: [{title: 'What is new', text}]},
  });
  return {file: `${pipeline}-comparison`, text, markdown};
}

function turn(controller: Controller, {comparison}: RunsState, by: -1 | 1): void {
  const before = comparison.state.get();
  comparison.turn(by);
  if (comparison.state.get() !== before) openPage(controller, comparisonPage, {comparison});
  else controller.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
}
