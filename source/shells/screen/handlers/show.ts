import type {TimeLimit} from '../../../engine/buffer/pattern.ts';
import {
  type Filter,
  type FilterEntry,
  filterText,
  leastLevel,
  needsFormat,
  parseFilter,
  withFilter,
  withLeastLevel,
} from '../../../engine/filters/filter.ts';
import {fingerprintOf, fingerprintText} from '../../../engine/records/fingerprint.ts';
import type {Level} from '../../../engine/records/level.ts';
import type {Run} from '../../../engine/records/runs.ts';
import type {PaneAt} from '../../../kit/pane/pane-at.ts';
import {showsRecord, toggleFold} from '../../../kit/screen/common.ts';
import {heightWithHistogram} from '../../../kit/screen/layout.ts';
import {formatProblem} from '../../../kit/screen/log-format.ts';
import type {PromptKind, PromptOf, Screen} from '../../../kit/screen/screen.ts';
import {timeModes, wrapModes} from '../../../kit/settings/option-table.ts';
import {hasMatches, type PaneView} from '../../../kit/state/pane-view.ts';
import {startRecall} from '../../../kit/state/prompt-history.ts';
import {excerptText} from '../../../kit/viewport/line-text.ts';

/** Records shown around a match; `x` goes through these numbers. */
const aroundSteps: readonly number[] = [0, 3, 10];
/** `L` goes through these, the most useful first, then back to all; undefined: all levels. */
const leastLevels: readonly (Level | undefined)[] = [undefined, 'WARN', 'ERROR', 'INFO', 'DEBUG'];

export const showHandlers = {
  filter(screen: Screen) {
    if (screen.tab) screen.dispatch({type: 'prompt', prompt: {kind: 'filter', text: '', edits: undefined}});
  },
  'filters-off'(screen: Screen) {
    const filters = screen.tab?.pane.filters ?? [];
    if (filters.length === 0) {
      screen.sayHint('no filters', 'filter', 'add one');
      return;
    }
    const on = !filters.some((filter) => filter.on);
    screen.changePane({filters: filters.map((filter) => ({...filter, on}))});
  },
  level(screen: Screen) {
    const {tab} = screen;
    if (!tab) return;
    const {filters} = tab.pane;
    const least = nextOf(leastLevels, leastLevel(filters));
    screen.changePane({filters: withLeastLevel(filters, least)});
    const next = levelWords(nextOf(leastLevels, least));
    screen.sayHint(levelWords(least), 'level', `show ${next}`);
  },
  'matches-only'(screen: Screen) {
    const {tab} = screen;
    if (!tab) return;
    if (!hasMatches(tab.pane)) {
      screen.sayHint('no filter is set', 'filter', 'add one');
      return;
    }
    const around = nextOf(aroundSteps, tab.pane.around) ?? 0;
    screen.changePane({around});
    screen.say(around === 0 ? 'matches only' : `matches with ${around} records around each`);
  },
  highlight(screen: Screen) {
    if (screen.tab) screen.dispatch({type: 'prompt', prompt: {kind: 'highlight', text: ''}});
  },
  'this-run'(screen: Screen) {
    const at = screen.paneAt;
    // Before the current record is needed: if everything is hidden, there is none.
    if (!at || showAllRuns(screen, at)) return;
    // The start of one pipeline is between the lines of another.
    if (at.tab.merges) {
      screen.sayHint('a merged log has no runs', 'this-run', 'show one in the tab of a pipeline');
      return;
    }
    const run = at.current === undefined ? undefined : at.model.index.runAt(at.current);
    if (!run) {
      screen.say('this line is in no run');
      return;
    }
    const others = at.tab.pane.filters.filter(({filter}) => filter.kind !== 'between');
    screen.changePane({filters: withFilter(others, rangeOf(run, at))});
  },
  fold(screen: Screen) {
    const {tab} = screen;
    if (!tab) return;
    const fold = !tab.pane.fold;
    screen.changePane({fold});
    if (!fold) screen.say('each record has its own row');
    else sayFolded(screen);
  },
  'open-fold': (screen: Screen) => {
    if (toggleFold(screen)) return;
    screen.sayHint('no folded row here', 'fold', 'fold similar records');
  },
  'hide-similar'(screen: Screen, keyName: string) {
    const at = screen.paneAt;
    if (!at) return;
    const line = at.current === undefined ? undefined : at.model.index.firstTextOf(at.model.index.headOf(at.current));
    if (!line) {
      screen.say(at.current === undefined ? 'there is no record here' : 'this is not a record');
      return;
    }
    if (showsRecord(screen, keyName, 'hide all like it')) return;
    const filter: Filter = {
      kind: 'fingerprint',
      fingerprint: fingerprintOf(line),
      text: fingerprintText(excerptText(line)),
    };
    screen.changePane({filters: withFilter(at.tab.pane.filters, filter)});
  },
  wrap(screen: Screen) {
    const {tab} = screen;
    if (!tab) return;
    const wrap = nextOf(wrapModes, tab.pane.wrap) ?? 'errors';
    screen.changePane({wrap});
    screen.say(wrapWords[wrap]);
  },
  'as-sent': (screen: Screen) => change(screen, ({asSent}) => ({asSent: !asSent})),
  histogram(screen: Screen) {
    const {layout, size, tab} = screen;
    if (!tab || !layout) return;
    const isShown = layout.histogramRows > 0;
    if (!isShown && size.rows < heightWithHistogram) {
      screen.say(`the histogram needs a terminal of ${heightWithHistogram} rows`);
      return;
    }
    screen.setHistogram(!isShown);
    if (isShown) screen.say('histogram hidden');
    else sayHistogram(screen);
  },
  time(screen: Screen) {
    if (screen.tab?.pane.asSent) {
      screen.sayHint('lines are shown as sent, with their own times', 'as-sent', 'show them compact');
      return;
    }
    change(screen, ({time}) => {
      const next = nextOf(timeModes, time) ?? 'sent';
      screen.say(timeWords[next]);
      return {time: next};
    });
  },
};

/** Once that is worked out, says whether records are folded. */
function sayFolded(screen: Screen): void {
  const model = screen.pane?.model;
  const words = 'folding similar records';
  screen.say(words);
  model?.waitUntil(() => {
    if (screen.pane?.model !== model || screen.state.notice !== words) return () => {};
    if (model.isFiltering || !model.shown) return undefined;
    const {hasFolded} = model.shown;
    if (!hasFolded) return () => screen.say('no records here are similar: each has its own row');
    return () => screen.sayHint('similar records are folded', 'open-fold', 'open one');
  });
}

/** Says what breaks in the histogram are, as soon as it is counted whether there are some. */
function sayHistogram(screen: Screen): void {
  const {dot, silence} = screen.services.symbols;
  const words = 'histogram above the log';
  const hasBreaks = (at: PaneAt) => at.histogram.hasBreaks(at.tab.pane, at.layout);
  const sayBreaks = () => screen.say(`${words} ${dot} ${silence} is time without records`);
  screen.say(words);
  const model = screen.paneAt?.model;
  // What another key waits for matters more.
  if (!model || model.isWaiting) return;
  model.waitUntil(() => {
    const at = screen.paneAt;
    if (!at || at.model !== model || screen.state.notice !== words) return () => {};
    if (!model.isCounted) return undefined;
    return hasBreaks(at) ? sayBreaks : () => {};
  }, [screen.view]);
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
function showAllRuns(screen: Screen, {tab}: PaneAt): boolean {
  const isOfRun = ({filter, on}: FilterEntry) => on && filter.kind === 'between';
  const others = tab.pane.filters.filter((entry) => !isOfRun(entry));
  if (others.length === tab.pane.filters.length) return false;
  screen.changePane({filters: others});
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
  submit(screen, {text, edits}) {
    const {filters} = screen.tab?.pane ?? {};
    if (!filters) return undefined;
    if (text === '') {
      if (edits !== undefined) screen.changePane({filters: filters.filter(({id}) => id !== edits)});
      return undefined;
    }
    const edited = filters.find(({id}) => id === edits);
    const filter = filterOf(text, edited, screen.services.timeLimit);
    if (typeof filter === 'string') return filter;
    const problem = needsFormat(filter) ? formatProblem(screen) : undefined;
    if (problem !== undefined) return problem;
    if (!edited || isTyped(edited)) screen.services.histories.filters.add(text);
    const changed = filters.map((entry) => (entry.id === edits ? {...entry, filter, on: true} : entry));
    screen.changePane({filters: edits === undefined ? withFilter(filters, filter) : changed});
    return undefined;
  },
  recall(screen, prompt, by) {
    const {typed, steps} = prompt.recalled ?? startRecall(prompt.text);
    const offered = offeredFilters(screen, typed);
    const next = [{text: typed, edits: undefined}, ...offered][steps + by];
    return next && {...prompt, ...next, recalled: {typed, steps: steps + by, text: next.text}};
  },
};

/** The filters of the tab, to be edited, then earlier ones; newest first. */
function offeredFilters(screen: Screen, typed: string): readonly Pick<PromptOf<'filter'>, 'text' | 'edits'>[] {
  const filters = (screen.tab?.pane.filters ?? []).toReversed();
  const present = filters.map(({id, filter}) => ({text: filterText(filter), edits: id}));
  const earlier = screen.services.histories.filters.entries
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

function change(screen: Screen, by: (view: PaneView) => Partial<PaneView>): void {
  const {tab} = screen;
  if (tab) screen.changePane(by(tab.pane));
}
