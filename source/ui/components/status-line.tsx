import {padTo} from '../../terminal/clip.ts';
import {paint} from '../../terminal/paint.ts';
import {plain} from '../../terminal/styled-text.ts';
import {newBelow} from '../../viewport/position.ts';
import {noticeRows} from '../notice-rows.ts';
import {paneAt} from '../on-pane.ts';
import {searchStatus} from '../search-status.ts';
import {statusText} from '../status-text.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useController} from '../use-controller.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {Line} from './line.tsx';

/** The row above the keys: a notice if there is one, else where the open page (`place`) or the log stands. */
export function StatusLine({place}: {readonly place?: string | undefined}) {
  const {controller, view} = useController();
  const {colors, symbols} = controller.services;
  const snapshot = useActiveLog();
  useSearchProgress(controller.pane?.model);
  const width = controller.size.columns;
  if (view.notice !== undefined) {
    const [row] = noticeRows(view.notice, width, symbols);
    return <Line text={paint(padTo(plain(row, {bold: true}), width), colors)} />;
  }
  if (place !== undefined) return <Line text={paint(plain(place, {dim: true}), colors)} />;
  const at = paneAt(controller);
  if (!at || !snapshot) return <Line text="" />;
  const {position, wrap, asSent, pan, fold, selectedFrom} = at.tab.pane;
  const text = statusText({
    search: searchStatus(at),
    // The log above was painted before: what took too long is known.
    stoppedHighlights: at.model.highlights.filter(({tooSlow}) => tooSlow).map(({source}) => source),
    newBelow: newBelow(position, at.geometry),
    lineCount: snapshot.lineCount,
    byteLength: snapshot.byteLength,
    droppedLines: snapshot.droppedLines,
    ...{wrap, asSent, pan, fold, width, symbols},
    selecting: selectedFrom !== undefined,
    following: position.kind === 'follow',
  });
  return <Line text={paint(text, colors)} />;
}
