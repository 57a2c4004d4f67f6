import type {Terminal} from '../../test/harness/terminal.ts';
import type {Stage} from './stage.ts';

/** A picture: the open pipelines, and the keys that lead to it. */
export type Scene = {
  /** `log` makes `log-light.svg` and `log-dark.svg`. */
  readonly name: string;
  /** Describes the picture for screen readers. */
  readonly title: string;
  readonly pipelines: readonly string[];
  readonly play: (stage: Stage) => Promise<void>;
};

export const pictureSize = {cols: 112, rows: 26};

/** Types into a prompt that a key opens. */
async function answer(terminal: Terminal, key: string, text: string): Promise<void> {
  await terminal.press(key);
  await terminal.type(text);
  await terminal.press('Enter');
}

export const scenes: readonly Scene[] = [
  {
    name: 'log',
    title: 'The list of pipelines and the log of one: its warnings and errors, alike ones folded into one row',
    pipelines: ['fraud', 'orders', 'clickstream'],
    async play({terminal}) {
      await answer(terminal, '&', 'level:warn');
      await terminal.press('f');
      await terminal.waitFor(/×\d/);
    },
  },
  {
    name: 'search',
    title: 'A search: its hits painted in the log, and counted in the status line',
    pipelines: ['orders', 'fraud', 'clickstream'],
    async play({terminal}) {
      await answer(terminal, '/', 'partition \\d|checkpoint|waited');
      // Of the whole pattern, and of the whole log.
      const count = /\|waited {2}(\d+) of \1 /;
      await terminal.waitFor(() => count.test(terminal.row(-2)));
      const total = Number(count.exec(terminal.row(-2))?.[1]);
      for (const hit of [1, 2, 3, 4].map((back) => total - back)) {
        await terminal.press('N');
        await terminal.waitFor(`${hit} of ${total}`);
      }
    },
  },
  {
    name: 'detail',
    title: 'One record in full: time, level, source, target, the whole message, and the JSON as sent',
    pipelines: ['clickstream', 'orders', 'fraud'],
    async play({terminal}) {
      await terminal.press('E');
      await terminal.waitFor('▸');
      await terminal.press('Enter');
      await terminal.waitFor('Invalid fragment');
    },
  },
  {
    name: 'errors',
    title: 'Unseen errors of all tabs: alike ones are one row, with how often and since when',
    pipelines: ['orders', 'fraud', 'clickstream'],
    async play({terminal, advance}) {
      await advance(120_000);
      await terminal.press('A');
      await terminal.waitFor('Unseen errors');
    },
  },
  {
    name: 'merged',
    title: 'Three pipelines as one log by time, each line with the name of its pipeline',
    pipelines: ['orders', 'fraud', 'clickstream'],
    async play({terminal}) {
      // A log that is used is seen at once, without a second on the screen.
      await terminal.press('G', '+');
      await terminal.waitFor(/►4 orders\+fraud\+… \(3\)/);
    },
  },
  {
    name: 'failed',
    title: 'What is known of a pipeline that failed: its state, the cause in one line, the whole deployment error',
    pipelines: ['etl'],
    async play({terminal}) {
      await terminal.press('d');
      await terminal.waitFor('Deployment error');
    },
  },
  {
    name: 'timeline',
    title: 'The timeline of a pipeline, newest first: states, the failure, errors by kind, checkpoints, runs',
    pipelines: ['etl'],
    async play({terminal}) {
      await terminal.press('H');
      await terminal.waitFor('Initializing → Running');
    },
  },
  {
    name: 'evidence',
    title: 'Four records selected, and the keys that copy, save or pipe them',
    pipelines: ['clickstream', 'orders', 'fraud'],
    async play({terminal}) {
      await terminal.press('E');
      await terminal.waitFor('▸');
      await terminal.press('v');
      for (let above = 1; above < 4; above++) await terminal.press('k');
      await terminal.waitFor('4 records selected');
    },
  },
];
