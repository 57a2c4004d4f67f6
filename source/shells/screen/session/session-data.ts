import type {LinePlace} from '../../../kit/copy/find-place.ts';
import type {PaneOptions} from '../../../kit/settings/option-table.ts';
import {cleanName} from '../../../lib/clean.ts';
import {isObject} from '../../../lib/json.ts';

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
export type SessionStart = SavedOptions &
  Pick<SavedSession, 'listHidden' | 'listWidth' | 'histogram'> & {readonly level: string | undefined};

/** Read when they are restored (`paneOptionsFrom`): another version may have other ones. */
type SavedOptions = {readonly [Name in keyof PaneOptions]?: unknown};

export type SessionTab = SavedOptions & {
  readonly name: string;
  /** Of its pipeline, which may have another name at the next start; undefined: merged, or not known. */
  readonly id?: string | undefined;
  readonly merges: readonly string[] | undefined;
  readonly search: string | undefined;
  readonly highlights: readonly string[];
  readonly filters: readonly SessionFilter[];
  readonly around: number;
  readonly fold: boolean;
  /** Undefined: saved by another version. */
  readonly places?: TabPlaces | undefined;
};

/** `text` as typed. With `shape` the filter hides that fingerprint, and `text` is its pattern. */
export type SessionFilter = {readonly text: string; readonly on: boolean; readonly shape: number | undefined};

/** Lines to find again once the log has been read. */
export type TabPlaces = {
  readonly marks: readonly LinePlace[];
  /** Undefined: the tab follows. */
  readonly place: PanePlace | undefined;
};

/** The current line. `above`: entries down to it from the top of the pane; `row`: of the topmost; `below`: entries that were seen. */
export type PanePlace = LinePlace & {readonly above: number; readonly row: number; readonly below: number};

/** What a value has to be; `?`: or absent. A pipeline's name is as the API client has it: safe to show. */
type Kind = 'text' | 'name' | 'flag' | 'number' | 'whole' | 'count';
type Shape = Kind | `${Kind}?` | readonly [Shape] | {readonly [field: string]: Shape} | {readonly optional: Shape};

const line = {at: 'number', hash: 'text', line: 'count'} as const;
const screen = {listHidden: 'flag', listWidth: 'count?', histogram: 'flag?'} as const;
const place = {...line, above: 'count', row: 'count', below: 'count'} as const;
const filter = {text: 'text', on: 'flag', shape: 'whole?'} as const;
const tab = {
  name: 'name',
  id: 'text?',
  merges: {optional: ['name']},
  search: 'text?',
  highlights: ['text'],
  filters: [filter],
  around: 'count',
  fold: 'flag',
  places: {optional: {marks: [line], place: {optional: place}}},
} as const;
const session = {
  ...screen,
  tabs: [tab],
  active: 'name?',
  cursor: 'name?',
  focus: 'text',
  sort: 'text',
  savedAt: 'count?',
  start: {...screen, level: 'text?'},
} as const;

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string' && cleanName(value) === value,
  flag: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  whole: (value) => Number.isSafeInteger(value),
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};

/** Undefined if the parsed JSON is not a whole session. */
export function readSession(json: unknown): SavedSession | undefined {
  return isOf(json, session) ? (json as SavedSession) : undefined;
}

function isOf(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') {
    if (shape.endsWith('?')) return value === undefined || kinds[shape.slice(0, -1) as Kind](value);
    return kinds[shape as Kind](value);
  }
  if (Array.isArray(shape)) return Array.isArray(value) && value.every((each) => isOf(each, shape[0]));
  if ('optional' in shape) return value === undefined || isOf(value, shape.optional as Shape);
  return isObject(value) && Object.entries(shape).every(([field, own]) => isOf(value[field], own as Shape));
}
