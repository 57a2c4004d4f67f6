import type {MouseReport} from '../system/terminal-input.ts';
import {scrollBy, setCurrent, visiblePlaces} from '../viewport/position.ts';
import {itemAtRow} from './components/list.ts';
import {tabAtColumn, tabLabels} from './components/tab-bar.ts';
import type {Controller} from './controller.ts';
import {goToLog} from './handlers/common.ts';
import {moveInList} from './handlers/list.ts';
import {goToSpan} from './handlers/move.ts';
import {showsAbsence} from './pages/errors.ts';
import {scrollPage} from './pages/pages.ts';
import {promptInUse} from './state/view-state.ts';

/** Button codes of xterm's mouse reports. */
const left = 0;
const dragged = 32;
const wheelUp = 64;
const wheelDown = 65;
/** Rows for one notch of the wheel, as in less and in browsers' consoles. */
const rowsPerNotch = 3;
const headerRows = 1;

/** Scrolls what is under the mouse, chooses what is clicked, and follows drags of the divider and along the histogram. */
export class Mouse {
  readonly #controller: Controller;
  /** What is dragged with the left button. */
  #drags: 'divider' | 'histogram' | undefined;

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  report(report: MouseReport): void {
    this.#controller.together(() => this.#act(report));
  }

  #act({button, column, row, pressed}: MouseReport): void {
    const {layout, state} = this.#controller;
    // A drag lasts as long as its reports follow each other.
    this.#drags = pressed && button === left + dragged ? this.#drags : undefined;
    if (showsAbsence(this.#controller)) return;
    // The log or list that a prompt is about stays where it is.
    if (!layout || promptInUse(state)) return;
    const isDivider = layout.listWidth > 0 && column === layout.listWidth;
    if (this.#drags === 'divider') this.#controller.dispatch({type: 'list-width', width: column});
    else if (this.#drags === 'histogram') this.#goToCell(this.#paneColumn(column));
    else if (button === wheelUp || button === wheelDown) this.#wheel(column, button === wheelUp ? -1 : 1);
    else if (button === left && pressed && !state.page) {
      const bodyRow = row - headerRows;
      if (bodyRow < 0 || bodyRow >= layout.bodyHeight) return;
      if (isDivider) this.#drags = 'divider';
      else if (column < layout.listWidth) this.#clickPipeline(bodyRow);
      else this.#clickLog(bodyRow, this.#paneColumn(column));
    }
  }

  #wheel(column: number, direction: number): void {
    const controller = this.#controller;
    if (controller.state.page) {
      for (let rows = 0; rows < rowsPerNotch; rows++) scrollPage(controller, direction < 0 ? 'up' : 'down');
    } else if (column < (controller.layout?.listWidth ?? 0)) {
      moveInList(controller, direction < 0 ? 'up' : 'down');
    } else controller.move((position, geometry) => scrollBy(position, geometry, direction * rowsPerNotch));
  }

  #clickPipeline(row: number): void {
    const controller = this.#controller;
    const {listed, layout, state} = controller;
    const {cursor} = state;
    const item = itemAtRow({items: listed, cursor, height: layout?.bodyHeight ?? 0}, row);
    controller.dispatch({type: 'focus', side: 'list'});
    if (!item) return;
    controller.tabSwitcher.moveCursor(item.name);
    controller.tabSwitcher.settleCursor();
  }

  #clickLog(row: number, column: number): void {
    const controller = this.#controller;
    const {layout, services} = controller;
    if (!layout) return;
    if (row === 0) {
      const index = tabAtColumn(tabLabels(controller), layout.paneWidth, services.symbols, column);
      const tab = index === undefined ? undefined : controller.state.tabs[index];
      if (tab) goToLog(controller, tab.name);
      return;
    }
    controller.tabSwitcher.settleCursor();
    if (!controller.tab) return;
    // Before the focus, which may change the width of the pane and so the rows of wrapped lines.
    const at = controller.paneAt;
    const logRow = row - (layout.bodyHeight - layout.paneHeight);
    const place = at && visiblePlaces(at.tab.pane.position, at.geometry)[logRow];
    if (logRow < 0 && logRow >= -layout.histogramRows) {
      this.#drags = 'histogram';
      this.#goToCell(column);
    } else if (place) controller.changePane({position: setCurrent(at.tab.pane.position, at.geometry, place.id)});
    controller.dispatch({type: 'focus', side: 'log'});
  }

  #goToCell(column: number): void {
    const at = this.#controller.paneAt;
    const id = at?.histogram.entryAt(at.tab.pane, at.layout, column);
    if (at && id !== undefined) goToSpan(this.#controller, at, id);
  }

  /** A column of the terminal as one of the log. */
  #paneColumn(column: number): number {
    const listWidth = this.#controller.layout?.listWidth ?? 0;
    return column - (listWidth > 0 ? listWidth + 1 : 0);
  }
}
