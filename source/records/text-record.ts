import {levelOf} from './level.ts';
import type {TextRecord} from './parse-record.ts';
import {fieldsStartOf, runnerSuffixStart} from './text-fields.ts';

/** `[name] time LEVEL `, `[name host=0] …`. A name has at most 63 characters. */
const headPattern =
  /\[([A-Za-z0-9][-\w]{0,62})(?: host=(\w{1,20}))?\] (\d{4}-\d\d-\d\dT[\d:.]{8,18}Z) {1,2}([A-Z]{4,5}) /y;
/** A Rust path: the name of a span or a target. */
const pathPattern = /\w[\w.-]*(?:::\w[\w.-]*)*/y;

/** Of a line of the runner before Feldera 0.207, which names no target: the first word of its message is none. */
const noTargetPattern = /(?![^ ]*:(?: |$))[^ {]+(?: |$)/y;

/**
 * Reads `[name] time LEVEL [spans: ]target:  message` of a pipeline, and the same of the runner, which is called
 * `manager` and puts one space before its message instead of two. Before Feldera 0.207 (2025-12) pipelines put one space
 * there, too, and the runner was called `control-plane`, and named no target.
 */
export function parseTextRecord(text: string): TextRecord | undefined {
  headPattern.lastIndex = 0;
  const [head, name, host, timeText, word] = headPattern.exec(text) ?? [];
  const level = levelOf(word);
  if (head === undefined || name === undefined || timeText === undefined || !level) return undefined;
  if (name === 'control-plane' && namesNoTarget(text, head.length)) {
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

function namesNoTarget(text: string, start: number): boolean {
  noTargetPattern.lastIndex = start;
  return noTargetPattern.test(text);
}

type Place = {readonly target: string; readonly span: string | undefined; readonly targetEnd: number};

/** Reads `a{ key="value"}:b: target:` from `start`; `targetEnd` is past the last colon. */
function readPlace(text: string, start: number): Place | undefined {
  /** What holds if nothing surer follows: a single path is a target, even where a span could stand. */
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
      // Only spans are followed by a single space and more of the head, and their names are no paths.
      const isTarget = path.includes('::') || text[end + 1] === ' ' || text[end + 1] === undefined;
      if (isTarget) return place;
      // `rdkafka: error: broker down`: what follows a name may be the message as well.
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
