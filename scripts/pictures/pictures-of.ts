import type {Terminal} from '../../test/harness/terminal.ts';
import {palettes} from './palettes.ts';
import {screenRuns} from './runs.ts';
import type {Scene} from './scenes.ts';
import {drawSvg} from './svg.ts';

/** The screen as SVG, light and dark, by file name. */
export function picturesOf({name, title}: Scene, terminal: Terminal): Map<string, string> {
  const rows = screenRuns(terminal);
  return new Map(
    Object.entries(palettes).map(([tone, palette]) => [
      `${name}-${tone}.svg`,
      drawSvg(rows, terminal.cols, title, palette),
    ]),
  );
}
