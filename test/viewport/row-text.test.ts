import {describe, expect, it} from 'vitest';
import {symbolsFor} from '../../source/terminal/symbols.ts';
import {textWidth} from '../../source/terminal/width.ts';
import {lookRows, withoutColors} from './rows.ts';

const shown = (...parameters: Parameters<typeof lookRows>) => lookRows(...parameters).map(withoutColors);

describe('folded records', () => {
  it('are counted at the right end, whatever the line', () => {
    const options = {width: 20};
    expect(shown('abc', {folded: 1204}, options)).toEqual(['  abc         ×1,204']);
    expect(shown('abc'.repeat(20), {folded: 1204}, options)).toEqual(['  abcabcabca› ×1,204']);
    expect(shown('日'.repeat(20), {folded: 12}, options)).toEqual(['  日日日日日日 › ×12']);
    expect(shown('abc', {folded: 1}, options)).toEqual(['  abc']);
    expect(shown('abc', {folded: 2}, {...options, symbols: symbolsFor(false)})).toEqual(['  abc             x2']);
  });

  it('are counted in the last row of a line that wraps, and in bold', () => {
    expect(lookRows('abcdefghijkl', {folded: 3}, {width: 10, wrap: true})).toEqual([
      '  abcdefgh',
      '  ijkl \u001B[1m ×3\u001B[0m',
    ]);
  });

  it('never make a row too wide', () => {
    for (const width of [4, 6, 8, 12]) {
      for (const row of shown('日本語abc', {folded: 1_204_000}, {width})) expect(textWidth(row)).toBe(width);
    }
  });
});
