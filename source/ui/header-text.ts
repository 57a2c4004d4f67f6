import type {Pipeline} from '../api/types.ts';
import type {RecordingState} from '../storage/recording-state.ts';
import type {ListSnapshot} from '../streams/list-poller.ts';
import {clip, padTo} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {counted, duration} from '../viewport/words.ts';
import type {ConnectionWords} from './connection-words.ts';
import {isFailing, pipelineState} from './pipeline-state.ts';

export type HeaderView = {
  readonly serverName: string;
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
  return concat([plain(' pipetail', {bold: true}), plain(`  ${view.serverName}  `), ...listWords(view)]);
}

function listWords({list, now, symbols}: HeaderView): StyledText[] {
  const parts: StyledText[] = [];
  if (list.pipelines) {
    const failing = list.pipelines.filter(isFailing).length;
    parts.push(plain(counted(list.pipelines.length, 'pipeline', 'pipelines'), {dim: true}));
    if (failing > 0) parts.push(plain(` ${symbols.dot} `, {dim: true}), plain(`${failing} failing`, {fg: 1}));
  }
  if (list.failure && list.pipelines && list.goodAt !== undefined) {
    const age = now - list.goodAt;
    const words = age < 60_000 ? 'list not refreshed' : `list ${duration(age)} old`;
    parts.push(plain(` ${symbols.dot} `, {dim: true}), plain(words, {fg: 3}));
  }
  return parts;
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
  if (view.connection.text !== 'LIVE' || !view.pipeline) return [];
  const state = pipelineState(view.pipeline);
  return state.symbol === 'running'
    ? []
    : [plain(` ${view.symbols.dot} `, {dim: true}), plain(state.word, state.style)];
}
