import {sayTrouble} from './scenes.ts';
import type {Stage} from './stage.ts';

/** A part of the film: what happens, what is then to be seen, and the seconds until the next part. */
export type FilmStep = {
  /** Below the screen; a key is in front of two blanks. */
  readonly caption: string;
  readonly act: (stage: Stage) => Promise<unknown>;
  readonly seen: string;
  readonly seconds: number;
};

export const filmSize = {cols: 104, rows: 30};
export const filmPipelines = ['orders', 'telemetry', 'nightly'];

const press =
  (key: string) =>
  async ({terminal}: Stage): Promise<void> =>
    await terminal.press(key);

/** The promise in a quarter of a minute. */
export const filmSteps: readonly FilmStep[] = [
  {caption: 'a live log', act: sayTrouble, seen: 'LIVE', seconds: 2.4},
  {caption: 'the server goes away', act: ({server}) => server.stopApi(), seen: 'reconnecting', seconds: 2.2},
  {
    caption: 'it is back: not a line is missing',
    act: ({server}) => server.startApi(),
    seen: '0 entries lost',
    seconds: 3,
  },
  {caption: 'e  the last error', act: press('e'), seen: 'PAUSED', seconds: 1.8},
  {caption: 'Enter  the whole record', act: press('Enter'), seen: 'Invalid fragment', seconds: 2},
  {caption: 'M  copies it as Markdown, for an issue', act: press('M'), seen: 'Markdown: ', seconds: 3.6},
];
