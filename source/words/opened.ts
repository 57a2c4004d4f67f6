import {byteSize} from '../lib/format.ts';
import type {FoundLog} from '../storage/opened/find-logs.ts';
import type {FileState} from '../streams/log-source.ts';
import type {ConnectionWords} from './connection.ts';
import type {PipelineState} from './pipeline.ts';

/** What a log was opened from, in one word. */
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

/** `reading 45%`, `counting lines 45%`, `growing`, `ended`, `ended early`. */
export function fileWords(file: FileState): ConnectionWords {
  const {word, style} = stateOf(file);
  return {text: word, style, countdown: false, isLive: false};
}

/** Of an opened log, for the list: its state and size. */
export function openedState(file: FileState): PipelineState {
  const {symbol, style} = stateOf(file);
  return {symbol, word: byteSize(file.size), style};
}

function stateOf({kind, size, read, counted}: FileState): PipelineState {
  switch (kind) {
    case 'reading': {
      const isKnown = size > read && size > 0;
      const word = isKnown ? `reading ${Math.floor((100 * read) / size)}%` : 'reading';
      return {symbol: 'waiting', word, style: {fg: 3}};
    }
    case 'growing': {
      const word = counted === undefined ? 'growing' : `counting lines ${Math.floor(100 * counted)}%`;
      return {symbol: 'running', word, style: {fg: 2}};
    }
    case 'ended':
      return {symbol: 'stopped', word: 'ended', style: {dim: true}};
    case 'failed':
      return {symbol: 'failed', word: 'not read to its end', style: {fg: 1, bold: true}};
  }
}
