import {expect, it} from 'vitest';
import {compilePattern} from '../../../source/engine/buffer/pattern.ts';
import {highlightStyles} from '../../../source/kit/pane/pane-rows.ts';
import {styleToSgr} from '../../../source/kit/terminal/style.ts';
import {bufferOf, paintedRows, rendererOf} from './rows.ts';

it('are six that differ, with both colours set, and underlined without colours', () => {
  expect(new Set(highlightStyles.map((style) => styleToSgr(style, '16'))).size).toBe(6);
  for (const style of highlightStyles) {
    expect(style.fg).toBeDefined();
    expect(style.bg).toBeDefined();
    expect(styleToSgr(style, 'none')).toBe('4');
  }
});

it('are painted in the words of a marker, not in its rules', () => {
  const buffer = bufferOf('a');
  const id = buffer.addMarker({kind: 'line-cut', at: 0}) ?? -1;
  const highlights = [{pattern: compilePattern('cut'), style: highlightStyles[0] ?? {}}];
  const renderer = rendererOf(buffer, {highlights, search: compilePattern('^the|─'), colors: 'none'});
  const words = '\u001B[0;1m line above was \u001B[4mcut\u001B[0;1m; its rest is lost';
  expect(paintedRows(renderer, id)).toEqual([`  \u001B[1m──── \u001B[7mthe${words} ────\u001B[0m`]);
  expect(renderer.matchRowOf(id)).toBe(0);
});

it('are painted each in its colour, under the matches of the search', () => {
  const highlights = ['one', 'two'].map((text, index) => ({
    pattern: compilePattern(text),
    style: highlightStyles[index] ?? {},
  }));
  const renderer = rendererOf(bufferOf('one two three'), {highlights, search: compilePattern('wo th')});
  expect(paintedRows(renderer, 0)).toEqual([
    '  \u001B[4;30;46mone\u001B[0m \u001B[4;30;42mt\u001B[0;4;7;30;42mwo\u001B[0;7m th\u001B[0mree',
  ]);
});
