import {withoutSgr} from './simple-text.ts';
import {textWidth} from './width.ts';

/** Cells of a painted text: of what `paint` answers. */
export function paintedWidth(painted: string): number {
  return textWidth(withoutSgr(painted));
}
