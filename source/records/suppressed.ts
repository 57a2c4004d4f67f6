import {stepCost} from '../buffer/cold-segments.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import type {SegmentView} from '../buffer/segment.ts';
import {countBelow} from '../lib/bisect.ts';
import {apostrophe, bytesOf, isAt, isDigit, Word} from './bytes.ts';
import {fingerprintOf} from './fingerprint.ts';
import {levelIn} from './line-head.ts';

/** `error on input endpoint 'orders.kafka': …`, `encode error on output endpoint …` (adapters, server.rs). */
const endpointWord = new Word("put endpoint '", "oint '");
/** `Suppressed 177 'orders.kafka-text_event_err' errors in the last 6.00s (…) due to excessive rate.` (the same). */
const suppressedWord = Buffer.from('Suppressed ');
const afterName = bytesOf("' errors in the last ");
/** At the end of a message of Kafka's client: `(after 2ms in state CONNECT, 3 identical error(s) suppressed)`. */
const identicalWord = new Word(' identical error(s) suppressed', '(s) su');
/** The level of all lines that name an endpoint or report identical errors. */
const errorWord = Buffer.from('ERROR');
const beforeName = bytesOf(" '");
const zero = 0x30;
/** Entries between a line of the limiter and its error, at most: the same thread writes both at once. */
export const mostBetween = 100;
/** More than a pipeline has: the names are what a log says. */
const mostNames = 1000;

/** Errors of one connector and tag that were not logged. `name`: `<endpoint>-<tag>`. */
export type Suppressed = {readonly name: string; readonly count: number};

/** The connector that an error is of; undefined if it is not a connector's. */
export function endpointIn(line: Uint8Array): string | undefined {
  const bytes = asBuffer(line);
  const at = endpointWord.in(bytes, 0);
  const start = at + endpointWord.length;
  const end = at === -1 ? -1 : bytes.indexOf(apostrophe, start);
  return end === -1 ? undefined : bytes.toString('utf8', start, end);
}

/** What a line of the rate limiter reports; undefined for other lines. */
export function suppressedIn(line: Uint8Array): Suppressed | undefined {
  const bytes = asBuffer(line);
  const at = bytes.indexOf(suppressedWord);
  if (at === -1 || levelIn(bytes, 0, bytes.length) !== 'INFO') return undefined;
  let digit = at + suppressedWord.length;
  let count = 0;
  for (; isDigit(bytes[digit]); digit++) count = 10 * count + (bytes[digit] ?? 0) - zero;
  const start = digit + 2;
  const end = isAt(bytes, digit, beforeName) ? bytes.indexOf(apostrophe, start) : -1;
  if (count === 0 || end === -1 || !isAt(bytes, end, afterName)) return undefined;
  return {name: bytes.toString('utf8', start, end), count};
}

/** The number of equal errors that an error of Kafka's client stands for, itself not included. */
export function identicalIn(line: Uint8Array): number {
  const bytes = asBuffer(line);
  const end = identicalWord.in(bytes, 0);
  let count = 0;
  let unit = 1;
  for (let at = end - 1; at >= 0 && isDigit(bytes[at]); at--, unit *= 10) count += unit * ((bytes[at] ?? 0) - zero);
  return count;
}

/**
 * The fingerprint of a line, of a connector's error together with the name: a fingerprint leaves out quoted names, and
 * errors of several connectors would be one kind. `endpoint`: as of `endpointIn`.
 */
export function errorFingerprint(line: Uint8Array, endpoint = endpointIn(line) ?? ''): number {
  let kind = fingerprintOf(line);
  for (const character of endpoint) kind = Math.imul(kind ^ character.charCodeAt(0), 16_777_619);
  return kind;
}

/** Offset of the next place in the bytes that may be in a line of the limiter; -1: none. */
export function nextSuppressed(bytes: Buffer, from: number): number {
  return bytes.indexOf(suppressedWord, from);
}

/** Errors that were not logged, and the lines that tell of them. */
type Pending = {readonly count: number; readonly ids: readonly number[]};
const none: Pending = {count: 0, ids: []};
/** Lines for one error, of which the ids are known: there is one. */
const mostLines = 16;

/**
 * Errors of a log that the limiter suppressed and an error has yet to follow: each line of the limiter is right before the
 * next error of that connector and tag.
 */
export class PendingSuppressed {
  readonly #pending = new Map<string, Pending>();

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  /** `id`: of the line; undefined where nobody asks for it. */
  add({name, count}: Suppressed, id?: number): void {
    const before = this.#pending.get(name) ?? none;
    // The newest is the last one.
    this.#pending.delete(name);
    const ids = id === undefined || before.ids.length === mostLines ? before.ids : [...before.ids, id];
    this.#pending.set(name, {count: before.count + count, ids});
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > mostNames && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** The errors that the next error of this connector stands for. Its line does not name the tag. */
  take(endpoint: string): Pending {
    if (this.#pending.size === 0) return none;
    const name = [...this.#pending.keys()].findLast((key) => partsOf(key).name === endpoint);
    if (name === undefined) return none;
    const pending = this.#pending.get(name) ?? none;
    this.#pending.delete(name);
    return pending;
  }
}

/** Errors of one connector; an empty `name`: of Kafka's client, whose lines do not name the connector. */
export type ConnectorCount = {
  readonly name: string;
  readonly logged: number;
  readonly suppressed: number;
  /** The tags of the suppressed ones, as the lines of the limiter name them. */
  readonly tags: readonly string[];
};

/**
 * Errors of connectors in the lines that a log has, and those that these lines report as suppressed. Found in steps while
 * the log grows; a log that was read from its past on may have more than the `ErrorLog` of its stream.
 */
export class SuppressedErrors {
  readonly #buffer: LogBuffer;
  readonly #countsLogged: boolean;
  readonly #pending = new PendingSuppressed();
  /** The lines of the limiter that an error follows closely, ascending, and the line of each one's error. */
  #lines: number[] = [];
  #errors: number[] = [];
  /** Ids of lines that stand for suppressed errors, and how many: ascending. */
  #ids: number[] = [];
  #counts: number[] = [];
  readonly #connectors = new Map<string, {logged: number; suppressed: number; tags: Set<string>}>();
  #next: number;

  /** `countsLogged`: `connectors` has the errors in the log, too, for which all of them are read. */
  constructor(buffer: LogBuffer, {countsLogged = false}: {readonly countsLogged?: boolean} = {}) {
    this.#buffer = buffer;
    this.#countsLogged = countsLogged;
    this.#next = buffer.firstId;
  }

  /** Reads about `maxBytes` more bytes of ended lines. True: nothing is left. */
  step(maxBytes: number): boolean {
    this.#next = Math.max(this.#next, this.#buffer.firstId);
    const to = this.#buffer.endedTo;
    for (let left = maxBytes; this.#next < to && left > 0; ) {
      const segment = this.#buffer.segmentAt(this.#next);
      if (!segment) return false;
      const from = this.#next;
      left -= stepCost(this.#buffer, from, this.#read(segment, Math.min(to, segment.endId), left));
    }
    return this.#next >= to;
  }

  /**
   * How many suppressed errors the records that begin in [`from`, `to`) stand for, of those that `isCounted`: an error for
   * those before it, and a line of the limiter for those that it reports. A caller must not add the two.
   */
  between(from: number, to: number, isCounted: (head: number) => boolean): number {
    let sum = 0;
    for (let index = countBelow(this.#ids, from); (this.#ids[index] ?? to) < to; index++) {
      if (isCounted(this.#ids[index] ?? to)) sum += this.#counts[index] ?? 0;
    }
    return sum;
  }

  /** The lines of the limiter that the next error of their connector follows closely, ascending, and that error of each. */
  get followed(): {readonly lines: readonly number[]; readonly errors: readonly number[]} {
    return {lines: this.#lines, errors: this.#errors};
  }

  /** Those with the most suppressed errors first. */
  get connectors(): readonly ConnectorCount[] {
    return [...this.#connectors]
      .map(([name, {tags, ...counts}]) => ({name, ...counts, tags: [...tags]}))
      .sort((a, b) => b.suppressed - a.suppressed || b.logged - a.logged);
  }

  /** Reads the lines of a segment from `#next` to `to`, about `maxBytes` bytes. Returns the bytes that were read. */
  #read({firstId, bytes, starts}: SegmentView, to: number, maxBytes: number): number {
    const startOf = (id: number) => starts[id - firstId] ?? bytes.length;
    const first = startOf(this.#next);
    // Whole lines, one at least.
    const next = Math.min(to, firstId + Math.max(this.#next - firstId + 1, countBelow(starts, first + maxBytes)));
    const end = startOf(next);
    const part = bytes.subarray(0, end);
    const placeOf = (at: number) => (at === -1 ? end : at);
    const suppressedFrom = (from: number) => placeOf(nextSuppressed(part, from));
    const identicalFrom = (from: number) => placeOf(identicalWord.in(part, from));
    const errorFrom = (from: number) => placeOf(part.indexOf(errorWord, from));
    let suppressed = suppressedFrom(first);
    let identical = identicalFrom(first);
    let error = this.#readsErrors ? errorFrom(first) : end;
    for (;;) {
      const found = Math.min(suppressed, identical, error);
      if (found >= end) break;
      const id = firstId + countBelow(starts, found + 1) - 1;
      const lineEnd = startOf(id + 1);
      const wasRead = this.#readsErrors;
      this.#add(id, bytes.subarray(startOf(id), lineEnd));
      if (suppressed < lineEnd) suppressed = suppressedFrom(lineEnd);
      if (identical < lineEnd) identical = identicalFrom(lineEnd);
      if (!this.#readsErrors) error = end;
      else if (!wasRead || error < lineEnd) error = errorFrom(lineEnd);
    }
    this.#next = next;
    return end - first;
  }

  /** Errors of connectors are searched: to be counted, or because the next one of a connector stands for others. */
  get #readsErrors(): boolean {
    return this.#countsLogged || !this.#pending.isEmpty;
  }

  #add(id: number, line: Uint8Array): void {
    const level = levelIn(line);
    const suppressed = level === 'INFO' ? suppressedIn(line) : undefined;
    if (suppressed) {
      this.#pending.add(suppressed, id);
      this.#put(id, suppressed.count);
      const {name, tag} = partsOf(suppressed.name);
      const connector = this.#connectorOf(name);
      connector.suppressed += suppressed.count;
      connector.tags.add(tag);
      return;
    }
    if (level !== 'ERROR') return;
    const name = endpointIn(line);
    const {count: more, ids} = name === undefined ? {count: identicalIn(line), ids: []} : this.#pending.take(name);
    for (const each of ids) if (id - each <= mostBetween) this.#addFollowed(each, id);
    if (name === undefined && more === 0) return;
    this.#put(id, more);
    const connector = this.#connectorOf(name ?? '');
    connector.logged += 1;
    // Of a connector, the line of the limiter has added them.
    if (name === undefined) connector.suppressed += more;
  }

  #addFollowed(line: number, error: number): void {
    let at = this.#lines.length;
    // Threads write at the same time: a line of another connector may have come first.
    while (at > 0 && (this.#lines[at - 1] ?? 0) > line) at -= 1;
    this.#lines.splice(at, 0, line);
    this.#errors.splice(at, 0, error);
    const dropped = countBelow(this.#lines, this.#buffer.firstId);
    if (dropped <= this.#lines.length / 2) return;
    this.#lines = this.#lines.slice(dropped);
    this.#errors = this.#errors.slice(dropped);
  }

  #put(id: number, count: number): void {
    if (count === 0) return;
    this.#ids.push(id);
    this.#counts.push(count);
    // Half of them have left the log.
    const dropped = countBelow(this.#ids, this.#buffer.firstId);
    if (dropped <= this.#ids.length / 2) return;
    this.#ids = this.#ids.slice(dropped);
    this.#counts = this.#counts.slice(dropped);
  }

  #connectorOf(name: string) {
    const known = this.#connectors.get(name);
    if (known) return known;
    const connector = {logged: 0, suppressed: 0, tags: new Set<string>()};
    if (this.#connectors.size < mostNames) this.#connectors.set(name, connector);
    return connector;
  }
}

/** The connector and the tag of a name in a line of the limiter. No tag has a hyphen, while a connector may. */
function partsOf(name: string): {readonly name: string; readonly tag: string} {
  const at = name.lastIndexOf('-');
  return {name: name.slice(0, at), tag: name.slice(at + 1)};
}

function asBuffer(line: Uint8Array): Buffer {
  return line instanceof Buffer ? line : Buffer.from(line.buffer, line.byteOffset, line.byteLength);
}
