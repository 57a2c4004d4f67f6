import type {Clock} from '../lib/clock.ts';
import {idsIn, newTally, type TakeTally, takeBlocks} from '../take/bytes-of.ts';
import {inSlices} from '../take/in-slices.ts';
import {type ClipboardAnswer, sentWords} from '../take/sent-words.ts';
import {markerText} from '../viewport/marker-text.ts';
import {visiblePlaces} from '../viewport/position.ts';
import {byteSize, counted} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {type PaneAt, paneAt} from './on-pane.ts';
import type {Choice} from './prompt.ts';

/** More than any clipboard is for. */
export const mostCopied = 10_000_000;

/** What taking needs from outside. */
export type TakeFacts = {readonly clock: Clock; readonly signal: AbortSignal};

/**
 * The shown tab, once its filters are applied: until then it shows what was before them. As it is at the call if they are:
 * more keys may come in one piece with the one that takes. Undefined when there is no log, and when another tab is shown
 * by then. Rejects when the screen ends.
 */
export async function settledPane(controller: Controller): Promise<PaneAt | undefined> {
  const {pane, closing} = controller;
  if (!pane) return undefined;
  if (!pane.model.isFiltering) return paneAt(controller);
  const {promise: isSettled, resolve, reject} = Promise.withResolvers<void>();
  const look = () => {
    if (!pane.model.isFiltering) resolve();
  };
  const stop = () => reject(closing.reason);
  const unsubscribe = pane.model.progress.subscribe(look);
  closing.addEventListener('abort', stop);
  try {
    look();
    await isSettled;
  } finally {
    unsubscribe();
    closing.removeEventListener('abort', stop);
  }
  const at = paneAt(controller);
  return at?.model === pane.model ? at : undefined;
}

/** The ids of the lines that are chosen, in order. Asked for as they are taken: the log may change meanwhile. */
export function idsOf(choice: Choice, at: PaneAt): Iterable<number> {
  const {buffer} = at.model.source;
  switch (choice) {
    case 'record':
      return idsOfRecord(at);
    case 'selection':
      return idsOfSelection(at);
    case 'screen':
      return new Set(visiblePlaces(at.tab.pane.position, at.geometry).flatMap(({id}) => [...unfolded([id], at)]));
    case 'view':
      if (!at.model.shown) return between(buffer.firstId, buffer.endId);
      return unfolded(idsIn(at.geometry.entries, buffer.firstId, buffer.endId), at);
    case 'all':
      return between(buffer.firstId, buffer.endId);
  }
}

/** The chosen lines as the log has them, in blocks, made in slices of time. */
export function blocksOf(
  choice: Choice,
  at: PaneAt,
  {clock, signal, markers = false, tally}: TakeFacts & {readonly markers?: boolean; readonly tally?: TakeTally},
): AsyncIterable<Buffer> {
  const blocks = takeBlocks(at.model.source.buffer, idsOf(choice, at), {
    ...(markers && {markers: markerText}),
    ...(tally && {tally}),
  });
  return inSlices(blocks, {clock, signal});
}

/** The chosen lines in one piece; undefined when there are more bytes of them than `mostCopied`. */
export async function bytesOf(
  choice: Choice,
  at: PaneAt,
  facts: TakeFacts,
): Promise<{readonly bytes: Buffer; readonly lines: number} | undefined> {
  const tally = newTally();
  const blocks: Buffer[] = [];
  for await (const block of blocksOf(choice, at, {...facts, tally})) {
    if (tally.bytes > mostCopied) return undefined;
    blocks.push(block);
  }
  return {bytes: Buffer.concat(blocks), lines: tally.lines};
}

/** What became of a copy, for the footer. */
export function copiedWords(answer: ClipboardAnswer): string {
  return sentWords(answer, {byteSize, counted});
}

/** The scrollback is bounded: a pager that reads slowly comes too late for the oldest lines. Empty if none is missing. */
export function missingWords({missing}: TakeTally): string {
  return missing === 0 ? '' : `${counted(missing, 'older line was', 'older lines were')} dropped meanwhile`;
}

/** All lines of the current record, or of those that its row stands for. */
function idsOfRecord({model, current}: PaneAt): Iterable<number> {
  if (current === undefined) return [];
  const {shown, index} = model;
  return shown && shown.foldedAt(current) > 1 ? shown.foldLines(current) : index.linesOf(index.headOf(current));
}

/** Whole records, from the one where the selection began to the current one, of those that are shown. */
function* idsOfSelection({model, tab, current}: PaneAt): Generator<number> {
  const {selectedFrom} = tab.pane;
  if (selectedFrom === undefined || current === undefined) return;
  const {index, shown} = model;
  const ends = [index.headOf(selectedFrom), index.headOf(current)].sort((a, b) => a - b);
  const [first = 0, last = first] = ends;
  // The row of a fold stands for more than its own line.
  const lastIds = shown && shown.foldedAt(last) > 1 ? [...shown.foldLines(last)] : index.linesOf(last);
  const lastHead = index.headOf(lastIds.at(-1) ?? last);
  for (const id of between(first, (lastIds.at(-1) ?? last) + 1)) {
    const head = index.headOf(id);
    if (head >= first && head <= lastHead && (shown?.includes(id) ?? true)) yield id;
  }
}

function* unfolded(rows: Iterable<number>, {model}: PaneAt): Generator<number> {
  for (const row of rows) {
    if (model.shown) yield* model.shown.foldLines(row);
    else yield row;
  }
}

function* between(from: number, end: number): Generator<number> {
  for (let id = from; id < end; id++) yield id;
}
