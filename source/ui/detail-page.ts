import {clip, padTo} from '../terminal/clip.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import {detailRows} from '../viewport/detail-rows.ts';
import {markerText} from '../viewport/marker-text.ts';
import {count} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {paneAt} from './on-pane.ts';
import {wrapWords} from './wrap-words.ts';

/** The current record in full. */
export function detailPage(controller: Controller, width: number): readonly StyledText[] {
  const at = paneAt(controller);
  if (!at || at.current === undefined) return [plain(' nothing here', {dim: true})];
  const {index, source} = at.model;
  const head = index.headOf(at.current);
  const marker = source.buffer.markerAt(head);
  const origin = source.originAt?.(head);
  const name = (origin === undefined ? undefined : source.sourceNames?.[origin]) ?? source.name;
  // Markers have no number in the log either.
  const heading = marker ? ` ${name}` : ` ${name}  line ${count(head + 1)}`;
  const title = [padTo(clip(plain(heading, {bold: true}), 0, width), width), plain('')];
  if (marker) return [...title, ...wrapWords(markerText(marker), width - 2).map((row) => plain(` ${row}`))];
  const lines = index.linesOf(head).flatMap((id) => source.buffer.lineAt(id) ?? []);
  const {offsetAt, symbols} = controller.services;
  const rows = detailRows(lines, {
    width: width - 2,
    ...{offsetAt, symbols},
    level: index.levelAt(head),
    at: index.timeAt(head),
  });
  return [
    ...title,
    ...rows.map((row) => ({
      text: ` ${row.text}`,
      runs: row.runs.map((run) => ({...run, start: run.start + 1, end: run.end + 1})),
    })),
  ];
}
