import {textWidth} from '../terminal/width.ts';
import {wrapOffsets} from '../terminal/wrap.ts';

/** Breaks prose at spaces into lines of at most `width` cells; words that are longer are broken where they must be. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    // Undefined at its start, so that an indent (a caret below a snippet) stays.
    let line: string | undefined;
    for (const word of paragraph.split(' ')) {
      const longer: string = line === undefined ? word : `${line} ${word}`;
      if (line === undefined || textWidth(longer) <= width) {
        line = longer;
      } else {
        lines.push(...breakLong(line, width));
        line = word;
      }
    }
    lines.push(...breakLong(line ?? '', width));
  }
  return lines;
}

function breakLong(line: string, width: number): readonly string[] {
  if (textWidth(line) <= width) return [line];
  const offsets = wrapOffsets(line, width);
  return offsets.map((offset, index) => line.slice(offset, offsets[index + 1]));
}
