import type {Palette} from '../../scripts/pictures/palettes.ts';
import {powersIn, scale, short} from './log-scale.ts';

/** A line of a plot: points from left to right. */
export type Series = {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** A reference is drawn in grey. */
  readonly isReference?: boolean;
};

/** One pair of axes, both logarithmic. */
export type Panel = {
  /** What x is. */
  readonly axis: string;
  readonly series: readonly Series[];
  /** What grows as this does, from the first point of the first series on: a dashed line. */
  readonly proportional: (x: number) => number;
};

type Point = readonly [x: number, y: number];

const width = 440;
const height = 300;
const margin = {left: 62, right: 20, top: 48, bottom: 46};
const fonts = "ui-sans-serif, system-ui, 'Segoe UI', Helvetica, Arial, sans-serif";
const colours = ['blue', 'magenta', 'yellow'];
/** The mean of letters at 12 pixels. */
const letterWidth = 6.2;

/** Draws panels side by side over the same range of values. `title`: what they show. */
export function drawPlot(panels: readonly Panel[], title: string, palette: Palette): string {
  const values = panels.flatMap(({series}) => series.flatMap(({points}) => points.map(([, y]) => y)));
  const powers = powersIn(values);
  const size = `width="${width * panels.length}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="0 0 ${width * panels.length} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<rect ${size} rx="8" fill="${palette.bg}" stroke="${palette.edge}"/>`,
    `<g font-family="${fonts}" font-size="12" fill="${palette.fg}">`,
    `<text x="16" y="24" font-size="14" font-weight="bold">${title}</text>`,
    ...legend(panels[0]?.series ?? [], width * panels.length - margin.right, palette),
    ...panels.map(
      (panel, index) => `<g transform="translate(${index * width})">${drawPanel(panel, powers, palette)}</g>`,
    ),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({axis, series, proportional}: Panel, powers: readonly number[], palette: Palette): string {
  const [left, right, bottom] = [margin.left, width - margin.right, height - margin.bottom];
  const xs = [...new Set(series.flatMap(({points}) => points.map(([x]) => x)))].toSorted((a, b) => a - b);
  const x = scale(xs, [left + 12, right - 12]);
  const y = scale(powers, [bottom, margin.top]);
  const drawn = powers.flatMap((power) => [
    polyline(
      [
        [left, y(power)],
        [right, y(power)],
      ],
      `stroke="${palette.edge}"`,
    ),
    text([left - 6, y(power) + 4], short(power), 'text-anchor="end"'),
  ]);
  drawn.push(...xs.map((each) => text([x(each), bottom + 18], short(each), 'text-anchor="middle"')));
  drawn.push(text([(left + right) / 2, bottom + 36], axis, 'text-anchor="middle" opacity="0.8"'));
  const start = series[0]?.points[0];
  if (start) {
    const dashed = xs.map((each): Point => [x(each), y((start[1] * proportional(each)) / proportional(start[0]))]);
    // A nested picture cuts off what leaves the axes.
    const line = polyline(
      dashed.map(([at, value]) => [at, value - margin.top]),
      `stroke="${greyOf(palette)}" stroke-dasharray="5 5"`,
    );
    drawn.push(
      `<svg y="${margin.top}" width="${width}" height="${bottom - margin.top}"><title>in proportion</title>${line}</svg>`,
    );
  }
  for (const [index, {points, isReference}] of series.entries()) {
    const colour = colourOf(isReference, index, palette);
    const places = points.map(([at, value]): Point => [x(at), y(value)]);
    drawn.push(polyline(places, `stroke="${colour}" stroke-width="2"`));
    drawn.push(...places.map(([cx, cy]) => `<circle cx="${number(cx)}" cy="${number(cy)}" r="3" fill="${colour}"/>`));
  }
  return drawn.join('\n');
}

/** Names and colours from right to left, the last one where `right` is. */
function legend(series: readonly Series[], right: number, palette: Palette): string[] {
  const names = [
    ...series.map(({label, isReference}, index) => ({label, colour: colourOf(isReference, index, palette)})),
    {label: '- - in proportion to the lines', colour: greyOf(palette)},
  ];
  let x = right;
  return names.toReversed().map(({label, colour}) => {
    const drawn = text([x, 24], label, `text-anchor="end" fill="${colour}"`);
    x -= label.length * letterWidth + 18;
    return drawn;
  });
}

const greyOf = ({hues, fg}: Palette) => hues['bright-black'] ?? fg;

function colourOf(isReference: boolean | undefined, index: number, palette: Palette): string {
  return (!isReference && palette.hues[colours[index % colours.length] ?? '']) || greyOf(palette);
}

function polyline(points: readonly Point[], look: string): string {
  return `<polyline points="${points.map((point) => point.map(number).join(',')).join(' ')}" fill="none" ${look}/>`;
}

function text([x, y]: Point, words: string, look: string): string {
  return `<text x="${number(x)}" y="${number(y)}" ${look}>${words}</text>`;
}

/** Without the rounding errors of binary fractions. */
function number(value: number): string {
  return String(Number(value.toFixed(1)));
}
