import {changesInWords, changesText, exampleInWords, runInWords, timesInWords} from '../../events/changes-words.ts';
import type {KindChange} from '../../events/run-changes.ts';
import {count} from '../../lib/format.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {pipelineMarkdown} from '../../viewport/markdown.ts';
import type {ComparisonState} from '../comparison.ts';
import type {Controller} from '../controller.ts';
import {closesPage} from '../handlers/common.ts';
import {copyPage, openPipePrompt, openSavePrompt} from '../handlers/copy.ts';
import {countingWords, goToEntryOf} from '../handlers/move.ts';
import {withHint} from '../keys/commands.ts';
import type {Page} from '../state/page.ts';
import type {PageText} from '../state/view-state.ts';
import {listPage, type PageRows, pageTitle} from './page-rows.ts';

const styles: Readonly<Record<KindChange['change'], Style>> = {
  new: {fg: 1, bold: true},
  more: {fg: 3, bold: true},
  gone: {dim: true},
};
/** Of the longest word. */
const changeCells = 4;

/** In what a run differs from an earlier one: kinds of records, errors first. */
export function comparisonPage(
  controller: Controller,
  {cursor}: Pick<Extract<Page, {cursor: number}>, 'cursor'>,
  width: number,
): PageRows {
  const {symbols} = controller.services;
  const state = controller.comparison.state.get();
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

export const comparisonHandlers = {
  compare(controller: Controller) {
    if (closesPage(controller, 'comparison')) return;
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
    controller.comparison.start(at.tab.name, at.model, run?.firstId);
    controller.dispatch({type: 'page', page: {kind: 'comparison', offset: 0, cursor: 0}});
  },
  'comparison-go'(controller: Controller) {
    const {page} = controller.state;
    const compared = controller.comparison.state.get();
    if (page?.kind !== 'comparison' || compared?.kind !== 'compared') return;
    const change = compared.changes[page.cursor];
    if (!change) return;
    const buffer = controller.logs.get(compared.pipeline)?.buffer;
    if (!buffer || change.firstId < buffer.firstId) {
      controller.say('its first line is no longer kept');
      return;
    }
    controller.dispatch({type: 'page', page: undefined});
    goToEntryOf(controller, compared.pipeline, change.firstId);
  },
  'comparison-older': (controller: Controller) => turn(controller, -1),
  'comparison-newer': (controller: Controller) => turn(controller, 1),
  'comparison-copy': (controller: Controller) => take(controller, (page) => void copyPage(controller, page, page.text)),
  'comparison-markdown': (controller: Controller) =>
    take(controller, (page) => void copyPage(controller, page, page.markdown, 'md')),
  'comparison-save': (controller: Controller) => take(controller, (page) => openSavePrompt(controller, page)),
  'comparison-pipe': (controller: Controller) => take(controller, (page) => openPipePrompt(controller, page)),
};

/** Runs `use` on the page's text, unless there is none. */
function take(controller: Controller, use: (page: PageText) => void): void {
  const compared = controller.comparison.state.get();
  if (compared?.kind !== 'compared') {
    controller.say(compared?.kind === 'counting' ? 'still counting: press the key again' : 'nothing to copy here');
    return;
  }
  const {pipeline} = compared;
  const text = changesText(compared);
  const markdown = pipelineMarkdown({
    ...{pipeline, server: controller.services.serverUrl, facts: [], errors: [{title: 'What is new', text}]},
  });
  use({page: 'comparison', pipeline, text, markdown});
}

function turn(controller: Controller, by: -1 | 1): void {
  const {comparison} = controller;
  const before = comparison.state.get();
  comparison.turn(by);
  if (comparison.state.get() !== before) {
    controller.dispatch({type: 'page', page: {kind: 'comparison', offset: 0, cursor: 0}});
  } else controller.say(by < 0 ? 'there is no earlier run' : 'there is no other run between them');
}
