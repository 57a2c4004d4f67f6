import type {CommandName} from './option.ts';

/** End of the program: for --help and docs/shell.md. */
type ExitCode = {
  readonly code: string;
  readonly meaning: string;
  /** Further meaning for single commands. */
  readonly of?: Partial<Readonly<Record<CommandName, string>>>;
};

const exitCodes: readonly ExitCode[] = [
  {
    code: '0',
    meaning: 'done, or nobody reads stdout any more (| head)',
    of: {
      logs: '--exit-on matched; --exit-on-end, and the pipeline was stopped; --timeout without --exit-on',
      demo: 'interrupted (^C)',
    },
  },
  {
    code: '1',
    meaning: 'failure: the server cannot be reached or refuses, or something cannot be read or written',
    of: {
      logs: '--fail-on matched; nothing matched --exit-on; the run of --run or --last-run is not in the log; with --follow and --exit-on-end, --exit-on or --fail-on, the pipeline failed',
    },
  },
  {
    code: '2',
    meaning: 'wrong usage: a mistake in an option, a variable or the configuration file; nothing was requested',
    of: {logs: '--level, --since or --until with --from, of a log without times and levels that pipetail reads'},
  },
  {
    code: '129, 130, 131, 134, 140, 142, 143, 152',
    meaning: 'ended by a signal: 128 plus its number, such as 130 for SIGINT (^C)',
  },
];

/** Returns the rows for one command, or for all. */
export function exitCodeRows(command?: CommandName): readonly (readonly [code: string, meaning: string])[] {
  return exitCodes.map(({code, meaning, of = {}}) => {
    if (command !== undefined) return [code, of[command] === undefined ? meaning : `${meaning}; ${of[command]}`];
    const more = Object.entries(of).map(([name, words]) => `. ${name}: ${words}`);
    return [code, `${meaning}${more.join('')}`];
  });
}
