import {isObject, parseJson} from '../../lib/json.ts';
import {type Level, levelOf, noLevel} from './level.ts';

/** The parts of a line in either form before its message. */
type RecordHead = {
  /** `manager`: a line of the runner; `pipeline`: a line of the pipeline's process. */
  readonly source: 'pipeline' | 'manager';
  /** The pipeline's name; on text lines of the runner `manager`. */
  readonly name: string;
  /** Number of the host, in pipelines that run on several; its name in syslog. */
  readonly host?: string;
  /** The container that wrote it, where lines name theirs: `web-1`, `pod/container`. */
  readonly container?: string;
  /** RFC 3339 in UTC with microseconds, as sent. */
  readonly timeText: string;
  /** Level of the line; undefined: it has none, as another logger wrote it. */
  readonly level: Level | undefined;
  /** The Rust module that logged, `dbsp_adapters::server`; empty if the line has none. */
  readonly target: string;
  /** In JSON the innermost span; in text all spans, as `name{ fields}`, joined by `:`. */
  readonly span?: string;
};

/** A line in text form. Offsets are UTF-16 units of the parsed text. */
export type TextRecord = RecordHead & {
  readonly format: 'text';
  readonly messageStart: number;
  /** Start of the fields that end the line, or of the space before them; on lines of the runner, of its suffix. */
  readonly fieldsStart?: number;
};

/** A line in JSON form (`FELDERA_LOG_JSON` on the server). */
type JsonRecord = RecordHead & {
  readonly format: 'json';
  readonly message: string;
  /** The other fields in their order; values other than strings are JSON. */
  readonly fields: readonly (readonly [key: string, value: string])[];
};

export type LogRecord = TextRecord | JsonRecord;

/**
 * Reads a line's visible text, without SGR sequences and control characters. Undefined for lines that Feldera's logger
 * did not write: panics, output of programs, all but the first line of a message, `Logs have ended`. Takes time linear
 * in the length. Never throws.
 */
export function parseRecord(text: string): LogRecord | undefined {
  return text.startsWith('{') ? parseJsonRecord(text) : parseTextRecord(text);
}

/**
 * Reads `{"timestamp":…,"level":…,"target":…,"feldera-service":…,"pipeline-name":…,"fields":{…}}`, in any order: a
 * pipeline sorts its keys. The message of a pipeline is `fields.message`, that of the runner `fields.line`.
 */
function parseJsonRecord(text: string): JsonRecord | undefined {
  return readJson(text, ({line, timestamp, level, target, span, message, fields}) => ({
    format: 'json',
    source: isRunners(line) ? 'manager' : 'pipeline',
    name: textOf(line['pipeline-name'] ?? ''),
    ...(typeof line.container === 'string' && {container: line.container}),
    timeText: timestamp,
    level,
    target: textOf(target),
    ...(span !== undefined && {span: textOf(span)}),
    message: textOf(message),
    fields: fields.map(([key, value]) => [key, textOf(value)] as const),
  }));
}

/**
 * The first line of a record's text form, from its level on, of a line in JSON: `ERROR file_input: dbsp_adapters::server:
 * 3 of 5 lost reason="no route" answer=42`. Undefined for other lines.
 */
export function jsonAsText(text: string): string | undefined {
  return readJson(text, ({level, target, span, message, fields}) => {
    const [first = '', ...others] = textOf(message).split('\n', 2);
    // Fields follow the last line of a message.
    const shown = others.length > 0 ? [] : fields.map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const place = span === undefined ? textOf(target) : `${textOf(span)}: ${textOf(target)}`;
    return `${level ?? noLevel} ${place}:  ${[first, ...shown].filter((part) => part !== '').join(' ')}`;
  });
}

/** Decides as `isRunnerLine`: a program may print a line that names the service, but none of the runner's modules. */
function isRunners({'feldera-service': service, target, 'pipeline-id': id}: JsonObject): boolean {
  const isOfRunner = typeof target === 'string' && target.startsWith('pipeline_manager::');
  return service === 'runner' && isOfRunner && typeof id === 'string';
}

type JsonParts = {
  readonly line: JsonObject;
  readonly timestamp: string;
  readonly level: Level | undefined;
  readonly target: unknown;
  readonly span: unknown;
  readonly message: unknown;
  /** The others. */
  readonly fields: readonly (readonly [key: string, value: unknown])[];
};

function readJson<T>(text: string, read: (parts: JsonParts) => T): T | undefined {
  // A cut line cannot be parsed, and the attempt would be expensive.
  if (!text.endsWith('}')) return undefined;
  try {
    const line: unknown = parseExact(text);
    const parts = isExactObject(line) ? partsOf(line) : undefined;
    return parts && read(parts);
  } catch {
    return undefined;
  }
}

function partsOf(line: JsonObject): JsonParts | undefined {
  const {timestamp, target, span, fields} = line;
  const level = levelOf(line.level);
  const hasLevel = level !== undefined || line.level === noLevel;
  if (typeof timestamp !== 'string' || !hasLevel || !isExactObject(fields)) return undefined;
  const messageKey = typeof fields.message === 'string' ? 'message' : 'line';
  // All lines through Rust's `log` crate have the target `log`; their module is a field.
  const ownTarget = target === 'log' ? fields['log.target'] : undefined;
  const others = Object.entries(fields).filter(
    ([key]) => key !== messageKey && !(key === 'log.target' && ownTarget !== undefined),
  );
  const message = fields[messageKey] ?? '';
  return {line, timestamp, level, target: ownTarget ?? target ?? '', span, message, fields: others};
}

/** `[name] time LEVEL `, `[name host=0] …`, `[log container=web-1] …`. A name has at most 63 characters, in any script. */
const headPattern =
  /\[([\p{L}\p{N}][-\p{L}\p{M}\p{N}_]{0,62})(?: host=([\w.:-]{1,64}))?(?: container=([\w./-]{1,150}))?\] (\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) {1,2}([A-Z]{4,5}) /uy;
/** A Rust path: the name of a span or a target. */
const pathPattern = /\w[\w.-]*(?:::\w[\w.-]*)*/y;

/**
 * Reads `[name] time LEVEL [spans: ]target:  message`. The runner has the name `manager` and writes one space before its
 * message.
 */
function parseTextRecord(text: string): TextRecord | undefined {
  headPattern.lastIndex = 0;
  const [head, name, host, container, timeText, word] = headPattern.exec(text) ?? [];
  const level = levelOf(word);
  const hasLevel = level !== undefined || word === noLevel;
  if (head === undefined || name === undefined || timeText === undefined || !hasLevel) return undefined;
  const place = readTarget(text, head.length);
  if (!place) return undefined;
  const {target, span, targetEnd} = place;
  const gap = text.startsWith('  ', targetEnd) ? 2 : 1;
  // A pipeline may have the name `manager`: its lines have two spaces.
  const source = name === 'manager' && gap === 1 ? 'manager' : 'pipeline';
  const messageStart = Math.min(targetEnd + gap, text.length);
  // Without a message the space before the first field is in the gap.
  const fieldsStart = source === 'manager' ? runnerSuffixStart(text, targetEnd) : fieldsStartOf(text, targetEnd);
  return {
    format: 'text',
    source,
    name,
    ...(host !== undefined && {host}),
    ...(container !== undefined && {container}),
    timeText,
    level,
    target,
    ...(span !== undefined && {span}),
    messageStart,
    ...(fieldsStart !== undefined && {fieldsStart: Math.max(fieldsStart, messageStart)}),
  };
}

type Target = {readonly target: string; readonly span: string | undefined; readonly targetEnd: number};

/** The target, and the spans before it, with which a text begins; undefined if it begins with neither. */
export function targetIn(text: string): string | undefined {
  return readTarget(text, 0)?.target;
}

/** Reads `a{ key="value"}:b: target:`; `:` of a logger without targets. `targetEnd` is past the last colon. */
function readTarget(text: string, start: number): Target | undefined {
  if (text.startsWith(':  ', start)) return {target: '', span: undefined, targetEnd: start + 1};
  /** A path that may be a span or the target: the result unless a clear target follows. */
  let fallback: Target | undefined;
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
      // A name without `::` and with one space after it may be that of a span.
      const isTarget = path.includes('::') || text[end + 1] === ' ' || text[end + 1] === undefined;
      if (isTarget) return place;
      // `rdkafka: error: broker down`: the second name may be part of the message.
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

/** Past the `}` that closes `{…}`, which may contain braces and quoted text; undefined if none does. */
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

/** TypeScript has no types for these functions yet. */
const json = JSON as WithSource;

/** A number of 16 digits may be inexact as a double: 2^53 has 16. */
const longNumber = /\d{16}/;

/** Keeps numbers that a double cannot hold, such as 64-bit ids, as they were sent. Throws a SyntaxError. */
function parseExact(text: string): unknown {
  return longNumber.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

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

/** Start of ` pipeline-id="…" pipeline-name="…"`, with which the runner ends each record. */
function runnerSuffixStart(text: string, from: number): number | undefined {
  const start = text.lastIndexOf(runnerSuffix);
  if (start < from) return undefined;
  runnerSuffixPattern.lastIndex = start;
  return runnerSuffixPattern.test(text) ? start : undefined;
}

/** Start of the fields that end the text. Values with spaces must be in quotes. Linear: reads each field once. */
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

/** The message of a record without its fields. `text` is the parsed line. */
export function bareMessage(record: LogRecord, text: string): string {
  return record.format === 'json' ? record.message : text.slice(record.messageStart, record.fieldsStart);
}

/** The fields of a record in their order, values without quotes and escapes. `text` is the parsed line. */
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

/** Rust quotes almost like JSON; a text with escapes of Rust (`\u{1b}`) keeps all its escapes. */
function unquoted(quoted: string): string {
  const value = parseJson(quoted);
  return typeof value === 'string' ? value : quoted.slice(1, -1);
}
