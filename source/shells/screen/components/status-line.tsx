import {hasEnded, type LogSnapshot} from '../../../engine/logs/log-snapshot.ts';
import {type PaneOnScreen, type SearchStatus, searchStatus, selectionWords} from '../../../kit/pane/pane-on-screen.ts';
import {type PaneView, zoneOf} from '../../../kit/state/pane-view.ts';
import {clip, noticeRows, padTo} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {concat, plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {visiblePlaces} from '../../../kit/viewport/position.ts';
import {timeNear} from '../../../kit/viewport/time-column.ts';
import {markerText} from '../../../kit/words/marker-words.ts';
import {clean} from '../../../lib/clean.ts';
import {byteSize, count, counted, inZone, isoTime, moment} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useController, useModelProgress} from '../hooks/use-controller.ts';
import {useActiveLog} from '../hooks/use-stream-manager.ts';
import {Line} from './rows.tsx';

export type StatusView = Pick<PaneView, 'wrap' | 'asSent' | 'pan' | 'fold'> &
  Pick<LogSnapshot, 'lineCount' | 'byteLength' | 'droppedLines'> & {
    readonly search: SearchStatus | undefined;
    /** Highlighted patterns that took too long, as typed; they are not painted. */
    readonly stoppedHighlights: readonly string[];
    /** Words on what is missing of a pipeline at the current entry of a merged log. */
    readonly missing?: string | undefined;
    /** Amount that is selected, such as `12 records`; undefined without a selection. */
    readonly selection: string | undefined;
    /** Name of the format that another logger than Feldera's gave the lines: `logfmt`. */
    readonly format?: string | undefined;
    /** `record of 63 lines`; undefined where the current line is all of it. */
    readonly record: string | undefined;
    /** Day of the current line of an opened log, such as `2026-11-20`; undefined: today, or not known. */
    readonly day?: string | undefined;
    readonly following: boolean;
    /** Position of the last row shown in an opened log, of 100; undefined while following. */
    readonly percent?: number | undefined;
    /** Nothing more comes: there is nothing to follow. */
    readonly ended?: boolean;
    readonly width: number;
    readonly symbols: Symbols;
  };

/** The row above the keys: a notice, else which part of a page is shown (`place`), else the status of the log. */
export function StatusLine({place}: {readonly place?: StyledText | undefined}) {
  const {controller, view} = useController();
  const {symbols} = controller.services;
  const colors = controller.services.colors.get();
  const snapshot = useActiveLog();
  useModelProgress(controller.pane?.model);
  const width = controller.size.columns;
  if (view.notice !== undefined) {
    const [row] = noticeRows(view.notice, width, symbols);
    return <Line text={paint(padTo(plain(row, {bold: true}), width), colors)} />;
  }
  if (place !== undefined) return <Line text={paint(clip(place, 0, width), colors)} />;
  const at = controller.paneOnScreen;
  if (!at || !snapshot) return <Line text="" />;
  const {position, wrap, asSent, pan, fold} = at.tab.pane;
  const {lineCount, byteLength, droppedLines} = snapshot;
  const text = statusText({
    search: searchStatus(at),
    // The log above is painted first: patterns that take too long are marked by then.
    stoppedHighlights: at.model.highlights.filter(({isStopped}) => isStopped).map(({source}) => source),
    missing: missingWords(controller),
    lineCount,
    byteLength,
    droppedLines,
    wrap,
    asSent,
    pan,
    fold,
    width,
    symbols,
    selection: selectionWords(at),
    record: recordWords(at),
    format: at.model.source.buffer.format?.name,
    following: position.kind === 'follow',
    percent: snapshot.file && percentShown(at),
    day: snapshot.file && otherDay(controller, at),
    ended: hasEnded(snapshot),
  });
  return <Line text={paint(text, colors)} />;
}

/** The day of the current line, or of the last one; undefined: it is today, or has no time. */
function otherDay({services}: Controller, {tab, model, current}: PaneOnScreen): string | undefined {
  const {buffer} = model.source;
  const at = timeNear(buffer, model.index, {id: current ?? buffer.endId - 1, step: -1});
  if (at === undefined) return undefined;
  const offsetAt = zoneOf(tab.pane, services.offsetAt);
  const [day, today] = [at, services.clock.wall()].map((time) => isoTime(inZone(time, offsetAt)).slice(0, 10));
  return day === today ? undefined : day;
}

const quiet: Style = {dim: true};

/** Selection, search, new lines and size on the left; how the log is shown on the right. */
export function statusText(view: StatusView): StyledText {
  const words = rightWords(view);
  // The left side has at least half of the row.
  while (words.length > 1 && textWidth(words.join('  ')) > view.width / 2) words.shift();
  const right = plain(words.join('  '), quiet);
  const room = Math.max(0, view.width - textWidth(right.text) - 1);
  const left = leftWords(view);
  // A blank is left before the words on the right.
  const isTooWide = textWidth(left.text) >= room;
  const shown = isTooWide ? concat([clip(left, 0, room - 2), plain(view.symbols.ellipsis, quiet)]) : left;
  return concat([padTo(shown, room), clip(right, 0, view.width), plain(' ')]);
}

/** `3 of 41`, for status line and prompt. */
export function searchWords(search: SearchStatus, {ellipsis}: Symbols): string {
  if (search.whyStopped !== undefined) return `stopped: ${search.whyStopped}`;
  const matches = counted(search.matches, 'matching line', 'matching lines');
  const place = search.rank === undefined ? matches : `${count(search.rank)} of ${count(search.matches)}`;
  const found = search.matches === 0 && search.complete ? 'no match' : place;
  const unfinished = search.percent === undefined ? ellipsis : `${ellipsis} ${search.percent}% searched`;
  return `${found}${search.complete ? '' : unfinished}${search.literal ? '  not a regex: searched as typed' : ''}`;
}

function leftWords(view: StatusView): StyledText {
  const parts: StyledText[] = [];
  if (view.selection !== undefined) parts.push(plain(` ${view.selection} selected `, {bold: true}));
  if (view.search) {
    parts.push(plain(` /${view.search.text}`, {bold: true}), plain(`  ${searchWords(view.search, view.symbols)}`));
  }
  for (const pattern of view.stoppedHighlights) parts.push(plain(`  *${pattern} stopped: takes too long`, {fg: 1}));
  if (view.missing !== undefined) parts.push(plain(`  ${view.missing}`, {fg: 3}));
  parts.push(plain(`  ${counted(view.lineCount, 'line', 'lines')}  ${byteSize(view.byteLength)}`, quiet));
  if (view.droppedLines > 0) {
    parts.push(plain(`  ${counted(view.droppedLines, 'older line', 'older lines')} dropped`, quiet));
  }
  return concat(parts);
}

function rightWords(view: StatusView): string[] {
  const words: string[] = [];
  if (view.format) words.push(view.format);
  if (view.pan > 0) words.push(`column ${count(view.pan + 1)}`);
  if (view.record !== undefined) words.push(view.record);
  if (view.fold) words.push('folded');
  if (view.asSent) words.push('as sent');
  // The default is not said: `wrap errors` reads like a failure.
  if (view.wrap !== 'errors') words.push(`wrap ${view.wrap}`);
  if (view.day !== undefined) words.push(view.day);
  if (view.percent !== undefined) words.push(`${view.percent}%`);
  // The header says whether it is paused, live or cut.
  if (view.following && view.ended) words.push('at the end');
  return words;
}

/**
 * Returns what is missing of a pipeline at the current entry of a merged log: `orders: nothing until 21:17 · 21,238
 * earlier entries no longer held by the server`. It is undefined if nothing is, as far as is known.
 */
function missingWords({paneOnScreen, services}: Controller): string | undefined {
  const {current, model, tab} = paneOnScreen ?? {};
  const {merge} = model?.source ?? {};
  const [gap, ...others] = (current !== undefined && merge?.missingAt(current)) || [];
  if (!gap) return undefined;
  const {origin, until, marker} = gap;
  const offsetAt = zoneOf(tab?.pane, services.offsetAt);
  const now = services.clock.wall();
  const name = clean(merge?.names[origin] ?? '');
  const end = until === undefined ? 'here' : `until ${moment(inZone(until, offsetAt), inZone(now, offsetAt))}`;
  const more = others.length > 0 ? ` · ${counted(others.length, 'more gap', 'more gaps')}` : '';
  return `${name}: nothing ${end} · ${markerText(marker, offsetAt)}${more}`;
}

/**
 * Returns what a key for one record takes, where that is more than the line that is marked: `record of 63 lines` or `12
 * similar records`.
 */
export function recordWords({model, tab, current}: PaneOnScreen): string | undefined {
  const {position, selectedFrom} = tab.pane;
  if (position.kind === 'follow' || selectedFrom !== undefined || current === undefined) return undefined;
  const folded = model.folds.foldedAt(current);
  if (folded > 1) return `${count(folded)} similar records`;
  const lines = model.index.linesOf(model.index.headOf(current)).length;
  return lines > 1 ? `record of ${count(lines)} lines` : undefined;
}

/** Returns how far the last row on the screen is into the log, from 0 to 100; undefined while following. */
function percentShown({model, tab, geometry}: PaneOnScreen): number | undefined {
  const {position} = tab.pane;
  const {firstId, endId} = model.source.buffer;
  if (position.kind === 'follow') return undefined;
  const last = visiblePlaces(position, geometry).at(-1);
  return last && Math.floor((100 * (last.id + 1 - firstId)) / Math.max(1, endId - firstId));
}
