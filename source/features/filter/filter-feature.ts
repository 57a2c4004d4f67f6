import type {TimeLimit} from '../../engine/buffer/pattern.ts';
import {
  type Filter,
  type FilterEntry,
  filterText,
  leastLevel,
  needsFormat,
  parseFilter,
  withFilter,
  withLeastLevel,
} from '../../engine/filters/filter.ts';
import {fingerprintOf, fingerprintText} from '../../engine/records/fingerprint.ts';
import type {Level} from '../../engine/records/level.ts';
import {showsRecord} from '../../kit/screen/common.ts';
import {formatProblem} from '../../kit/screen/format-notice.ts';
import type {Feature, PromptOf, Screen} from '../../kit/screen/screen.ts';
import {hasMatches} from '../../kit/state/pane-view.ts';
import {startRecall} from '../../kit/state/prompt-history.ts';
import {excerptText} from '../../kit/viewport/line-text.ts';

export const filter: Feature = {
  keys: {
    'log: find': [
      {
        id: 'filter',
        keys: ['&'],
        help: 'filter: text, !text, target:x, level:x',
        core: 'filter; context of matches',
        hint: 'filter',
        run(screen) {
          if (screen.tab) screen.dispatch({type: 'prompt', prompt: {kind: 'filter', text: '', edits: undefined}});
        },
      },
      {
        id: 'filters-off',
        keys: ['\\'],
        help: 'all filters off, and on again',
        hint: {areFiltersOff: 'filters on', isFiltered: 'filters off'},
        run(screen) {
          const filters = screen.tab?.pane.filters ?? [];
          if (filters.length === 0) {
            screen.sayHint('no filters', 'filter', 'add one');
            return;
          }
          const on = !filters.some((filter) => filter.on);
          screen.changePane({filters: filters.map((filter) => ({...filter, on}))});
        },
      },
      {
        id: 'level',
        needs: 'format',
        keys: ['L'],
        help: 'lowest level shown: WARN, ERROR, INFO, DEBUG, all',
        core: 'warnings and errors only',
        run(screen) {
          const {tab} = screen;
          if (!tab) return;
          const {filters} = tab.pane;
          const least = nextOf(leastLevels, leastLevel(filters));
          screen.changePane({filters: withLeastLevel(filters, least)});
          const next = levelWords(nextOf(leastLevels, least));
          screen.sayHint(levelWords(least), 'level', `show ${next}`);
        },
      },
      {
        id: 'matches-only',
        keys: ['x'],
        help: 'matches only, or with 3 or 10 records around each',
        core: 'filter; context of matches',
        hint: {hasMatches: 'around'},
        run(screen) {
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
      },
      {
        id: 'hide-similar',
        keys: ['-'],
        help: 'hide records like this one',
        run(screen, keyName) {
          const at = screen.paneOnScreen;
          if (!at) return;
          const line =
            at.current === undefined ? undefined : at.model.index.firstTextOf(at.model.index.headOf(at.current));
          if (!line) {
            screen.say(at.current === undefined ? 'there is no record here' : 'this is not a record');
            return;
          }
          if (showsRecord(screen, keyName, 'hide records like this one')) return;
          const filter: Filter = {
            kind: 'fingerprint',
            fingerprint: fingerprintOf(line),
            text: fingerprintText(excerptText(line)),
          };
          screen.changePane({filters: withFilter(at.tab.pane.filters, filter)});
        },
      },
    ],
  },
  prompts: {
    /** `&`: adds a filter, or edits one chosen with the arrow keys; an empty text removes it. */
    filter: {
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
    },
  },
};

/** Records shown around a match; `x` goes through these numbers. */
const aroundSteps: readonly number[] = [0, 3, 10];
/** `L` goes through these, the most useful first, then back to all; undefined: all levels. */
const leastLevels: readonly (Level | undefined)[] = [undefined, 'WARN', 'ERROR', 'INFO', 'DEBUG'];

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

function nextOf<T>(all: readonly T[], now: T): T | undefined {
  return all[(all.indexOf(now) + 1) % all.length];
}
