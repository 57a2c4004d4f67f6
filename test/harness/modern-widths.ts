import type {IUnicodeVersionProvider} from '@xterm/headless';

/** East Asian Wide and Fullwidth, but for what is an emoji: Unicode 16, EastAsianWidth.txt. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

/**
 * Cells as the terminals in use count them: an emoji takes two. The emulator knows Unicode 6 only, in which it takes
 * one. Written apart from the program's own widths, which are tested with it.
 */
export const modernWidths: IUnicodeVersionProvider = {
  version: 'modern',
  wcwidth,
  charProperties(codepoint, preceding) {
    const width = wcwidth(codepoint);
    // The emulator's own packing: bit 0 joins the character to the one before, bits 1 and 2 are the width.
    const before = (preceding >> 1) & 3;
    const joins = width === 0 && before > 0;
    return ((joins ? before : width) << 1) | (joins ? 1 : 0);
  },
};

function wcwidth(codepoint: number): 0 | 1 | 2 {
  const character = String.fromCodePoint(codepoint);
  if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character)) return 0;
  const isWide = wideRanges.some(([first, last]) => codepoint >= first && codepoint <= last);
  return isWide || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1;
}
