import type {FileState} from '../../engine/logs/log-snapshot.ts';
import type {FoundLog} from '../../engine/opened/found-log.ts';
import {byteSize, inZone, moment} from '../../lib/format.ts';
import type {ConnectionWords} from './connection-words.ts';
import type {PipelineState} from './pipeline-words.ts';

/** Names in one word what a log was opened from. */
export function openedKind(found: FoundLog): string {
  switch (found.kind) {
    case 'file':
      return found.packed ?? 'file';
    case 'stdin':
      return found.path === '-' ? 'stdin' : 'pipe';
    default:
      return found.kind;
  }
}

/** Milliseconds after which a file that grew is not called growing any more. */
const growingFor = 10_000;

/** `now`: Unix time in ms. `offsetAt`: minutes that shown times are ahead of UTC. */
type Shown = {readonly now: number; readonly offsetAt: (at: number) => number};

/** `reading 45%`, `end of file`, `growing`, `grew 09:17`, `ended`. Without `shown`: no time. */
export function fileWords(file: FileState, shown?: Shown): ConnectionWords {
  const {word, style} = stateOf(file, shown);
  return {text: word, style, countdown: shown !== undefined && isGrowing(file, shown), isLive: false};
}

/** `12 MB, 1.2 MB compressed` */
export function sizeWords({size, unpacked}: FileState): string {
  return unpacked === undefined ? byteSize(size) : `${byteSize(unpacked)}, ${byteSize(size)} compressed`;
}

/** Returns an opened log's state for the list, with its size as in the status line: that of its lines. */
export function openedState(file: FileState): PipelineState {
  const {symbol, style} = stateOf(file);
  return {symbol, word: byteSize(file.unpacked ?? file.size), style};
}

function stateOf(file: FileState, shown?: Shown): PipelineState {
  const {kind, size, read, grewAt, hasWriter = false} = file;
  switch (kind) {
    case 'reading': {
      const word = size > 0 ? `reading ${Math.floor((100 * read) / size)}%` : 'reading';
      return {symbol: 'waiting', word, style: {fg: 3}};
    }
    case 'followed': {
      const isGrown = grewAt !== undefined || hasWriter;
      return {symbol: 'running', word: growthWords(file, shown), style: isGrown ? {fg: 2} : {dim: true}};
    }
    case 'ended':
      return {symbol: 'stopped', word: 'ended', style: {dim: true}};
    case 'failed':
      return {symbol: 'failed', word: 'not read to its end', style: {fg: 1, bold: true}};
  }
}

function growthWords(file: FileState, shown: Shown | undefined): string {
  const {grewAt, hasWriter = false} = file;
  if (grewAt === undefined) return hasWriter ? 'waiting' : 'end of file';
  if (!shown || isGrowing(file, shown)) return 'growing';
  const {now, offsetAt} = shown;
  return `grew ${moment(inZone(grewAt, offsetAt), inZone(now, offsetAt))}`;
}

/** It changes to `grew …` without a change of the file. */
function isGrowing({kind, grewAt}: FileState, {now}: Shown): boolean {
  return kind === 'followed' && grewAt !== undefined && now - grewAt < growingFor;
}
