import {expect, it} from 'vitest';
import {excerptOf} from '../../../source/engine/program/program-excerpt.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {excerptRows} from '../../../source/kit/viewport/program-rows.ts';
import {textWidth} from '../../../source/lib/width.ts';

function rows(code: string, place: Parameters<typeof excerptOf>[1], width: number, isUtf8 = true): readonly string[] {
  const lines = excerptOf(code, place) ?? [];
  return excerptRows(lines, {width, symbols: symbolsFor(isUtf8)}).map(({text}) => text.trimEnd());
}

const at = (line: number, column: number, end?: number) =>
  ({kind: 'position', line, column, ...(end !== undefined && {end: {line, column: end}})}) as const;

it('has line numbers, and carets below the marked part', () => {
  expect(rows('create table a(x int);\ncreate view v as\n\tFAIL x from a;\nlast', at(3, 2, 5), 60)).toEqual([
    '   1 │ create table a(x int);',
    '   2 │ create view v as',
    '   3 │         FAIL x from a;',
    '     │         ^^^^',
    '   4 │ last',
  ]);
});

it('shows the part of long lines where the mark is, with signs of what is cut', () => {
  const code = `${'a'.repeat(100)}FAIL${'b'.repeat(100)}\nshort`;
  expect(rows(code, at(1, 101, 104), 50)).toEqual([
    `   1 │ ‹${'a'.repeat(13)}FAIL${'b'.repeat(24)}›`,
    `     │ ${' '.repeat(14)}^^^^`,
    '   2 │ short',
  ]);
  expect(rows(code, at(1, 1), 50)[0]).toBe(`   1 │ ${'a'.repeat(42)}›`);
  for (const width of [20, 50, 80])
    for (const row of rows(code, at(1, 101, 204), width)) expect(textWidth(row)).toBeLessThanOrEqual(width);
});

it('measures wide characters in cells, and lets no control character through', () => {
  expect(rows("x = 'おにぎり' + FAIL\u001B[31m", at(1, 14, 17), 60)).toEqual([
    "   1 │ x = 'おにぎり' + FAIL",
    `     │ ${' '.repeat(17)}^^^^`,
  ]);
});

it('is ASCII where the terminal needs it, and marks a gap', () => {
  const code = 'create table t (x int)\n\n\n\n\n\nwith (\'connectors\' = \'[\n{"name": "a"}]\');';
  expect(rows(code, {kind: 'endpoint', endpoint: 't.a'}, 40, false).slice(0, 3)).toEqual([
    '   1 | create table t (x int)',
    expect.stringMatching(/^ +\S+ \|$/),
    '   5 |',
  ]);
});
