import xterm from '@xterm/headless';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import Output from '../../../node_modules/ink/build/output.js';
import {RowOutput} from '../../../scripts/ink/row-output.ts';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';
import {paint} from '../../../source/kit/terminal/sgr.ts';
import {Screen} from '../../harness/screen.ts';

const size = {width: 30, height: 4};
const inverse = (text: string) => `\x1b[7m${text}\x1b[27m`;

type Clip = {readonly x1: number; readonly x2: number; readonly y1?: number; readonly y2?: number};
type Call = {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly inverse?: boolean;
  /** One in the other. */
  readonly clips?: readonly Clip[];
};

/** Every cell with its style, as a terminal shows what comes out. */
async function cellsOf(output: Output | RowOutput, calls: readonly Call[]) {
  for (const {x, y, text, inverse: isInverse, clips = []} of calls) {
    for (const clip of clips) output.clip({y1: undefined, y2: undefined, ...clip});
    output.write(x, y, text, {transformers: isInverse ? [inverse] : []});
    for (const _ of clips) output.unclip();
  }
  const terminal = new xterm.Terminal({cols: size.width, rows: size.height, allowProposedApi: true});
  const {output: text, height} = output.get();
  await new Promise<void>((resolve) => terminal.write(text.replaceAll('\n', '\r\n'), resolve));
  const screen = new Screen(terminal);
  const places = Array.from({length: size.height * size.width}, (_, at) => at);
  const cells = places.map((at) => screen.cell(Math.floor(at / size.width), at % size.width));
  terminal.dispose();
  // A cell that was never written looks like one that holds a blank.
  return {height, cells: cells.map((cell) => ({...cell, text: cell.text === '' ? ' ' : cell.text}))};
}

async function expectSame(calls: readonly Call[]): Promise<void> {
  expect(await cellsOf(new RowOutput(size), calls)).toEqual(await cellsOf(new Output(size), calls));
}

const piece = fc.constantFrom(
  'a',
  ' ',
  'x y',
  '│',
  '\x1b[1m',
  '\x1b[31m',
  '\x1b[0m',
  '\x1b[44m',
  'ü',
  '日',
  'e\u0301',
  '…',
);
const row = fc.array(piece, {maxLength: 10}).map((pieces) => paint(sanitise(pieces.join('')), '256'));

test('a screen of rows looks as Ink makes it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({text: row, inverse: fc.boolean()}), {maxLength: 6}), async (rows) => {
      await expectSame(rows.map((each, y) => ({x: 0, y, ...each})));
    }),
  );
});

test('so does one with texts beside and upon each other', async () => {
  const call = fc.record({x: fc.integer({min: 0, max: 12}), y: fc.integer({min: -1, max: 4}), text: row});
  await fc.assert(fc.asyncProperty(fc.array(call, {maxLength: 8}), expectSame));
});

test('so does one with clipped or multi-line parts', async () => {
  const bounds = (most: number) => fc.tuple(fc.integer({min: 0, max: most}), fc.integer({min: 0, max: most}));
  const clip = fc
    .tuple(bounds(20), fc.option(bounds(4), {nil: undefined}))
    .map(([[x1, x2], rows]): Clip => ({x1, x2, ...(rows && {y1: rows[0], y2: rows[1]})}));
  const call = fc.record({
    x: fc.integer({min: 0, max: 12}),
    y: fc.integer({min: -2, max: 4}),
    text: fc.array(row, {minLength: 1, maxLength: 3}).map((rows) => rows.join('\n')),
    clips: fc.array(clip, {maxLength: 2}),
  });
  await fc.assert(fc.asyncProperty(fc.array(call, {maxLength: 6}), expectSame));
});

test('so does one whose rows replace blank ones', async () => {
  const rows = fc.array(row, {minLength: 1, maxLength: 3});
  const block = fc.record({y: fc.integer({min: -1, max: 3}), rows, beside: fc.option(row)});
  await fc.assert(
    fc.asyncProperty(block, async ({y, rows: inPlace, beside}) => {
      const inOutput = async (output: Output | RowOutput) => {
        const transform = (_: string, line: number) => inPlace[line] ?? '';
        output.write(0, y, inPlace.map(() => ' ').join('\n'), {transformers: [transform]});
        return await cellsOf(output, beside === null ? [] : [{x: 12, y, text: beside}]);
      };
      expect(await inOutput(new RowOutput(size))).toEqual(await inOutput(new Output(size)));
    }),
  );
});

test('multi-line and clipped texts go through Ink', () => {
  const [ours, inks] = [new RowOutput(size), new Output(size)];
  for (const output of [ours, inks]) {
    output.write(2, 0, 'one\ntwo', {transformers: []});
    output.clip({x1: 1, x2: 4, y1: 2, y2: 3});
    output.write(0, 2, 'clipped', {transformers: []});
    output.unclip();
    output.write(5, 3, 'whole', {transformers: []});
  }
  expect(ours.get()).toEqual(inks.get());
  expect(ours.get().output).toBe('  one\n  two\n lip\n     whole');
});
