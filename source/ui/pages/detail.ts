import {count} from '../../lib/format.ts';
import {clean} from '../../terminal/clean.ts';
import {clip} from '../../terminal/fit.ts';
import {concat, plain} from '../../terminal/styled-text.ts';
import {detailRows} from '../../viewport/detail-rows.ts';
import {reveal} from '../../viewport/position.ts';
import {markerText} from '../../words/markers.ts';
import type {Controller} from '../controller.ts';
import {copy, copyMarkdown, openPipePrompt, openSavePrompt} from '../handlers/copy.ts';
import {type PageRows, paragraph} from './page-rows.ts';

export const detailHandlers = {
  'detail-next': (controller: Controller) => turn(controller, 'next'),
  'detail-previous': (controller: Controller) => turn(controller, 'previous'),
  'detail-copy': (controller: Controller) => void copy(controller, 'record'),
  'detail-markdown': (controller: Controller) => void copyMarkdown(controller, 'record'),
  'detail-save': (controller: Controller) => openSavePrompt(controller, 'record'),
  'detail-pipe': (controller: Controller) => openPipePrompt(controller, 'record'),
};

/** To the next or previous shown record in the order of first lines: lines of two records may be mixed. */
function turn(controller: Controller, direction: 'next' | 'previous'): void {
  const at = controller.paneAt;
  if (!at || at.current === undefined) return;
  const {index} = at.model;
  const {entries} = at.geometry;
  const head = index.headOf(at.current);
  const {firstId} = at.model.source.buffer;
  const step = (from: number) => (direction === 'next' ? entries.atOrAfter(from + 1) : entries.atOrBefore(from - 1));
  // A record whose first line has left the scrollback is reached at any line that is left.
  const isOther = (id: number) => {
    const its = index.headOf(id);
    return its !== head && (its === id || its < firstId);
  };
  let id = step(Math.max(head, direction === 'next' ? firstId - 1 : head));
  while (id !== undefined && !isOther(id)) id = step(id);
  if (id === undefined) {
    controller.say(direction === 'next' ? 'this is the last record' : 'this is the first record');
    return;
  }
  controller.changePane({position: reveal(at.tab.pane.position, at.geometry, id)});
  controller.dispatch({type: 'page', page: {kind: 'detail', offset: 0}});
}

export function detailPage(controller: Controller, width: number): PageRows {
  const at = controller.paneAt;
  if (!at || at.current === undefined) return [plain(' nothing here', {dim: true})];
  const {index, source} = at.model;
  const head = index.headOf(at.current);
  const marker = source.buffer.markerAt(head);
  const origin = source.originAt?.(head);
  const name = clean((origin === undefined ? undefined : source.sourceNames?.[origin]) ?? source.name);
  const number = marker ? undefined : source.buffer.numberOf(head);
  const heading = ` ${name}${number === undefined ? '' : `  line ${count(number)}`}`;
  const title = [clip(plain(heading, {bold: true}), 0, width), plain('')];
  if (marker) return [...title, ...paragraph(markerText(marker), width)];
  const lines = index.linesOf(head).flatMap((id) => source.buffer.lineAt(id) ?? []);
  const {offsetAt, symbols} = controller.services;
  const rows = detailRows(lines, {
    width: width - 2,
    ...{offsetAt, symbols},
    level: index.levelAt(head),
    at: index.timeAt(head),
  });
  return [...title, ...rows.map((row) => concat([plain(' '), row]))];
}
