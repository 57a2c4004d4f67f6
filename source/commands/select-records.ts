import {compilePattern} from '../buffer/pattern.ts';
import type {Filter} from '../filters/filter.ts';
import {levelOf} from '../records/level.ts';
import {parseSince} from '../records/time-input.ts';
import {withinDeadline} from '../screen/within-deadline.ts';
import type {LogsRequest} from '../settings/logs-request.ts';
import {UsageError} from '../settings/usage-error.ts';
import type {EvidenceFacts} from '../take/markdown.ts';
import type {Passing} from './record-gate.ts';
import {jsonShape, linesShape, markdownShape, type RecordShape, templateShape} from './record-shapes.ts';
import type {RecordWayOptions} from './record-way.ts';

/** What is asked of one log. */
export type LogAsked = {
  readonly name: string;
  /** Stands in front of lines as sent. */
  readonly prefix: string | undefined;
  readonly facts: () => Pick<EvidenceFacts, 'server' | 'platformVersion'>;
};

/**
 * How records are chosen and printed for each log; undefined when nothing was asked but the log's bytes as they are.
 * Throws `UsageError` for a time that is none.
 */
export function waysOf(request: LogsRequest, now: number): ((asked: LogAsked) => RecordWayOptions) | undefined {
  const {select, output, template, timestamps, exitOn} = request;
  const isPlain = output === 'raw' && template === undefined && !timestamps && exitOn === undefined;
  if (isPlain && Object.values(select).every((value) => value === undefined)) return undefined;
  const passing: Passing = {filters: filtersOf(request), since: sinceOf(request, now), exitOn, watch: withinDeadline};
  const {tail} = select;
  return (asked) => ({passing, tail, shape: shapeOf(request, asked)});
}

function filtersOf({select: {grep, exclude, level}}: LogsRequest): readonly Filter[] {
  const filters: Filter[] = [];
  const least = levelOf(level?.toUpperCase());
  if (least) filters.push({kind: 'level', least, out: false});
  if (grep !== undefined) filters.push(textFilter(grep, false));
  if (exclude !== undefined) filters.push(textFilter(exclude, true));
  return filters;
}

function textFilter(source: string, out: boolean): Filter {
  return {kind: 'text', pattern: compilePattern(source, {watch: withinDeadline}), out};
}

function sinceOf({select: {since}}: LogsRequest, now: number): number | undefined {
  if (since === undefined) return undefined;
  const read = parseSince(since, {now});
  if (read.kind === 'error') throw new UsageError(`--since '${since}' is ${read.text}`);
  return read.at;
}

function shapeOf(request: LogsRequest, {name, prefix, facts}: LogAsked): RecordShape {
  const {output, template, stripColor, timestamps} = request;
  if (output === 'json') return jsonShape(name);
  if (output === 'markdown') return markdownShape(() => ({...facts(), pipeline: name, filters: wordsOf(request)}));
  if (template !== undefined) return templateShape(name, template);
  return linesShape({prefix, stripColor, timestamps});
}

function wordsOf({select}: LogsRequest): readonly string[] {
  return Object.entries(select).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag} ${value}`]));
}
