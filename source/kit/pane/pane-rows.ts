import type {LongRecord} from '../../engine/records/long-records.ts';
import {clean} from '../../lib/clean.ts';
import type {Clock} from '../../lib/clock.ts';
import {count} from '../../lib/format.ts';
import {picked} from '../../lib/json.ts';
import {type ReadableStore, sameParts} from '../../lib/store.ts';
import {paintedWidth, textWidth} from '../../lib/width.ts';
import {type CommandTable, pressTo} from '../keys/commands.ts';
import type {Layout} from '../screen/layout.ts';
import {paneOptionNames} from '../settings/option-table.ts';
import type {PaneView} from '../state/pane-view.ts';
import type {Prompt} from '../state/view-state.ts';
import {shortenApart, wrapWords} from '../terminal/fit.ts';
import {paint} from '../terminal/sgr.ts';
import type {Color, Colors, Style} from '../terminal/style.ts';
import {plain} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {overviewRows, paintOverview} from '../viewport/overview.ts';
import {currentOf, type Geometry, type RowPosition, visiblePlaces} from '../viewport/position.ts';
import {RowRenderer, type RowState} from '../viewport/row-renderer.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import type {PaneModel} from './pane-model.ts';

/**
 * In order of use. Both colours are set for light and dark screens; without colours there is the underline. Black is index
 * 16: that of index 0 is grey in some terminals.
 */
export const highlightStyles: readonly Style[] = [
  {fg: 16, bg: 6, underline: true},
  {fg: 16, bg: 2, underline: true},
  {fg: 15, bg: 4, underline: true},
  {fg: 15, bg: 5, underline: true},
  {fg: 15, bg: 1, underline: true},
  {fg: 16, bg: 14, underline: true},
];

/** The column at the right border. */
export const overviewCells = 1;

export type RowServices = {
  readonly clock: Clock;
  readonly colors: ReadableStore<Colors>;
  readonly symbols: Symbols;
  readonly offsetAt: ZoneOffset;
  readonly commands: CommandTable;
};

type PaneSize = Pick<Layout, 'paneWidth' | 'paneHeight'>;

/** Colours of a merged log's pipelines. Not red (errors), yellow (matches) or bright ones (too faint on light screens). */
export const originColors: readonly Color[] = [6, 5, 2, 4];
/** Most cells for a pipeline's name before a line of a merged log. */
const mostOriginCells = 16;

export class PaneRows {
  readonly #model: PaneModel;
  readonly #services: RowServices;
  #cached: {readonly key: readonly unknown[]; readonly renderer: RowRenderer} | undefined;
  #names: {readonly of: readonly string[]; readonly shown: readonly string[]} | undefined;

  constructor(model: PaneModel, services: RowServices) {
    this.#model = model;
    this.#services = services;
  }

  /** The pipelines of a merged log, as their lines name them. */
  get #originNames(): readonly string[] {
    const names = this.#model.source.merge?.names ?? [];
    if (this.#names?.of !== names) {
      const shown = shortenApart(names.map(clean), mostOriginCells, this.#services.symbols.ellipsis);
      this.#names = {of: names, shown};
    }
    return this.#names.shown;
  }

  /** The renderer for a view at a size; the same one until something that it depends on changes. */
  renderer(view: PaneView, {paneWidth}: PaneSize): RowRenderer {
    const {source, searching, highlights, index: records} = this.#model;
    const {buffer} = source;
    const {pan} = view;
    const isFollowing = view.position.kind === 'follow';
    const options = paneOptionNames.map((name) => view[name]);
    const colors = this.#services.colors.get();
    const key = [paneWidth, pan, isFollowing, ...options, searching?.pattern, highlights, records, colors];
    if (!this.#cached || !sameParts(this.#cached.key, key)) {
      const {symbols, offsetAt} = this.#services;
      const renderer = new RowRenderer(buffer, {
        records,
        pan,
        isFollowing,
        ...picked(view, paneOptionNames),
        offsetAt,
        colors,
        symbols,
        width: paneWidth - overviewCells,
        originCells: Math.max(0, ...this.#originNames.map(textWidth)),
        highlights: highlights.map((pattern, index) => ({
          pattern,
          style: highlightStyles[index % highlightStyles.length] ?? {},
        })),
        search: searching?.pattern,
        summarisedAt: (id) => this.#summarisedAt(id, view),
        textOf: (id) => this.#model.folds.textOf(id),
        startAt: (id) => this.#startAt(id),
        timeAt: (id) => this.#model.index.timeAt(id),
      });
      this.#cached = {key, renderer};
    }
    return this.#cached.renderer;
  }

  /** Returns `run 2`, as the row of the run counts, at the first shown entry of each start but the first. */
  #startAt(id: number): string | undefined {
    const {index, source, entries} = this.#model;
    const {runs} = index;
    // The runs of several pipelines are no runs of the merged log.
    if (runs.length < 2 || source.merge) return undefined;
    const run = index.runAt(id);
    if (run?.startedAt === undefined || run === runs[0]) return undefined;
    const isFirst = (entries.atOrBefore(id - 1) ?? -1) < run.firstId;
    return isFirst ? `run ${count(runs.indexOf(run) + 1)}` : undefined;
  }

  /** An open panic that begins with an empty line keeps its summary there. */
  #summarisedAt(id: number, {asSent}: PaneView): LongRecord | undefined {
    const {folds, index, source} = this.#model;
    const {records} = folds;
    const hasBlankHead = !asSent && records.opened.has(id) && source.buffer.lineAt(id)?.length === 0;
    return hasBlankHead ? index.long.get(id) : records.closedAt(id);
  }

  /** The log as `kit/viewport/position` needs it. */
  geometry(view: PaneView, size: PaneSize): Geometry {
    const renderer = this.renderer(view, size);
    return {
      entries: this.#model.entries,
      endId: this.#model.source.buffer.endId,
      height: size.paneHeight,
      heightOf: (id) => renderer.heightOf(id),
    };
  }

  /** The places of its rows on the screen, as `visiblePlaces`. */
  places(view: PaneView, size: PaneSize): readonly RowPosition[] {
    return visiblePlaces(view.position, this.geometry(view, size));
  }

  /** Painted rows, `paneHeight` of them. `prompt`: takes the keys. */
  paint(view: PaneView, size: PaneSize, places = this.places(view, size), prompt?: Prompt): readonly string[] {
    const {position} = view;
    const geometry = this.geometry(view, size);
    const current = currentOf(position, geometry);
    const rows = this.renderer(view, size).paintRows(places, {
      // No mark while following: with each frame another line is the newest.
      current: position.kind === 'anchored' ? current : undefined,
      revealed: view.revealed,
      stateOf: (id) => this.#rowState(id, view, current),
      now: this.#services.clock.wall(),
      entries: geometry.entries,
    });
    if (this.#isAllHidden(view, places, size)) rows.push(...this.#allHidden(view, size, prompt));
    const overview = this.#overview(size, position.kind === 'anchored' ? places : []);
    return overview.map((cell, row) => withOverview(rows[row] ?? '', cell, size.paneWidth - overviewCells));
  }

  /** Filters leave only markers, and below them is room for a notice. */
  #isAllHidden({filters}: PaneView, places: readonly RowPosition[], {paneHeight}: PaneSize): boolean {
    const {source, shown, folds} = this.#model;
    const {buffer} = source;
    const isFiltered = shown !== undefined && filters.some(({on}) => on);
    if (!isFiltered || places.length >= paneHeight) return false;
    const isSomeHidden = folds.unfolded.countFrom(buffer.firstId) < buffer.endId - buffer.firstId;
    return isSomeHidden && places.every(({id}) => buffer.markerAt(id) !== undefined);
  }

  #allHidden({filters}: PaneView, {paneWidth}: PaneSize, prompt: Prompt | undefined): readonly string[] {
    const {colors, commands} = this.#services;
    const isTyped = prompt?.kind === 'filter' && prompt.before.filters !== filters;
    const inPrompt = isTyped ? 'press Esc to remove the one that you type' : '';
    const keys = prompt ? inPrompt : pressTo(commands, ['filters-off', 'show all'], ['back', 'remove the last']);
    const words = `everything is hidden by filters${keys === '' ? '' : `: ${keys}`}`;
    const rows = wrapWords(words, paneWidth - overviewCells - 2);
    return rows.map((row) => paint(plain(`  ${row}`, {dim: true}), colors.get()));
  }

  /** The column at the right border, for the whole log: its matches, its errors, and the part on the screen. */
  #overview({paneHeight}: PaneSize, places: readonly RowPosition[]): readonly string[] {
    const {source, searching, index} = this.#model;
    const [first] = places;
    const last = places.at(-1);
    const {firstId, endId} = source.buffer;
    const rows = overviewRows({
      firstId,
      endId,
      height: paneHeight,
      shown: first && last && [first.id, last.id],
      matchAfter: (id) => searching?.search.nextAfter(id),
      errorAfter: (id) => index.table.errorFrom(id + 1),
    });
    return paintOverview(rows, {colors: this.#services.colors.get(), symbols: this.#services.symbols});
  }

  #rowState(id: number, {marks, selectedFrom, position}: PaneView, current: number | undefined): RowState {
    const {index, folds, shown, source} = this.#model;
    const head = index.headOf(id);
    const level = id === head ? index.levelAt(id) : undefined;
    const origin = source.merge?.originAt(id);
    const name = origin === undefined ? undefined : this.#originNames[origin];
    return {
      ...(level !== undefined && {level}),
      isAround: shown?.isAround(id) ?? false,
      folded: folds.foldedAt(id),
      suppressed: folds.suppressedAt(id),
      lines: folds.records.closedAt(id)?.lines ?? 1,
      marked: id === head && marks.has(head),
      isOfCurrent: position.kind === 'anchored' && current !== undefined && index.headOf(current) === head,
      selected:
        selectedFrom !== undefined && current !== undefined && isWithin(head, selectedFrom, index.headOf(current)),
      ...(origin !== undefined &&
        name !== undefined && {origin: {name, color: originColors[origin % originColors.length] ?? 6}}),
    };
  }
}

/** A painted row, filled with blanks to `width`, and a cell after it. */
function withOverview(row: string, cell: string, width: number): string {
  if (cell === ' ') return row;
  return `${row}${' '.repeat(Math.max(0, width - paintedWidth(row)))}${cell}`;
}

function isWithin(id: number, from: number, to: number): boolean {
  return from <= to ? from <= id && id <= to : to <= id && id <= from;
}
