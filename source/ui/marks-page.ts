import {clip, padTo} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {compactLine} from '../viewport/compact-line.ts';
import {readLine} from '../viewport/line-text.ts';
import {count} from '../viewport/words.ts';
import type {Controller} from './controller.ts';
import {paneAt} from './on-pane.ts';
import {marksOf} from './take-handlers.ts';

/** Rows above the first mark. */
export const marksHeading = 2;

/** The marked records, a row each, in the order of the log. */
export function marksPage(controller: Controller, cursor: number, width: number): readonly StyledText[] {
  const at = paneAt(controller);
  if (!at) return [];
  const {symbols, offsetAt} = controller.services;
  const {buffer} = at.model.source;
  const form = {compactness: 'full', time: 'utc', offsetAt} as const;
  const rows = marksOf(at).map((id, row) => {
    const line = buffer.lineAt(id);
    const {asSent, record} = readLine(line ?? new Uint8Array());
    const text = record ? compactLine(asSent, record, form) : asSent;
    const number = count(id + 1).padStart(9);
    const isCursor = row === cursor;
    const margin = plain(` ${isCursor ? symbols.currentLine : ' '} `, {bold: true});
    return clip(concat([margin, plain(`${number}  `, {dim: true}), text]), 0, width);
  });
  return [padTo(plain(` Marks of ${at.model.source.name}`, {bold: true}), width), plain(''), ...rows];
}
