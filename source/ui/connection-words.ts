import type {ConnectionState} from '../streams/connection-state.ts';
import type {Style} from '../terminal/style.ts';

/** A connection's state for the header. `countdown` says that the text changes by itself every second. */
export type ConnectionWords = {readonly text: string; readonly style: Style; readonly countdown: boolean};

const good: Style = {fg: 2, bold: true};
const pending: Style = {fg: 3};
const bad: Style = {fg: 1, bold: true};

/**
 * The connection in a few words; `now` on the monotonic clock, undefined: nobody sees it tick. `hadLog`: something of the pipeline's log was seen, so
 * that a pipeline that is gone was there once.
 */
export function connectionWords(
  state: ConnectionState | undefined,
  now: number | undefined,
  hadLog: boolean,
): ConnectionWords {
  switch (state?.kind) {
    case undefined:
    case 'idle':
      return {text: '', style: {}, countdown: false};
    case 'connecting':
      return {text: 'connecting', style: pending, countdown: false};
    case 'catching-up':
      return {text: 'catching up', style: pending, countdown: false};
    case 'live':
      return {text: 'LIVE', style: good, countdown: false};
    case 'ended':
      return {text: 'ended', style: pending, countdown: false};
    case 'waiting': {
      // The empty 404 is no error to show: the runner is about to answer.
      if (state.failure?.kind === 'retryable' && state.failure.reason === 'not-ready') {
        return {text: 'runner not ready yet', style: pending, countdown: false};
      }
      if (now === undefined) return {text: 'reconnecting', style: pending, countdown: false};
      const seconds = Math.max(0, Math.ceil((state.until - now) / 1000));
      return {text: `reconnecting in ${seconds} s`, style: pending, countdown: true};
    }
    case 'gone':
      return {text: goneWords(state.reason, hadLog), style: bad, countdown: false};
  }
}

function goneWords(reason: Extract<ConnectionState, {kind: 'gone'}>['reason'], hadLog: boolean): string {
  if (reason.kind === 'deleted') return hadLog ? 'deleted' : 'no such pipeline';
  const {failure} = reason;
  if (failure.kind !== 'fatal') return 'refused';
  switch (failure.reason) {
    case 'unauthorized':
      return 'credentials refused';
    case 'no-token':
      return 'no token';
    case 'forbidden':
      return 'not permitted';
    case 'unknown-tenant':
      return 'unknown tenant';
    case 'wrong-url':
      return 'wrong URL';
    case 'certificate':
      return 'certificate refused';
    case 'unknown-pipeline':
      return hadLog ? 'deleted' : 'no such pipeline';
    case 'bad-request':
    case 'headers-too-large':
      return 'refused';
  }
}
