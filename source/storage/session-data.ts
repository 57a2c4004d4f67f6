import type {LineAnchor} from '../buffer/line-anchor.ts';
import {isObject} from '../lib/json.ts';
import {cleanName} from '../terminal/clean.ts';

/**
 * What the next start restores: the screen's layout and the pinned tabs. No credentials. The keys are those of the file, and
 * stay: a version of before, perhaps still open elsewhere, could not read others. `ui/state/session-state` has today's names.
 */
export type SavedSession = {
  readonly tabs: readonly SessionTab[];
  /** Name of the shown tab, and of the pipeline under the cursor. */
  readonly active: string | undefined;
  readonly cursor: string | undefined;
  readonly focus: string;
  readonly sidebarHidden: boolean;
  /** Cells, as dragged by the user; undefined: by the terminal's width. */
  readonly sidebarWidth: number | undefined;
  /** Undefined: by the terminal's height; earlier versions had none. */
  readonly strip: boolean | undefined;
  readonly sort: string;
  /** What options had set at the start, if anything. */
  readonly start: SessionStart | undefined;
  /** Unix time in ms at which pipetail last ran, as far as it could save that; earlier versions did not. */
  readonly savedAt?: number | undefined;
};

/** Set by options, not by keys. `level`: the lowest level shown. */
export type SessionStart = Pick<SessionTab, 'wrap' | 'asSent' | 'time'> &
  Pick<SavedSession, 'sidebarHidden' | 'sidebarWidth' | 'strip'> & {readonly level: string | undefined};

export type SessionTab = {
  readonly name: string;
  /** Of its pipeline, which may have another name at the next start; undefined: merged, not known, or an earlier version. */
  readonly id?: string | undefined;
  readonly merges: readonly string[] | undefined;
  /** Earlier versions: whether all lines wrap. */
  readonly wrap: string | boolean;
  readonly asSent: boolean;
  readonly time: string;
  readonly lineNumbers: boolean;
  /** Earlier versions left it out. */
  readonly search: string | undefined;
  readonly highlights: readonly string[];
  readonly filters: readonly SessionFilter[];
  readonly context: number;
  readonly fold: boolean;
  readonly anchors: TabAnchors;
};

/** `text` as typed. With `shape` the filter hides that fingerprint, and `text` is its pattern. */
export type SessionFilter = {readonly text: string; readonly on: boolean; readonly shape: number | undefined};

/** `note`: what the user wrote on the mark, if anything; earlier versions had none. */
type MarkAnchor = LineAnchor & {readonly note?: string};

/** Lines to find again once the log has been read. */
export type TabAnchors = {
  readonly marks: readonly MarkAnchor[];
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
      sidebarHidden: booleanOf(from.sidebarHidden),
      sidebarWidth: optional(from.sidebarWidth, countOf),
      strip: optional(from.strip, booleanOf),
      sort: stringOf(from.sort),
      start: optional(from.start, readStart),
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
    wrap: wrapOf(from.wrap),
    asSent: booleanOf(from.asSent),
    time: stringOf(from.time),
    level: optional(from.level, stringOf),
    sidebarHidden: booleanOf(from.sidebarHidden),
    sidebarWidth: optional(from.sidebarWidth, countOf),
    strip: optional(from.strip, booleanOf),
  };
}

function readTab(json: unknown): SessionTab {
  const from = objectOf(json);
  return {
    name: nameOf(from.name),
    id: optional(from.id, stringOf),
    merges: optional(from.merges, (merges) => arrayOf(merges, nameOf)),
    wrap: wrapOf(from.wrap),
    asSent: booleanOf(from.asSent),
    time: stringOf(from.time),
    lineNumbers: booleanOf(from.lineNumbers),
    search: optional(from.search, stringOf),
    highlights: arrayOf(from.highlights, stringOf),
    filters: arrayOf(from.filters, readFilter),
    context: countOf(from.context),
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
  return {marks: arrayOf(from.marks, readMark), place: optional(from.place, readPlace)};
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

function readMark(json: unknown): MarkAnchor {
  const note = optional(objectOf(json).note, stringOf);
  return {...readAnchor(json), ...(note !== undefined && {note})};
}

function readAnchor(json: unknown): LineAnchor {
  const from = objectOf(json);
  return {bytes: countOf(from.bytes), hash: countOf(from.hash), before: countOf(from.before)};
}

function wrapOf(json: unknown): string | boolean {
  return typeof json === 'boolean' ? json : stringOf(json);
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

/** A pipeline's name as the API client has it: safe to show. Earlier versions wrote it as the server had sent it. */
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
