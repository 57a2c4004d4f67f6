import {type EntrySyntax, latin1, managerEntries, maxProtocolLine} from './entry-count.ts';
import type {LogEpoch} from './log-position.ts';

/*
 * What Feldera 0.97 to 0.206 does otherwise, in text mode, and nobody else here knows: the runner's lines have another
 * form, without a target and a visible end (`[control-plane] 2025-11-01T00:00:00.000000Z  INFO Fresh start of pipeline
 * logs`), and none of them names the pipeline. 0.97 to 0.199 have a discard notice without any head.
 */

/** What the first line of a body shows of its pipeline and its epoch. */
type Opening = {
  readonly form: EntrySyntax;
  readonly freshStart: Uint8Array | undefined;
  readonly pipelineId: string | undefined;
};

/** Level and text of the first line of a runner's entry. */
const controlPlaneLine = /^\[control-plane\] \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z +([A-Z]+) (.*)$/s;
/** Texts of entries that are never longer than their first line (all but errors). */
const wholeText =
  /^(?:Fresh start of pipeline logs|Storage has been cleared|std(?:out|err) ended|[A-Z][a-z]+ transition: .*)$/s;
/** How every record begins, the runner's and a pipeline's, coloured or not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an SGR sequence begins with ESC.
const recordHead = /^\[[^\]]+\] (?:\x1b\[[\d;]*m)*\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/;
/** A name of 63 bytes or an id, a host, colours and the time are shorter. */
const maxRecordHead = 256;

/** Level and text of a line of the runner; undefined: it has another form. */
export function readOldLine(line: string): {readonly level: string; readonly text: string} | undefined {
  if (line.startsWith('... ')) return {level: 'WARN', text: line};
  const [, level, text] = controlPlaneLine.exec(line) ?? [];
  return level === undefined || text === undefined ? undefined : {level, text};
}

/**
 * An entry ends where the next record begins. Assumption: no inner line of a runner's message begins like a record, with
 * `[name] ` and a time.
 */
export const controlPlaneEntries: EntrySyntax = {
  prefix: Buffer.from('[control-plane] '),
  showsEnd: false,
  read(line, isOpen) {
    const head = readRecordHead(line);
    return head === undefined ? {endsBefore: false, isOpen} : {endsBefore: isOpen, isOpen: head === 'open-entry'};
  },
};

/** The form has a name in recordings, where it is not that of today. */
export function entryFormNamed(name: unknown): EntrySyntax {
  return name === 'control-plane' ? controlPlaneEntries : managerEntries;
}

export function nameOfForm(form: EntrySyntax): {readonly form?: 'control-plane'} {
  return form === controlPlaneEntries ? {form: 'control-plane'} : {};
}

/** What a line begins: an entry that may have more lines, a whole one, or none. */
export function readRecordHead(line: Uint8Array): 'open-entry' | 'whole-entry' | undefined {
  const openBracket = 0x5b;
  if (line[0] !== openBracket || !recordHead.test(latin1(line.subarray(0, maxRecordHead)))) return undefined;
  const [, , text] = controlPlaneLine.exec(latin1(line.subarray(0, maxProtocolLine))) ?? [];
  return text === undefined || wholeText.test(text) ? 'whole-entry' : 'open-entry';
}

/**
 * Says whose log it is where no line of the log does: the caller's id counts. It may be late, or the log may still be
 * that of the previous pipeline: then the bytes decide.
 */
export class CallersId {
  #isNameless = false;
  /** It is from before the epoch was seen, perhaps of the previous pipeline. */
  #isUnsure = false;
  /** Another id, for a body whose place is not decided yet. */
  #other: string | undefined;

  /** The first line of the last body does not name the pipeline. */
  get isNameless(): boolean {
    return this.#isNameless;
  }

  /** `pipelineId`: that of the epoch. It is unknown, or from before the epoch was seen. */
  isMissing(pipelineId: string | undefined): boolean {
    return this.#isNameless && (pipelineId === undefined || this.#isUnsure);
  }

  /** The caller's id of a body is not that of the epoch. */
  get isOther(): boolean {
    return this.#other !== undefined;
  }

  /** It is not, and that of the epoch was certain. */
  get isDoubted(): boolean {
    return this.#other !== undefined && !this.#isUnsure;
  }

  /** A body begins. Returns the id that counts for it; undefined: none, or that of before until the bytes decide. */
  begin({form, freshStart, pipelineId}: Opening, callerId: string | undefined, epoch: LogEpoch): string | undefined {
    this.#isNameless = form === controlPlaneEntries;
    this.#other = undefined;
    if (!this.#isNameless) {
      this.#isUnsure = false;
      return pipelineId ?? callerId;
    }
    const before = epoch.pipelineId;
    if (epoch.isProvedBy(freshStart)) {
      this.#isUnsure ||= epoch.isEndedBy(freshStart);
    } else if (before === undefined) {
      this.#isUnsure = true;
    } else if (callerId !== before) {
      this.#other = callerId;
      return undefined;
    }
    return callerId;
  }

  /** The body has found its place. `isProved`: epoch and id are the same. Returns the id that counts from now on. */
  place(isProved: boolean): string | undefined {
    const other = this.#other;
    this.#other = undefined;
    if (!isProved && this.#isNameless) this.#isUnsure = true;
    return other;
  }

  /** It was fetched while the log is read. */
  confirm(): void {
    this.#isUnsure = false;
  }
}
