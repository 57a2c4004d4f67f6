/** A terminal's two own colours and the 16 of its palette; `edge` frames the picture. */
export type Palette = {
  readonly fg: string;
  readonly bg: string;
  readonly edge: string;
  readonly hues: Readonly<Record<string, string>>;
};

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    fg: '#24292f',
    bg: '#ffffff',
    edge: '#d0d7de',
    hues: {
      black: '#000000',
      red: '#b31d28',
      green: '#116329',
      yellow: '#9a6700',
      blue: '#0550ae',
      magenta: '#7d3cc8',
      cyan: '#0f6674',
      white: '#6e7781',
      'bright-black': '#57606a',
      'bright-red': '#a40e26',
      'bright-green': '#1a7f37',
      'bright-yellow': '#7d4e00',
      'bright-blue': '#0969da',
      'bright-magenta': '#8250df',
      'bright-cyan': '#1b7c83',
      'bright-white': '#8c959f',
    },
  },
  dark: {
    fg: '#d1d7de',
    bg: '#0d1117',
    edge: '#30363d',
    hues: {
      black: '#161b22',
      red: '#ff7b72',
      green: '#3fb950',
      yellow: '#d29922',
      blue: '#58a6ff',
      magenta: '#bc8cff',
      cyan: '#39c5cf',
      white: '#b1bac4',
      'bright-black': '#8b949e',
      'bright-red': '#ffa198',
      'bright-green': '#56d364',
      'bright-yellow': '#e3b341',
      'bright-blue': '#79c0ff',
      'bright-magenta': '#d2a8ff',
      'bright-cyan': '#56d4dd',
      'bright-white': '#ffffff',
    },
  },
};

/** A cell's colour (`CellStyle`) for SVG. Throws for an unknown one. */
export function colourIn(palette: Palette, colour: string): string {
  if (colour.startsWith('#')) return colour;
  const number = /^palette-(\d+)$/.exec(colour)?.[1];
  const found = number === undefined ? palette.hues[colour] : indexed(Number(number));
  if (found === undefined) throw new Error(`no such colour: ${colour}`);
  return found;
}

/** Colours 16 to 255 of xterm: a cube of six levels a side, then 24 greys. */
function indexed(number: number): string {
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = number - 16;
  const grey = 8 + 10 * (number - 232);
  const parts =
    number >= 232
      ? [grey, grey, grey]
      : [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
