import type {LineAnchor} from '../buffer/line-anchor.ts';
import {isObject} from '../lib/json.ts';
import {cleanName} from '../terminal/clean.ts';

/** What the next start restores: the screen's layout and the pinned tabs. No credentials. The keys are those of the file. */
export type SavedSession = {
  readonly tabs: readonly SessionTab[];
  /** Name of the shown tab, and of the pipeline under the cursor. */
  readonly active: string | undefined;
  readonly cursor: string | undefined;
  readonly focus: string;
  readonly listHidden: boolean;
  /** Cells, as dragged by the user; undefined: by the terminal's width. */
  readonly listWidth: number | undefined;
  /** Undefined: by the terminal's height. */
  readonly histogram: boolean | undefined;
  readonly sort: string;
  /** What options had set at the start, if anything. */
  readonly start: SessionStart;
  /** Unix time in ms at which pipetail last ran, as far as it could save that. */
  readonly savedAt?: number | undefined;
};

/** Set by options, not by keys. `level`: the lowest level shown. */
export type SessionStart = Pick<SessionTab, 'wrap' | 'asSent' | 'time'> &
  Pick<SavedSession, 'listHidden' | 'listWidth' | 'histogram'> & {readonly level: string | undefined};

export type SessionTab = {
  readonly name: string;
  /** Of its pipeline, which may have another name at the next start; undefined: merged, or not known. */
  readonly id?: string | undefined;
  readonly merges: readonly string[] | undefined;
  readonly wrap: string;
  readonly asSent: boolean;
  readonly time: string;
  readonly search: string | undefined;
  readonly highlights: readonly string[];
  readonly filters: readonly SessionFilter[];
  readonly around: number;
  readonly fold: boolean;
  readonly anchors: TabAnchors;
};

/** `text` as typed. With `shape` the filter hides that fingerprint, and `text` is its pattern. */
export type SessionFilter = {readonly text: string; readonly on: boolean; readonly shape: number | undefined};

/** Lines to find again once the log has been read. */
export type TabAnchors = {
  readonly marks: readonly LineAnchor[];
  /** Undefined: the tab follows. */
  readonly place: PlaceAnchor | undefined;
};

/** `top`: the line in the first row, `row`: which of its rows; `seen`: the last line that was seen. */
export type PlaceAnchor = {
  readonly current: LineAnchor;
  readonly top: LineAnchor | undefined;
  readonly row: number;
  readonly seen: LineAnchor | undefined;
};

/** Undefined if the parsed JSON is not a whole session. */
export function readSession(json: unknown): SavedSession | undefined {
  try {
    const from = objectOf(json);
    return {
      tabs: arrayOf(from.tabs, readTab),
      active: optional(from.active, nameOf),
      cursor: optional(from.cursor, nameOf),
      focus: stringOf(from.focus),
      listHidden: booleanOf(from.listHidden),
      listWidth: optional(from.listWidth, countOf),
      histogram: optional(from.histogram, booleanOf),
      sort: stringOf(from.sort),
      start: readStart(from.start),
      savedAt: optional(from.savedAt, countOf),
    };
  } catch (error) {
    if (error instanceof NoSession) return undefined;
    throw error;
  }
}

class NoSession extends Error {}

function readStart(json: unknown): SessionStart {
  const from = objectOf(json);
  return {
    wrap: stringOf(from.wrap),
    asSent: booleanOf(from.asSent),
    time: stringOf(from.time),
    level: optional(from.level, stringOf),
    listHidden: booleanOf(from.listHidden),
    listWidth: optional(from.listWidth, countOf),
    histogram: optional(from.histogram, booleanOf),
  };
}

function readTab(json: unknown): SessionTab {
  const from = objectOf(json);
  return {
    name: nameOf(from.name),
    id: optional(from.id, stringOf),
    merges: optional(from.merges, (merges) => arrayOf(merges, nameOf)),
    wrap: stringOf(from.wrap),
    asSent: booleanOf(from.asSent),
    time: stringOf(from.time),
    search: optional(from.search, stringOf),
    highlights: arrayOf(from.highlights, stringOf),
    filters: arrayOf(from.filters, readFilter),
    around: countOf(from.around),
    fold: booleanOf(from.fold),
    anchors: readAnchors(from.anchors),
  };
}

function readFilter(json: unknown): SessionFilter {
  const from = objectOf(json);
  return {text: stringOf(from.text), on: booleanOf(from.on), shape: optional(from.shape, integerOf)};
}

function readAnchors(json: unknown): TabAnchors {
  const from = objectOf(json);
  return {marks: arrayOf(from.marks, readAnchor), place: optional(from.place, readPlace)};
}

function readPlace(json: unknown): PlaceAnchor {
  const from = objectOf(json);
  return {
    current: readAnchor(from.current),
    top: optional(from.top, readAnchor),
    row: countOf(from.row),
    seen: optional(from.seen, readAnchor),
  };
}

function readAnchor(json: unknown): LineAnchor {
  const from = objectOf(json);
  return {bytes: countOf(from.bytes), hash: countOf(from.hash), before: countOf(from.before)};
}

function objectOf(json: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(json)) throw new NoSession();
  return json;
}

function arrayOf<T>(json: unknown, read: (each: unknown) => T): readonly T[] {
  if (!Array.isArray(json)) throw new NoSession();
  return json.map(read);
}

function optional<T>(json: unknown, read: (json: unknown) => T): T | undefined {
  return json === undefined ? undefined : read(json);
}

/** A pipeline's name as the API client has it: safe to show. */
function nameOf(json: unknown): string {
  return cleanName(stringOf(json));
}

function stringOf(json: unknown): string {
  if (typeof json !== 'string') throw new NoSession();
  return json;
}

function booleanOf(json: unknown): boolean {
  if (typeof json !== 'boolean') throw new NoSession();
  return json;
}

function integerOf(json: unknown): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json)) throw new NoSession();
  return json;
}

function countOf(json: unknown): number {
  const number = integerOf(json);
  if (number < 0) throw new NoSession();
  return number;
}
