import {WritableLogBuffer} from '../../../source/engine/buffer/log-buffer.ts';
import {RecordIndex} from '../../../source/engine/records/record-index.ts';
import {paneOptionsFrom} from '../../../source/kit/settings/option-table.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {
  type PaintInput,
  type RowOptions,
  RowRenderer,
  type RowState,
} from '../../../source/kit/viewport/row-renderer.ts';
import {entriesOf} from './entries-of.ts';

/** A state without anything special. */
const plainState: RowState = {
  isAround: false,
  folded: 1,
  suppressed: 0,
  lines: 1,
  marked: false,
  selected: false,
  isOfCurrent: false,
};

/** A log of these lines, ids from 0. */
export function bufferOf(...lines: readonly (string | Buffer)[]): WritableLogBuffer {
  const buffer = new WritableLogBuffer({maxBytes: 64 * 1024 * 1024});
  for (const line of lines) buffer.append(Buffer.concat([Buffer.from(line), Buffer.from('\n')]));
  return buffer;
}

/** A renderer 80 columns wide with everything else off. */
export function rendererOf(buffer: WritableLogBuffer, change: Partial<RowOptions> = {}): RowRenderer {
  const options: RowOptions = {
    ...paneOptionsFrom(),
    width: 80,
    records: recordsOf(buffer),
    wrap: 'off',
    isFollowing: false,
    pan: 0,
    offsetAt: () => 0,
    originCells: 0,
    colors: '16',
    symbols: symbolsFor(true),
    highlights: [],
    search: undefined,
    summarisedAt: () => undefined,
    textOf: (id) => id,
    startAt: () => undefined,
    timeAt: () => undefined,
    ...change,
  };
  return new RowRenderer(buffer, options);
}

/** The records of a buffer, which are read before each answer. */
function recordsOf(buffer: WritableLogBuffer): RowOptions['records'] {
  const index = new RecordIndex(buffer);
  const read = () => {
    while (!index.step(1 << 20));
    return index;
  };
  return {
    get indexedTo() {
      return read().indexedTo;
    },
    levelAt: (id) => read().levelAt(id),
    isContinuation: (id) => read().isContinuation(id),
  };
}

/** A painting without a current line and other entries. */
export const paintInput = (change: Partial<PaintInput> = {}): PaintInput => ({
  current: undefined,
  revealed: undefined,
  stateOf: () => plainState,
  now: 0,
  entries: entriesOf([]),
  ...change,
});

/** All rows of an entry, as painted. */
export function paintedRows(renderer: RowRenderer, id: number, change: Partial<PaintInput> = {}): string[] {
  const places = Array.from({length: renderer.heightOf(id)}, (_, row) => ({id, row}));
  return renderer.paintRows(places, paintInput(change));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
export const withoutColors = (row: string) => row.replaceAll(/\x1b\[[\d;]*m/g, '');
/** All rows of an entry, without colours. */
export const shown = (renderer: RowRenderer, id = 0) => paintedRows(renderer, id).map(withoutColors);

/** The rows of one line in this state. */
export function stateRows(
  line: string,
  state: Partial<RowState>,
  options: Partial<RowOptions> = {},
  current?: number,
): string[] {
  return paintedRows(rendererOf(bufferOf(line), options), 0, {current, stateOf: () => ({...plainState, ...state})});
}
