import {type Filter, leastLevel, withFilter, withLeastLevel} from '../../engine/filters/filter.ts';
import {fingerprintOf, fingerprintText} from '../../engine/records/fingerprint.ts';
import type {Level} from '../../engine/records/level.ts';
import {showsRecord} from '../../kit/screen/common.ts';
import type {Feature} from '../../kit/screen/screen.ts';
import {hasMatches} from '../../kit/state/pane-view.ts';
import {excerptText} from '../../kit/viewport/line-text.ts';
import {filterPrompt} from './filter-prompt.ts';

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
