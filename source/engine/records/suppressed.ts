import {bisect} from '../../lib/bisect.ts';
import {apostrophe, bytesOf, isAt, isDigit, Word} from './bytes.ts';
import {suppressedWord} from './candidates.ts';
import {isReported} from './failed-start.ts';
import {fingerprintOf} from './fingerprint.ts';
import {levelIn} from './line-head.ts';

/** `error on input endpoint 'orders.kafka': …`, `encode error on output endpoint …` (adapters, server.rs). */
const endpointWord = new Word("put endpoint '", "oint '");
const afterName = bytesOf("' errors in the last ");
/** At the end of a message of Kafka's client: `(after 2ms in state CONNECT, 3 identical error(s) suppressed)`. */
const identicalWord = new Word(' identical error(s) suppressed', '(s) su');
const beforeName = bytesOf(" '");
const zero = 0x30;
/** Entries between a line of the limiter and its error, at most: the same thread writes both at once. */
export const mostBetween = 100;
/** More than a pipeline has: the names are what a log says. */
const mostNames = 1000;

/** Errors of one connector and tag that were not logged. `name`: `<endpoint>-<tag>`. */
export type Suppressed = {readonly name: string; readonly count: number};

/** The connector that an error names; undefined: none. */
export function endpointIn(line: Uint8Array): string | undefined {
  const bytes = asBuffer(line);
  return nameAt(bytes, endpointWord.in(bytes, 0));
}

/** The connector that an error is of: the API counts it. One that ended the start of its pipeline is none of them. */
export function connectorErrorIn(line: Uint8Array): string | undefined {
  const bytes = asBuffer(line);
  const at = endpointWord.in(bytes, 0);
  return isReported(bytes, at) ? undefined : nameAt(bytes, at);
}

function nameAt(bytes: Buffer, at: number): string | undefined {
  const start = at + endpointWord.length;
  const end = at === -1 ? -1 : bytes.indexOf(apostrophe, start);
  return end === -1 ? undefined : bytes.toString('utf8', start, end);
}

/** Reads a line of the rate limiter; undefined for other lines. */
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

/** A line that stands for errors which are not in the log. `error`: the line of the next error, which follows it closely. */
type ToldErrors = {readonly id: number; readonly count: number; error?: number};

/** Errors that were not logged, and the lines of the limiter that tell of them, as far as anybody asks for those. */
type Pending = {count: number; readonly lines: ToldErrors[]};
const nonePending: Readonly<Pending> = {count: 0, lines: []};
/** Lines for one error, of which the ids are known: there is one. */
const mostLines = 16;

/**
 * Errors of a log that the limiter suppressed and an error has yet to follow: each line of the limiter is right before the
 * next error of that connector and tag.
 */
export class PendingSuppressed {
  readonly #pending = new Map<string, Pending>();

  /** `line`: the one of the limiter; undefined where nobody asks for it. */
  add({name, count}: Suppressed, line?: ToldErrors): void {
    const pending = this.#pending.get(name) ?? {count: 0, lines: []};
    // The newest is the last one.
    this.#pending.delete(name);
    this.#pending.set(name, pending);
    pending.count += count;
    if (line && pending.lines.length < mostLines) pending.lines.push(line);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > mostNames && oldest !== undefined) this.#pending.delete(oldest);
  }

  /** The errors that an error stands for besides itself. `endpoint`: its connector, as of `endpointIn`. */
  take(error: Uint8Array, endpoint: string | undefined): Readonly<Pending> {
    if (endpoint === undefined) return {count: identicalIn(error), lines: []};
    if (this.#pending.size === 0) return nonePending;
    // Its line does not name the tag.
    const name = [...this.#pending.keys()].findLast((key) => partsOf(key).name === endpoint);
    const pending = name === undefined ? undefined : this.#pending.get(name);
    if (name !== undefined) this.#pending.delete(name);
    return pending ?? nonePending;
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

/** Errors of connectors that a log has, and those that its lines report as suppressed. Its `ErrorLog` tells of each line. */
export class SuppressedErrors {
  readonly #buffer: {readonly firstId: number};
  readonly #pending = new PendingSuppressed();
  /** Ascending. */
  #told: ToldErrors[] = [];
  readonly #connectors = new Map<string, {logged: number; suppressed: number; tags: Set<string>}>();

  constructor(buffer: {readonly firstId: number}) {
    this.#buffer = buffer;
  }

  /** Adds a line of the limiter. */
  add(id: number, suppressed: Suppressed): void {
    this.#pending.add(suppressed, this.#put(id, suppressed.count));
    const {name, tag} = partsOf(suppressed.name);
    const connector = this.#connectorOf(name);
    connector.suppressed += suppressed.count;
    connector.tags.add(tag);
  }

  /** Adds an error, of a connector or not. Returns how many others it stands for. */
  addError(id: number, error: Uint8Array, endpoint: string | undefined): number {
    const {count, lines} = this.#pending.take(error, endpoint);
    if (endpoint === undefined && count === 0) return 0;
    for (const line of lines) if (id - line.id <= mostBetween) line.error = id;
    if (count > 0) this.#put(id, count);
    const connector = this.#connectorOf(endpoint ?? '');
    connector.logged += 1;
    // Of a connector, the line of the limiter has added them.
    if (endpoint === undefined) connector.suppressed += count;
    return count;
  }

  /**
   * Counts the suppressed errors that the records that begin in [`from`, `to`) stand for, of those that `isCounted`: an
   * error for those before it, and a line of the limiter for those that it reports. A caller must not add the two.
   */
  between(from: number, to: number, isCounted: (head: number) => boolean): number {
    let sum = 0;
    for (const {id, count} of this.#toldIn(from, to)) if (isCounted(id)) sum += count;
    return sum;
  }

  /** The lines of the limiter in [`from`, `to`) that the next error of their connector follows closely, and that error. */
  *followedIn(from: number, to: number): Generator<readonly [line: number, error: number], void, undefined> {
    for (const {id, error} of this.#toldIn(from, to)) if (error !== undefined) yield [id, error];
  }

  /** The error that closely follows a line of the limiter, of the same connector; undefined for other lines. */
  errorAfter(id: number): number | undefined {
    const told = this.#told[this.#countBelow(id)];
    return told?.id === id ? told.error : undefined;
  }

  /** Those with the most suppressed errors first. */
  get connectors(): readonly ConnectorCount[] {
    return [...this.#connectors]
      .map(([name, {tags, ...counts}]) => ({name, ...counts, tags: [...tags]}))
      .sort((a, b) => b.suppressed - a.suppressed || b.logged - a.logged);
  }

  *#toldIn(from: number, to: number): Generator<ToldErrors, void, undefined> {
    for (let at = this.#countBelow(from); at < this.#told.length; at++) {
      const told = this.#told[at];
      if (!told || told.id >= to) return;
      yield told;
    }
  }

  #countBelow(id: number): number {
    return bisect(0, this.#told.length, (at) => (this.#told[at]?.id ?? id) < id);
  }

  #put(id: number, count: number): ToldErrors {
    const told = {id, count};
    if (count > 0) this.#told.push(told);
    // Half of them have left the log.
    const dropped = this.#countBelow(this.#buffer.firstId);
    if (dropped > this.#told.length / 2) this.#told = this.#told.slice(dropped);
    return told;
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
