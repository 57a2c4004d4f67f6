import {type CopyCount, idsIn, newTally, readBlocks, readLines} from '../../buffer/copy-lines.ts';
import type {Marker} from '../../buffer/markers.ts';
import {filterText} from '../../filters/filter.ts';
import type {Clock} from '../../lib/clock.ts';
import {byteSize, counted} from '../../lib/format.ts';
import {inSlices} from '../../lib/slices.ts';
import type {ClipboardAnswer} from '../../system/clipboard.ts';
import {lineAsSent} from '../../viewport/line-text.ts';
import {MarkdownReport} from '../../viewport/markdown.ts';
import {visiblePlaces} from '../../viewport/position.ts';
import {markerText, markerTone} from '../../words/markers.ts';
import type {Controller} from '../controller.ts';
import type {PaneAt} from '../pane/pane-at.ts';
import {type Choice, pipelinesOf} from '../state/view-state.ts';

/** More than any clipboard is for. */
export const mostCopied = 10_000_000;

/** What taking needs from outside. */
type CopyInfo = {readonly clock: Clock; readonly signal: AbortSignal};

/**
 * The shown tab, once its filters are applied: until then it shows what was before them. As it is at the call if they are:
 * more keys may come in one piece with the one that takes. Undefined when there is no log, and when another tab is shown
 * by then. Rejects when the screen ends.
 */
export async function paneWhenFiltered(controller: Controller): Promise<PaneAt | undefined> {
  const {pane, closing} = controller;
  if (!pane) return undefined;
  if (!pane.model.isFiltering) return controller.paneAt;
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
  const at = controller.paneAt;
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
  {clock, signal, markers = false, tally}: CopyInfo & {readonly markers?: boolean; readonly tally?: CopyCount},
): AsyncIterable<Buffer> {
  const blocks = readBlocks(at.model.source.buffer, idsOf(choice, at), {
    ...(markers && {markers: markerText}),
    ...(tally && {tally}),
  });
  return inSlices(blocks, {clock, signal});
}

/** The chosen lines in one piece; undefined when there are more bytes of them than `mostCopied`. */
export async function bytesOf(
  choice: Choice,
  at: PaneAt,
  facts: CopyInfo,
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
  if (answer.kind === 'failed') return `not copied: ${answer.why}`;
  const amount = `${counted(answer.lines, 'line', 'lines')}, ${byteSize(answer.bytes)}`;
  if (answer.kind === 'too-large') {
    return `not sent: ${amount}, and terminals drop more than ${byteSize(answer.limit)}`;
  }
  const hint = answer.hint === undefined ? '' : ` · ${answer.hint}`;
  switch (answer.how) {
    // Neither reports whether the text arrived.
    case 'tmux':
      return `sent ${amount} to tmux and its terminal${hint}`;
    case 'OSC 52':
      return `sent ${amount} by OSC 52 (terminals do not acknowledge it)${hint}`;
    default:
      return `copied ${amount} with ${answer.how}${hint}`;
  }
}

/** The scrollback is bounded: a pager that reads slowly comes too late for the oldest lines. Empty if none is missing. */
export function missingWords({missing}: CopyCount): string {
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

/** The chosen lines as Markdown, with what a reader has to know of them; undefined when there are too many. */
export async function markdownOf(
  controller: Controller,
  choice: Choice,
  at: PaneAt,
  signal: AbortSignal,
): Promise<string | undefined> {
  const {clock, serverUrl} = controller.services;
  const {buffer, name} = at.model.source;
  const evidence = new MarkdownReport((line) => lineAsSent(line).text);
  const ids = new SpanOfIds(idsOf(choice, at));
  let bytes = 0;
  for await (const line of inSlices(readLines(buffer, ids), {clock, signal})) {
    bytes += line.length;
    if (bytes > mostCopied) return undefined;
    evidence.add(line);
  }
  const pipelines = pipelinesOf(at.tab).flatMap((each) => controller.pipeline(each) ?? []);
  const platformVersion = versionWords(pipelines);
  return evidence.finish({
    pipeline: name,
    server: serverUrl,
    ...(platformVersion !== undefined && {platformVersion}),
    span: spanOf(at, ids),
    filters: at.tab.pane.filters.filter(({on}) => on).map(({filter}) => filterText(filter)),
    gaps: gapsOf(at, ids),
  });
}

/** The version that the pipelines have, or each with its own; undefined for none. */
export function versionWords(
  pipelines: readonly {readonly name: string; readonly platformVersion: string}[],
): string | undefined {
  const isOne = new Set(pipelines.map(({platformVersion}) => platformVersion)).size <= 1;
  if (isOne) return pipelines[0]?.platformVersion;
  return pipelines.map(({name, platformVersion}) => `${name} ${platformVersion}`).join(', ');
}

/** Passes ids on, and remembers the first and the last. */
class SpanOfIds {
  first: number | undefined;
  last: number | undefined;
  readonly #ids: Iterable<number>;

  constructor(ids: Iterable<number>) {
    this.#ids = ids;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const id of this.#ids) {
      this.first ??= id;
      this.last = id;
      yield id;
    }
  }
}

/** From the first record that has a time to the last. */
function spanOf({model}: PaneAt, {first, last}: SpanOfIds): {from: number; to: number} | undefined {
  if (first === undefined || last === undefined) return undefined;
  const {index} = model;
  const from = firstTime(first, last, (id) => id + 1);
  const to = firstTime(last, first, (id) => id - 1);
  return from === undefined || to === undefined ? undefined : {from, to};

  function firstTime(start: number, end: number, next: (id: number) => number): number | undefined {
    for (let id = start, left = 10_000; left > 0; id = next(id), left--) {
      const time = index.timeAt(id);
      if (time !== undefined || id === end) return time;
    }
    return undefined;
  }
}

/** What was lost, or may have been, within the span. */
function gapsOf({model}: PaneAt, {first = 0, last = -1}: SpanOfIds): readonly string[] {
  return [...model.source.buffer.markers()]
    .filter(([id, marker]) => id >= first && id <= last && markerTone(marker) !== 'quiet' && !isState(marker))
    .map(([, marker]) => markerText(marker));
}

function isState({kind}: Marker): boolean {
  return kind === 'state' || kind === 'program';
}
