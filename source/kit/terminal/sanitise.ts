import {forEachPiece, isAscii} from '../../lib/clean.ts';
import {applySgr} from './sgr.ts';
import {noStyle, type Style} from './style.ts';
import {plain, type StyledText, StyledTextBuilder} from './styled-text.ts';

/** Style of `^G`, `<U+202E>`. */
const placeholderStyle: Style = {inverse: true};

/**
 * Makes decoded log text safe to show: as `clean`, but SGR sequences become style runs, and what stands for a character
 * is inverse, to differ from the same text written out.
 */
export function sanitise(text: string): StyledText {
  if (isAscii(text)) return plain(text);
  const builder = new StyledTextBuilder();
  let style = noStyle;
  forEachPiece(text, {
    onText: (piece) => builder.add(piece, style),
    onPlaceholder: (piece) => builder.add(piece, style.inverse ? noStyle : placeholderStyle),
    onSgr(parameters) {
      style = applySgr(style, parameters);
    },
  });
  return builder.finish();
}
