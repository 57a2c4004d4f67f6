import type {Terminal} from '../../test/harness/terminal.ts';
import {drawFilm} from './film.ts';
import {palettes} from './palettes.ts';
import {type Recording, screensOf} from './recording.ts';
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

/** A recording as animated SVG, light and dark, by file name. */
export async function filmsOf(recording: Recording): Promise<Map<string, string>> {
  const screens = await screensOf(recording);
  return new Map(
    Object.entries(palettes).map(([tone, palette]) => [
      `film-${tone}.svg`,
      drawFilm(screens, recording.cols, recording.title, palette),
    ]),
  );
}
