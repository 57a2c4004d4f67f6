import {describe, expect, test} from 'vitest';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';

describe.each([true, false])('symbols for UTF-8 %s', (utf8) => {
  const {bars, ...others} = symbolsFor(utf8);
  const levels = [...bars].map((bar, level) => [`bar ${level}`, bar]);

  test.each([...Object.entries(others), ...levels])('%s is %s, one cell', (_, symbol = '') => {
    expect(textWidth(symbol)).toBe(1);
    expect(sanitise(symbol)).toEqual({text: symbol, runs: []});
    expect(/^[\x20-\x7e]$/.test(symbol)).toBe(!utf8);
  });

  test('the states of a pipeline differ', () => {
    const {running, stopped, failed, waiting, paused} = symbolsFor(utf8);
    expect(new Set([running, stopped, failed, waiting, paused]).size).toBe(5);
  });
});
