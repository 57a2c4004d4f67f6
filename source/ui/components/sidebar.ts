import type {Pipeline} from '../../api/types.ts';
import {count} from '../../lib/format.ts';
import {clip, padTo, shorten} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import type {Style} from '../../terminal/style.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {pipelineState} from '../../words/pipeline.ts';

export type SidebarView = {
  readonly pipelines: readonly Pipeline[];
  readonly cursor: string | undefined;
  readonly focused: boolean;
  /** Names with a kept tab. */
  readonly kept: ReadonlySet<string>;
  /** Names marked for merging. */
  readonly marked: ReadonlySet<string>;
  readonly nameFilter: string;
  readonly loaded: boolean;
  readonly width: number;
  readonly height: number;
  readonly symbols: Symbols;
};

const quiet: Style = {dim: true};
/** Cells. In a narrower sidebar, symbol and colour show the state without its word. */
const widthWithWord = 20;
const wordWidth = 9;
/** Cells for `999✗`. */
const errorWidth = 4;

/** The sidebar's rows, each exactly `width` cells; only those on the screen are made. */
export function sidebarRows(view: SidebarView): readonly StyledText[] {
  const {pipelines, height} = view;
  const filterRow = view.nameFilter === '' ? [] : [filterText(view)];
  const {first, room} = inView(view);
  const rows = [...filterRow, ...pipelines.slice(first, first + room).map((pipeline) => pipelineRow(pipeline, view))];
  if (pipelines.length === 0) rows.push(plain(emptyText(view), quiet));
  while (rows.length < height) rows.push(plain(''));
  return rows.map((row) => padTo(clip(row, 0, view.width), view.width));
}

type ListView = Pick<SidebarView, 'pipelines' | 'cursor' | 'nameFilter' | 'height'>;

export function pipelineAtRow(view: ListView, row: number): Pipeline | undefined {
  const {first, room} = inView(view);
  const index = row - (view.height - room);
  return index < 0 ? undefined : view.pipelines[first + index];
}

/** In a list longer than the screen, the cursor is in the middle. */
function inView({pipelines, cursor, nameFilter, height}: ListView): {readonly first: number; readonly room: number} {
  const room = height - (nameFilter === '' ? 0 : 1);
  const at = pipelines.findIndex((pipeline) => pipeline.name === cursor);
  return {first: Math.max(0, Math.min(at - Math.floor(room / 2), pipelines.length - room)), room};
}

function pipelineRow(pipeline: Pipeline, view: SidebarView): StyledText {
  const {symbols, width} = view;
  const state = pipelineState(pipeline);
  const isCursor = pipeline.name === view.cursor;
  const withWord = width >= widthWithWord;
  const errors = connectorErrors(pipeline, symbols);
  // Without errors, a long word may use their cells.
  const wordRoom = errors.text === '' ? wordWidth + errorWidth + 1 : wordWidth;
  const nameRoom = width - 3 - (withWord ? 1 + wordWidth + errorWidth : 0) - 1;
  const base: Style = isCursor ? (view.focused ? {inverse: true} : {bold: true, underline: true}) : {};
  const name = padTo(plain(shorten(sanitise(pipeline.name).text, nameRoom, symbols.ellipsis), base), nameRoom, base);
  const symbol = state.symbol === 'unknown' ? '?' : symbols[state.symbol];
  const isMarked = view.marked.has(pipeline.name);
  const margin = isMarked ? symbols.mark : view.kept.has(pipeline.name) ? symbols.dot : ' ';
  return concat([
    plain(
      isCursor && !view.focused && !isMarked ? symbols.currentLine : margin,
      isCursor || isMarked ? {bold: true} : quiet,
    ),
    name,
    plain(' '),
    plain(symbol, state.style),
    plain(withWord ? ` ${shorten(state.word, wordRoom, symbols.ellipsis).padEnd(wordWidth)}` : '', state.style),
    ...(withWord ? [errors] : []),
  ]);
}

/** A dash if the server of a running pipeline reports no number: a blank means no errors. */
function connectorErrors({connectorErrors, deploymentStatus}: Pipeline, symbols: Symbols): StyledText {
  const isUnknown = connectorErrors === undefined && deploymentStatus === 'Running';
  if (isUnknown) return plain('–'.padStart(errorWidth), quiet);
  return connectorErrors ? plain(errorCount(connectorErrors, symbols).padStart(errorWidth), {fg: 1}) : plain('');
}

/** `25✗`, `3k✗`: at most four cells. */
function errorCount(errors: number, symbols: Symbols): string {
  const short = errors < 1000 ? `${errors}` : errors < 99_500 ? `${Math.round(errors / 1000)}k` : '99+';
  return `${short}${symbols.error}`;
}

function filterText(view: SidebarView): StyledText {
  return concat([plain(' /'), plain(view.nameFilter, {bold: true}), plain(`  ${count(view.pipelines.length)}`, quiet)]);
}

function emptyText(view: SidebarView): string {
  if (!view.loaded) return ' loading';
  return view.nameFilter === '' ? ' no pipelines' : ' no name matches';
}
