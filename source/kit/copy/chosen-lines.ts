import {type CopyCount, idsIn, readBlocks, readLines} from '../../engine/buffer/copy-lines.ts';
import {filterText, isTyped} from '../../engine/filters/filter.ts';
import {isoTime, shellWord} from '../../lib/format.ts';
import {inSlices, runInSlices} from '../../lib/slices.ts';
import {idsOfSelection, type PaneOnScreen} from '../pane/pane-on-screen.ts';
import type {Screen} from '../screen/screen.ts';
import {commandWords} from '../settings/option.ts';
import {type Choice, type CopyForm, pipelinesOf} from '../state/view-state.ts';
import {SgrStripper} from '../terminal/sgr.ts';
import {MarkdownReport} from '../viewport/markdown.ts';
import {datedNear} from '../viewport/time-column.ts';
import {markerText, markerTone} from '../words/marker-words.ts';
import {isFailing, type PipelineError, pipelineErrors, pipelineState} from '../words/pipeline-words.ts';
import {hashOfRecord} from './find-place.ts';

/** Bytes whose colours are removed in 1 to 3 ms. */
const pieceBytes = 256 * 1024;

/** Place for a report: the record's hash, and the command that shows it; none for stdin, or without a time. */
type CopiedPlace = {readonly hash: string; readonly command: string | undefined};

/** Bytes that are copied at most: no clipboard is made for more. */
export const mostCopied = 10_000_000;

/** The shown log once it is filtered; undefined if none or another one is shown then. Rejects at the screen's end. */
export async function paneWhenFiltered(screen: Screen): Promise<PaneOnScreen | undefined> {
  const {pane, closing} = screen;
  if (!pane) return undefined;
  // Read at once: the next key may change what is shown.
  if (!pane.model.isFiltering) return screen.paneOnScreen;
  const {promise: isFiltered, resolve, reject} = Promise.withResolvers<void>();
  const check = () => {
    if (!pane.model.isFiltering) resolve();
  };
  const stop = () => reject(closing.reason);
  const unsubscribe = pane.model.progress.subscribe(check);
  closing.addEventListener('abort', stop);
  try {
    check();
    await isFiltered;
  } finally {
    unsubscribe();
    closing.removeEventListener('abort', stop);
  }
  const at = screen.paneOnScreen;
  return at?.model === pane.model ? at : undefined;
}

/** Ids of the chosen lines, in order. Computed as they are read: the log may change meanwhile. */
export function idsOf(choice: Choice, at: PaneOnScreen): Iterable<number> {
  const {buffer} = at.model.source;
  switch (choice) {
    case 'record':
      return idsOfRecord(at);
    case 'selection':
      return idsOfSelection(at);
    case 'view':
      if (!at.model.shown) return between(buffer.firstId, buffer.endId);
      return unfolded(idsIn(at.model.folds.unfolded, buffer.firstId, buffer.endId), at);
    case 'all':
      return between(buffer.firstId, buffer.endId);
  }
}

type CopyOptions = {readonly form: CopyForm; readonly markers?: boolean; readonly tally?: CopyCount};

/** The chosen lines in blocks, made in slices of time. */
export function blocksOf(
  {services, closing}: Screen,
  choice: Choice,
  at: PaneOnScreen,
  {form, markers = false, tally}: CopyOptions,
): AsyncIterable<Uint8Array> {
  const asSent = readBlocks(at.model.source.buffer, idsOf(choice, at), {
    ...(markers && {markers: markerText}),
    ...(tally && {tally}),
  });
  const blocks = form === 'clean' ? stripSgrBlocks(asSent) : asSent;
  return inSlices(blocks, {clock: services.clock, signal: closing});
}

/** Blocks in one piece; undefined if that has more than `mostCopied` bytes. */
export async function inOnePiece(all: AsyncIterable<Uint8Array>): Promise<Buffer | undefined> {
  const blocks: Uint8Array[] = [];
  let bytes = 0;
  for await (const block of all) {
    bytes += block.length;
    if (bytes > mostCopied) return undefined;
    blocks.push(block);
  }
  return Buffer.concat(blocks);
}

/** The chosen lines as Markdown, with server, times, filters and gaps; undefined above `mostCopied` bytes. */
export async function markdownOf(screen: Screen, choice: Choice, at: PaneOnScreen): Promise<string | undefined> {
  const {services, closing: signal} = screen;
  const {clock, serverUrl} = services;
  const {buffer, name} = at.model.source;
  const report = new MarkdownReport();
  const ends: Ends = {first: undefined, last: undefined};
  const ids = storingEnds(idsOf(choice, at), ends);
  let bytes = 0;
  for await (const line of inSlices(readLines(buffer, ids), {clock, signal})) {
    bytes += line.length;
    if (bytes > mostCopied) return undefined;
    report.add(line);
  }
  const pipelines = pipelinesOf(at.tab).flatMap((each) => screen.pipeline(each) ?? []);
  const platformVersion = versionWords(pipelines);
  const work = report.finish({
    pipeline: name,
    server: serverUrl,
    ...(platformVersion !== undefined && {platformVersion}),
    span: await spanOf(screen, at, ends),
    filters: at.tab.pane.filters.filter(({on}) => on).map(({filter}) => filterText(filter)),
    gaps: gapsOf(at, ends),
    errors: failingOf(screen, at).flatMap((each) => errorsOf(screen, each)),
    ...(ends.first !== undefined && {place: placeOf(screen, at, ends.first)}),
  });
  return await runInSlices(work, {clock, signal});
}

/** Names of the failing pipelines whose log it is. */
export function failingOf(screen: Screen, {tab}: PaneOnScreen): readonly string[] {
  return pipelinesOf(tab).filter((name) => {
    const pipeline = screen.pipeline(name);
    return pipeline !== undefined && isFailing(pipeline);
  });
}

/** The errors of a failing pipeline. */
function errorsOf(screen: Screen, name: string): readonly PipelineError[] {
  const pipeline = screen.pipeline(name);
  if (!pipeline) return [];
  const errors = pipelineErrors(pipeline, pipeline.deploymentError ? undefined : pipeline.programError);
  const unknown = {title: pipelineState(pipeline).word, text: 'its messages could not be read'};
  return (errors.length > 0 ? errors : [unknown]).map((error) => ({...error, title: `${name}: ${error.title}`}));
}

/** All lines of the current record, or of all records in its fold. */
function idsOfRecord({model, current}: PaneOnScreen): Iterable<number> {
  if (current === undefined) return [];
  const {index, folds} = model;
  const head = index.headOf(current);
  if (folds.foldedAt(current) > 1) return [...folds.linesBefore(head), ...folds.linesOf(current)];
  return [...folds.linesBefore(head), ...index.linesOf(head)];
}

function* unfolded(rows: Iterable<number>, {model}: PaneOnScreen): Generator<number> {
  for (const row of rows) {
    if (model.shown) yield* model.shown.foldLines(row);
    else yield row;
  }
}

function* between(from: number, end: number): Generator<number> {
  for (let id = from; id < end; id++) yield id;
}

/** One version, or `name version` of each pipeline if they differ; undefined without pipelines. */
export function versionWords(
  pipelines: readonly {readonly name: string; readonly platformVersion: string}[],
): string | undefined {
  const isOne = new Set(pipelines.map(({platformVersion}) => platformVersion)).size <= 1;
  if (isOne) return pipelines[0]?.platformVersion;
  return pipelines.map(({name, platformVersion}) => `${name} ${platformVersion}`).join(', ');
}

/** Ids of the first and the last chosen line; undefined if there is none. */
type Ends = {first: number | undefined; last: number | undefined};

function* storingEnds(ids: Iterable<number>, ends: Ends): Generator<number> {
  for (const id of ids) {
    ends.first ??= id;
    ends.last = id;
    yield id;
  }
}

/** Unix times in ms of the first and the last record that have one, found in slices: perhaps no line has a time. */
async function spanOf(
  {services: {clock}, closing: signal}: Screen,
  {model}: PaneOnScreen,
  {first, last}: Ends,
): Promise<{from: number; to: number} | undefined> {
  if (first === undefined || last === undefined) return undefined;
  const {index} = model;
  const timeIn = async (ids: Iterable<number>): Promise<number | undefined> => {
    for await (const id of inSlices(ids, {clock, signal})) {
      const time = index.timeAt(id);
      if (time !== undefined) return time;
    }
    return undefined;
  };
  const from = await timeIn(recordsFrom(first, last));
  if (from === undefined) return undefined;
  const to = await timeIn(recordsBack(last, first));
  return {from, to: to ?? from};

  /** An entry of each record: its lines have the same time, and a panic is searched for it. */
  function* recordsFrom(start: number, end: number): Generator<number> {
    let head: number | undefined;
    for (let id = start; id <= end; id++) {
      const next = index.headOf(id);
      if (next !== head) yield id;
      head = next;
    }
  }

  function* recordsBack(start: number, end: number): Generator<number> {
    for (let id = start; id >= end; id = Math.min(id, index.headOf(id)) - 1) yield id;
  }
}

/** Describes what was, or may have been, lost between the ends. */
function gapsOf({model}: PaneOnScreen, {first = 0, last = -1}: Ends): readonly string[] {
  return [...model.source.buffer.markers()].flatMap(([id, marker]) => {
    const isChange = marker.kind === 'state' || marker.kind === 'program';
    const isGap = id >= first && id <= last && markerTone(marker) !== 'quiet' && !isChange;
    return isGap ? markerText(marker) : [];
  });
}

/** Returns the place of the record that an entry is in. */
export function placeOf(screen: Screen, at: PaneOnScreen, id: number): CopiedPlace {
  const {index, source} = at.model;
  const head = Math.max(source.buffer.firstId, index.headOf(id));
  const hash = hashOfRecord(source.buffer, index, head);
  const time = timeTextNear(at, head);
  const what = whatOf(screen, at, head);
  if (time === undefined || !what) return {hash, command: undefined};
  const filters = at.tab.pane.filters.filter(({on, filter}) => on && isTyped(filter));
  const words = [
    ...['pipetail', ...what.first, '--at', `${time}#${hash}`],
    ...filters.flatMap(({filter}) => ['--filter', filterText(filter)]),
    ...what.last,
  ];
  return {hash, command: words.map(shellWord).join(' ')};
}

/** The words that open the log, before and behind its options; undefined: it cannot be opened again. */
function whatOf(screen: Screen, {tab, model}: PaneOnScreen, head: number) {
  const {catalog, serverWords} = screen.services;
  const names = pipelinesOf(tab);
  const name = names[model.source.merge?.originAt(head) ?? 0] ?? tab.name;
  const found = catalog.find(name) ?? catalog.find(tab.name);
  if (found) return found.kind === 'stdin' ? undefined : {first: ['open', found.path], last: []};
  const isCommand = commandWords.some((word) => word === name);
  return isCommand ? {first: serverWords, last: ['--', name]} : {first: [...serverWords, name], last: []};
}

/** Returns the time with all its digits, as sent in UTC; for a record without one, that of the last one before it. */
function timeTextNear({model: {index, source}}: PaneOnScreen, head: number): string | undefined {
  const dated = datedNear(source.buffer, index, {id: head, step: -1});
  if (!dated) return undefined;
  // Digits below a millisecond are in the text alone.
  const line = index.datingLine(dated.id)?.toString('latin1') ?? '';
  const begun = isoTime(dated.time).slice(0, -1);
  const digits = line.slice(line.indexOf(begun) + begun.length).match(/^\d{0,6}(?=Z)/)?.[0] ?? '';
  return line.includes(begun) ? `${begun}${digits}Z` : `${begun}Z`;
}

/** `stripSgr` for bytes in blocks, also for sequences that begin in one block and end in another. Yields small pieces. */
export function* stripSgrBlocks(blocks: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
  const stripper = new SgrStripper();
  for (const block of blocks) {
    for (let at = 0; at < Math.max(1, block.length); at += pieceBytes) {
      yield stripper.strip(block.subarray(at, at + pieceBytes));
    }
  }
  if (stripper.rest.length > 0) yield stripper.rest;
}
