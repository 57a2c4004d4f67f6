import {compilePattern, type Pattern, type TimeLimit} from '../buffer/pattern.ts';
import {type Level, levelOf} from '../records/level.ts';

/** The filter of a typed text, or its error in one line. */
type ParsedFilter =
  | {readonly kind: 'filter'; readonly filter: Filter}
  | {readonly kind: 'error'; readonly text: string};

/** A condition for shown records. `out`: it hides the records that match, instead of all others. */
export type Filter =
  /** Matches if one of the record's lines does. */
  | {readonly kind: 'text'; readonly pattern: Pattern; readonly out: boolean}
  /** Matches records of this level or a more severe one. Records without a level, output of programs, count as INFO. */
  | {readonly kind: 'level'; readonly least: Level; readonly out: boolean}
  /** Matches if a target contains the text; case counts if the text has an upper-case letter. See `targetsOf`. */
  | {readonly kind: 'target'; readonly text: string; readonly out: boolean}
  /** Hides the records of a fingerprint; `text` describes it. */
  | {readonly kind: 'fingerprint'; readonly fingerprint: number; readonly text: string}
  /** Matches one run: heads in `[from, to)`. `to` may be set or lowered while entries after it are unread. */
  | {readonly kind: 'between'; readonly from: number; readonly to: number | undefined};

/** It can be written as text: a range of this log, or records like one, cannot. */
export function isTyped({kind}: Filter): boolean {
  return kind === 'text' || kind === 'level' || kind === 'target';
}

/** It means nothing in a log of which no times and levels are read. */
export function needsFormat({kind}: Filter): boolean {
  return kind === 'level' || kind === 'target';
}

/** A filter of a tab. `id` is unique among its filters; `on`: the filter is in use. */
export type FilterEntry = {readonly id: number; readonly filter: Filter; readonly on: boolean};

const levelPrefix = 'level:';
const targetPrefix = 'target:';
/** Makes a pattern of a text that would be another kind of filter. */
const textPrefix = 'text:';
/** Before the name of saved filters, which are several: they are no filter of their own. */
export const savedPrefix = '@';

/** `timeLimit` stops patterns that take too long. */
export type FilterOptions = {readonly timeLimit?: TimeLimit};

/**
 * Reads a typed filter: `refused` (a pattern as in a search), `target:kafka`, `level:warn`; `!` before it hides the
 * records that match. `\!` begins a pattern that begins with `!`; `text:` may precede any pattern: `text:level:5`.
 */
export function parseFilter(typed: string, options: FilterOptions = {}): ParsedFilter {
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
  const pattern = compilePattern(source, options);
  return pattern.whyStopped === undefined
    ? {kind: 'filter', filter: {kind: 'text', pattern, out}}
    : failure(pattern.whyStopped);
}

/** The filter as typed text; a description of a filter that cannot be typed. */
export function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'text':
      return `${filter.out ? '!' : ''}${typedPattern(filter.pattern.source)}`;
    case 'target':
      return `${filter.out ? '!' : ''}${targetPrefix}${filter.text}`;
    case 'level':
      return `${filter.out ? '!' : ''}${levelPrefix}${filter.least.toLowerCase()}`;
    case 'fingerprint':
      return `not like: ${filter.text === '' ? 'an empty line' : filter.text}`;
    case 'between':
      return 'this run';
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
  const isMistaken = [levelPrefix, targetPrefix, textPrefix, savedPrefix, '\\!'].some((prefix) =>
    source.startsWith(prefix),
  );
  return isMistaken ? `${textPrefix}${source}` : source;
}

function failure(text: string): ParsedFilter {
  return {kind: 'error', text};
}

export function withFilter(filters: readonly FilterEntry[], filter: Filter): readonly FilterEntry[] {
  return [...filters, {id: Math.max(0, ...filters.map(({id}) => id)) + 1, filter, on: true}];
}

/** The least level that the filters show; undefined if none sets it. */
export function leastLevel(filters: readonly FilterEntry[]): Level | undefined {
  const filter = filters.find(isLeast)?.filter;
  return filter?.kind === 'level' ? filter.least : undefined;
}

/** Replaces the filter that sets the least level; removes it for undefined. */
export function withLeastLevel(filters: readonly FilterEntry[], least: Level | undefined): readonly FilterEntry[] {
  const now = filters.find(isLeast);
  const others = filters.filter((entry) => entry !== now);
  return least === undefined ? others : withFilter(others, {kind: 'level', least, out: false});
}

function isLeast({filter}: FilterEntry): boolean {
  return filter.kind === 'level' && !filter.out;
}
