import {black, type Color, type ColorDepth, fitColor, rgbOf, white} from '../terminal/color.ts';
import {readableOn} from '../terminal/contrast.ts';
import {type Colors, noStyle, type Style} from '../terminal/style.ts';
import {type StyledText, StyledTextBuilder} from '../terminal/styled-text.ts';

/**
 * What the first sixteen look like is the user's choice. In the palettes of xterm, VTE and the Linux console white reads
 * better on these (black, red, blue, magenta, and the bright black and blue), black on the others.
 */
const darkOfSixteen: ReadonlySet<Color> = new Set([0, 1, 4, 5, 8, 12]);

/**
 * A row on a ground of one colour, its text in black or white: the colours of its words cannot all be read on it. A badge
 * (inverse) stays one. Where there are no colours, the row as it is.
 */
export function fillRow({text, runs}: StyledText, color: Color, colors: Colors): StyledText {
  if (colors === 'none') return {text, runs};
  const ground = {fg: textOn(color, typeof colors === 'string' ? colors : colors.depth), bg: color};
  const builder = new StyledTextBuilder();
  let at = 0;
  for (const run of runs) {
    builder.add(text.slice(at, run.start), ground);
    builder.add(text.slice(run.start, run.end), {...withoutColor(run.style), ...ground});
    at = run.end;
  }
  builder.add(text.slice(at), ground);
  return builder.finish();
}

/** Dim text would be nearer to the ground. */
function withoutColor({bold, underline, inverse}: Style): Style {
  return {...noStyle, ...(bold && {bold}), ...(underline && {underline}), ...(inverse && {inverse})};
}

/** Black or white, whichever is easier to read on the colour that the terminal shows. */
function textOn(color: Color, depth: Exclude<ColorDepth, 'none'>): Color {
  const shown = fitColor(color, depth);
  const rgb = rgbOf(shown);
  if (rgb) return readableOn(rgb);
  return darkOfSixteen.has(shown) ? white : black;
}
