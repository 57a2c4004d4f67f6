import type {Terminal, TerminalOptions} from '../../test/harness/terminal.ts';
import {nodeFlags, startOf} from './built-program.ts';
import type {Press} from './key-times.ts';
import {logPresses} from './log-presses.ts';

type Command = Pick<TerminalOptions, 'command' | 'args'>;

/** A program that follows a log on a terminal. */
export type SlowViewer = {
  readonly what: string;
  readonly start: (options: {
    readonly tree: string;
    readonly url: string;
    readonly names: readonly string[];
  }) => Command;
  /** Whether it follows the log. */
  readonly isReady: (terminal: Terminal) => boolean;
  /** Keys before anything is measured. */
  readonly before: readonly string[];
  readonly presses: readonly Press[];
  /** Keys that end it, as fast as a person hits them. */
  readonly quit: readonly string[];
};

/** For programs that read a file or standard input: the log as curl brings it. */
function shell(script: string): SlowViewer['start'] {
  return ({url, names: [name]}) => {
    // ^C is for what reads it.
    const curl = `(trap '' INT; exec curl -sN -H "Authorization: Bearer $FELDERA_API_KEY" ${url}/v0/pipelines/${name}/logs)`;
    return {command: 'sh', args: ['-c', script.replace('CURL', curl)]};
  };
}

const shows = (text: string) => (terminal: Terminal) => () => terminal.text().includes(text);
const hides = (text: string) => (terminal: Terminal) => () => !terminal.text().includes(text);

const help = 'type to find';

const pipetail: SlowViewer = {
  what: 'pipetail, 120×40 and ten pipelines',
  start: ({tree, url, names}) => startOf(tree, '--host', url, ...names),
  isReady: (terminal) => /\bLIVE\b/.test(terminal.row(0)),
  before: ['1', 'z', 'z'],
  presses: [{key: '?', sight: shows(help)}, {key: 'Esc', sight: hides(help)}, ...logPresses],
  quit: ['q', 'q'],
};

/** The list is hidden: the log has the whole width. */
const pipetailAlone: SlowViewer = {...pipetail, what: 'pipetail without the list', before: ['1', 'z']};

const hasPrompt = (terminal: Terminal) => /^(?::|\(END\))$/.test(terminal.row(-1));
const lessHelp = 'SUMMARY OF LESS COMMANDS';

/** Its keys act once ^C has ended the following. */
const less: SlowViewer = {
  what: 'curl | less -R +F',
  start: shell('CURL | less -R +F'),
  isReady: (terminal) => terminal.row(-1).startsWith('Waiting for data'),
  before: [],
  presses: [
    {key: 'C-c', sight: (terminal) => () => hasPrompt(terminal)},
    {key: 'h', sight: shows(lessHelp)},
    {key: 'q', sight: (terminal) => () => hasPrompt(terminal)},
    {key: 'F', sight: (terminal) => () => !hasPrompt(terminal)},
  ],
  quit: ['C-c', 'q'],
};

/** As Feldera's own tool and most users follow a log. It has no keys but ^C. */
const tail: SlowViewer = {
  what: 'curl > log & tail -f log',
  start: shell(': > log; CURL >> log & tail -n 100 -f log; kill $!'),
  isReady: (terminal) => terminal.text().includes('Fresh start'),
  before: [],
  presses: [],
  quit: ['C-c'],
};

/** A viewer of 40 lines on Ink as npm has it (`plain-ink.ts`), which writes only rows that have changed. */
const ink: SlowViewer = {
  what: 'a plain Ink program, incremental',
  start: ({url, names: [name = '']}) => ({
    command: process.execPath,
    args: [...nodeFlags, `${import.meta.dirname}/plain-ink.ts`, `${url}/v0/pipelines/${name}/logs`],
  }),
  isReady: (terminal) => terminal.text().includes('lines'),
  before: [],
  presses: [
    {key: '?', sight: shows(help)},
    {key: '?', sight: hides(help)},
  ],
  quit: ['q'],
};

export const slowViewers = {pipetail, pipetailAlone, less, tail, ink} as const;
