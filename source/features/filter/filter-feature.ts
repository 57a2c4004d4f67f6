import {
  type Filter,
  type FilterEntry,
  filterText,
  isTyped,
  leastLevel,
  needsFormat,
  savedPrefix,
  withFilter,
  withLeastLevel,
} from '../../engine/filters/filter.ts';
import {fingerprintOf, fingerprintText} from '../../engine/records/fingerprint.ts';
import type {Level} from '../../engine/records/level.ts';
import {copiedWords} from '../../kit/copy/copy.ts';
import {showsRecord} from '../../kit/screen/common.ts';
import {formatProblem} from '../../kit/screen/opened-facts.ts';
import type {Feature, PromptKind, PromptOf, Screen} from '../../kit/screen/screen.ts';
import {tomlList} from '../../kit/settings/file-line.ts';
import {filtersOf, nameInFile, savedNames} from '../../kit/settings/saved-filters.ts';
import {hasMatches, type PaneView} from '../../kit/state/pane-view.ts';
import {startRecall} from '../../kit/state/prompt-history.ts';
import {excerptText} from '../../kit/viewport/line-text.ts';

/**
 * `&`: adds a filter, or edits one chosen with the arrow keys; an empty text removes it. The log shows what it leaves
 * while it is typed.
 */
const filterPrompt: PromptKind<'filter'> = {
  label: ({edits}) => (edits === undefined ? '& ' : '& (editing) '),
  example: () => 'text or regex, !text, target:kafka, level:warn',
  language: [
    ['refused', 'records with this text or regular expression; case counts if it has capitals'],
    ['!refused', 'records without it'],
    ['target:kafka', 'records from this target; with ! from others'],
    ['level:warn', 'WARN and worse'],
    ['text:level:', 'a text that begins like one of these'],
    ['@noise', 'what passes the filters of that name in the configuration file'],
    ['@noise=', 'copies the filters of the tab as a line for that file'],
  ],
  keys: ({edits}) => [
    ['submit', edits === undefined ? 'filter' : 'change'],
    ['older', 'earlier filters'],
    ['cycle', 'saved filters'],
  ],
  change(screen, prompt) {
    const filters = filtersWith(screen, prompt);
    showFiltered(screen, prompt.before, typeof filters === 'string' ? prompt.before.filters : filters);
  },
  submit(screen, prompt) {
    const {text, edits, before} = prompt;
    const name = nameToSave(text);
    if (name !== undefined) return copyLine(screen, name, before.filters);
    const filters = filtersWith(screen, prompt);
    if (typeof filters === 'string') return filters;
    const edited = before.filters.find(({id}) => id === edits);
    if (!edited || isTyped(edited.filter)) screen.services.histories.filters.add(text);
    showFiltered(screen, before, filters);
    return undefined;
  },
  cancel: (screen, {before}) => showFiltered(screen, before, before.filters),
  cycle(screen, prompt) {
    const names = savedNames(screen.services.savedFilters);
    const {text} = prompt;
    const next = names[names.indexOf(text) + 1] ?? names[0];
    const name = names.includes(text) ? next : names.find((each) => each.startsWith(text));
    if (name !== undefined) return {...prompt, text: name, cursor: undefined, last: undefined, recalled: undefined};
    return names.length === 0
      ? `no filters are saved · ${savedPrefix}NAME= copies those of this tab as a line for the configuration file`
      : `no saved filter begins with '${text}' · there are ${names.join(', ')}`;
  },
  recall(screen, prompt, by) {
    const {typed, steps} = prompt.recalled ?? startRecall(prompt.text);
    const offered = offeredFilters(screen, prompt.before, typed);
    const next = [{text: typed, edits: undefined}, ...offered][steps + by];
    return next && {...prompt, ...next, recalled: {typed, steps: steps + by, text: next.text}};
  },
};

/** The filters of the tab, to be edited, then earlier ones; newest first. */
function offeredFilters(
  {services}: Screen,
  {filters}: PaneView,
  typed: string,
): readonly Pick<PromptOf<'filter'>, 'text' | 'edits'>[] {
  const present = filters.toReversed().map(({id, filter}) => ({text: filterText(filter), edits: id}));
  const earlier = services.histories.filters.entries
    .filter((text) => text !== typed && !present.some((each) => each.text === text))
    .map((text) => ({text, edits: undefined}));
  return [...present, ...earlier].filter(({text}) => text.startsWith(typed));
}

/** Returns the filters of the tab with those that are typed, or what is wrong with the typed ones. */
function filtersWith(screen: Screen, prompt: PromptOf<'filter'>): readonly FilterEntry[] | string {
  const {text, edits, before} = prompt;
  if (text === '') return edits === undefined ? before.filters : before.filters.filter(({id}) => id !== edits);
  const typed = typedFilters(screen, prompt);
  if (typeof typed === 'string') return typed;
  const problem = typed.some(needsFormat) ? formatProblem(screen) : undefined;
  return problem ?? withTyped(before.filters, typed, edits);
}

/** The typed filters, or what is wrong with them. What is applied already stays the same: nothing is read again. */
function typedFilters(screen: Screen, {text, edits, before}: PromptOf<'filter'>): readonly Filter[] | string {
  const edited = before.filters.find(({id}) => id === edits);
  if (edited && filterText(edited.filter) === text) return [edited.filter];
  if (edited && !isTyped(edited.filter)) return 'only typed filters can be edited: clear this one to remove it';
  const typed = filtersOf(text, screen.services.savedFilters, screen.services);
  if (typeof typed === 'string') return typed;
  const applied = screen.tab?.pane.filters ?? [];
  return typed.map(
    (each) => applied.find(({filter}) => isTyped(filter) && filterText(filter) === filterText(each))?.filter ?? each,
  );
}

/** Applies filters: the current line is the one before the prompt, or the next that they leave. */
function showFiltered(screen: Screen, {around, position: before}: PaneView, filters: readonly FilterEntry[]): void {
  const {position, filters: now} = screen.tab?.pane ?? {};
  if (now === filters) return;
  if (position?.kind === 'anchored' && before.kind === 'anchored')
    screen.changePane({position: {...position, typedFrom: before.current}});
  screen.changePane({filters, around});
}

/** The first one replaces the filter that is edited, in its place; all others are added. */
function withTyped(
  filters: readonly FilterEntry[],
  [first, ...others]: readonly Filter[],
  edits: number | undefined,
): readonly FilterEntry[] {
  if (!first) return filters;
  const changed =
    edits === undefined
      ? withFilter(filters, first)
      : filters.map((entry) => (entry.id === edits ? {...entry, filter: first, on: true} : entry));
  return others.reduce(withFilter, changed);
}

/** Returns the name in `@name=`, a text that copies the filters of the tab; undefined: it is another text. */
function nameToSave(text: string): string | undefined {
  return text.startsWith(savedPrefix) && text.endsWith('=') ? text.slice(savedPrefix.length, -1) : undefined;
}

/** Copies and shows the line of the configuration file that saves the filters which are on. Returns what is wrong. */
function copyLine(screen: Screen, name: string, filters: readonly FilterEntry[]): string | undefined {
  if (!nameInFile.test(name)) return `type a name of letters and digits: ${savedPrefix}noise=`;
  const on = filters.filter((entry) => entry.on);
  const texts = on.filter(({filter}) => isTyped(filter)).map(({filter}) => filterText(filter));
  if (texts.length === 0) return 'no filter is on that could be saved';
  const line = `${name} = ${tomlList(texts)}`;
  const others = on.length - texts.length;
  const without = others === 0 ? '' : ` · without ${others} that cannot be typed`;
  const {services, closing} = screen;
  void services.copy(Buffer.from(`${line}\n`), 1, closing).then(
    (answer) => screen.say(`${line}${without} · ${copiedWords(answer)} · for [filters] in the configuration file`),
    (error: unknown) => screen.sayFailure(error),
  );
  return undefined;
}

export const filter: Feature = {
  keys: {
    'log: find': [
      {
        id: 'filter',
        keys: ['&'],
        help: 'filter: text, !text, target:x, level:x',
        core: {task: 'find', words: 'filter'},
        synonyms: ['grep', 'less', 'only'],
        run(screen) {
          const before = screen.tab?.pane;
          if (before) screen.dispatch({type: 'prompt', prompt: {kind: 'filter', text: '', edits: undefined, before}});
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
        core: {task: 'log', words: 'warnings and errors only'},
        synonyms: ['less', 'severity'],
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
        core: {task: 'find', words: 'records around each match'},
        synonyms: ['context', 'grep'],
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
        synonyms: ['similar'],
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
  prompts: {filter: filterPrompt},
};

/** Records shown around a match; `x` goes through these numbers. */
const aroundSteps: readonly number[] = [0, 3, 10];
/** `L` goes through these, the most useful first, then back to all; undefined: all levels. */
const leastLevels: readonly (Level | undefined)[] = [undefined, 'WARN', 'ERROR', 'INFO', 'DEBUG'];

function levelWords(least: Level | undefined): string {
  if (least === undefined) return 'all levels';
  return least === 'ERROR' ? 'ERROR only' : `${least} and worse`;
}

function nextOf<T>(all: readonly T[], now: T): T | undefined {
  return all[(all.indexOf(now) + 1) % all.length];
}
