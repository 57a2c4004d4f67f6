import {Writable} from 'node:stream';
import xterm from '@xterm/headless';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import inks from '../../../node_modules/ink/build/log-update.js';
import ours from '../../../scripts/ink/log-update.ts';
import {Screen} from '../../harness/screen.ts';

/** A terminal with a `log-update` that draws on it. */
function terminal({create}: typeof inks, cols = 20, rows = 6) {
  const emulator = new xterm.Terminal({cols, rows, allowProposedApi: true, convertEol: true});
  const stream = Object.assign(
    new Writable({
      decodeStrings: false,
      write(chunk: string, _, done) {
        emulator.write(chunk, done);
      },
    }),
    {isTTY: true, columns: cols, rows},
  );
  // Without an alternate screen the first frame begins below it.
  stream.write('$ program\n');
  const log = create(stream, {incremental: true});
  return {
    log,
    stream,
    async screen() {
      await new Promise<unknown>((resolve) => stream.write('\x1b[m', resolve));
      const {cursorX: x, cursorY: y} = emulator.buffer.active;
      return {rows: new Screen(emulator).rows(), cursor: log.getCursorPosition() && {x, y}};
    },
    resize(columns: number, lines: number) {
      emulator.resize(columns, lines);
      Object.assign(stream, {columns, rows: lines});
    },
  };
}

type Terminal = ReturnType<typeof terminal>;

const line = fc.constantFrom('', 'one', 'one ', 'two │ of', 'three of it', 'a fourth', '日本');
const frame = (height: number) => fc.array(line, {minLength: height, maxLength: height});
/** What Ink does between two frames, or the user. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: frame(6).map((rows) => ({name: 'draws', act: (at: Terminal) => void at.log(rows.join('\n'))})),
  },
  // Less than the terminal has: such a frame ends in a newline.
  frame(3).map((rows) => ({name: 'draws less', act: (at: Terminal) => void at.log(`${rows.join('\n')}\n`)})),
  fc.constant({name: 'erases', act: (at: Terminal) => at.log.clear()}),
  frame(6).map((rows) => ({
    name: 'draws whole',
    act: (at: Terminal) => {
      at.stream.write(`\x1b[H\x1b[J${rows.join('\n')}`);
      at.log.sync(rows.join('\n'));
    },
  })),
  fc.option(fc.record({x: fc.nat(19), y: fc.nat(5)}), {nil: undefined}).map((position) => ({
    name: 'moves the cursor',
    act: (at: Terminal) => at.log.setCursorPosition(position),
  })),
  fc.constantFrom([20, 6], [12, 6], [20, 8]).map(([columns = 0, rows = 0]) => ({
    name: 'resizes',
    act: (at: Terminal) => {
      at.resize(columns, rows);
      at.stream.write('\x1b[H\x1b[J');
      at.log.clear();
    },
  })),
  fc.constant({
    name: 'lends the terminal',
    act: (at: Terminal) => {
      at.log.clear();
      at.log.done();
      at.stream.write('\x1b[H\x1b[Jother text');
      at.stream.write('\x1b[H\x1b[J');
      at.log.reset();
    },
  }),
);

test('shows what Ink shows, and leaves the cursor where Ink does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 8}), async (steps) => {
      const [mine, its] = [terminal(ours as typeof inks), terminal(inks)];
      for (const {act} of steps) {
        act(mine);
        act(its);
        expect(await mine.screen(), steps.map(({name}) => name).join()).toEqual(await its.screen());
      }
    }),
  );
});
