import {findMatches} from '../buffer/find-matches.ts';
import type {IdSet, Journal} from '../buffer/id-set.ts';
import type {LogBuffer} from '../buffer/log-buffer.ts';
import {compilePattern, type Pattern} from '../buffer/pattern.ts';
import {visibleText} from '../buffer/style-joints.ts';
import {openingBrace} from '../records/bytes.ts';
import {type Level, levels} from '../records/level.ts';
import {parseRecord} from '../records/parse-record.ts';
import type {RecordIndex} from '../records/record-index.ts';
import type {Filter, FilterEntry} from './filter.ts';
import type {Fingerprints} from './record-map.ts';

/** Bytes of a line in text form that are read for its target, which follows the spans. */
const targetWithin = 1024;
/** Lines of the runner match the target `runner` without that word. */
const runnerLine = String.raw`^\[manager\] |"feldera-service":"runner"`;

type LogInfo = {readonly buffer: LogBuffer; readonly index: RecordIndex; readonly fingerprints: Fingerprints};

/** The records that one filter hides: one bit each; nothing else grows with the log. */
export class FilterMatches {
  readonly id: number;
  readonly filter: Filter;
  readonly #log: LogInfo;
  readonly #hidden: IdSet;
  /** A line in which this does not occur cannot match; undefined for filters that read no text. */
  readonly #needed: Pattern | undefined;
  /** An earlier pass has matched the entries below. */
  readonly #matchedTo: number;
  /** Ids of the lines in which `#needed` occurs, from the last `search`, and the index of the next one. */
  #matches: readonly number[] = [];
  #at = 0;

  /** `hidden`: heads of the hidden records below `matchedTo`. */
  constructor(entry: FilterEntry, log: LogInfo, {hidden, matchedTo}: {hidden: IdSet; matchedTo: number}) {
    this.id = entry.id;
    this.filter = entry.filter;
    this.#log = log;
    this.#hidden = hidden;
    this.#matchedTo = matchedTo;
    this.#needed = neededFor(entry.filter);
  }

  /** Number of records from `firstId` on that the filter alone would hide. */
  hiddenCount(firstId: number): number {
    return this.tooSlow ? 0 : this.#hidden.countFrom(firstId);
  }

  /** The pattern takes too long: the filter is no longer used. */
  get tooSlow(): boolean {
    return this.#needed?.isStopped === true;
  }

  passes(head: number): boolean {
    return !this.#hidden.has(head);
  }

  /** A copy of the hidden heads, without the changes that a rollback of `journal` would undo. */
  copyHidden(journal: Journal, copyJournal: Journal): IdSet {
    const copy = this.#hidden.copy(copyJournal);
    journal.restoreCopy(copy, this.#hidden);
    return copy;
  }

  dropBelow(id: number): void {
    this.#hidden.dropBelow(id);
  }

  /** Searches the entries to add next. Returns where it ended; undefined if it took too long: retry unless `tooSlow`. */
  search(from: number, to: number): number | undefined {
    const pattern = this.#needed;
    this.#at = 0;
    this.#matches = [];
    if (!pattern) return to;
    const {buffer} = this.#log;
    const openLine = buffer.hasOpenLine && to === buffer.endId ? buffer.lineAt(to - 1) : undefined;
    const start = Math.max(from, this.#matchedTo);
    const end = openLine ? to - 1 : to;
    if (start < end) {
      const found = findMatches({buffer, pattern}, {from: start, to: end, maxBytes: Number.POSITIVE_INFINITY});
      this.#matches = found?.matches ?? [];
      if (!found || found.next < end) return found?.next;
    }
    if (!openLine) return to;
    const text = visibleText(openLine);
    const isMatch = pattern.guard(text.length, () => pattern.test(text));
    if (isMatch) this.#matches = [...this.#matches, to - 1];
    return isMatch === undefined ? undefined : to;
  }

  addHead(head: number): void {
    if (head >= this.#matchedTo) this.#hidden.set(head, this.#hides(head));
  }

  addLine(head: number, id: number): void {
    if (id < this.#matchedTo || this.filter.kind !== 'text') return;
    if (this.#isMatch(id)) this.#hidden.set(head, this.filter.out);
  }

  /** The line `id` has changed the kind of its record. */
  changeKind(head: number, id: number): void {
    if (id >= this.#matchedTo && this.filter.kind === 'fingerprint') this.#hidden.set(head, this.#hides(head));
  }

  /** Returns whether a line passes whose head is not held. Its record is not counted. */
  passesOrphan(head: number, id: number): boolean {
    const {filter} = this;
    const {buffer, index} = this.#log;
    switch (filter.kind) {
      case 'text': {
        const text = visibleText(buffer.lineAt(id) ?? Buffer.of());
        return filter.pattern.guard(text.length, () => filter.pattern.test(text)) !== filter.out;
      }
      case 'target':
        return filter.out;
      case 'fingerprint':
        return true;
      case 'level':
        return isAtLeast(index.levelAt(id), filter.least) !== filter.out;
      case 'between':
        return isBetween(head, filter);
    }
  }

  #hides(head: number): boolean {
    const {filter} = this;
    switch (filter.kind) {
      case 'text':
        return this.#isMatch(head) === filter.out;
      case 'target':
        return (this.#isMatch(head) && this.#hasTarget(head, filter.text)) === filter.out;
      case 'fingerprint':
        return this.#log.fingerprints.of(head) === filter.fingerprint;
      case 'level':
        return isAtLeast(this.#log.index.levelAt(head), filter.least) === filter.out;
      case 'between':
        return !isBetween(head, filter);
    }
  }

  #isMatch(id: number): boolean {
    while ((this.#matches[this.#at] ?? id) < id) this.#at += 1;
    return this.#matches[this.#at] === id;
  }

  #hasTarget(head: number, text: string): boolean {
    const line = this.#log.buffer.canonicalAt(head);
    return line !== undefined && targetsOf(line).some((target) => containsSmart(target, text));
  }
}

export function isBetween(head: number, {from, to}: {readonly from: number; readonly to: number | undefined}): boolean {
  return head >= from && (to === undefined || head < to);
}

/** The line's target, and `runner` for the runner's lines. Decoding is slow: only for lines with the searched text. */
function targetsOf(line: Buffer): readonly string[] {
  const record = parseRecord(visibleText(line[0] === openingBrace ? line : line.subarray(0, targetWithin)));
  if (!record) return [];
  const own = record.target === '' ? [] : [record.target];
  return record.source === 'manager' ? [...own, 'runner'] : own;
}

function isAtLeast(level: Level | undefined, least: Level): boolean {
  return levels.indexOf(level ?? 'INFO') >= levels.indexOf(least);
}

function neededFor(filter: Filter): Pattern | undefined {
  if (filter.kind === 'text') return filter.pattern;
  if (filter.kind !== 'target') return undefined;
  const literal = filter.text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return compilePattern(containsSmart('runner', filter.text) ? `${literal}|${runnerLine}` : literal);
}

function containsSmart(text: string, part: string): boolean {
  return /\p{Lu}/u.test(part) ? text.includes(part) : text.toLowerCase().includes(part.toLowerCase());
}
