import {paint} from '../../terminal/paint.ts';
import {plain} from '../../terminal/styled-text.ts';
import {visiblePlaces} from '../../viewport/position.ts';
import {bannerText} from '../banner-text.ts';
import type {Pane} from '../controller.ts';
import {keyDoes, keyOf} from '../key-hint.ts';
import type {Layout} from '../layout.ts';
import {hasLocalTimes} from '../pane-view.ts';
import {runHeader, runShown} from '../run-header.ts';
import {sidebarRows} from '../sidebar-rows.ts';
import {tabBar} from '../tab-bar.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useAges} from '../use-ages.ts';
import {useController} from '../use-controller.ts';
import {useFrameRate} from '../use-frame-rate.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {useStore} from '../use-store.ts';
import {useTabLabels} from '../use-tab-labels.ts';
import {wrapWords} from '../wrap-words.ts';
import {Rows} from './rows.tsx';

/** Sidebar, tab bar and log, joined row by row. */
export function Body({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, colors, symbols} = controller.services;
  const list = useStore(poller.snapshot);
  useActiveLog();
  const {pane} = controller;
  useSearchProgress(pane?.model);
  useAges(controller.services, pane && newestAged(pane));
  useFrameRate(controller.services, pane, layout);
  const labels = useTabLabels(controller);

  const activePipeline = view.active === undefined ? undefined : controller.pipeline(view.active);
  const log = pane ? pane.rows.paint(pane.tab.pane, layout) : emptyPane();
  const banner = layout.hasBanner
    ? [
        bannerText(activePipeline, {width: layout.paneWidth, symbols, key: keyOf(controller.commands, 'describe')}) ??
          plain(''),
      ]
    : [];
  const run = layout.hasRun ? [pane ? runRow(pane) : plain('')] : [];
  const head = [tabBar(labels, layout.paneWidth, symbols), ...banner, ...run].map((row) => paint(row, colors));
  const right = [...head, ...log];
  const left = layout.sidebarWidth === 0 ? undefined : sidebar();
  const divider = paint(plain(symbols.divider, {dim: true}), colors);
  const rows = right.map((row, index) => (left ? `${left[index] ?? ''}${divider}${row}` : row));
  return <Rows rows={rows} />;

  /** Says what fills the pane, unless that is under way. */
  function emptyPane(): readonly string[] {
    const isIdle = view.active === undefined && controller.pipelines.length > 0;
    const idleHint = keyDoes(controller.commands, 'keep', 'shows the log of the pipeline under the cursor') ?? '';
    const words = isIdle ? wrapWords(idleHint, layout.paneWidth - 2) : [];
    const rows = ['', ...words.map((row) => paint(plain(` ${row}`, {dim: true}), colors))];
    return Array.from({length: layout.paneHeight}, (_, row) => rows[row] ?? '');
  }

  /** When the newest of the lines was logged that are shown with their ages. */
  function newestAged({tab, model, rows}: Pane): number | undefined {
    const {position, time, asSent} = tab.pane;
    if (time !== 'relative' || asSent) return undefined;
    const places = visiblePlaces(position, rows.geometry(tab.pane, layout));
    const times = places.flatMap(({id}) => model.index.timeAt(id) ?? []);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  function runRow({tab, model, rows}: Pane) {
    const {position} = tab.pane;
    const {index} = model;
    const places = visiblePlaces(position, rows.geometry(tab.pane, layout));
    const {clock, offsetAt} = controller.services;
    return runHeader(runShown(index, position, places), index.runs, {
      width: layout.paneWidth,
      symbols,
      now: clock.wall(),
      offsetAt: hasLocalTimes(tab.pane) ? offsetAt : () => 0,
    });
  }

  function sidebar(): readonly string[] {
    return sidebarRows({
      pipelines: controller.pipelines,
      cursor: view.cursor,
      focused: view.focus === 'sidebar',
      kept: new Set(view.tabs.filter((tab) => tab.kept).map((tab) => tab.name)),
      marked: new Set(view.marked),
      nameFilter: view.nameFilter,
      loaded: list.pipelines !== undefined,
      width: layout.sidebarWidth,
      height: layout.bodyHeight,
      symbols,
    }).map((row) => paint(row, colors));
  }
}
