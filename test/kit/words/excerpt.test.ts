import {expect, test} from 'vitest';
import {plain} from '../../../source/kit/terminal/styled-text.ts';
import {cutBeforeEnd} from '../../../source/kit/words/excerpt.ts';
import {textWidth} from '../../../source/lib/width.ts';

test('a cut never needs more than its cells, and keeps the end', () => {
  const text = 'abcdefghij klmnop qrstuv wxyz 日本語 end of it';
  for (let cells = 0; cells < 50; cells++) {
    const shown = cutBeforeEnd(plain(text), cells, '…').text;
    expect(textWidth(shown)).toBeLessThanOrEqual(cells);
    if (cells >= 4) expect(shown).toMatch(/t$/);
    expect(shown.includes('…')).toBe(cells > 0 && cells < textWidth(text));
  }
});
