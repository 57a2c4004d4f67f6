import type {Entries} from '../buffer/entries.ts';
import {keepUnderEye, noteEyeRow} from '../viewport/keep-under-eye.ts';
import type {Position} from '../viewport/position.ts';
import type {PaneAt} from './on-pane.ts';

/** To be asked for before filters change, as their row comes or goes: the pane is still as high as it was. */
export function rowNoted({tab, geometry}: PaneAt): Position {
  return noteEyeRow(tab.pane.position, geometry);
}

/** Once other entries are shown than `before`: the current one stays in its row, or in that of the fold it is in now. */
export function keptUnderEye({tab, model, geometry}: PaneAt, before: Entries): Position {
  const rowFor = (id: number) => model.shown?.foldOf(id)?.head ?? id;
  return keepUnderEye(tab.pane.position, {...geometry, entries: before}, geometry, rowFor);
}
