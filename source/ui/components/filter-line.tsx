import {paint} from '../../terminal/paint.ts';
import {filterRow} from '../filter-row.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useController} from '../use-controller.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {Line} from './line.tsx';

/** The row above the status line: the filters in force, and what each hides. */
export function FilterLine() {
  const {controller} = useController();
  const {colors, symbols} = controller.services;
  useActiveLog();
  const {pane} = controller;
  useSearchProgress(pane?.model);
  if (!pane) return <Line text="" />;
  const {shown, isFiltering} = pane.model;
  const {filters, around} = pane.tab.pane;
  const row = filterRow({
    filters,
    hiddenBy: (id) => (isFiltering ? undefined : shown?.hiddenBy(id)),
    isTooSlow: (id) => shown?.tooSlow.includes(id) ?? false,
    ...{isFiltering, around, symbols},
    width: controller.size.columns,
  });
  return <Line text={paint(row, colors)} />;
}
