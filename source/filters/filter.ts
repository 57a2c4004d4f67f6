import {compilePattern, type Pattern, type TimeLimit} from '../buffer/pattern.ts';
import {type Level, levelOf} from '../records/level.ts';

/** A filter, or one line about the error in the typed text. */
type ParsedFilter =
  | {readonly kind: 'filter'; readonly filter: Filter}
  | {readonly kind: 'error'; readonly text: string};

/** A condition for records to be shown. `out`: matching records are hidden, instead of all others. */
export type Filter =
  /** A line of the record matches. */
  | {readonly kind: 'text'; readonly pattern: Pattern; readonly out: boolean}
  /** The record is at least as severe. One without a level, the output of a program, counts as INFO. */
  | {readonly kind: 'level'; readonly least: Level; readonly out: boolean}
  /**
   * The record's target contains the text. Case counts only if the text has an upper-case letter. Lines of the runner
   * have the target `runner` as well as their own.
   */
  | {readonly kind: 'target'; readonly text: string; readonly out: boolean}
  /** Hides the records of one fingerprint; `text` shows which. */
  | {readonly kind: 'fingerprint'; readonly fingerprint: number; readonly text: string}
  /**
   * The record begins in `[from, to)`. `label` names the range: `this run`, `after 12:03:44`. `to` may be set or
   * lowered later, while no record that begins there has been read.
   */
  | {readonly kind: 'between'; readonly from: number; readonly to: number | undefined; readonly label: string};

/** A filter in the list of a tab's filters. `id` is unique in the list; `on` is false while it is switched off. */
export type FilterEntry = {readonly id: number; readonly filter: Filter; readonly on: boolean};

const levelPrefix = 'level:';
const targetPrefix = 'target:';
/** For patterns that would be read as another kind of filter. */
const textPrefix = 'text:';

/**
 * Reads a typed filter: `refused` (a pattern as in a search), `target:kafka`, `level:warn`; `!` before any of them
 * hides what matches. `\!` begins a pattern that begins with `!`, and `text:` any pattern: `text:level:5`.
 * `watch` stops patterns that take too long.
 */
export function parseFilter(typed: string, options: {watch?: TimeLimit} = {}): ParsedFilter {
  const out = typed.startsWith('!');
  const rest = out ? typed.slice(1) : typed;
  if (rest === '') return failure('type what to filter by: refused, !refused, target:kafka, level:warn');
  if (rest.startsWith(levelPrefix)) return parseLevel(rest.slice(levelPrefix.length), out);
  if (rest.startsWith(targetPrefix)) {
    const text = rest.slice(targetPrefix.length).trim();
    if (text === '') return failure('type a part of the target after target: as in target:kafka');
    return {kind: 'filter', filter: {kind: 'target', text, out}};
  }
  const source = patternOf(rest);
  if (source === '') return failure('type a pattern after text: as in text:level:5');
  return {kind: 'filter', filter: {kind: 'text', pattern: compilePattern(source, options), out}};
}

/** The text to type for the filter; of filters that cannot be typed, a description. */
export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'text':
      return `${filter.out ? '!' : ''}${typedPattern(filter.pattern.source)}`;
    case 'target':
      return `${filter.out ? '!' : ''}${targetPrefix}${filter.text}`;
    case 'level':
      return `${filter.out ? '!' : ''}${levelPrefix}${filter.least.toLowerCase()}`;
    case 'fingerprint':
      return `not like: ${filter.text}`;
    case 'between':
      return filter.label;
  }
}

function parseLevel(word: string, out: boolean): ParsedFilter {
  const least = levelNamed(word.trim().toUpperCase());
  if (!least) return failure(`no level "${word.trim()}": there are trace, debug, info, warn and error`);
  return {kind: 'filter', filter: {kind: 'level', least, out}};
}

function levelNamed(name: string): Level | undefined {
  return levelOf(name === 'WARNING' ? 'WARN' : name);
}

function patternOf(typed: string): string {
  if (typed.startsWith(textPrefix)) return typed.slice(textPrefix.length);
  return typed.startsWith('\\!') ? typed.slice(1) : typed;
}

function typedPattern(source: string): string {
  if (source.startsWith('!')) return `\\${source}`;
  const isMistaken = [levelPrefix, targetPrefix, textPrefix, '\\!'].some((prefix) => source.startsWith(prefix));
  return isMistaken ? `${textPrefix}${source}` : source;
}

function failure(text: string): ParsedFilter {
  return {kind: 'error', text};
}

/** The filters and another one, with a new id. */
export function withFilter(filters: readonly FilterEntry[], filter: Filter): readonly FilterEntry[] {
  return [...filters, {id: Math.max(0, ...filters.map(({id}) => id)) + 1, filter, on: true}];
}

/** The least level that is shown, if a filter sets one. */
export function leastLevel(filters: readonly FilterEntry[]): Level | undefined {
  const filter = filters.find(isLeast)?.filter;
  return filter?.kind === 'level' ? filter.least : undefined;
}

/** The filters with another least level, or without one. */
export function withLeastLevel(filters: readonly FilterEntry[], least: Level | undefined): readonly FilterEntry[] {
  const now = filters.find(isLeast);
  const others = filters.filter((entry) => entry !== now);
  return least === undefined ? others : withFilter(others, {kind: 'level', least, out: false});
}

function isLeast({filter}: FilterEntry): boolean {
  return filter.kind === 'level' && !filter.out;
}
