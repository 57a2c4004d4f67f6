import type {LogBuffer} from '../buffer/log-buffer.ts';
import {openingBrace} from './bytes.ts';
import {errorWord, mayBeOfProcess, suppressedWord} from './candidates.ts';
import {isConfigurationLine} from './configuration-lines.ts';
import {withShortMessage} from './json-members.ts';
import {levelIn, timeOfBytes} from './line-head.ts';
import {isPanicLine} from './line-kind.ts';
import {awaitsMessage, PanicReports, panicText} from './panic.ts';
import {connectorErrorIn, errorFingerprint, SuppressedErrors, suppressedIn} from './suppressed.ts';
import {TimesAbove} from './times-above.ts';

/** The errors of one log with the same fingerprint. Times are Unix times in ms, ids are entry ids. */
export type ErrorGroup = {
  /**
   * Fingerprint, of an error of a connector together with its name: the same in every log. `watchPatternKey` for lines
   * that match the watched pattern.
   */
  readonly key: number;
  /**
   * The first 512 bytes of the first line, of a panic its text (`panicText`); a longer line in JSON loses only the end of
   * its message.
   */
  readonly example: Uint8Array;
  /** Examples of the last error, and of the first unseen one. */
  readonly latest: Uint8Array;
  readonly unseenExample: Uint8Array;
  /** Errors in the log. */
  readonly count: number;
  /** Errors that are not in the log, as lines of it report. */
  readonly suppressed: number;
  readonly firstId: number;
  readonly lastId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Errors since `markSeen`, and id and time of the first of them. */
  readonly unseen: number;
  readonly unseenSuppressed: number;
  readonly unseenId: number;
  readonly unseenAt: number;
};

/** Errors of connectors since the last start of the pipeline, suppressed ones included. */
export type ConnectorErrorCount = {
  readonly inRun: number;
  /** Errors of these that are not in the log, as lines of it report. */
  readonly suppressedInRun: number;
  /** `inRun` at the last `markSeen`, and the errors since then that had not been seen before. */
  readonly seenInRun: number;
  readonly unseenInRun: number;
  /** The log has all lines of the run: its start is there, and nothing is missing since. */
  readonly isWhole: boolean;
  /** Id of the first entry of the run; 0: not known. */
  readonly firstId: number;
  /** In all runs. */
  readonly all: number;
};

/** Errors up to this Unix time in ms, and in the API's count of connector errors of the last run so many. */
type SeenErrors = {readonly until: number; readonly counted: number};

/** `at`: Unix time in ms. `suppressed`: errors that the line stands for besides itself; of them, `seen` ones. */
type AddedError = {
  readonly id: number;
  readonly at: number;
  readonly key?: number;
  readonly suppressed?: number;
  readonly seen?: number;
};

/** Has the lines that are counted. */
type CountedBuffer = Pick<LogBuffer, 'firstId' | 'endId' | 'lineAt' | 'canonicalAt'>;

/** Never a fingerprint: those are signed 32-bit integers. */
export const watchPatternKey = 2 ** 31;

/** Added to the key of a panic until its message is read: its kind is not known before. */
const unfinishedPanic = 2 ** 33;

/** Returns whether the kind of a group is not known yet. A moment later the group has another key. */
export function isUnfinished(key: number): boolean {
  return key > watchPatternKey;
}

/** More groups than a user reads; their examples need 250 kB at most. */
const defaultMaxGroups = 500;
const exampleBytes = 512;

/** Level and panic are found in the first 200 bytes of a line in text form. */
const headBytes = 256;
/** In JSON the level may follow the message. The server's ring, 1 MB, has no longer line. */
const maxJsonBytes = 1024 * 1024;

/** Lines of other threads between a panic and its message, at most. */
const maxLinesBetween = 50;

/** Changed in place: a new object for each error would be half of an error's cost. */
type CountedGroup = {-readonly [Field in keyof ErrorGroup]: ErrorGroup[Field]} & {
  /** Number of the group's last error among all errors of the log. */
  order: number;
  /** The copy in the last snapshot; undefined after a change of the group. */
  copy: ErrorGroup | undefined;
  /** Errors before the last start, suppressed ones included. */
  beforeRun: number;
  /** Has `latest` once there are several, in `lastLength` bytes: an array for each error would take half of its time. */
  last: Buffer | undefined;
  lastLength: number;
};

/**
 * The errors of one log, lines of level ERROR and panics, grouped by fingerprint. They are counted as their bytes
 * arrive, without decoding; only an example of each group is kept. A panic counts once, however often it is reported.
 */
export class ErrorLog {
  /** The errors that are not in the log, as lines of it report. */
  readonly suppressed: SuppressedErrors;
  readonly #options: {readonly buffer: CountedBuffer; readonly wall: () => number; readonly maxGroups?: number};
  readonly #groups = new Map<number, CountedGroup>();
  readonly #reports = new PanicReports();
  readonly #times: TimesAbove;
  #snapshot: ReadonlyMap<number, ErrorGroup> | undefined;
  /** The last panic, until its message is read. `lines`: how many came since. */
  #panic: {readonly line: Uint8Array; readonly key: number; lines: number} | undefined;
  /** Number of the last error among all. */
  #added = 0;
  /** Errors in all groups, suppressed ones and dropped groups included, and how many of them the user has seen. */
  #all = 0;
  #seen = 0;
  /** Errors of the run that the user has seen in the API's count, and of which the log may still tell. */
  #seenBefore = 0;
  /** Errors that the user had seen when the log of this pipeline was open before. */
  #earlier: SeenErrors = {until: Number.NEGATIVE_INFINITY, counted: 0};
  /** Unix time in ms of the newest error. */
  #newestAt = Number.NEGATIVE_INFINITY;
  /** Changed in place, as a group. */
  readonly #run: {-readonly [Field in keyof ConnectorErrorCount]: ConnectorErrorCount[Field]} = {
    inRun: 0,
    suppressedInRun: 0,
    seenInRun: 0,
    unseenInRun: 0,
    isWhole: false,
    firstId: 0,
    all: 0,
  };
  #dropped = 0;
  /** Entry id of the open line; markers may follow it. */
  #openId = 0;
  /** The first bytes of the open line; all bytes of a line in JSON. */
  #head = Buffer.allocUnsafe(headBytes);
  #headLength = 0;

  /** `wall`: Unix time in ms, for lines without a time. `maxGroups` 0: counts none, and finds only suppressed ones. */
  constructor(options: {buffer: CountedBuffer; wall: () => number; maxGroups?: number}) {
    this.#options = options;
    this.#times = new TimesAbove(options.buffer);
    this.suppressed = new SuppressedErrors(options.buffer);
  }

  /** Call before the first error: those that were in the log when it was open before had been seen. */
  startSeen(earlier: SeenErrors): void {
    this.#earlier = earlier;
  }

  /** Unix time in ms of the newest error; -∞: there is none. */
  get newestAt(): number {
    return this.#newestAt;
  }

  /** Number of groups that were dropped to make room for newer ones. */
  get dropped(): number {
    return this.#dropped;
  }

  get connectors(): ConnectorErrorCount {
    return {...this.#run};
  }

  /** The pipeline starts: its connectors count from zero. */
  startRun(): void {
    const firstId = this.#options.buffer.endId;
    Object.assign(this.#run, {inRun: 0, suppressedInRun: 0, seenInRun: 0, unseenInRun: 0, isWhole: true, firstId});
    this.#seenBefore = 0;
    for (const group of this.#groups.values()) group.beforeRun = group.count + group.suppressed;
  }

  /** Errors of one connector since the last start of the pipeline, suppressed ones included. */
  inRunOf(connector: string): number {
    const ofIt = [...this.#groups.values()].filter(({example}) => connectorErrorIn(example) === connector);
    return ofIt.reduce((sum, {count, suppressed, beforeRun}) => sum + count + suppressed - beforeRun, 0);
  }

  /** The groups by key, the one with the newest error last. The same object until a group changes. */
  get byKey(): ReadonlyMap<number, ErrorGroup> {
    if (!this.#snapshot) {
      const groups = [...this.#groups.values()].sort((a, b) => a.order - b.order);
      this.#snapshot = new Map(groups.map((group) => [group.key, copyOf(group)]));
    }
    return this.#snapshot;
  }

  /** Counts the errors in bytes just appended to the buffer; a line may be cut. `newlines`: offsets of the newlines. */
  append(bytes: Uint8Array, newlines: Uint32Array): void {
    const {endId} = this.#options.buffer;
    const isOpen = (newlines.at(-1) ?? -1) + 1 < bytes.length;
    const firstId = (isOpen ? endId - 1 : endId) - newlines.length;
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let word = view.indexOf(errorWord);
    let suppressed = view.indexOf(suppressedWord);
    let start = 0;
    for (let index = 0; index < newlines.length; index++) {
      const end = newlines[index] ?? 0;
      const hasWord = word !== -1 && word < end;
      if (this.#panic && !(index === 0 && this.#headLength > 0)) {
        this.#readMessage(view.subarray(start, end), firstId + index);
      }
      if (index === 0 && this.#headLength > 0) {
        this.#appendHead(bytes.subarray(0, end));
        this.endLine();
      } else if ((hasWord || mayBeOfProcess(bytes[start])) && this.#isError(firstId + index, bytes, start, end)) {
        this.#addLine(view.subarray(start, end), firstId + index);
      } else if (suppressed !== -1 && suppressed < end && suppressed >= start) {
        this.#readSuppressed(view.subarray(start, end), firstId + index);
      }
      if (hasWord) word = view.indexOf(errorWord, end);
      if (suppressed !== -1 && suppressed < end) suppressed = view.indexOf(suppressedWord, end);
      start = end + 1;
    }
    if (!isOpen) return;
    if (this.#headLength === 0) this.#openId = endId - 1;
    this.#appendHead(bytes.subarray(start));
  }

  /** Counts the open line, which is complete. */
  endLine(): void {
    const head = this.#head.subarray(0, this.#headLength);
    this.#headLength = 0;
    if (this.#head.length > headBytes) this.#head = Buffer.allocUnsafe(headBytes);
    if (head.length === 0) return;
    // The buffer may have dropped a very long line.
    this.readLine(this.#options.buffer.lineAt(this.#openId) ?? head, this.#openId);
  }

  /** Reads a whole line: of another logger, no word tells which of them matter. */
  readLine(line: Uint8Array, id: number): void {
    this.#readMessage(line, id);
    if (this.#isError(id, line, 0, line.length)) this.#addLine(line, id);
    else this.#readSuppressed(line, id);
  }

  /** Counts a line in its group. The caller may reuse the bytes. */
  add(line: Uint8Array, {id, at, key = errorFingerprint(line), suppressed = 0, seen = 0}: AddedError): void {
    const group = this.#groups.get(key);
    const isUnseen = at > this.#earlier.until;
    const unseen = isUnseen ? 1 : 0;
    const unseenSuppressed = isUnseen ? suppressed - seen : 0;
    this.#newestAt = Math.max(this.#newestAt, at);
    this.#all += 1 + suppressed;
    this.#seen += 1 + suppressed - unseen - unseenSuppressed;
    this.#snapshot = undefined;
    this.#added += 1;
    if (!group) {
      const example = Uint8Array.from(exampleOf(line));
      const place = {firstId: id, firstAt: at, unseenId: id, unseenAt: at, lastId: id, lastAt: at};
      const counts = {count: 1, suppressed, unseen, unseenSuppressed};
      const texts = {...textsOf(example), copy: undefined};
      this.#groups.set(key, {key, ...texts, ...counts, ...place, order: this.#added, beforeRun: 0});
      if (this.#groups.size > (this.#options.maxGroups ?? defaultMaxGroups)) this.#dropOldest();
      return;
    }
    group.copy = undefined;
    group.order = this.#added;
    group.count += 1;
    group.suppressed += suppressed;
    group.unseenSuppressed += unseenSuppressed;
    group.lastId = id;
    group.lastAt = at;
    group.unseen += unseen;
    const example = exampleOf(line);
    group.last ??= Buffer.allocUnsafe(exampleBytes);
    group.last.set(example);
    group.lastLength = example.length;
    if (!isUnseen || group.unseen > 1) return;
    group.unseenExample = Uint8Array.from(example);
    group.unseenId = id;
    group.unseenAt = at;
  }

  /** Lines of the run are in no log: errors that the API alone counts may be among them. */
  missLines(): void {
    this.#run.isWhole = false;
  }

  /** Lines are missing here, or `next` follows: the last panic has its message now, or none. */
  endPanic(next?: Uint8Array): void {
    const {line, key: unfinished = 0} = this.#panic ?? {};
    this.#panic = undefined;
    const group = this.#groups.get(unfinished);
    if (!line || !group) return;
    this.#groups.delete(group.key);
    this.#snapshot = undefined;
    const text = panicText(line, next);
    const key = errorFingerprint(text);
    const read = {...group, key, ...textsOf(text), copy: undefined};
    const earlier = this.#groups.get(key);
    this.#groups.set(key, earlier ? joinedGroup(earlier, read) : read);
  }

  /** Errors since `markSeen` in all groups, suppressed ones and dropped groups included, except the `muted` ones. */
  unseenCount(muted: ReadonlySet<number>): number {
    let count = this.#all - this.#seen;
    for (const key of muted) {
      const {unseen = 0, unseenSuppressed = 0} = this.#groups.get(key) ?? {};
      count -= unseen + unseenSuppressed;
    }
    return count;
  }

  /** `counted`: connector errors that the API counts. */
  markSeen(counted = 0): void {
    this.#seen = this.#all;
    this.#run.seenInRun = this.#run.inRun;
    this.#run.unseenInRun = 0;
    this.#seenBefore = Math.max(0, counted - this.#run.inRun);
    for (const group of this.#groups.values()) {
      if (group.unseen === 0) continue;
      group.unseen = 0;
      group.unseenSuppressed = 0;
      group.copy = undefined;
      this.#snapshot = undefined;
    }
  }

  /** Returns whether a line is an error, and not only the report of a panic. */
  #isError(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (levelIn(bytes, start, end) === 'ERROR') return this.#reports.panicFor(id, bytes, start, end) === undefined;
    if (isConfigurationLine(bytes, start, end)) this.#reports.clear();
    const isPanic = isPanicLine(bytes, start, end);
    if (isPanic) this.#reports.addPanic(id, id);
    return isPanic;
  }

  /** The line may be the message of the last panic, or show that it has none. */
  #readMessage(line: Uint8Array, id: number): void {
    if (!this.#panic) return;
    this.#panic.lines += 1;
    const isReport = this.#reports.panicFor(id, line, 0, line.length) !== undefined;
    const isOfOther = levelIn(line, 0, line.length) !== undefined && !isReport;
    if (!isOfOther || this.#panic.lines > maxLinesBetween) this.endPanic(line);
  }

  #addPanic(line: Uint8Array, id: number): void {
    if (this.#options.maxGroups === 0) return;
    const kind = errorFingerprint(line, '');
    const key = awaitsMessage(line) ? kind + unfinishedPanic : kind;
    this.add(line, {id, at: this.#times.of(id) ?? this.#options.wall(), key});
    if (key !== kind) this.#panic = {line: panicText(line), key, lines: 0};
  }

  #addLine(line: Uint8Array, id: number): void {
    if (isPanicLine(line, 0, line.length)) {
      this.#addPanic(line, id);
      return;
    }
    const endpoint = connectorErrorIn(line);
    const suppressed = this.suppressed.addError(id, line, endpoint);
    if (this.#options.maxGroups === 0) return;
    const at = timeOfBytes(line) ?? this.#times.of(id) ?? this.#options.wall();
    const seen = endpoint === undefined ? 0 : this.#addToRun(suppressed, at);
    this.add(line, {id, at, key: errorFingerprint(line, endpoint), suppressed, seen});
  }

  /** Returns how many of the suppressed errors the user has seen already. */
  #addToRun(suppressed: number, at: number): number {
    const run = this.#run;
    const more = 1 + suppressed;
    run.inRun += more;
    run.suppressedInRun += suppressed;
    run.all += more;
    if (at <= this.#earlier.until) {
      run.seenInRun += more;
      this.#seenBefore = Math.max(0, this.#earlier.counted - run.inRun);
      return suppressed;
    }
    const seen = Math.min(suppressed, this.#seenBefore);
    this.#seenBefore -= seen;
    run.unseenInRun += more - seen;
    return seen;
  }

  #readSuppressed(line: Uint8Array, id: number): void {
    const suppressed = suppressedIn(line);
    if (suppressed) this.suppressed.add(id, suppressed);
  }

  #dropOldest(): void {
    let oldest: CountedGroup | undefined;
    for (const group of this.#groups.values()) if (!oldest || group.order < oldest.order) oldest = group;
    if (oldest && this.#groups.delete(oldest.key)) this.#dropped += 1;
  }

  #appendHead(bytes: Uint8Array): void {
    const first = this.#headLength > 0 ? this.#head[0] : bytes[0];
    if (first === openingBrace) this.#growHead(this.#headLength + bytes.length);
    const part = bytes.subarray(0, this.#head.length - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
  }

  #growHead(length: number): void {
    if (length <= this.#head.length || this.#head.length === maxJsonBytes) return;
    const head = Buffer.allocUnsafe(Math.min(maxJsonBytes, Math.max(length, 2 * this.#head.length)));
    head.set(this.#head.subarray(0, this.#headLength));
    this.#head = head;
  }
}

/** The line, or its first 512 bytes. */
function exampleOf(line: Uint8Array): Uint8Array {
  if (line.length <= exampleBytes) return line;
  return withShortMessage(line, exampleBytes).subarray(0, exampleBytes);
}

/** Makes the texts of a group of one error. */
function textsOf(example: Uint8Array) {
  return {example, latest: example, unseenExample: example, last: undefined, lastLength: 0};
}

function copyOf(group: CountedGroup): ErrorGroup {
  if (!group.copy) {
    const {order: _order, copy: _copy, beforeRun: _before, last, lastLength, ...fields} = group;
    if (last) group.latest = Uint8Array.from(last.subarray(0, lastLength));
    group.copy = {...fields, latest: group.latest};
  }
  return group.copy;
}

function joinedGroup(earlier: CountedGroup, later: CountedGroup): CountedGroup {
  const {example, firstId, firstAt, unseenExample, unseenId, unseenAt} = earlier;
  return {
    ...later,
    example,
    firstId,
    firstAt,
    copy: undefined,
    ...(earlier.unseen > 0 && {unseenExample, unseenId, unseenAt}),
    count: earlier.count + later.count,
    suppressed: earlier.suppressed + later.suppressed,
    unseen: earlier.unseen + later.unseen,
    unseenSuppressed: earlier.unseenSuppressed + later.unseenSuppressed,
  };
}
