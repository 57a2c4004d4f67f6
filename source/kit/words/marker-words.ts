import {isDamage, type LossCause, type Marker} from '../../engine/buffer/markers.ts';
import type {RecordingState} from '../../engine/recording/recorder.ts';
import {clean} from '../../lib/clean.ts';
import {byteSize, clockTime, count, counted, duration, inZone} from '../../lib/format.ts';
import {failedWords, stateChangeWords} from './pipeline-words.ts';

export const causeWords: Readonly<Record<LossCause, string>> = {
  'server-lost': 'connection lost',
  'runner-lost': 'connection to the runner lost',
  'runner-stopped': 'runner stopped',
  'dropped-as-slow': 'dropped by the server as too slow',
  silent: 'network silent',
  asked: 'reconnected on request',
  slept: 'pipetail was stopped or this machine slept',
  turn: 'not followed while others were',
  'not-running': 'pipetail was not running',
  'collected-again': 'next collection of the support bundle',
  unknown: 'cause unknown',
};

const tones: Readonly<Record<Marker['kind'], 'quiet' | 'notice' | 'loss'>> = {
  lost: 'loss',
  unreadable: 'loss',
  'line-cut': 'loss',
  'not-merged': 'loss',
  'not-recorded': 'loss',
  unread: 'loss',
  'new-life': 'notice',
  'possible-repeat': 'notice',
  ended: 'notice',
  state: 'notice',
  program: 'notice',
  renamed: 'notice',
  file: 'notice',
  'not-ordered': 'notice',
  discarded: 'quiet',
  reconnected: 'quiet',
  'line-continued': 'quiet',
};

/** Returns how prominent a marker is on the screen: a loss must not be overlooked. */
export function markerTone(marker: Marker): 'quiet' | 'notice' | 'loss' {
  const isQuiet = marker.kind === 'lost' ? marker.atMost === 0 : marker.kind === 'unreadable' && !isDamage(marker);
  return isQuiet ? 'quiet' : tones[marker.kind];
}

/**
 * One line, without decoration, whatever a recording says of names and causes.
 * `offsetAt`: minutes by which the zone of its times is ahead of UTC; default UTC.
 */
export function markerText(marker: Marker, offsetAt: (at: number) => number = () => 0): string {
  return clean(wordsOf(marker, offsetAt));
}

function wordsOf(marker: Marker, offsetAt: (at: number) => number): string {
  const shown = (at: number) => inZone(at, offsetAt);
  switch (marker.kind) {
    case 'discarded':
      return `${counted(marker.entries, 'earlier entry', 'earlier entries')} no longer held by the server`;
    case 'reconnected':
      return reconnectedText(marker, shown);
    case 'lost':
      return lostText(marker, shown);
    case 'new-life':
      return newLifeText(marker);
    case 'possible-repeat':
      return `the next ${counted(marker.lines, 'line', 'lines')} may repeat lines above`;
    case 'line-cut':
      return 'the line above was cut; its rest is lost';
    case 'ended':
      return `${clockTime(shown(marker.at))} ${endedWords[marker.because]}`;
    case 'state':
      return `${clockTime(shown(marker.at))} ${stateText(marker)}`;
    case 'program':
      return `${clockTime(shown(marker.at))} program: ${stateChangeWords(marker.from, marker.to)}`;
    case 'renamed':
      return `${clockTime(shown(marker.at))} renamed from ${marker.from} to ${marker.to}`;
    case 'unread':
      return `${clockTime(shown(marker.at))} Feldera stopped reading ${marker.stream} until the next start: ${marker.why}`;
    case 'not-merged':
      return `${counted(marker.lines, 'older line', 'older lines')} not merged · its own tab may have them`;
    case 'not-ordered':
      return 'its lines have no times: they cannot be ordered among those of the others';
    case 'line-continued':
      return 'the next line is the rest of one above that was not complete';
    case 'not-recorded':
      return marker.lines === undefined
        ? 'an unknown number of lines was not recorded here'
        : `${counted(marker.lines, 'line was', 'lines were')} not recorded`;
    case 'unreadable':
      return unreadableText(marker);
    case 'file':
      return `${clockTime(shown(marker.at))} ${fileChangeWords[marker.turn]}`;
  }
}

const fileChangeWords: Readonly<Record<Extract<Marker, {kind: 'file'}>['turn'], string>> = {
  truncated: 'the file was truncated · lines may be missing',
  rotated: 'the file was rotated · lines between the two files may be missing',
  removed: 'the file was removed',
};

function stateText({from, to, error, startFailed}: Extract<Marker, {kind: 'state'}>): string {
  return error === undefined
    ? stateChangeWords(from, to)
    : failedWords({state: to, error, endedStart: startFailed === true});
}

/** After a sleep the connection was never down: another one may have replaced it. */
function reconnectedText(
  {cause, times, since, downMs}: Extract<Marker, {kind: 'reconnected'}>,
  shown: (at: number) => number,
): string {
  if (times > 1) return `reconnected ${count(times)} times since ${clockTime(shown(since))} · 0 entries lost`;
  if (cause === 'collected-again') return `${causeWords[cause]}, ${duration(downMs)} later · 0 entries lost`;
  if (cause === 'asked') return `${causeWords[cause]} after ${duration(downMs)} · 0 entries lost`;
  const after = cause === 'slept' && downMs === 0 ? '' : ` · reconnected after ${duration(downMs)}`;
  return `${causeWords[cause]}${after} · 0 entries lost`;
}

/** `120 entries`, `3 to 1,200 entries`. */
export function lostAmount({atLeast, atMost}: {readonly atLeast: number; readonly atMost: number}): string {
  const most = counted(atMost, 'entry', 'entries');
  return atLeast === atMost ? most : `${count(atLeast)} to ${most}`;
}

function lostText(marker: Extract<Marker, {kind: 'lost'}>, shown: (at: number) => number): string {
  const amount = lostAmount(marker);
  const span = `between ${clockTime(shown(marker.from))} and ${clockTime(shown(marker.to))}`;
  return marker.atMost === 0
    ? `${amount} lost ${span}, unless the server's log was cleared`
    : `${amount} lost ${span} (buffer overflow, or the log was cleared)`;
}

function newLifeText(marker: Extract<Marker, {kind: 'new-life'}>): string {
  const {because, cause, downMs = 0, folder} = marker;
  const outage = outageText(marker);
  switch (because) {
    case 'restarted': {
      const isOwnOutage = cause === 'runner-lost' || cause === 'runner-stopped';
      const after = isOwnOutage && downMs > 0 ? ` after ${duration(downMs)}` : '';
      return `${outage}runner restarted${after} · server's log cleared · lines may be missing`;
    }
    case 'created-again':
      return `${outage}created again · a new pipeline of the same name${folder === undefined ? '' : ` (${folder})`}`;
    case 'cleared':
      return `${outage}server's log was cleared · lines may be missing`;
  }
}

/** `server unreachable 2 min · `, in front of what was found afterwards. A sleep began before the time that is known. */
function outageText({cause, downMs = 0}: Extract<Marker, {kind: 'new-life'}>): string {
  if (downMs === 0) return '';
  switch (cause) {
    case 'server-lost':
    case 'unknown':
      return `server unreachable ${duration(downMs)} · `;
    case 'silent':
      return `network silent ${duration(downMs)} · `;
    case 'not-running':
      return `pipetail was not running for ${duration(downMs)} · `;
    default:
      return '';
  }
}

function unreadableText(marker: Extract<Marker, {kind: 'unreadable'}>): string {
  const {bytes, because, file = 'the file', why} = marker;
  if (because === 'not-read') return why ?? `the rest of ${file} was not read`;
  if (because === 'cut-short') return `${file} ends here, too early: it was cut, or is still being written`;
  if (because === 'rest-damaged') {
    // Damage shows where the unpacked bytes make no sense, or at the next checksum: it may be far above.
    const rest = bytes === undefined ? 'the rest' : `about ${byteSize(bytes)} of it`;
    return `${file} is damaged: lines of it may be wrong, and ${rest} could not be unpacked`;
  }
  if (because === 'damaged-marker') return 'what happened here could not be read: the recording is damaged';
  if (bytes === undefined) return 'a recording was deleted';
  return because === 'deleted-to-make-room'
    ? `${byteSize(bytes)} before this were deleted`
    : `${byteSize(bytes)} could not be read: deleted, or damaged`;
}

const endedWords: Readonly<Record<Extract<Marker, {kind: 'ended'}>['because'], string>> = {
  deleted: 'deleted',
  restarted: 'the runner restarted',
  'created-again': 'deleted and created again',
  stopped: 'the log ended: the runner stopped, or the server dropped pipetail for reading too slowly',
  unknown: 'the log ended',
};

/** One line; undefined if the user need not know of the change. */
export function recordingWords(
  before: RecordingState | undefined,
  now: RecordingState | undefined,
): string | undefined {
  if (now === undefined || now.kind === 'opening') return undefined;
  switch (now.kind) {
    case 'read-only':
      return before?.kind === 'read-only'
        ? undefined
        : `not recorded: process ${now.by} is recording it in ${now.folder}`;
    case 'stopped':
      return before?.kind === 'stopped' && before.why === now.why
        ? undefined
        : `recording has stopped: ${now.why} · trying again`;
    case 'recording': {
      if (now.aside !== undefined && before?.kind !== 'recording')
        return `recording anew: the facts of what was recorded could not be read; it was moved to ${now.aside}`;
      if (before?.kind !== 'stopped') return undefined;
      const missed = now.missedBytes === 0 ? 'nothing was missed' : `${byteSize(now.missedBytes)} are missing from it`;
      return `recording again · ${missed}`;
    }
  }
}

/** Forms in which the log's entries and folders are shown. */
type RecordedNames = {
  /** Time of an entry, or of the next one in that direction that has a time. */
  readonly timeNear: (id: number, step: 1 | -1) => string | undefined;
  /** Follows a time: ` UTC`, or nothing. */
  readonly zone: string;
  readonly path: (folder: string) => string;
};

/** `recording since 12:03:44 UTC to ~/logs/orders--1`, or why it is not recorded. */
export function recordedWords(state: RecordingState, {timeNear, zone, path}: RecordedNames): string {
  if (state.kind !== 'recording') return recordingWords(undefined, state) ?? 'the recording is being opened';
  const from = timeNear(state.fromId, 1);
  const missed = state.missedBytes === 0 ? '' : ` · ${byteSize(state.missedBytes)} are missing from it`;
  return from === undefined
    ? `recording from now on to ${path(state.folder)}${missed}`
    : `recording since ${from}${zone} to ${path(state.folder)}${missed}`;
}

/** Tells what a log's recording lacks at the end; undefined: nothing, or another program records it. */
export function unrecordedWords(last: RecordingState): string | undefined {
  switch (last.kind) {
    case 'opening':
      return 'it is not recorded: its recording was not open before the end';
    case 'recording':
      return last.missedBytes === 0 ? undefined : `${byteSize(last.missedBytes)} are missing from its recording`;
    case 'read-only':
      return undefined;
    case 'stopped':
      return `not all of it is recorded: ${last.why}`;
  }
}

/** Tells what a recording that has ended leaves, or why there is none. `endId`: the end of the log. */
export function endedRecordingWords(
  last: RecordingState,
  endId: number,
  {timeNear, zone, path}: RecordedNames,
): string | undefined {
  if (last.kind !== 'recording') return last.kind === 'stopped' ? unrecordedWords(last) : undefined;
  if (last.bytes === 0) return 'nothing was written';
  const from = timeNear(last.fromId, 1);
  const to = timeNear(endId - 1, -1);
  const span = from === undefined || to === undefined ? '' : ` from ${from} to ${to}${zone}`;
  return `${byteSize(last.bytes)}${span} in ${path(last.folder)}`;
}
