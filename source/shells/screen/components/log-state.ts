import type {Pipeline} from '../../../engine/api/types.ts';
import {hasEnded, isFollowed, type LogSnapshot} from '../../../engine/logs/log-snapshot.ts';
import type {ListSnapshot} from '../../../engine/pipelines/list-poller.ts';
import type {RecordingState} from '../../../engine/recording/recorder.ts';
import {commandFor, keyInWords} from '../../../kit/keys/commands.ts';
import type {Tab} from '../../../kit/state/view-state.ts';
import {badge} from '../../../kit/terminal/style.ts';
import {plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import {newBelow} from '../../../kit/viewport/position.ts';
import type {ZoneOffset} from '../../../kit/viewport/time-column.ts';
import type {ConnectionWords} from '../../../kit/words/connection-words.ts';
import {serverOutage} from '../../../kit/words/failure-words.ts';
import {type DegradedPipelines, isCompiling, pipelineState} from '../../../kit/words/pipeline-words.ts';
import {clockTime, count, fineMoment, inZone, readTime} from '../../../lib/format.ts';
import type {Controller} from '../controller.ts';

/** Facts of which the right side of the header is made. */
export type LogStateView = {
  readonly list: ListSnapshot;
  readonly degraded?: DegradedPipelines;
  /** The shown tab's pipeline: its state is shown beside LIVE, unless it runs. Undefined: a row below says it. */
  readonly pipeline: Pipeline | undefined;
  readonly connection: ConnectionWords;
  /** Time that the requests of log and list have been in progress, such as `4 s`; undefined while that is short. */
  readonly waited?: {readonly log: string | undefined; readonly list: string | undefined};
  /** The log stands still: entries that came below since, and the key that follows again, if more can come. */
  readonly paused?: {readonly newBelow: number; readonly followKey: string | undefined} | undefined;
  /** Lost streams of the process: the log stays silent about them. */
  readonly lostStreams?: readonly string[] | undefined;
  /** The log is read from a file. */
  readonly isFile?: boolean;
  readonly width: number;
  /** Unix time in ms. */
  readonly now: number;
  readonly offsetAt: ZoneOffset;
};

/** The one state of the shown log, and what is to be known with it, the most important first. */
export function stateWords(view: LogStateView): readonly StyledText[] {
  const {connection, paused, waited} = view;
  const words = sinceText(connection.text, waited?.log);
  const link = words === '' ? [] : [plain(words, connection.style)];
  const notes = [...lostStreamsNote(view), ...pipelineNote(view)];
  if (!paused) return [...link, ...notes];
  const {newBelow, followKey} = paused;
  return [
    plain(' PAUSED ', badge),
    ...(newBelow > 0 ? [plain(`${count(newBelow)} new`, {fg: 6, bold: true})] : []),
    ...(followKey === undefined ? link : []),
    ...notes,
    ...(followKey === undefined ? [] : [plain(`${followKey} follows`)]),
  ];
}

/** Returns how far the shown log is from its end if it stands still; undefined: it does not. */
export function pauseOf(controller: Controller, snapshot: LogSnapshot | undefined): LogStateView['paused'] {
  if (!isPaused(controller.tab, snapshot)) return undefined;
  const {commands, keyContext, paneOnScreen: at} = controller;
  const keys = commands
    .filter(({id}) => id === 'bottom' || id === 'follow')
    .flatMap((command) => command.keys.filter((key) => commandFor(commands, keyContext, key) === command.id));
  const [key] = snapshot && isFollowed(snapshot) ? keys : [];
  return {
    newBelow: at ? newBelow(at.tab.pane.position, at.geometry) : 0,
    followKey: key === undefined ? undefined : keyInWords(key),
  };
}

/** Tells whether the shown log is paused: one that has ended is not, nor is the beginning of one that is still read. */
function isPaused(tab: Tab | undefined, snapshot: LogSnapshot | undefined): boolean {
  const position = tab?.pane.position;
  return position?.kind === 'anchored' && position.untilRead !== true && !(snapshot && hasEnded(snapshot));
}

function sinceText(words: string, waited: string | undefined): string {
  return waited === undefined ? words : `${words}, ${waited}`;
}

export function recordingNote(recording: RecordingState | undefined): StyledText[] {
  switch (recording?.kind) {
    case undefined:
    case 'opening':
      return [];
    case 'recording':
      return [plain('REC', {fg: 1}), plain('  ')];
    case 'read-only':
      return [plain('recorded elsewhere', {fg: 3}), plain('  ')];
    case 'stopped':
      return [plain(' NOT RECORDED ', {inverse: true, fg: 1, bg: 231}), plain(' ')];
  }
}

/** The log is live, or a file, but a stream of the process is in it no longer. */
function lostStreamsNote({connection, isFile = false, lostStreams = []}: LogStateView): StyledText[] {
  if (!(connection.isLive || isFile) || lostStreams.length === 0) return [];
  return [plain(`${lostStreams.join(', ')} lost`, {fg: 3, bold: true})];
}

function pipelineNote(view: LogStateView): StyledText[] {
  // Not while the server does not answer: on the left is what was known last.
  if (!view.connection.isLive || !view.pipeline || serverOutage(view.list, view)) return [];
  const {name} = view.pipeline;
  const state = pipelineState(view.pipeline, view.degraded?.has(name));
  if (state.symbol === 'running') return [];
  const asOf = state.symbol === 'degraded' ? view.degraded?.get(name) : undefined;
  const text = `${state.word}${asOfWords(asOf, view)}${sinceWords(view.pipeline, view)}`;
  return [plain(text, asOf === undefined ? state.style : {dim: true})];
}

/** Since when the program compiles; empty in other states. */
function sinceWords(pipeline: Pipeline, {width, offsetAt}: LogStateView): string {
  const since = readTime(pipeline.programStatusSince);
  const isShown = width >= widthWithSince && isCompiling(pipeline) && !Number.isNaN(since);
  return isShown ? ` since ${clockTime(inZone(since, offsetAt))}` : '';
}

/** Columns. A narrower header has no room for the time. */
const widthWithSince = 100;

export function asOfWords(at: number | undefined, moment: Moment): string {
  return at === undefined ? '' : ` as of ${momentWords(at, moment)}`;
}

type Moment = Pick<LogStateView, 'now' | 'offsetAt'>;

export function momentWords(at: number, {now, offsetAt}: Moment): string {
  return fineMoment(inZone(at, offsetAt), inZone(now, offsetAt));
}
