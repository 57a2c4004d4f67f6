import type {PaneOptions} from '../../../kit/settings/option-table.ts';
import {cleanName} from '../../../lib/clean.ts';
import {isObject} from '../../../lib/json.ts';

/** Kind of a value; `?`: it may be absent. A pipeline's name is as the API client has it: safe to show. */
type Kind = 'text' | 'name' | 'flag' | 'number' | 'whole' | 'count';
type Shape = Kind | `${Kind}?` | readonly [Shape] | {readonly [field: string]: Shape} | {readonly optional: Shape};

/** The type of what has this shape. */
type Of<S> = S extends 'text' | 'name'
  ? string
  : S extends 'flag'
    ? boolean
    : S extends Kind
      ? number
      : S extends `${infer Present}?`
        ? Of<Present> | undefined
        : S extends readonly [infer Each]
          ? readonly Of<Each>[]
          : S extends {readonly optional: infer Present}
            ? Of<Present> | undefined
            : {readonly [Field in keyof S]: Of<S[Field]>};

/** A line to find again once the log has been read: a `LinePlace`. */
const line = {at: 'number', hash: 'text', line: 'count'} as const;
/** The current line. `above`: entries down to it from the top of the pane; `row`: of the topmost; `below`: that were seen. */
const place = {...line, above: 'count', row: 'count', below: 'count'} as const;
/** Marks and place of a tab; without a `place` the tab follows. */
const places = {marks: [line], place: {optional: place}} as const;
/** `text` as typed. With `shape` the filter hides that fingerprint, and `text` is its pattern. */
const filter = {text: 'text', on: 'flag', shape: 'whole?'} as const;
/**
 * `id`: of its pipeline, which may have another name at the next start; absent: merged, or not known. `usualLevel`: the filter
 * for the least level, or that there is none, is that of the start.
 */
const tab = {
  name: 'name',
  id: 'text?',
  merges: {optional: ['name']},
  search: 'text?',
  highlights: ['text'],
  filters: [filter],
  usualLevel: 'flag',
  around: 'count',
  fold: 'flag',
  places,
} as const;
/**
 * `active`: name of the shown tab; `cursor`: of the pipeline under the cursor. `listHidden` and `histogram`: as keys have set
 * them. `savedAt`: Unix time in ms at which pipetail last ran, as far as it could save that.
 */
const session = {
  tabs: [tab],
  active: 'name?',
  cursor: 'name?',
  focus: 'text',
  listHidden: 'flag?',
  histogram: 'flag?',
  savedAt: 'count?',
} as const;

/** Those that keys have changed; read when they are restored (`paneOptionsFrom`): another version may have other ones. */
type SavedOptions = {readonly [Name in keyof PaneOptions]?: unknown};

export type SessionFilter = Of<typeof filter>;
export type PanePlace = Of<typeof place>;
export type TabPlaces = Of<typeof places>;
export type SessionTab = SavedOptions & Of<typeof tab>;

/** Session that the next start restores: layout and pinned tabs. No credentials. The keys are those of the file. */
export type SavedSession = Omit<Of<typeof session>, 'tabs'> & {readonly tabs: readonly SessionTab[]};

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  name: (value) => typeof value === 'string' && cleanName(value) === value,
  flag: (value) => typeof value === 'boolean',
  number: (value) => Number.isFinite(value),
  whole: (value) => Number.isSafeInteger(value),
  count: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
};

/** Returns the session in parsed JSON; undefined: it is not a whole one. */
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
