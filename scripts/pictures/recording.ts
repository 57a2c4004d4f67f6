import xterm, {type Terminal as Emulator} from '@xterm/headless';
import {modernWidths} from '../../test/harness/modern-widths.ts';
import {Screen} from '../../test/harness/screen.ts';
import type {Frame} from './film.ts';
import {type ShownCells, screenRuns} from './runs.ts';
import type {Stage} from './stage.ts';
import type {TourStep} from './tour.ts';

/** `at`: seconds. `o` is what the program wrote, `m` marks the end of a step: the keys that it pressed. */
type RecordedEvent = readonly [at: number, kind: 'o' | 'm', text: string];

/** A recorded terminal session: a file in the form asciicast v2. */
export type Recording = {
  readonly cols: number;
  readonly rows: number;
  readonly title: string;
  readonly events: readonly RecordedEvent[];
};

/** Seconds after a step, in parts: new lines come after each. */
const secondsAfterStep = 1.4;
const partsAfterStep = 2;
/** Between two keys of one step. */
const secondsBetweenKeys = 0.25;
const secondsBetweenLetters = 0.06;

/** Takes the tour on a stage and records what the program writes. The times are those of the script, not of the clock. */
export async function recordTour({terminal, pass}: Stage, steps: readonly TourStep[]): Promise<Recording> {
  const events: RecordedEvent[] = [];
  let taken = 0;
  let at = 0;
  const take = () => {
    const text = terminal.output.subarray(taken).toString();
    taken = terminal.output.length;
    if (text !== '') events.push([at, 'o', text]);
  };
  for (const {keys, seen} of steps) {
    for (const key of keys) {
      const letters = key.includes(' ') ? [...key] : [key];
      for (const letter of letters) {
        await (letters.length > 1 ? terminal.type(letter) : terminal.press(letter));
        await terminal.stable(150);
        take();
        at += letters.length > 1 ? secondsBetweenLetters : secondsBetweenKeys;
      }
    }
    for (const text of seen) await terminal.waitFor(text);
    await terminal.stable(300);
    take();
    events.push([at, 'm', keys.join(' ')]);
    for (let part = 0; part < partsAfterStep; part++) {
      await pass((1000 * secondsAfterStep) / partsAfterStep);
      await terminal.stable(150);
      at += secondsAfterStep / partsAfterStep;
      take();
    }
  }
  const {cols, rows} = terminal;
  return {cols, rows, title: 'pipetail: a tour of the demo', events: rounded(events)};
}

function rounded(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.map(([at, kind, text]) => [Number(at.toFixed(2)), kind, text]);
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

/** A screen of the recording. `from`: seconds; `step`: the keys that lead here, if a step ends with it. */
export type RecordedScreen = Frame & {readonly step: string | undefined; readonly text: string};

/** Plays a recording in an emulator: the screens in the order of time. */
export async function screensOf({cols, rows, events}: Recording): Promise<readonly RecordedScreen[]> {
  const emulator = new xterm.Terminal({cols, rows, allowProposedApi: true});
  emulator.unicode.register(modernWidths);
  emulator.unicode.activeVersion = modernWidths.version;
  const screen = new Screen(emulator);
  const screens: RecordedScreen[] = [];
  for (const [from, kind, text] of events) {
    const last = screens.at(-1);
    if (kind === 'm') {
      if (last) screens[screens.length - 1] = {...last, step: text};
      continue;
    }
    await written(emulator, text);
    // What was written at one time is one screen.
    if (last?.from === from) screens.pop();
    screens.push({from, step: undefined, text: screen.text(), runs: screenRuns(shownBy(screen, emulator))});
  }
  emulator.dispose();
  return screens;
}

function shownBy(screen: Screen, {cols, rows}: Emulator): ShownCells {
  return {cols, rows, cell: (row, column) => screen.cell(row, column)};
}

async function written(emulator: Emulator, text: string): Promise<void> {
  const {promise, resolve} = Promise.withResolvers<void>();
  emulator.write(text, resolve);
  await promise;
}
