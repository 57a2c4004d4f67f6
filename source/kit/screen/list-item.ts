import type {ListItem} from '../../engine/logs/catalog.ts';
import type {FileState} from '../../engine/logs/log-snapshot.ts';
import {clean} from '../../lib/clean.ts';
import {hasUnknownErrors} from '../words/failure-words.ts';
import {openedKind, openedState} from '../words/opened-words.ts';
import {type PipelineState, pipelineState} from '../words/pipeline-words.ts';

/** What the list says of an item besides its name. */
export type ItemWords = {
  /** Of a file its size is the word; undefined: it is not open. */
  readonly state: PipelineState | undefined;
  /** What a file is, such as `gzip`. */
  readonly kind?: string;
  /** Where the whole name has no room: of files without what most names end in, since the end is where names differ. */
  readonly shortName: string;
  /** It may have errors that its version does not count. */
  readonly hasUnknownErrors: boolean;
};

/** Behind a pipeline that runs, and whose log nobody read. */
export const unreadMark = '?';

type ItemFacts = {readonly file?: FileState | undefined; readonly isDegraded?: boolean};

/** `file`: of an opened log; undefined while it is not open. `isDegraded`: as for `pipelineState`. */
export function itemWords(item: ListItem, {file, isDegraded = false}: ItemFacts = {}): ItemWords {
  const name = clean(item.name);
  if (!('kind' in item)) {
    return {state: pipelineState(item, isDegraded), shortName: name, hasUnknownErrors: hasUnknownErrors(item)};
  }
  return {
    state: file && openedState(file),
    kind: openedKind(item),
    shortName: name.replace(/(?<=.)(\.(log|txt))?(\.(gz|zst))?$/i, ''),
    hasUnknownErrors: false,
  };
}
