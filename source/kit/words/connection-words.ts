import type {ConnectionState} from '../../engine/connection/state.ts';
import {clean} from '../../lib/clean.ts';
import {elapsed} from '../../lib/format.ts';
import type {Style} from '../terminal/style.ts';
import {refusalWords} from './failure-words.ts';

export type ConnectionWords = {
  readonly text: string;
  readonly style: Style;
  /** The text changes every second. */
  readonly countdown: boolean;
  readonly isLive: boolean;
};

const good: Style = {fg: 2, bold: true};
const pending: Style = {fg: 3};
const bad: Style = {fg: 1, bold: true};

/** It is open, but since `milliseconds` the server does not answer; undefined: no user is there who would see it count. */
export function silentWords(milliseconds: number | undefined): ConnectionWords {
  const isWorthAWord = milliseconds !== undefined && milliseconds >= 1000;
  const text = isWorthAWord ? `no answer for ${elapsed(milliseconds)}` : 'no answer';
  return {...words(text, bad), countdown: milliseconds !== undefined};
}

/** The server answers, but has no log to give. `since`: as a time. `next`: until the next try, where there is room. */
export function unreachableWords(since: string, next: ConnectionWords | undefined): ConnectionWords {
  const text = `log unreachable since ${since}`;
  return next?.countdown ? {...next, text: `${text}, ${next.text}`, style: bad} : words(text, bad);
}

/** `now`: monotonic ms; undefined: no countdown. `hadLog`: the log has entries, so a missing pipeline was deleted. */
export function connectionWords(
  state: ConnectionState | undefined,
  now: number | undefined,
  hadLog: boolean,
): ConnectionWords {
  switch (state?.kind) {
    case undefined:
    case 'idle':
      return words('', {});
    case 'connecting':
      return words('connecting', pending);
    case 'catching-up':
      return words('catching up', pending);
    case 'live':
      return {...words('LIVE', good), isLive: true};
    case 'ended':
      return words('ended', pending);
    case 'waiting': {
      if (now === undefined) return words('reconnecting', pending);
      const seconds = Math.max(0, Math.ceil((state.until - now) / 1000));
      return {...words(`reconnecting in ${seconds} s`, pending), countdown: true};
    }
    case 'gone':
      return words(goneWords(state.reason, hadLog), bad);
  }
}

function words(text: string, style: Style): ConnectionWords {
  return {text, style, countdown: false, isLive: false};
}

function goneWords(reason: Extract<ConnectionState, {kind: 'gone'}>['reason'], hadLog: boolean): string {
  if (reason.kind === 'deleted') return hadLog ? 'deleted' : 'no such pipeline';
  if (reason.kind === 'renamed') return `renamed to ${clean(reason.to)}`;
  const {failure} = reason;
  if (failure.kind !== 'fatal') return 'refused';
  if (failure.reason === 'unknown-pipeline') return hadLog ? 'deleted' : 'no such pipeline';
  return refusalWords(failure.reason, failure.expired);
}
