import {isObject, parseJson} from '../lib/json.ts';
import {type Level, levelOf} from './level.ts';

/** The parts that both forms of a line have before their message. */
type RecordHead = {
  /** `manager`: a line of the runner about the pipeline; `pipeline`: one of the pipeline's own process. */
  readonly source: 'pipeline' | 'manager';
  /** The pipeline's name; on text lines of the runner `manager`, before Feldera 0.207 `control-plane`. */
  readonly name: string;
  /** Number of the host, on pipelines that run on several. */
  readonly host?: string;
  /** RFC 3339 in UTC with microseconds, as sent. */
  readonly timeText: string;
  readonly level: Level;
  /** The Rust module that logged, `dbsp_adapters::server`; empty where the line has none. */
  readonly target: string;
  /** The innermost span, in text as `name{ fields}`; several are joined by `:`. */
  readonly span?: string;
};

/** A line in text form. Offsets are into the text that was parsed, in UTF-16 units. */
export type TextRecord = RecordHead & {
  readonly format: 'text';
  readonly messageStart: number;
  /**
   * Where the fields that end the line begin (` key="value"`), with the space before them unless there is no message.
   * On lines of the runner only the id and name that it adds to each.
   */
  readonly fieldsStart?: number;
};

/** A line in JSON form (`FELDERA_LOG_JSON` on the server). */
type JsonRecord = RecordHead & {
  readonly format: 'json';
  readonly message: string;
  /** The other fields in the order sent; values other than strings as JSON. */
  readonly fields: readonly (readonly [key: string, value: string])[];
};

export type LogRecord = TextRecord | JsonRecord;

/**
 * Reads the head of a log line. `text` is the visible text: without SGR sequences and control characters. Undefined for
 * lines that Feldera's logger did not write: panics, output of programs, the further lines of a message, `Logs have ended`.
 * Linear in the length; never throws.
 */
export function parseRecord(text: string): LogRecord | undefined {
  return text.startsWith('{') ? parseJsonRecord(text) : parseTextRecord(text);
}

/**
 * Reads `{"timestamp":…,"level":…,"target":…,"feldera-service":…,"pipeline-name":…,"fields":{…}}`, in any order: the
 * keys of a pipeline come sorted. The text is `fields.message` on lines of a pipeline and `fields.line` on those of the
 * runner. Before Feldera 0.207 the runner named no service, and `pipeline` was the name of the line's pipeline or
 * `control-plane`.
 */
function parseJsonRecord(text: string): JsonRecord | undefined {
  // A long line is cut and cannot be parsed; the attempt would be expensive.
  if (!text.endsWith('}')) return undefined;
  try {
    const line: unknown = parseExact(text);
    return isExactObject(line) ? recordOf(line) : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(line: JsonObject): JsonRecord | undefined {
  const {timestamp, target, span, fields} = line;
  const level = levelOf(line.level);
  if (typeof timestamp !== 'string' || !level || !isExactObject(fields)) return undefined;
  const messageKey = typeof fields.message === 'string' ? 'message' : 'line';
  // All lines that come through the `log` crate have the target `log`.
  const ownTarget = target === 'log' ? fields['log.target'] : undefined;
  const left = Object.entries(fields).filter(
    ([key]) => key !== messageKey && !(key === 'log.target' && ownTarget !== undefined),
  );
  return {
    format: 'json',
    source: isRunner(line) ? 'manager' : 'pipeline',
    name: textOf(line['pipeline-name'] ?? line.pipeline ?? ''),
    timeText: timestamp,
    level,
    target: textOf(ownTarget ?? target ?? ''),
    ...(span !== undefined && {span: textOf(span)}),
    message: textOf(fields[messageKey] ?? ''),
    fields: left.map(([key, value]) => [key, textOf(value)] as const),
  };
}

/** The rule of `isRunnerLine`. Servers before 0.207 wrote no service into the lines of the runner. */
function isRunner({'feldera-service': service, pipeline, target}: JsonObject): boolean {
  if (service !== undefined) return service === 'runner';
  return pipeline === 'control-plane' || (typeof target === 'string' && target.startsWith('pipeline_manager::'));
}

/** `[name] time LEVEL `, `[name host=0] …`. A name has at most 63 characters. */
const headPattern =
  /\[([A-Za-z0-9][-\w]{0,62})(?: host=(\w{1,20}))?\] (\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) {1,2}([A-Z]{4,5}) /y;
/** A Rust path: the name of a span or a target. */
const pathPattern = /\w[\w.-]*(?:::\w[\w.-]*)*/y;

/** The message of a line of the runner before Feldera 0.207, which has no target: its first word is no target. */
const noTargetPattern = /(?![^ ]*:(?: |$))[^ {]+(?: |$)/y;

/**
 * Reads `[name] time LEVEL [spans: ]target:  message` of a pipeline, and the same of the runner, which is called
 * `manager` and puts one space before its message instead of two. Before Feldera 0.207 (2025-12) pipelines put one space
 * there, too, and the runner was called `control-plane` and wrote no target.
 */
function parseTextRecord(text: string): TextRecord | undefined {
  headPattern.lastIndex = 0;
  const [head, name, host, timeText, word] = headPattern.exec(text) ?? [];
  const level = levelOf(word);
  if (head === undefined || name === undefined || timeText === undefined || !level) return undefined;
  if (name === 'control-plane' && hasNoTarget(text, head.length)) {
    return {format: 'text', source: 'manager', name, timeText, level, target: '', messageStart: head.length};
  }
  const place = readPlace(text, head.length);
  if (!place) return undefined;
  const {target, span, targetEnd} = place;
  const gap = text.startsWith('  ', targetEnd) ? 2 : 1;
  // A pipeline may be called `manager` too: its lines have two spaces.
  const source = name === 'manager' && gap === 1 ? 'manager' : 'pipeline';
  const messageStart = Math.min(targetEnd + gap, text.length);
  // The space before the first field is in the gap when there is no message.
  const fieldsStart = source === 'manager' ? runnerSuffixStart(text, targetEnd) : fieldsStartOf(text, targetEnd);
  return {
    format: 'text',
    source,
    name,
    ...(host !== undefined && {host}),
    timeText,
    level,
    target,
    ...(span !== undefined && {span}),
    messageStart,
    ...(fieldsStart !== undefined && {fieldsStart: Math.max(fieldsStart, messageStart)}),
  };
}

function hasNoTarget(text: string, start: number): boolean {
  noTargetPattern.lastIndex = start;
  return noTargetPattern.test(text);
}

type Place = {readonly target: string; readonly span: string | undefined; readonly targetEnd: number};

/** Reads `a{ key="value"}:b: target:` from `start`; `targetEnd` is past the last colon. */
function readPlace(text: string, start: number): Place | undefined {
  /** The result unless a clearer target follows: a single path is a target, even where a span is possible. */
  let fallback: Place | undefined;
  let spansEnd: number | undefined;
  let at = start;
  for (;;) {
    const pathEnd = endOfPath(text, at);
    if (pathEnd === undefined) return fallback;
    const fieldsEnd = text[pathEnd] === '{' ? endOfBraces(text, pathEnd) : pathEnd;
    if (fieldsEnd === undefined || text[fieldsEnd] !== ':') return fallback;
    const end = fieldsEnd + 1;
    const path = text.slice(at, pathEnd);
    const span = spansEnd === undefined ? undefined : text.slice(start, spansEnd);
    const follows = text[end] ?? ' ';
    if (fieldsEnd === pathEnd && follows === ' ') {
      const place = {target: path, span, targetEnd: end};
      // Only the name of a span, which is no path, has a single space and more of the head after it.
      const isTarget = path.includes('::') || text[end + 1] === ' ' || text[end + 1] === undefined;
      if (isTarget) return place;
      // `rdkafka: error: broker down`: the text after a name may be the message as well.
      if (fallback) return fallback;
      fallback = place;
    }
    spansEnd = fieldsEnd;
    at = follows === ' ' ? end + 1 : end;
  }
}

function endOfPath(text: string, at: number): number | undefined {
  pathPattern.lastIndex = at;
  return pathPattern.test(text) ? pathPattern.lastIndex : undefined;
}

/** The end of `{…}`, braces within it and quoted text (with `\"`) skipped; undefined if it does not end. */
function endOfBraces(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}

type WithSource = typeof JSON & {rawJSON(text: string): unknown; isRawJSON(value: unknown): boolean};

/** TypeScript has no types for these functions yet; Node 21 and later have them. */
const json = JSON as WithSource;

/** Digits of numbers that a double may not hold exactly: 2^53 has 16. */
const longNumber = /\d{16}/;

/**
 * Parses JSON so that `textOf` writes a number that a double cannot hold as it was sent: an offset or an id of 64 bits for
 * example. Throws a SyntaxError.
 */
function parseExact(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

/** A string as it is, everything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

type JsonObject = {readonly [key: string]: unknown};

function isExactObject(value: unknown): value is JsonObject {
  return isObject(value) && !json.isRawJSON(value);
}

function exact(_key: string, value: unknown, context?: {readonly source?: string}): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return String(value) === context.source ? value : json.rawJSON(context.source);
}

const runnerSuffix = ' pipeline-id="';
const runnerSuffixPattern = / pipeline-id="[^"]*" pipeline-name="[^"]*"$/y;
const fieldPattern = / [A-Za-z_][\w.-]*=(?:"(?:[^"\\]|\\.)*"|[^\s"]+)/y;

/** Where ` pipeline-id="…" pipeline-name="…"`, which the runner puts at the end of each entry, begins. */
function runnerSuffixStart(text: string, from: number): number | undefined {
  const start = text.lastIndexOf(runnerSuffix);
  if (start < from) return undefined;
  runnerSuffixPattern.lastIndex = start;
  return runnerSuffixPattern.test(text) ? start : undefined;
}

/**
 * Where the fields (` key="value" answer=42`) begin that end the text; undefined if it does not end in fields. A value
 * with spaces outside quotes is not recognised. Linear: each field is read once.
 */
function fieldsStartOf(text: string, from: number): number | undefined {
  let at = text.indexOf(' ', from);
  while (at !== -1) {
    let end = at;
    fieldPattern.lastIndex = at;
    while (fieldPattern.test(text)) {
      end = fieldPattern.lastIndex;
    }
    if (end === text.length) return at;
    at = text.indexOf(' ', Math.max(end, at + 1));
  }
  return undefined;
}

const shownFieldPattern = / ?([A-Za-z_][\w.-]*)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]+)/y;

/** The fields of a record as names and plain values, in the order sent. `text` is the line that was parsed. */
export function recordFields(record: LogRecord, text: string): readonly (readonly [key: string, value: string])[] {
  if (record.format === 'json') return record.fields;
  if (record.fieldsStart === undefined) return [];
  const fields: (readonly [string, string])[] = [];
  shownFieldPattern.lastIndex = record.fieldsStart;
  for (let match = shownFieldPattern.exec(text); match !== null; match = shownFieldPattern.exec(text)) {
    const [, key = '', value = ''] = match;
    fields.push([key, value.startsWith('"') ? unquoted(value) : value]);
  }
  return fields;
}

/** Rust quotes almost like JSON; text with other escapes (`\u{1b}`) stays as written. */
function unquoted(quoted: string): string {
  const value = parseJson(quoted);
  return typeof value === 'string' ? value : quoted.slice(1, -1);
}
