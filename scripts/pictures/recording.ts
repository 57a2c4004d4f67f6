import xterm, {type Terminal as Emulator} from '@xterm/headless';
import {modernWidths} from '../../test/harness/modern-widths.ts';
import {Screen} from '../../test/harness/screen.ts';
import type {Frame} from './film.ts';
import type {FilmStep} from './film-steps.ts';
import {plainStyle, type Run, type ShownCells, screenRuns} from './runs.ts';
import type {Stage} from './stage.ts';

/** `at`: seconds. `o` is what the program wrote, `m` marks the begin of a step: its caption. */
type RecordedEvent = readonly [at: number, kind: 'o' | 'm', text: string];

/** A recorded terminal session: a file in the form asciicast v2. */
export type Recording = {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  readonly events: readonly RecordedEvent[];
};

/** New lines come after each part of a step. */
const secondsOfPart = 0.6;

/** Plays the steps on a stage and records what the program writes. The times are those of the script, not of the clock. */
export async function recordFilm(stage: Stage, steps: readonly FilmStep[]): Promise<Recording> {
  const {terminal, pass} = stage;
  const events: RecordedEvent[] = [];
  let taken = 0;
  let at = 0;
  const take = () => {
    const text = terminal.output.subarray(taken).toString();
    taken = terminal.output.length;
    if (text !== '') events.push([at, 'o', text]);
  };
  for (const {caption, act, seen, seconds} of steps) {
    events.push([at, 'm', caption]);
    await act(stage);
    await terminal.waitFor(seen);
    const parts = Math.round(seconds / secondsOfPart);
    for (let part = 0; part < parts; part++) {
      await terminal.stable(300);
      take();
      await pass(1000 * secondsOfPart);
      at += seconds / parts;
    }
  }
  const {cols, rows} = terminal;
  const rounded = events.map(([from, kind, text]): RecordedEvent => [Number(from.toFixed(2)), kind, text]);
  return {cols, rows, title: 'pipetail: the server goes away, and not a line is missing', events: rounded};
}

/** A line for the header and one for each event. */
export function castText({cols, rows, title, events}: Recording): string {
  const header = {version: 2, width: cols, height: rows, title, env: {TERM: 'xterm-256color'}};
  return [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Reads what `castText` wrote. */
export function parseCast(text: string): Recording {
  const [first = '', ...lines] = text.trimEnd().split('\n');
  const {width, height, title} = JSON.parse(first);
  return {cols: width, rows: height, title, events: lines.map((line) => JSON.parse(line))};
}

/** A screen of the recording, with its caption below. `from`: seconds. */
export type RecordedScreen = Frame & {readonly caption: string; readonly text: string};

/** Plays a recording in an emulator: the screens in the order of time. */
export async function screensOf({cols, rows, events}: Recording): Promise<readonly RecordedScreen[]> {
  const emulator = new xterm.Terminal({cols, rows, allowProposedApi: true});
  emulator.unicode.register(modernWidths);
  emulator.unicode.activeVersion = modernWidths.version;
  const screen = new Screen(emulator);
  const screens: RecordedScreen[] = [];
  let caption = '';
  for (const [from, kind, text] of events) {
    if (kind === 'm') {
      caption = text;
      continue;
    }
    await written(emulator, text);
    // What was written at one time is one screen.
    if (screens.at(-1)?.from === from) screens.pop();
    const runs = [...screenRuns(shownBy(screen, emulator)), [], captionRuns(caption)];
    screens.push({from, caption, text: screen.text(), runs});
  }
  emulator.dispose();
  return screens;
}

/** A key is inverse, as on a keyboard. */
function captionRuns(caption: string): Run[] {
  const [, key, words = caption] = /^(\S+) {2}(.*)$/.exec(caption) ?? [];
  const cap = key === undefined ? '' : ` ${key} `;
  const style = {...plainStyle, bold: true};
  const runs = [
    {text: cap, column: 1, cells: cap.length, style: {...style, inverse: true}},
    {text: words, column: 1 + (cap === '' ? 0 : cap.length + 1), cells: words.length, style},
  ];
  return runs.filter(({cells}) => cells > 0);
}

function shownBy(screen: Screen, {cols, rows}: Emulator): ShownCells {
  return {cols, rows, cell: (row, column) => screen.cell(row, column)};
}

async function written(emulator: Emulator, text: string): Promise<void> {
  const {promise, resolve} = Promise.withResolvers<void>();
  emulator.write(text, resolve);
  await promise;
}
