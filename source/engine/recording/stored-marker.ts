import {isObject} from '../../lib/json.ts';
import type {LossCause, Marker, MarkerKind, OutputStream} from '../buffer/markers.ts';

type IsValid = (value: unknown) => boolean;
type FieldChecks<Kind> = Kind extends MarkerKind ? {readonly [Field in Exclude<keyof Kind, 'kind'>]-?: IsValid} : never;
type MarkerChecks = {readonly [Kind in Marker['kind']]: FieldChecks<Extract<MarkerKind, {kind: Kind}>>};

/** The most that a `Date` holds, before and after 1970. */
const latestTime = 8.64e15;

const number: IsValid = (value) => Number.isFinite(value);
const text: IsValid = (value) => typeof value === 'string';
const flag: IsValid = (value) => typeof value === 'boolean';
const optional =
  (isValid: IsValid): IsValid =>
  (value) =>
    value === undefined || isValid(value);
/** Each of the values, so that a new one is not forgotten. */
const oneOf =
  <Value extends string>(values: Readonly<Record<Value, true>>): IsValid =>
  (value) =>
    typeof value === 'string' && Object.hasOwn(values, value);
const because = <Kind extends 'new-life' | 'ended' | 'unreadable'>(
  values: Readonly<Record<Extract<MarkerKind, {kind: Kind}>['because'], true>>,
): IsValid => oneOf(values);

const cause = oneOf<LossCause>({
  'server-lost': true,
  'runner-lost': true,
  'runner-stopped': true,
  'dropped-as-slow': true,
  silent: true,
  asked: true,
  slept: true,
  turn: true,
  'not-running': true,
  'collected-again': true,
  unknown: true,
});

const checks: MarkerChecks = {
  discarded: {entries: number},
  reconnected: {cause, downMs: number, times: number, since: isTimestamp},
  lost: {atLeast: number, atMost: number, from: isTimestamp, to: isTimestamp},
  'new-life': {
    because: because<'new-life'>({restarted: true, 'created-again': true, cleared: true}),
    cause: optional(cause),
    downMs: optional(number),
    folder: optional(text),
  },
  'possible-repeat': {lines: number},
  'line-cut': {},
  'line-continued': {},
  'not-ordered': {},
  ended: {
    because: because<'ended'>({deleted: true, restarted: true, 'created-again': true, stopped: true, unknown: true}),
  },
  state: {from: text, to: text, error: optional(text), startFailed: optional(flag)},
  program: {from: text, to: text},
  renamed: {from: text, to: text},
  'not-recorded': {lines: optional(number)},
  unreadable: {
    bytes: optional(number),
    because: because<'unreadable'>({
      'deleted-to-make-room': true,
      'deleted-or-damaged': true,
      'damaged-marker': true,
      'cut-short': true,
      'rest-damaged': true,
      'not-read': true,
    }),
    file: optional(text),
    why: optional(text),
  },
  unread: {stream: oneOf<OutputStream>({stdout: true, stderr: true}), why: text},
  'not-merged': {lines: number},
  file: {turn: oneOf<'truncated' | 'rotated' | 'removed'>({truncated: true, rotated: true, removed: true})},
};

/** Unix time in ms that a `Date` can hold. */
export function isTimestamp(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= latestTime;
}

/** A marker as it was written; one that is damaged, or of a kind that this version cannot read, says so in its place. */
export function storedMarker(value: unknown): Marker {
  const {kind, at, ...fields} = isObject(value) ? value : {};
  const kindChecks = typeof kind === 'string' && Object.hasOwn(checks, kind) && checks[kind as Marker['kind']];
  if (isTimestamp(at) && kindChecks) {
    const isWhole = Object.entries<IsValid>(kindChecks).every(([field, isValid]) => isValid(fields[field]));
    if (isWhole) return value as Marker;
  }
  return {kind: 'unreadable', bytes: 0, because: 'damaged-marker', at: isTimestamp(at) ? at : 0};
}
