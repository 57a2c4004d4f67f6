import type {TimeLimit} from '../../buffer/pattern.ts';
import {
  type Filter,
  type FilterEntry,
  filterText,
  leastLevel,
  needsFormat,
  parseFilter,
  withFilter,
  withLeastLevel,
} from '../../filters/filter.ts';
import {fingerprintOf, fingerprintText} from '../../records/fingerprint.ts';
import type {Level} from '../../records/level.ts';
import type {Run} from '../../records/runs.ts';
import {timeModes, wrapModes} from '../../settings/option-table.ts';
import {excerptText} from '../../viewport/line-text.ts';
import {reveal} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import {heightWithHistogram} from '../layout.ts';
import {formatProblem} from '../log-format.ts';
import type {PaneAt} from '../pane/pane-at.ts';
import {hasMatches, type PaneView} from '../state/pane-view.ts';
import {startRecall} from '../state/prompt-history.ts';
import {showsRecord} from './common.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';

/** Records shown around a match; `x` goes through these numbers. */
const aroundSteps: readonly number[] = [0, 3, 10];
/** `L` goes through these, the most useful first, then back to all; undefined: all levels. */
const leastLevels: readonly (Level | undefined)[] = [undefined, 'WARN', 'ERROR', 'INFO', 'DEBUG'];

export const showHandlers = {
  filter(controller: Controller) {
    if (controller.tab) controller.dispatch({type: 'prompt', prompt: {kind: 'filter', text: '', edits: undefined}});
  },
  'filters-off'(controller: Controller) {
    const filters = controller.tab?.pane.filters ?? [];
    if (filters.length === 0) {
      controller.sayHint('no filters', 'filter', 'add one');
      return;
    }
    const on = !filters.some((filter) => filter.on);
    controller.changePane({filters: filters.map((filter) => ({...filter, on}))});
  },
  level(controller: Controller) {
    const {tab} = controller;
    if (!tab) return;
    const {filters} = tab.pane;
    const least = nextOf(leastLevels, leastLevel(filters));
    controller.changePane({filters: withLeastLevel(filters, least)});
    const next = levelWords(nextOf(leastLevels, least));
    controller.sayHint(levelWords(least), 'level', `show ${next}`);
  },
  'matches-only'(controller: Controller) {
    const {tab} = controller;
    if (!tab) return;
    if (!hasMatches(tab.pane)) {
      controller.sayHint('no filter is set', 'filter', 'add one');
      return;
    }
    const around = nextOf(aroundSteps, tab.pane.around) ?? 0;
    controller.changePane({around});
    controller.say(around === 0 ? 'matches only' : `matches with ${around} records around each`);
  },
  highlight(controller: Controller) {
    if (controller.tab) controller.dispatch({type: 'prompt', prompt: {kind: 'highlight', text: ''}});
  },
  'this-run'(controller: Controller) {
    const at = controller.paneAt;
    // Before the current record is needed: if everything is hidden, there is none.
    if (!at || showAllRuns(controller, at)) return;
    // The start of one pipeline is between the lines of another.
    if (at.tab.merges) {
      controller.sayHint('a merged log has no runs', 'this-run', 'show one in the tab of a pipeline');
      return;
    }
    const run = at.current === undefined ? undefined : at.model.index.runAt(at.current);
    if (!run) {
      controller.say('this line is in no run');
      return;
    }
    const others = at.tab.pane.filters.filter(({filter}) => filter.kind !== 'between');
    controller.changePane({filters: withFilter(others, rangeOf(run, at))});
  },
  fold(controller: Controller) {
    const {tab} = controller;
    if (!tab) return;
    const fold = !tab.pane.fold;
    controller.changePane({fold});
    if (!fold) controller.say('each record has its own row');
    else sayFolded(controller);
  },
  'open-fold': (controller: Controller) => {
    if (toggleFold(controller)) return;
    controller.sayHint('no folded row here', 'fold', 'fold similar records');
  },
  'hide-similar'(controller: Controller, keyName: string) {
    const at = controller.paneAt;
    if (!at) return;
    const line = at.current === undefined ? undefined : at.model.index.firstTextOf(at.model.index.headOf(at.current));
    if (!line) {
      controller.say(at.current === undefined ? 'there is no record here' : 'this is not a record');
      return;
    }
    if (showsRecord(controller, keyName, 'hide all like it')) return;
    const filter: Filter = {
      kind: 'fingerprint',
      fingerprint: fingerprintOf(line),
      text: fingerprintText(excerptText(line)),
    };
    controller.changePane({filters: withFilter(at.tab.pane.filters, filter)});
  },
  wrap(controller: Controller) {
    const {tab} = controller;
    if (!tab) return;
    const wrap = nextOf(wrapModes, tab.pane.wrap) ?? 'errors';
    controller.changePane({wrap});
    controller.say(wrapWords[wrap]);
  },
  'as-sent': (controller: Controller) => change(controller, ({asSent}) => ({asSent: !asSent})),
  histogram(controller: Controller) {
    const {layout, size, tab} = controller;
    if (!tab || !layout) return;
    const isShown = layout.histogramRows > 0;
    if (!isShown && size.rows < heightWithHistogram) {
      controller.say(`the histogram needs a terminal of ${heightWithHistogram} rows`);
      return;
    }
    controller.setHistogram(!isShown);
    if (isShown) controller.say('histogram hidden');
    else sayHistogram(controller);
  },
  time(controller: Controller) {
    if (controller.tab?.pane.asSent) {
      controller.sayHint('lines are shown as sent, with their own times', 'as-sent', 'show them compact');
      return;
    }
    change(controller, ({time}) => {
      const next = nextOf(timeModes, time) ?? 'sent';
      controller.say(timeWords[next]);
      return {time: next};
    });
  },
};

/** Once that is worked out, says whether records are folded. */
function sayFolded(controller: Controller): void {
  const model = controller.pane?.model;
  const words = 'folding similar records';
  controller.say(words);
  model?.waitUntil(() => {
    if (controller.pane?.model !== model || controller.state.notice !== words) return () => {};
    if (model.isFiltering || !model.shown) return undefined;
    const {hasFolded} = model.shown;
    if (!hasFolded) return () => controller.say('no records here are similar: each has its own row');
    return () => controller.sayHint('similar records are folded', 'open-fold', 'open one');
  });
}

/** Says what breaks in the histogram are, as soon as it is counted whether there are some. */
function sayHistogram(controller: Controller): void {
  const {dot, silence} = controller.services.symbols;
  const words = 'histogram above the log';
  const hasBreaks = (at: PaneAt) => at.histogram.hasBreaks(at.tab.pane, at.layout);
  const sayBreaks = () => controller.say(`${words} ${dot} ${silence} is time without records`);
  controller.say(words);
  const model = controller.paneAt?.model;
  // What another key waits for matters more.
  if (!model || model.isWaiting) return;
  model.waitUntil(() => {
    const at = controller.paneAt;
    if (!at || at.model !== model || controller.state.notice !== words) return () => {};
    if (!model.isCounted) return undefined;
    return hasBreaks(at) ? sayBreaks : () => {};
  }, [controller.view]);
}

/** Opens or closes the fold of the current record. Returns false if it is in none. */
export function toggleFold(controller: Controller): boolean {
  const at = controller.paneAt;
  const fold = at?.current === undefined ? undefined : at.model.folds.at(at.current);
  if (!at || !fold) return false;
  at.model.folds.toggle(fold);
  // The lines before an error may begin above the screen.
  const above = reveal(at.tab.pane.position, at.geometry, fold.firstId ?? fold.head);
  controller.changePane({position: reveal(above, at.geometry, fold.head)});
  return true;
}

type Between = Extract<Filter, {kind: 'between'}>;

/** `to` is computed at each read: the last run grows until the next one begins. */
function rangeOf({firstId}: Run, {model}: PaneAt): Between {
  return {
    kind: 'between',
    from: firstId,
    get to() {
      // Its first entries may have been dropped.
      const run = model.index.runAt(Math.max(firstId, model.source.buffer.firstId));
      // Another run: this one has left the scrollback.
      return run?.firstId === firstId ? run.endId : firstId;
    },
  };
}

/** Returns false if the filter by a run is not on. */
function showAllRuns(controller: Controller, {tab}: PaneAt): boolean {
  const isOfRun = ({filter, on}: FilterEntry) => on && filter.kind === 'between';
  const others = tab.pane.filters.filter((entry) => !isOfRun(entry));
  if (others.length === tab.pane.filters.length) return false;
  controller.changePane({filters: others});
  return true;
}

/** `&`: adds a filter, or edits one chosen with the arrow keys; an empty text removes it. */
export const filterPrompt: PromptKind<'filter'> = {
  label: ({edits}) => (edits === undefined ? '& ' : '& (editing) '),
  example: () => 'text or regex, !text, target:kafka, level:warn',
  keys: ({edits}) => [
    ['submit', edits === undefined ? 'filter' : 'change'],
    ['older', 'earlier filters'],
  ],
  submit(controller, {text, edits}) {
    const {filters} = controller.tab?.pane ?? {};
    if (!filters) return undefined;
    if (text === '') {
      if (edits !== undefined) controller.changePane({filters: filters.filter(({id}) => id !== edits)});
      return undefined;
    }
    const edited = filters.find(({id}) => id === edits);
    const filter = filterOf(text, edited, controller.services.timeLimit);
    if (typeof filter === 'string') return filter;
    const problem = needsFormat(filter) ? formatProblem(controller) : undefined;
    if (problem !== undefined) return problem;
    if (!edited || isTyped(edited)) controller.services.histories.filters.add(text);
    const changed = filters.map((entry) => (entry.id === edits ? {...entry, filter, on: true} : entry));
    controller.changePane({filters: edits === undefined ? withFilter(filters, filter) : changed});
    return undefined;
  },
  recall(controller, prompt, by) {
    const {typed, steps} = prompt.recalled ?? startRecall(prompt.text);
    const offered = offeredFilters(controller, typed);
    const next = [{text: typed, edits: undefined}, ...offered][steps + by];
    return next && {...prompt, ...next, recalled: {typed, steps: steps + by, text: next.text}};
  },
};

/** The filters of the tab, to be edited, then earlier ones; newest first. */
function offeredFilters(controller: Controller, typed: string): readonly Pick<PromptOf<'filter'>, 'text' | 'edits'>[] {
  const filters = (controller.tab?.pane.filters ?? []).toReversed();
  const present = filters.map(({id, filter}) => ({text: filterText(filter), edits: id}));
  const earlier = controller.services.histories.filters.entries
    .filter((text) => text !== typed && !present.some((each) => each.text === text))
    .map((text) => ({text, edits: undefined}));
  return [...present, ...earlier].filter(({text}) => text.startsWith(typed));
}

/** The typed filter, or what is wrong with it. If the text did not change, neither does the filter. */
function filterOf(text: string, edited: FilterEntry | undefined, timeLimit: TimeLimit): Filter | string {
  if (edited && filterText(edited.filter) === text) return edited.filter;
  if (edited && !isTyped(edited)) return 'only typed filters can be edited: clear this one to remove it';
  const parsed = parseFilter(text, {timeLimit});
  return parsed.kind === 'error' ? parsed.text : parsed.filter;
}

function isTyped({filter}: FilterEntry): boolean {
  return filter.kind === 'text' || filter.kind === 'target' || filter.kind === 'level';
}

function levelWords(least: Level | undefined): string {
  if (least === undefined) return 'all levels';
  return least === 'ERROR' ? 'ERROR only' : `${least} and worse`;
}

const timeWords: Readonly<Record<PaneView['time'], string>> = {
  sent: 'times as sent (UTC)',
  local: 'local times',
  utc: 'times in UTC, with the date',
  relative: 'age of each line',
  delta: 'time since the previous line',
  off: 'no times',
};

const wrapWords: Readonly<Record<PaneView['wrap'], string>> = {
  off: 'wrap off: every line is one row',
  errors: 'wrap warnings and errors: every other line is one row',
  all: 'wrap all: every long line continues in the next row',
};

function nextOf<T>(all: readonly T[], now: T): T | undefined {
  return all[(all.indexOf(now) + 1) % all.length];
}

function change(controller: Controller, by: (view: PaneView) => Partial<PaneView>): void {
  const {tab} = controller;
  if (tab) controller.changePane(by(tab.pane));
}
