import {type CommandName, type Option, options, variableOf} from './option-table.ts';

const usage: Readonly<Record<CommandName, readonly string[]>> = {
  screen: [
    'pipetail follows the logs of Feldera pipelines in the terminal.',
    '',
    'Usage',
    '  pipetail [options] [pipeline…]         the screen, with those pipelines open as tabs',
    '  pipetail logs [options] <pipeline…>    print logs to stdout',
    '  pipetail list                          all pipelines and their states',
    '  pipetail status [pipeline]             state, since when, errors in full',
    '  pipetail completion bash|zsh|fish      a script that completes commands, options and names',
    '  pipetail config path|show|check|init   the configuration file, and the options in effect',
    '  pipetail demo [--port N]               the embedded demo server, on its own',
    '  pipetail -- demo                       a pipeline whose name is also a command',
    '',
    "Instead of a name: 'ord*' or /regex/ for all pipelines that match, also ones created later.",
  ],
  logs: [
    'pipetail logs prints the logs of pipelines to stdout; reconnects, losses and failures go to stderr.',
    '',
    'Usage',
    '  pipetail logs [options] <pipeline…>',
  ],
  list: ['pipetail list shows all pipelines and their states.', '', 'Usage', '  pipetail list [options]'],
  status: [
    'pipetail status shows state, since when, and errors in full: of one pipeline, of those that match, or of all.',
    '',
    'Usage',
    '  pipetail status [options] [pipeline]',
  ],
  completion: [
    'pipetail completion prints a script for the shell; it asks the server for names, for a second at most.',
    '',
    'Usage',
    '  source <(pipetail completion bash)     in ~/.bashrc, after aliases',
    '  source <(pipetail completion zsh)      in ~/.zshrc, after compinit and aliases',
    '  pipetail completion fish | source      in ~/.config/fish/config.fish, after aliases',
  ],
  config: [
    'pipetail config is about the configuration file, ~/.config/pipetail/config.toml.',
    '',
    'Usage',
    '  pipetail config path                   where the file is, or would be',
    '  pipetail config show [options]         every option in effect, and where it comes from',
    '  pipetail config check                  every mistake in it; exit code 2 if there is one',
    '  pipetail config init                   write it, with every option explained',
    '',
    'A flag wins over a variable, a variable over the file, the file over the default.',
  ],
  demo: ['pipetail demo serves a demo of the Feldera API.', '', 'Usage', '  pipetail demo [--port N]'],
};

const ending: Readonly<Record<CommandName, readonly string[]>> = {
  screen: [
    'Changes made by keys are restored at the next start; a flag on the command line overrides them.',
    'Press ? in the program for its keys. Try it: pipetail --demo',
    '',
    exitCodes(),
  ],
  logs: [exitCodes(', 3 --exit-on matched')],
  list: [exitCodes()],
  status: [exitCodes()],
  completion: [exitCodes()],
  config: [exitCodes()],
  // ^C is the normal way to end it.
  demo: ['Exit codes: 0 done or interrupted, 1 failure, 2 wrong usage (129 hang-up, 143 terminated)'],
};

/** Cells before an option's explanation. */
const optionIndent = 27;
/** Cells. In a narrower terminal rows are not wrapped. */
const leastWidth = 72;

/** The text of `--help`. `width`: the terminal's, in cells. */
export function helpText(command: CommandName, width = Number.POSITIVE_INFINITY): string {
  const prose = (text: string) => wrap(text, /^.*\S {2,}/.exec(text)?.[0].length ?? 0, width);
  const rows = optionRows(command).flatMap(({left, help}) =>
    wrap(`  ${left.padEnd(optionIndent - 3)} ${help}`, optionIndent, width),
  );
  const [above, below] = [usage[command].flatMap(prose), ending[command].flatMap(prose)];
  return [...above, '', 'Options', ...rows, '', ...below, ''].join('\n');
}

/** Wraps the text at blanks. Rows after the first are indented; the first `indent` cells are never broken. */
function wrap(text: string, indent: number, width: number): readonly string[] {
  if (text.length <= width || width < leastWidth) return [text];
  const rows: string[] = [];
  let row = text.slice(0, indent);
  for (const word of text.slice(indent).split(' ')) {
    const isFirst = row.length <= indent;
    if (!isFirst && row.length + 1 + word.length > width) {
      rows.push(row);
      row = ' '.repeat(indent) + word;
    } else row += isFirst ? word : ` ${word}`;
  }
  return [...rows, row];
}

/** Options as two columns, also for docs/options.md and the manual page. */
export function optionRows(command: CommandName): readonly {left: string; help: string}[] {
  return options
    .filter((option: Option) => option.commands.includes(command))
    .map((option: Option) => {
      const alias = option.alias === undefined ? '' : `-${option.alias}, `;
      const value = option.value === undefined ? '' : ` ${option.value}`;
      const variable = variableOf(option, command);
      const notes = [
        variable === undefined ? undefined : `variable ${variable}`,
        option.fallback === undefined ? undefined : `default ${option.fallback}`,
      ].filter((note) => note !== undefined);
      const suffix = notes.length > 0 ? ` (${notes.join(', ')})` : '';
      return {left: `${alias}--${option.flag}${value}`, help: `${option.help}${suffix}`};
    });
}

function exitCodes(more = ''): string {
  return `Exit codes: 0 done, 1 failure, 2 wrong usage${more}, 130 interrupted (129 hang-up, 143 terminated)`;
}
