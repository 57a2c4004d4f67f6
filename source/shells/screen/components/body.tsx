import type {Pipeline} from '../../../engine/api/types.ts';
import type {LogRegistry} from '../../../engine/logs/log-manager.ts';
import {hasEnded, isCut} from '../../../engine/logs/log-snapshot.ts';
import type {RecordIndex} from '../../../engine/records/record-index.ts';
import {endedRun, heldSince, type Run} from '../../../engine/records/runs.ts';
import {keyOf} from '../../../kit/keys/commands.ts';
import type {Pane} from '../../../kit/pane/pane-models.ts';
import {bannerRows, troubleRow} from '../../../kit/screen/banner.ts';
import {emptyLog, emptyLogRows} from '../../../kit/screen/empty-log.ts';
import type {Layout} from '../../../kit/screen/layout.ts';
import {zoneOf} from '../../../kit/state/pane-view.ts';
import {clip} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {currentOf, type Geometry, type Position, type RowPosition} from '../../../kit/viewport/position.ts';
import type {ZoneOffset} from '../../../kit/viewport/time-column.ts';
import {serverOutage} from '../../../kit/words/failure-words.ts';
import {openedState} from '../../../kit/words/opened-words.ts';
import {pipelineState} from '../../../kit/words/pipeline-words.ts';
import {isCutShort, noEnd, noStart, runWords} from '../../../kit/words/run-words.ts';
import {clockTime, count, dateTime, inZone} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useAges, useWaited} from '../hooks/use-clock.ts';
import {useController, useFrameRate, useModelProgress, useStore} from '../hooks/use-controller.ts';
import {useActiveLog, useLogWords} from '../hooks/use-stream-manager.ts';
import {listRows} from './list-rows.ts';
import {Rows} from './rows.tsx';
import {tabBar, useTabLabels} from './tab-bar.ts';

export type RunHeaderView = {
  readonly width: number;
  readonly symbols: Symbols;
  /** Unix time in ms. Times of this day are shown without the date. */
  readonly now: number;
  readonly offsetAt: ZoneOffset;
  /** The end of a log to which nothing is added any more. */
  readonly endId?: number | undefined;
  /** The failure of the newest run is in the row above. */
  readonly hasBanner?: boolean;
  /** The log is cut off, and no list says the same: whether the last run goes on is not known. */
  readonly isCut?: boolean;
};

/** List, tab bar and log, joined row by row. */
export function Body({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, catalog, logs, symbols} = controller.services;
  const colors = controller.services.colors.get();
  const list = useStore(poller.snapshot);
  const snapshot = useActiveLog();
  const {pane} = controller;
  useModelProgress(pane?.model);
  const places = pane ? pane.rows.places(pane.tab.pane, layout) : [];
  useAges(controller.services, pane && newestTime(pane, places, controller.services.clock.wall()));
  useFrameRate(controller.services, pane, layout);
  const degraded = useStore(controller.events.degraded.names);
  useStore(controller.events.readings.flows);
  useStore(controller.list.mayMove);
  const labels = useTabLabels(controller);
  useStore(controller.events.unseenChanges);
  useLogWords(logs, () => fileStates(logs));
  const empty = emptyLog(controller);
  const waited = useWaited(controller.services, empty?.kind === 'awaited' ? empty.since : undefined);
  const waitedForList = useWaited(controller.services, list.pipelines ? undefined : poller.waitingSince);

  const activePipeline = view.active === undefined ? undefined : controller.pipeline(view.active);
  const log = pane && !empty ? pane.rows.paint(pane.tab.pane, layout, places, view.prompt) : emptyPane();
  const rowSize = {width: layout.paneWidth, symbols, key: keyOf(controller.commands, 'pipeline-page')};
  const banner = activePipeline && layout.bannerRows > 0 ? bannerRows(activePipeline, layout.bannerRows, rowSize) : [];
  const run = layout.hasRun ? [pane ? runRow(pane) : plain('')] : [];
  const head = [tabBar(labels, layout.paneWidth, symbols), ...banner, ...run].map((row) => paint(row, colors));
  const right = [...head, ...histogramRows(), ...log];
  const left = layout.listWidth === 0 ? undefined : paintedList();
  const divider = paint(plain(symbols.divider, {dim: true}), colors);
  const rows = right.map((row, index) => (left ? `${left[index] ?? ''}${divider}${row}` : row));
  return <Rows rows={rows} />;

  function emptyPane(): readonly string[] {
    const {hintCommands: commands} = controller;
    const words = empty ? emptyLogRows(empty, {waited, width: layout.paneWidth, commands}) : [];
    const rows = ['', ...words.map((row) => paint(row, colors))];
    return Array.from({length: layout.paneHeight}, (_, row) => rows[row] ?? '');
  }

  function histogramRows(): readonly string[] {
    if (layout.histogramRows === 0) return [];
    if (!pane || empty) return Array.from({length: layout.histogramRows}, () => '');
    return pane.strip?.paint(pane.tab.pane, layout, places) ?? [];
  }

  function runRow({tab, model: {index}, rows}: Pane): StyledText {
    const {clock, offsetAt} = controller.services;
    const run = runShown(index, tab.pane.position, rows.geometry(tab.pane, layout));
    const isNow = snapshot === undefined || !isCut(snapshot, list) || (!list.failure && isListed(run, activePipeline));
    const cause = isNow && run === index.runs.at(-1) ? controller.events.degraded.causeOf(tab.name) : undefined;
    // In place of the run: no row of the log moves.
    if (activePipeline && cause !== undefined) {
      const state = pipelineState(activePipeline, true);
      const isOld = degraded.get(tab.name) !== undefined;
      return troubleRow(isOld ? {...state, style: {dim: true}} : state, cause, rowSize);
    }
    return runHeader(run, index.runs, {
      width: layout.paneWidth,
      symbols,
      now: clock.wall(),
      offsetAt: zoneOf(tab.pane, offsetAt),
      endId: snapshot && hasEnded(snapshot) ? snapshot.endId : undefined,
      hasBanner: layout.bannerRows > 0,
      isCut: !isNow,
    });
  }

  function paintedList(): readonly string[] {
    const now = controller.services.clock.wall();
    return listRows({
      list: controller.list.arranged,
      noun: catalog.noun,
      fileOf: (name) => logs.get(name)?.snapshot.get().file,
      errorsOf: (name) => controller.events.unseenErrors([name]),
      degraded,
      isFresh: (name) => controller.events.readings.isFresh(name, now),
      cursor: view.cursor,
      focused: view.focus === 'list',
      pinned: new Set(view.tabs.filter((tab) => tab.pinned).map((tab) => tab.name)),
      marked: new Set(view.marked),
      nameFilter: view.nameFilter,
      loaded: catalog.listed !== undefined,
      waited: waitedForList,
      isStale: serverOutage(list, {now}) !== undefined,
      withWords: layout.hasStateWords,
      width: layout.listWidth,
      height: layout.bodyHeight,
      symbols,
    }).map((row) => paint(row, colors));
  }
}

/** Unix time in ms of the line closest to now, whose age changes first; undefined if no ages are shown. */
function newestTime({tab, model}: Pane, places: readonly RowPosition[], now: number): number | undefined {
  const {time, asSent} = tab.pane;
  if (time !== 'relative' || asSent) return undefined;
  const times = places.flatMap(({id}) => model.index.timeAt(id) ?? []);
  // A server's clock may be ahead.
  const ageOf = (at: number) => Math.abs(now - at);
  return times.length === 0 ? undefined : times.reduce((best, at) => (ageOf(at) < ageOf(best) ? at : best));
}

/** States of the open files, as the list shows them. */
function fileStates(logs: LogRegistry): string {
  const states = logs.names.get().flatMap((name) => {
    const file = logs.get(name)?.snapshot.get().file;
    if (!file) return [];
    const {symbol, word} = openedState(file);
    return `${symbol} ${word}`;
  });
  return states.join('\n');
}

/**
 * The run of the current record. In a flood the index may not have read a line of the screen yet: the newest run that it
 * knows stays.
 */
export function runShown(
  index: Pick<RecordIndex, 'runAt' | 'runs' | 'settledTo'>,
  position: Position,
  geometry: Geometry,
): Run | undefined {
  const {entries, height} = geometry;
  const current = currentOf(position, geometry);
  let id = current;
  // The newest line may be incomplete, and in no run yet. What was read and is in none is of no run.
  for (let left = height; id !== undefined && left > 0; left--) {
    if (id < index.settledTo) return index.runAt(id);
    id = entries.atOrBefore(id - 1);
  }
  return current === undefined ? undefined : index.runs.at(-1);
}

/**
 * A row above the log says the state of the shown pipeline: that of its failure, or of its newest run. So do the first
 * rows of its page; a page of all pipelines is not about it.
 */
export function saysState(controller: Controller): boolean {
  const {state, layout, pane, services, lookup, events} = controller;
  const {active, page} = state;
  const pipeline = active === undefined ? undefined : controller.pipeline(active);
  if (!pipeline || !layout) return false;
  if (page) {
    const {hidesLog, saysState: isOnTop} = controller.kindOf(page) ?? {};
    const isAtTop = page.section === undefined && page.offset === 0;
    return hidesLog === true || (isOnTop === true && isAtTop && lookup.described.get()?.name === active);
  }
  // When that was so is in the header.
  if (events.degraded.names.get().get(pipeline.name) !== undefined) return false;
  if (layout.bannerRows > 0) return true;
  if (!layout.hasRun || !pane) return false;
  const {index, source} = pane.model;
  // Then the header tells what was known last.
  const list = services.poller.snapshot.get();
  if (list.failure && isCut(source.snapshot.get(), list)) return false;
  const run = runShown(index, pane.tab.pane.position, pane.rows.geometry(pane.tab.pane, layout));
  return run === index.runs.at(-1) && (events.degraded.names.get().has(pipeline.name) || isListed(run, pipeline));
}

/** The list has the pipeline in the state that its log tells of the run. */
function isListed(run: Run | undefined, pipeline: Pipeline | undefined): boolean {
  return run !== undefined && pipeline !== undefined && run.state === pipelineState(pipeline).word.toLowerCase();
}

/** The row above the log: number of the run, its state or end, and its times. */
export function runHeader(run: Run | undefined, runs: readonly Run[], view: RunHeaderView): StyledText {
  if (!run) return plain('');
  const {width, symbols, endId} = view;
  const shown = endId === undefined ? run : endedRun(run, endId);
  const dot = plain(` ${symbols.dot} `, {dim: true});
  const number = `run ${count(runs.indexOf(run) + 1)} of ${count(runs.length)}`;
  const isSaid = view.hasBanner === true && run.failed && run === runs.at(-1);
  const isKnown = !view.isCut || shown.endedAt !== undefined || run.failed;
  const state = isKnown && !isSaid ? [dot, plain(shownWords(shown), run.failed ? {fg: 1, bold: true} : {})] : [];
  const row = concat([plain(' '), plain(number, {bold: true}), ...state, dot, plain(timeWords(shown, view))]);
  if (textWidth(row.text) <= width) return row;
  return concat([clip(row, 0, width - 1), plain(symbols.cutRight, {dim: true})]);
}

function shownWords(run: Run): string {
  return run.state === 'unknown' ? runWords(run, 'state unknown') : runWords(run);
}

/**
 * `since 14:02:18`, which is when it came into its state; `14:02:18 – 14:12:25`, `from 2026-11-24 14:02:18, ended by
 * 14:12:25`.
 */
function timeWords(run: Run, {now, offsetAt}: RunHeaderView): string {
  const {startedAt, endedAt} = run;
  const since = heldSince(run);
  const dayOf = (at: number) => dateTime(inZone(at, offsetAt)).slice(0, 10);
  const words = (at: number, day: string) => (dayOf(at) === day ? clockTime : dateTime)(inZone(at, offsetAt));
  const today = dayOf(now);
  if (endedAt === undefined) {
    if (!isCutShort(run)) return since === undefined ? noStart : `since ${words(since, today)}`;
    return startedAt === undefined ? noStart : `from ${words(startedAt, today)}, ${noEnd}`;
  }
  const isOpen = isCutShort(run);
  if (startedAt === undefined) return `${isOpen ? 'ended by' : 'until'} ${words(endedAt, today)}`;
  const [from, to] = [words(startedAt, today), words(endedAt, dayOf(startedAt))];
  return isOpen ? `from ${from}, ended by ${to}` : `${from} – ${to}`;
}
