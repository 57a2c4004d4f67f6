import {newline} from '../buffer/segment.ts';
import {fieldOf, parseJson, stringOf} from '../lib/json.ts';

/**
 * The lines that the server itself writes into a log stream, in text and in JSON mode (feldera-api.md, "Logs").
 *
 * A pipeline may print lines that look the same, so the shape alone proves nothing; the position does. The ring's entry
 * 0 is always `Fresh start`, hence the first line of a body is that line (nothing discarded) or the discard notice
 * (something was), and never the pipeline's. The end marker is trusted only as the very last line of a body.
 */

/** What the first line of a body shows of the replay that follows. */
export type BodyStart = {
  /** Absolute index of the replay's first entry: as many were discarded before it. */
  readonly index: number;
  /** The replay, as far as it was received. */
  readonly replay: Uint8Array;
  /** The replay's first line, without its newline, if it is a fresh start: the replay begins with entry 0. */
  readonly freshStart: Uint8Array | undefined;
  /** The pipeline's id in the line; undefined when the line is not the server's own, or names no pipeline. */
  readonly pipelineId: string | undefined;
  /** How the replay, and what follows it, shows the runner's entries. */
  readonly form: RunnerForm;
};

/**
 * How a log shows the runner's entries: a `manager` entry ends in a suffix, which shows that several lines are one; a
 * `control-plane` entry (text mode of Feldera 0.97 to 0.206) has no visible end.
 */
export type RunnerForm = 'manager' | 'control-plane';

/** The first line of a body. */
type Opening =
  /** `discarded` entries precede the replay; the line itself is not an entry of the log. */
  | (OpeningLine & {readonly kind: 'notice'; readonly discarded: number})
  /** The replay begins with entry 0, this line. Its bytes, timestamp included, identify the epoch of the ring. */
  | (OpeningLine & {readonly kind: 'fresh-start'})
  /** Not one of the server's own lines: an ordinary entry. */
  | {readonly kind: 'entry'};

/** `pipelineId`: undefined where the line does not name the pipeline. */
type OpeningLine = {readonly form: RunnerForm; readonly pipelineId: string | undefined};

type OwnLine = {
  readonly form: RunnerForm;
  readonly level: string | undefined;
  readonly target: string | undefined;
  readonly text: string;
  readonly id: string | undefined;
};

/** The last line of a body that the server ended itself; plain text even in JSON mode. */
const endMarker = Buffer.from('Logs have ended\n');

/** No first line of the server's own is longer: ids and names are bounded, and the longest seen has 323 bytes. */
export const maxProtocolLine = 4096;

const target = 'pipeline_manager::runner::pipeline_logs';
const discardedText =
  /^\.\.\. (\d{1,15}) prior log lines were discarded due to buffer constraints and are thus not shown\.$/;
const freshStartText = 'Fresh start of pipeline logs';
/** Level, target, text and id of a runner's line in text mode. */
const managerLine = /^\[manager\] \S+ +([A-Z]+) (\S+): (.*) pipeline-id="([^"]*)" pipeline-name="[^"]*"$/;
/** Level and text of the first line of a runner's entry in text mode, before 0.207. */
const controlPlaneLine = /^\[control-plane\] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z +([A-Z]+) (.*)$/s;
/** Texts of `control-plane` entries that are never longer than their first line (all but errors, 0.97 to 0.206). */
const wholeText =
  /^(?:Fresh start of pipeline logs|Storage has been cleared|std(?:out|err) ended|[A-Z][a-z]+ transition: .*)$/s;
/** How every record begins, the runner's and a pipeline's, coloured or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an SGR sequence begins with ESC.
const recordHead = /^\[[^\]]+\] (?:\x1b\[[\d;]*m)*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/;
/** A name of 63 bytes or an id, a host, colours and the time are shorter. */
const maxRecordHead = 256;
const entrySuffix = / pipeline-id="[^"]*" pipeline-name="[^"]*"$/;

const prefixes: Readonly<Record<RunnerForm, Uint8Array>> = {
  manager: Buffer.from('[manager] '),
  'control-plane': Buffer.from('[control-plane] '),
};

const nothing = new Uint8Array(0);

/** Reads a body's beginning, `head`. Undefined: more of its first line is needed. */
export function readBodyStart(head: Uint8Array): BodyStart | undefined {
  const end = head.indexOf(newline);
  if (end === -1 && head.length <= maxProtocolLine) return undefined;
  const line = end === -1 ? head : head.subarray(0, end);
  const opening = readOpening(line);
  switch (opening.kind) {
    case 'notice': {
      const {discarded: index, pipelineId, form} = opening;
      return {index, replay: head.subarray(end + 1), freshStart: undefined, pipelineId, form};
    }
    case 'fresh-start': {
      const {pipelineId, form} = opening;
      return {index: 0, replay: head, freshStart: new Uint8Array(line), pipelineId, form};
    }
    case 'entry':
      return {index: 0, replay: head, freshStart: undefined, pipelineId: undefined, form: 'manager'};
  }
}

/** Reads the first line of a body, without its newline. */
export function readOpening(line: Uint8Array): Opening {
  if (line.length > maxProtocolLine) return {kind: 'entry'};
  const own = readOwn(latin1(line));
  if (own?.target !== target) return {kind: 'entry'};
  const {form, level, id: pipelineId} = own;
  if (level === 'INFO' && own.text === freshStartText) return {kind: 'fresh-start', form, pipelineId};
  const discarded = level === 'WARN' ? discardedText.exec(own.text)?.[1] : undefined;
  return discarded === undefined ? {kind: 'entry'} : {kind: 'notice', form, discarded: Number(discarded), pipelineId};
}

function readOwn(line: string): OwnLine | undefined {
  if (line.startsWith('{')) return readJson(line);
  if (line.startsWith('... ')) return {form: 'control-plane', level: 'WARN', target, text: line, id: undefined};
  const [, formerLevel, formerText] = controlPlaneLine.exec(line) ?? [];
  // It has no target; the text is enough, for at this place only the server writes.
  if (formerText !== undefined)
    return {form: 'control-plane', level: formerLevel, target, text: formerText, id: undefined};
  const [, level, ownTarget, text = '', id] = managerLine.exec(line) ?? [];
  return {form: 'manager', level, target: ownTarget, text, id};
}

function readJson(line: string): OwnLine | undefined {
  const json = parseJson(line);
  if (json === undefined) return undefined;
  const text = (key: string) => stringOf(json, key) || undefined;
  const fields = fieldOf(json, 'fields');
  return {
    form: 'manager',
    level: text('level'),
    target: text('target'),
    text: stringOf(fields, 'line'),
    id: text('pipeline-id'),
  };
}

/** One character a byte: only ASCII is compared here, and other bytes must neither throw nor merge. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The beginning of each line that may begin an entry of the runner. Only those may hold newlines; JSON escapes them. */
export function runnerPrefix(form: RunnerForm): Uint8Array {
  return prefixes[form];
}

/** What begins with a line of `control-plane` form: an entry that may have more lines, a whole one, or none. */
export function readRecordHead(line: Uint8Array): 'open-entry' | 'whole-entry' | undefined {
  const openBracket = 0x5b;
  if (line[0] !== openBracket || !recordHead.test(latin1(line.subarray(0, maxRecordHead)))) return undefined;
  const [, , text] = controlPlaneLine.exec(latin1(line.subarray(0, maxProtocolLine))) ?? [];
  return text === undefined || wholeText.test(text) ? 'whole-entry' : 'open-entry';
}

/** Whether a line ends in the suffix that closes every entry of the runner in text mode. */
export function endsManagerEntry(line: Uint8Array): boolean {
  const quote = 0x22;
  return line.at(-1) === quote && entrySuffix.test(latin1(line.subarray(-maxProtocolLine)));
}

/**
 * Keeps the end marker out of the log. `Logs have ended` is the server's only as the very last line of a body; a pipeline
 * may print it too. So the last line received is held back while it is, or may become, the marker: at most 16 bytes, and
 * no other line ever waits.
 */
export class EndMarkerFilter {
  #held: Uint8Array = nothing;
  #atLineStart = true;

  /** Adds bytes of the body; returns those that are surely no end marker, valid until the next call. */
  append(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return nothing;
    const all = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const from = this.#lastLineStart(all);
    const mayBeMarker = from !== undefined && beginsEndMarker(all, from);
    const released = mayBeMarker ? all.subarray(0, from) : all;
    this.#held = mayBeMarker ? new Uint8Array(all.subarray(from)) : nothing;
    if (released.length > 0) this.#atLineStart = released.at(-1) === newline;
    return released;
  }

  /** The body ended: whether its last line was the end marker. What was held is dropped. */
  end(): boolean {
    const ended = this.#held.length === endMarker.length;
    this.#held = nothing;
    this.#atLineStart = true;
    return ended;
  }

  /** The body is left before it ended: what was held was no end marker. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = nothing;
    if (held.length > 0) this.#atLineStart = held.at(-1) === newline;
    return held;
  }

  /** Where the last line begins, complete or not, if it is short enough to matter. */
  #lastLineStart(bytes: Uint8Array): number | undefined {
    const earliest = Math.max(0, bytes.length - endMarker.length);
    for (let start = bytes.length - 1; start >= earliest; start--) {
      if (start === 0 ? this.#atLineStart : bytes[start - 1] === newline) return start;
    }
    return undefined;
  }
}

function beginsEndMarker(bytes: Uint8Array, from: number): boolean {
  for (let index = from; index < bytes.length; index++) {
    if (bytes[index] !== endMarker[index - from]) return false;
  }
  return true;
}
