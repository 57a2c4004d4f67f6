import {describe, expect, it} from 'vitest';
import {symbolsFor} from '../../source/terminal/symbols.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {noticeRows} from '../../source/ui/notice-rows.ts';

const rows = (notice: string, width: number) => noticeRows(notice, width, symbolsFor(true));
const long = 'sent 29 lines, 2.5 kB to tmux and its terminal · no terminal is attached: only tmux itself can paste it';

describe('a notice', () => {
  it('leaves the keys alone where one row is enough', () => {
    expect(rows('no errors', 40)).toEqual([' no errors', undefined]);
    expect(rows('x'.repeat(38), 40)).toEqual([` ${'x'.repeat(38)}`, undefined]);
  });

  it('goes on in the row of the keys', () => {
    expect(rows(long, 80)).toEqual([
      ' sent 29 lines, 2.5 kB to tmux and its terminal · no terminal is attached: only',
      ' tmux itself can paste it',
    ]);
  });

  it('is cut, visibly, where two rows are not enough', () => {
    for (let width = 40; width < 55; width++) {
      const shown = rows(`${long} 日本語`, width);
      expect(shown[1]).toMatch(/…$/);
      for (const row of shown) expect(textWidth(row ?? '')).toBeLessThanOrEqual(width);
    }
  });
});
