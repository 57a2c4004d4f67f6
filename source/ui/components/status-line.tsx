import {clip, padTo} from '../../terminal/clip.ts';
import {paint} from '../../terminal/paint.ts';
import {plain} from '../../terminal/styled-text.ts';
import {newBelow} from '../../viewport/position.ts';
import {paneAt} from '../on-pane.ts';
import {searchStatus} from '../search-status.ts';
import {statusText} from '../status-text.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useController} from '../use-controller.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {Line} from './line.tsx';

/** The row above the keys: a notice if there is one, else where the log stands. */
export function StatusLine() {
  const {controller, view} = useController();
  const {depth, symbols} = controller.services;
  const snapshot = useActiveLog();
  useSearchProgress(controller.pane?.model);
  const width = controller.size.columns;
  if (view.notice !== undefined) {
    return <Line text={paint(padTo(clip(plain(` ${view.notice}`, {bold: true}), 0, width), width), depth)} />;
  }
  const at = paneAt(controller);
  if (!at || !snapshot) return <Line text="" />;
  const {position, wrap, asSent, pan, fold, selectedFrom} = at.tab.pane;
  const text = statusText({
    search: searchStatus(at),
    newBelow: newBelow(position, at.geometry),
    lineCount: snapshot.lineCount,
    byteLength: snapshot.byteLength,
    droppedLines: snapshot.droppedLines,
    ...{wrap, asSent, pan, fold, width, symbols},
    selecting: selectedFrom !== undefined,
    following: position.kind === 'follow',
  });
  return <Line text={paint(text, depth)} />;
}
