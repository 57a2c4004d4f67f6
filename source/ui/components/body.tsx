import {Box} from 'ink';
import {paint} from '../../terminal/paint.ts';
import {plain} from '../../terminal/styled-text.ts';
import {bannerText} from '../banner-text.ts';
import type {Layout} from '../layout.ts';
import {logRows} from '../log-rows.ts';
import {sidebarRows} from '../sidebar-rows.ts';
import {tabBar} from '../tab-bar.ts';
import {useController} from '../use-controller.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {useStore} from '../use-store.ts';
import {useStreamManager, useTabSnapshot} from '../use-stream-manager.ts';
import {useTabLabels} from '../use-tab-labels.ts';
import {Line} from './line.tsx';

/** Sidebar, tab bar and log, joined row by row: one Text a row is the cheapest layout that Ink has. */
export function Body({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, depth, symbols} = controller.services;
  const list = useStore(poller.snapshot);
  const {stream} = useStreamManager();
  useTabSnapshot(view.active === undefined ? undefined : stream(view.active));
  const {pane} = controller;
  useSearchProgress(pane?.model);
  const labels = useTabLabels(controller);

  const activePipeline = view.active === undefined ? undefined : controller.pipeline(view.active);
  const log = pane ? logRows(pane, layout) : Array.from({length: layout.paneHeight}, () => '');
  const banner = layout.hasBanner ? [bannerText(activePipeline, layout.paneWidth, symbols) ?? plain('')] : [];
  const right = [...[tabBar(labels, layout.paneWidth, symbols), ...banner].map((row) => paint(row, depth)), ...log];
  const left = layout.sidebarWidth === 0 ? undefined : sidebar();
  const divider = paint(plain(symbols.divider, {dim: true}), depth);
  const rows = right.map((row, index) => (left ? `${left[index] ?? ''}${divider}${row}` : row));
  return (
    <Box flexDirection="column" height={layout.bodyHeight}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its index.
        <Line key={index} text={row} />
      ))}
    </Box>
  );

  function sidebar(): readonly string[] {
    return sidebarRows({
      pipelines: controller.pipelines,
      cursor: view.cursor,
      focused: view.focus === 'sidebar',
      kept: new Set(view.tabs.filter((tab) => tab.kept).map((tab) => tab.name)),
      nameFilter: view.nameFilter,
      loaded: list.pipelines !== undefined,
      width: layout.sidebarWidth,
      height: layout.bodyHeight,
      symbols,
    }).map((row) => paint(row, depth));
  }
}
