import {fieldOf, parseJson, stringOf} from '../../lib/json.ts';
import {newline} from '../buffer/segment.ts';
import {latin1, maxProtocolLine} from './entry-count.ts';

/**
 * The lines that the server itself writes into a log stream, in text and in JSON mode.
 *
 * A pipeline may print the same lines, so their place is the proof. Entry 0 of a ring is always `Fresh start`: the
 * first line of a body is that one, or the discard notice, and never the pipeline's. Only the last line of a body can
 * be the end marker.
 */

/** Facts from a body's first line about the replay that follows. */
export type BodyStart = {
  /** Absolute index of the replay's first entry, which is the number of discarded ones. */
  readonly index: number;
  readonly replay: Uint8Array;
  /** The first line, without its newline, if it is a fresh start: the replay begins with entry 0. */
  readonly freshStart: Uint8Array | undefined;
  /** Id of the pipeline; undefined if the first line is not the server's own. */
  readonly pipelineId: string | undefined;
  /** True: the runner writes JSON; undefined likewise. */
  readonly isJson: boolean | undefined;
};

type Opening =
  /** The line itself is not an entry of the log. */
  | {readonly kind: 'notice'; readonly discarded: number; readonly pipelineId: string | undefined}
  /** The line is entry 0. Its bytes, timestamp included, identify the epoch. */
  | {readonly kind: 'fresh-start'; readonly pipelineId: string | undefined}
  | {readonly kind: 'entry'};

type OwnLine = {
  readonly level: string | undefined;
  readonly target: string | undefined;
  readonly text: string;
  readonly id: string | undefined;
};

/** The last line of a body that the server ended itself; plain text even in JSON mode. */
const endMarker = Buffer.from('Logs have ended\n');

const target = 'pipeline_manager::runner::pipeline_logs';
const discardedText =
  /^\.\.\. (\d{1,15}) prior log lines were discarded due to buffer constraints and are thus not shown\.$/;
const freshStartText = 'Fresh start of pipeline logs';
/** Level, target, text and id of a runner's line in text mode. */
const managerLine = /^\[manager\] \S+ +([A-Z]+) (\S+): (.*) pipeline-id="([^"]*)" pipeline-name="[^"]*"$/;
const nothing = new Uint8Array(0);
const openingBrace = 0x7b;

/** Returns undefined when it needs more of the first line. */
export function readBodyStart(head: Uint8Array): BodyStart | undefined {
  const end = head.indexOf(newline);
  if (end === -1 && head.length <= maxProtocolLine) return undefined;
  const line = end === -1 ? head : head.subarray(0, end);
  const opening = readOpening(line);
  const isJson = opening.kind === 'entry' ? undefined : line[0] === openingBrace;
  switch (opening.kind) {
    case 'notice': {
      const {discarded: index, pipelineId} = opening;
      return {index, replay: head.subarray(end + 1), freshStart: undefined, pipelineId, isJson};
    }
    case 'fresh-start':
      return {index: 0, replay: head, freshStart: new Uint8Array(line), pipelineId: opening.pipelineId, isJson};
    case 'entry':
      return {index: 0, replay: head, freshStart: undefined, pipelineId: undefined, isJson};
  }
}

/** `line`: the first of a body, without its newline. */
export function readOpening(line: Uint8Array): Opening {
  if (line.length > maxProtocolLine) return {kind: 'entry'};
  const own = readOwn(latin1(line));
  if (own?.target !== target) return {kind: 'entry'};
  const {level, id: pipelineId} = own;
  if (level === 'INFO' && own.text === freshStartText) return {kind: 'fresh-start', pipelineId};
  const discarded = level === 'WARN' ? discardedText.exec(own.text)?.[1] : undefined;
  return discarded === undefined ? {kind: 'entry'} : {kind: 'notice', discarded: Number(discarded), pipelineId};
}

function readOwn(line: string): OwnLine | undefined {
  if (line.startsWith('{')) return readJson(line);
  const [, level, ownTarget, text = '', id] = managerLine.exec(line) ?? [];
  return {level, target: ownTarget, text, id};
}

function readJson(line: string): OwnLine | undefined {
  const json = parseJson(line);
  if (json === undefined) return undefined;
  const text = (key: string) => stringOf(json, key) || undefined;
  const fields = fieldOf(json, 'fields');
  return {
    level: text('level'),
    target: text('target'),
    text: stringOf(fields, 'line'),
    id: text('pipeline-id'),
  };
}

/**
 * Keeps the end marker out of the log. A pipeline may print the same line: it is the server's only at the very end of a
 * body. So the last line is held back while it is, or may become, the marker (16 bytes at most).
 */
export class EndMarkerFilter {
  #held: Uint8Array = nothing;
  #atLineStart = true;

  /** Returns the bytes that are surely no end marker, valid until the next call. */
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

  /** The body ended. Returns whether its last line was the end marker; held bytes are dropped. */
  end(): boolean {
    const ended = this.#held.length === endMarker.length;
    this.#held = nothing;
    this.#atLineStart = true;
    return ended;
  }

  /** The caller leaves before the body ended. Returns the held bytes. */
  release(): Uint8Array {
    const held = this.#held;
    this.#held = nothing;
    if (held.length > 0) this.#atLineStart = held.at(-1) === newline;
    return held;
  }

  /** Returns where the last line begins, complete or not; undefined: it is too long to matter. */
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
