import type {ApiFailure, Pipeline, Session} from '../api/types.ts';
import type {RecordingState} from '../storage/recording-state.ts';
import type {ListSnapshot} from '../streams/list-poller.ts';
import {isOldServer} from '../streams/login.ts';
import {clip, padTo} from '../terminal/clip.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import {clockTime, counted, duration} from '../viewport/words.ts';
import {type ConnectionWords, refusalWords} from './connection-words.ts';
import {shownName} from './contexts-page.ts';
import {isCompiling, isFailing, pipelineState} from './pipeline-state.ts';

/** From here on `duration` is in minutes. Milliseconds. */
const twoMinutes = 120_000;
/** Below this width the list's facts need the room. */
const widthWithSince = 100;

export type HeaderView = {
  /** Name of the context in force. */
  readonly context?: string | undefined;
  readonly serverName: string;
  /** Of the server; undefined: not known. */
  readonly serverVersion: string | undefined;
  /** Certificates are not looked at. */
  readonly insecure: boolean;
  /** Who we are to the server; undefined: not known. */
  readonly session: Session | undefined;
  readonly list: ListSnapshot;
  /** The shown tab's pipeline: LIVE over a dead pipeline must not mislead. */
  readonly pipeline: Pipeline | undefined;
  readonly connection: ConnectionWords;
  readonly paused: boolean;
  /** Of the shown tab's log; undefined: it is not recorded, and is not meant to be. */
  readonly recording: RecordingState | undefined;
  readonly width: number;
  /** Wall milliseconds. */
  readonly now: number;
  /** Of the zone that the log's times are shown in. */
  readonly offsetAt: ZoneOffset;
  readonly symbols: Symbols;
};

/** The first row: where we are on the left, whether it is live on the right; the right side is never cut. */
export function headerText(view: HeaderView): StyledText {
  const right = concat([
    plain(' '),
    ...recordingNote(view.recording),
    ...(view.paused ? [plain(' PAUSED ', {inverse: true, bold: true}), plain(' ')] : []),
    plain(view.connection.text, view.connection.style),
    ...pipelineNote(view),
    plain(' '),
  ]);
  const room = Math.max(0, view.width - textWidth(right.text));
  return concat([padTo(clip(left(view), 0, room), room), clip(right, 0, view.width)]);
}

function left(view: HeaderView): StyledText {
  return concat([
    plain(' pipetail', {bold: true}),
    ...(view.context === undefined ? [] : [plain(`  ${shownName(view.context, view.symbols)}`, {bold: true})]),
    plain(`  ${view.serverName}  `),
    ...(view.insecure ? [plain(' INSECURE ', {inverse: true, bold: true, fg: 3}), plain('  ')] : []),
    ...oldServerNote(view.serverVersion),
    ...tenantWords(view),
    ...listWords(view),
  ]);
}

/** The page of the connection has the rest. */
function oldServerNote(version: string | undefined): StyledText[] {
  if (version === undefined || !isOldServer(version)) return [];
  return [plain(` Feldera ${sanitise(version).text} NOT SUPPORTED `, {inverse: true, bold: true, fg: 3}), plain('  ')];
}

/** Of someone with one tenant there is nothing to confuse. */
function tenantWords({session, symbols}: HeaderView): StyledText[] {
  if (!session || session.memberships < 2) return [];
  const words = [session.tenantName, session.role].filter((word) => word !== '').map((word) => sanitise(word).text);
  return [plain(`${words.join(` ${symbols.dot} `)}  `)];
}

function listWords({list, connection, now, symbols}: HeaderView): StyledText[] {
  const parts: StyledText[] = [];
  if (list.pipelines) {
    const failing = list.pipelines.filter(isFailing).length;
    parts.push(plain(counted(list.pipelines.length, 'pipeline', 'pipelines'), {dim: true}));
    if (failing > 0) parts.push(plain(` ${symbols.dot} `, {dim: true}), plain(`${failing} failing`, {fg: 1}));
  }
  if (list.failure && list.pipelines && list.goodAt !== undefined) {
    const age = now - list.goodAt;
    const words =
      refusal(list.failure, connection) ?? (age < twoMinutes ? 'list not refreshed' : `list ${duration(age)} old`);
    parts.push(plain(` ${symbols.dot} `, {dim: true}), plain(words, {fg: 3}));
  }
  return parts;
}

/** What a person has to see to, once for all tabs: not when it is said of the shown one's connection already. */
function refusal(failure: ApiFailure, connection: ConnectionWords): string | undefined {
  if (failure.kind !== 'fatal') return undefined;
  const {reason, expired} = failure;
  if (reason !== 'unauthorized' && reason !== 'token-expired' && reason !== 'no-token') return undefined;
  const words = refusalWords(reason, expired);
  return words === connection.text ? undefined : words;
}

function recordingNote(recording: RecordingState | undefined): StyledText[] {
  switch (recording?.kind) {
    case undefined:
    case 'opening':
      return [];
    case 'recording':
      return [plain('REC', {fg: 1}), plain('  ')];
    case 'read-only':
      return [plain('recorded by another', {fg: 3}), plain('  ')];
    case 'stopped':
      return [plain(' NOT RECORDED ', {inverse: true, bold: true, fg: 1}), plain(' ')];
  }
}

function pipelineNote(view: HeaderView): StyledText[] {
  if (!view.connection.isLive || !view.pipeline) return [];
  const state = pipelineState(view.pipeline);
  return state.symbol === 'running'
    ? []
    : [
        plain(` ${view.symbols.dot} `, {dim: true}),
        plain(`${state.word}${sinceWords(view.pipeline, view)}`, state.style),
      ];
}

/** Whoever waits for the compiler wants to know for how long. */
function sinceWords(pipeline: Pipeline, {width, offsetAt}: HeaderView): string {
  const since = Date.parse(pipeline.programStatusSince);
  const isShown = width >= widthWithSince && isCompiling(pipeline) && !Number.isNaN(since);
  return isShown ? ` since ${clockTime(since + offsetAt(since) * 60_000)}` : '';
}
