import {clip, padTo} from '../terminal/clip.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import {detailRows} from '../viewport/detail-rows.ts';
import {markerText} from '../viewport/marker-text.ts';
import {count} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {paneAt} from './on-pane.ts';

/** The current record in full. */
export function detailPage(controller: Controller, width: number): readonly StyledText[] {
  const at = paneAt(controller);
  if (!at || at.current === undefined) return [plain(' nothing here', {dim: true})];
  const {index, source} = at.model;
  const head = index.headOf(at.current);
  const heading = ` ${source.name}  line ${count(head + 1)}`;
  const title = [padTo(clip(plain(heading, {bold: true}), 0, width), width), plain('')];
  const marker = source.buffer.markerAt(head);
  if (marker) return [...title, plain(` ${markerText(marker)}`)];
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
