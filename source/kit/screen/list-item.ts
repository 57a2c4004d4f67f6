import type {ListItem} from '../../engine/logs/catalog.ts';
import type {FileState} from '../../engine/logs/log-snapshot.ts';
import {clean} from '../../lib/clean.ts';
import {hasUnknownErrors} from '../words/failure-words.ts';
import {openedKind, openedState} from '../words/opened-words.ts';
import {type PipelineState, pipelineState} from '../words/pipeline-words.ts';

/** Description of an item in the list, besides its name. */
export type ItemWords = {
  /** State of a pipeline or a file, whose word is its size; undefined: the file is not open. */
  readonly state: PipelineState | undefined;
  /** Kind of a file, such as `gzip`. */
  readonly kind?: string;
  /** Name for less room: that of a file without the usual endings, since names differ at their ends. */
  readonly shortName: string;
  /** It may have errors that its version does not count. */
  readonly hasUnknownErrors: boolean;
};

type ItemFacts = {
  readonly file?: FileState | undefined;
  readonly isDegraded?: boolean;
  readonly isFresh?: boolean;
};

/**
 * `file`: of an opened log; undefined while it is not open. `isDegraded`: as for `pipelineState`. `isFresh`: the log of the
 * pipeline was read within the last minute: of another one that runs, nobody knows that all is well.
 */
export function itemWords(item: ListItem, {file, isDegraded = false, isFresh = false}: ItemFacts = {}): ItemWords {
  const name = clean(item.name);
  if (!('kind' in item)) {
    const state = pipelineState(item, isDegraded);
    const isUnread = state.symbol === 'running' && !isFresh;
    const shown: PipelineState = isUnread ? {...state, symbol: 'unread', style: {dim: true}} : state;
    return {state: shown, shortName: name, hasUnknownErrors: hasUnknownErrors(item)};
  }
  return {
    state: file && openedState(file),
    kind: openedKind(item),
    shortName: name.replace(/(?<=.)(\.(log|txt))?(\.(gz|zst))?$/i, ''),
    hasUnknownErrors: false,
  };
}
