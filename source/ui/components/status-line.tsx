import {clip, padTo} from '../../terminal/clip.ts';
import {paint} from '../../terminal/paint.ts';
import {plain} from '../../terminal/styled-text.ts';
import {newBelow} from '../../viewport/position.ts';
import type {Layout} from '../layout.ts';
import {searchStatus} from '../search-status.ts';
import {statusText} from '../status-text.ts';
import {useController} from '../use-controller.ts';
import {useSearchProgress} from '../use-search-progress.ts';
import {useStreamManager, useTabSnapshot} from '../use-stream-manager.ts';
import {Line} from './line.tsx';

/** The row above the keys: a notice if there is one, else where the log stands. */
export function StatusLine({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {depth, symbols} = controller.services;
  const {stream} = useStreamManager();
  const snapshot = useTabSnapshot(view.active === undefined ? undefined : stream(view.active));
  const {pane} = controller;
  useSearchProgress(pane?.model);
  const width = controller.size.columns;
  if (view.notice !== undefined) {
    return <Line text={paint(padTo(clip(plain(` ${view.notice}`, {bold: true}), 0, width), width), depth)} />;
  }
  if (!pane || !snapshot) return <Line text="" />;
  const geometry = pane.model.geometry(pane.tab.pane, {width: layout.paneWidth, height: layout.paneHeight});
  const {position, wrap, asSent, pan} = pane.tab.pane;
  const text = statusText({
    search: searchStatus(pane, geometry),
    newBelow: newBelow(position, geometry),
    lineCount: snapshot.lineCount,
    byteLength: snapshot.byteLength,
    droppedLines: snapshot.droppedLines,
    wrap,
    asSent,
    pan,
    following: position.kind === 'follow',
    width,
    symbols,
  });
  return <Line text={paint(text, depth)} />;
}
