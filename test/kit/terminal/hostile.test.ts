import {Box, renderToString, Text} from 'ink';
import {createElement} from 'react';
import {describe, expect, test} from 'vitest';
import {clip, wrapOffsets} from '../../../source/kit/terminal/fit.ts';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {paint} from '../../../source/kit/terminal/sgr.ts';
import {slice} from '../../../source/kit/terminal/styled-text.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {emulatorColumns, shownCells} from './emulator.ts';
import {hostileLines} from './hostile-lines.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there is what is looked for.
const sgr = /\x1b\[[\d;]+m/g;
const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/v;

/** A few thousand sanitised lines that fit into the emulator, and their pieces at 80 cells. */
const sample = [...hostileLines(2, 600_000)]
  .map((line) => sanitise(line))
  .filter(({text}) => textWidth(text) < emulatorColumns);
const rows = sample.flatMap((styled) => {
  const offsets = wrapOffsets(styled.text, 80);
  return offsets.map((offset, row) => slice(styled, offset, offsets[row + 1] ?? styled.text.length));
});
const clips = sample.map((styled, index) => clip(styled, index % 50, 80));

/** Of lines that are looked at for leaks; ten are for trials by hand. */
const megabytes = Number(process.env.MEGABYTES ?? 2);

test(`of ${megabytes} MB of random and hostile bytes only SGR sequences come out`, {timeout: 120_000}, () => {
  let leaks = 0;
  let styled = 0;
  for (const line of hostileLines(1, megabytes * 1_000_000)) {
    const painted = paint(sanitise(line), 'truecolor');
    const text = painted.replaceAll(sgr, '');
    if (text.length < painted.length) {
      styled++;
      if (!painted.includes('\x1b[0m', painted.lastIndexOf('\x1b'))) leaks++;
    }
    if (control.test(text)) leaks++;
  }
  expect(leaks).toBe(0);
  expect(styled).toBeGreaterThan(10_000);
});

describe('what a terminal shows', () => {
  test.each([
    ['lines', sample],
    ['wrapped rows', rows],
    ['clipped rows', clips],
  ])('of %s is as wide as counted', async (_, pieces) => {
    expect(pieces.length).toBeGreaterThan(2000);
    const shown = await shownCells(pieces.map((piece) => paint(piece, '256')));
    const wrong = pieces.filter(({text}, index) => shown[index] !== textWidth(text));
    expect(wrong.map(({text}) => text)).toEqual([]);
  });

  test('no wrapped or clipped row is wider than 80 cells', () => {
    expect([...rows, ...clips].filter(({text}) => textWidth(text) > 80)).toEqual([]);
  });

  test('every code point is as wide as counted, alone and between others', {timeout: 120_000}, async () => {
    const texts: string[] = [];
    for (let code = 0xa0; code < 0x20000; code++) {
      // Ideographs and Hangul syllables are alike: the first of each will do.
      if ((code > 0x3410 && code < 0x4db0) || (code > 0x4e10 && code < 0x9ff0) || (code > 0xac10 && code < 0xd790)) {
        continue;
      }
      const character = String.fromCodePoint(code);
      texts.push(sanitise(`${character}a${character}bक${character}क🚀${character}${character}日`).text);
    }
    const shown = await shownCells(texts);
    expect(texts.filter((text, index) => shown[index] !== textWidth(text))).toEqual([]);
  });

  test('Ink lays painted rows out as they are', () => {
    const some = clips.slice(0, 500);
    const children = some.map((row, key) => createElement(Text, {key, wrap: 'truncate'}, paint(row, '256')));
    const output = renderToString(createElement(Box, {flexDirection: 'column', width: 80}, children), {columns: 80});
    const lines = output.split('\n').map((line) => line.replaceAll(sgr, '').trimEnd());
    const expected = some.map(({text}) => text.trimEnd()).filter((text) => text !== '');
    expect(lines.filter((line) => line !== '')).toEqual(expected);
  });
});
