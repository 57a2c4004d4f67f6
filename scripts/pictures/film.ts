import type {Palette} from './palettes.ts';
import type {Run} from './runs.ts';
import {drawRow, drawSheet, rowHeight, sheetHeight} from './svg.ts';

/** A screen, row by row, and the seconds at which it appears. */
export type Frame = {readonly from: number; readonly runs: readonly (readonly Run[])[]};

/** Seconds of the last screen, before the film begins again. */
const secondsAtEnd = 3;

/**
 * The frames as one animated picture: a strip of all frames, of which one is shown at a time. A row that several frames
 * have is drawn once. Where the reader wants no motion, it stays at the first frame.
 */
export function drawFilm(frames: readonly Frame[], cols: number, title: string, palette: Palette): string {
  const names = new Map<string, string>();
  const nameOf = (drawn: string): string => {
    const name = names.get(drawn) ?? `r${names.size}`;
    names.set(drawn, name);
    return name;
  };
  const rowCount = frames[0]?.runs.length ?? 0;
  const height = sheetHeight(rowCount);
  const used = frames.flatMap(({runs}, frame) =>
    runs.flatMap((row, index) => {
      const drawn = drawRow(row, palette).join('');
      return drawn === '' ? [] : `<use href="#${nameOf(drawn)}" y="${frame * height + index * rowHeight}"/>`;
    }),
  );
  const rows = [...names].map(([drawn, name]) => `<g id="${name}">${drawn}</g>`);
  const seconds = (frames.at(-1)?.from ?? 0) + secondsAtEnd;
  const steps = frames.map(({from}, frame) => {
    const percent = Number(((100 * from) / seconds).toFixed(3));
    return `${percent}%{transform:translateY(-${frame * height}px)}`;
  });
  const style = [
    `<style>@keyframes film{${steps.join('')}}`,
    `.film{animation:film ${seconds}s step-end infinite}`,
    '@media (prefers-reduced-motion:reduce){.film{animation:none}}</style>',
  ].join('');
  const film = [`<defs>${rows.join('\n')}</defs>`, '<g class="film">', ...used, '</g>'];
  return drawSheet([style, ...film], {cols, rows: rowCount}, title, palette);
}
