import {exitCodeRows} from './exit-codes.ts';
import {fileLine} from './file-line.ts';
import {acceptsOption, type CommandName, commandWords, helpOf, type Option, variableOf} from './option.ts';
import {options} from './option-table.ts';

type Call = readonly [call: string, does: string];

/** Words of `--help` about a command, besides its options. */
type CommandHelp = {
  /** Purpose of the command. */
  readonly introduction: string;
  readonly usage: readonly Call[];
  /** Paragraphs. */
  readonly notes?: readonly string[];
  /** None of the screen: its usage is long. */
  readonly examples?: readonly Call[];
};

export const commandsHelp: Readonly<Record<CommandName, CommandHelp>> = {
  screen: {
    introduction: 'pipetail follows the logs of Feldera pipelines in the terminal.',
    usage: [
      ['pipetail [options] [pipeline…]', 'the screen, with these logs as tabs'],
      ['pipetail logs [options] <pipeline…>', 'print logs to stdout'],
      ['pipetail list', 'all pipelines and their states'],
      ['pipetail status [pipeline]', 'state, since when, why, errors'],
      ['pipetail diff <pipeline>', 'what changed between the last two runs'],
      ['pipetail timeline <pipeline>', 'timeline of the pipeline: states, runs, gaps, errors'],
      ['pipetail open <what…>', 'open log files, recordings, support bundles or stdin (-)'],
      ['pipetail completion bash|zsh|fish', 'a script that completes commands, options and names'],
      ['pipetail config path|init', 'the configuration file: where it is, or write it'],
      ['pipetail demo [--port N]', 'the embedded demo server, on its own'],
      ['pipetail help [command] [all]', 'a summary of a command; all: every option'],
      ['pipetail version', 'the version'],
      ['pipetail -- demo', 'a pipeline that happens to be called demo'],
    ],
    notes: [
      "Instead of a name: 'ord*', /regex/ or tag:prod for all pipelines that match, also ones created later.",
      'Changes you make with keys are remembered; a flag on the command line overrides them. Press ? in the program for its keys. Try it: pipetail --demo',
    ],
  },
  logs: {
    introduction:
      'pipetail logs prints the logs of pipelines to stdout, for a pipe, a file or a script: whole, or the records chosen by time, level and pattern. Without --follow it ends with what the server has. Reconnects, losses and failures are reported on stderr.',
    usage: [
      ['pipetail logs [options] <pipeline…>', ''],
      ['pipetail logs [options] --from <what…>', ''],
    ],
    notes: ["Instead of a name: 'ord*', /regex/ or tag:prod for all pipelines that match."],
    examples: [
      ['pipetail logs orders', 'what the server has now'],
      ['pipetail logs -f orders fraud', 'for days, across reconnects'],
      ["pipetail logs 'ord*' --since 10m", 'the last ten minutes of all that match'],
      ['pipetail logs a --level warn -e retry', 'warnings and errors without "retry"'],
      ['pipetail logs a --last-run --level error -C 3', 'errors of its last run, with what is around them'],
      ['pipetail logs a -o json | jq .message', 'an object for each record'],
      ['pipetail logs --from bundle.zip --level warn', 'a support bundle, a file or a recording'],
      ["pipetail logs a -f --exit-on 'is done' --timeout 10m", 'wait for it: 0 if it comes, else 1'],
      ["pipetail logs a -f --exit-on-end --fail-on 'panicked at'", 'until it is stopped: 0, else 1'],
    ],
  },
  list: {
    introduction: 'pipetail list shows all pipelines and their states.',
    usage: [['pipetail list [options]', '']],
    examples: [
      ['pipetail list --status Failed -o name', 'the names of those that failed'],
      ['pipetail list --tag prod', 'only those with the tag'],
      ['pipetail list -o wide', 'with program, errors and cause'],
    ],
  },
  status: {
    introduction:
      'pipetail status shows state, since when, why, and errors: of one pipeline, of those that match, or of all.',
    usage: [['pipetail status [options] [pipeline]', '']],
    examples: [['pipetail status orders -o json', 'one pipeline, for a script']],
  },
  diff: {
    introduction:
      'pipetail diff compares two runs of a pipeline: kinds of records that are new, much more frequent, or gone.',
    usage: [['pipetail diff [options] <pipeline>', '']],
    examples: [
      ['pipetail diff orders', 'the last run of what the server has, and the one before it'],
      ['pipetail diff orders --from ~/pipetail-logs --runs 3,4', 'two runs of a recording'],
      ['pipetail diff --from bundle.zip', 'of a bundle or a file; a name is only needed where there are several logs'],
    ],
  },
  timeline: {
    introduction:
      'pipetail timeline prints the timeline of a pipeline, newest first: states, runs, gaps of the log, kinds of errors, connector errors, checkpoints.',
    usage: [['pipetail timeline [options] <pipeline>', '']],
    examples: [['pipetail timeline orders --since 24h', 'the last day']],
  },
  open: {
    introduction:
      'pipetail open shows log files, each in a tab: a recording, a file (also .gz and .zst), a folder of either, a support bundle of Feldera (.zip), or stdin. It asks no server. A file that grows is followed.',
    usage: [
      ['pipetail open [options] <what…>', ''],
      ['kubectl logs -f pod | pipetail open -', 'stdin; keys come from the terminal'],
    ],
    notes: ['A pipeline called open: pipetail -- open.'],
    examples: [
      ['pipetail open ~/pipetail-logs', 'all recordings of that folder'],
      ['pipetail open support.zip node.log.gz', 'a support bundle and a file'],
    ],
  },
  completion: {
    introduction:
      'pipetail completion prints a script for the shell; it asks the server for names, for a second at most.',
    usage: [
      ['source <(pipetail completion bash)', 'in ~/.bashrc, after aliases'],
      ['source <(pipetail completion zsh)', 'in ~/.zshrc, after compinit'],
      ['pipetail completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
  },
  config: {
    introduction:
      'pipetail config prints the path of the configuration file, ~/.config/pipetail/config.toml, or creates it.',
    usage: [
      ['pipetail config path', 'where the file is, or would be'],
      ['pipetail config init', 'write it, with every option explained'],
    ],
    notes: ['A flag wins over a variable, a variable over the file, the file over the default.'],
  },
  demo: {
    introduction: 'pipetail demo serves a demo of the Feldera API.',
    usage: [['pipetail demo [--port N]', '']],
  },
  help: {
    introduction:
      'pipetail help shows what a command does and its common options, as --help does. Add all to see every option.',
    usage: [['pipetail help [command] [all]', '']],
    notes: ['A pipeline called help: pipetail -- help.'],
    examples: [
      ['pipetail help logs', 'the same as pipetail logs --help'],
      ['pipetail help logs all', 'the same as pipetail logs --help all'],
    ],
  },
  version: {
    introduction: 'pipetail version shows the version, as --version does.',
    usage: [['pipetail version', '']],
  },
};

/** Returns the purpose of a command, as the usage of the screen has it. */
export function summaryOf(command: Exclude<CommandName, 'screen'>): string {
  return commandsHelp.screen.usage.find(([call]) => call.split(' ')[1] === command)?.[1] ?? '';
}

/** Cells before what a call does, and before the meaning of an option or an exit code. */
const callIndent = 41;
const optionIndent = 27;
const commandIndent = 20;
/** Cells. In a narrower terminal rows are not wrapped. */
const leastWidth = 72;

/**
 * The text of `--help`: the calls and the options of the first day, a screen of 80 columns and 24 rows. `width`: the
 * terminal's, in cells.
 */
export function coreHelpText(command: CommandName, width = 80): string {
  const {introduction, usage} = commandsHelp[command];
  const isScreen = command === 'screen';
  const calls = isScreen ? usage.slice(0, 2) : usage;
  const others = commandWords.filter((word) => word !== 'logs').join(', ');
  const rows = optionGroups(command, true).flatMap((group) => group.rows);
  const all = isScreen ? 'pipetail --help all' : `pipetail ${command} --help all`;
  return `${[
    ...wrap(isScreen ? introduction : `pipetail ${command}: ${summaryOf(command)}`, 0, width),
    ...calls.flatMap(([call, does]) => columns(call, does, {indent: callIndent, width})),
    ...(isScreen ? columns('pipetail COMMAND', others, {indent: commandIndent, width}) : []),
    '',
    ...rows.flatMap(({left, help}) => columns(left, help, {indent: optionIndent, width})),
    '',
    ...wrap(`More: ${all}${isScreen ? ' · pipetail help COMMAND · in the program: ?' : ''}`, 0, width),
  ].join('\n')}\n`;
}

/** The text of `--help all`. `width`: the terminal's, in cells; that of a usual one where there is none. */
export function helpText(command: CommandName, width = 80): string {
  const {introduction, usage, notes = [], examples = []} = commandsHelp[command];
  const prose = (text: string) => wrap(text, 0, width).join('\n');
  const calls = (title: string, rows: readonly Call[]) =>
    [title, ...rows.flatMap(([call, does]) => columns(call, does, {indent: callIndent, width}))].join('\n');
  const groups = optionGroups(command).map(({title, rows}) =>
    [title, ...rows.flatMap(({left, help}) => columns(left, help, {indent: optionIndent, width}))].join('\n'),
  );
  const settings = allSettings.filter(({commands}) => commands.includes(command)).map(({flag}) => flag);
  return `${[
    prose(introduction),
    calls('Usage', usage),
    ...notes.map(prose),
    ...(examples.length > 0 ? [calls('Examples', examples)] : []),
    ...groups,
    ...(settings.length > 0
      ? [prose(`Settings of the configuration file: ${settings.join(', ')}. pipetail config init explains them.`)]
      : []),
    [
      'Exit codes',
      ...exitCodeRows(command).flatMap(([code, meaning]) => columns(code, meaning, {indent: optionIndent, width})),
    ].join('\n'),
  ].join('\n\n')}\n`;
}

/** Two columns; what does not fit into the first one has its own row. */
function columns(left: string, right: string, {indent, width}: {indent: number; width: number}): readonly string[] {
  if (left.length <= indent - 3) return wrap(`  ${left.padEnd(indent - 3)} ${right}`.trimEnd(), indent, width);
  return [`  ${left}`, ...wrap(' '.repeat(indent) + right, indent, width)];
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

type OptionRow = {readonly left: string; readonly help: string};

/** In the help of the screen what chooses the server comes first, of a command what no other mode of the program has. */
function optionGroups(
  command: CommandName,
  isCore = false,
): readonly {readonly title: string; readonly rows: readonly OptionRow[]}[] {
  const accepted: readonly Option[] = options.filter(
    (option: Option) => acceptsOption(command, option) && (!isCore || option.core !== undefined),
  );
  const {own = [], shared = [], server = []} = Object.groupBy(accepted, groupOf);
  const rowsOf = (some: readonly Option[]) => some.map((option) => (isCore ? coreRowOf : rowOf)(option, command));
  const groups = [
    {title: 'Options', rows: rowsOf([...own, ...shared])},
    {title: 'Server and configuration', rows: rowsOf(server)},
  ].filter(({rows}) => rows.length > 0);
  return command === 'screen' ? groups.reverse() : groups;
}

function groupOf({flag, ofContext, commands}: Option): 'server' | 'shared' | 'own' {
  if (ofContext || flag === 'context' || flag === 'config') return 'server';
  return commands.includes('screen') ? 'shared' : 'own';
}

const allSettings: readonly Option[] = options.filter((option: Option) => option.setting);

/** Lists what only the configuration file and variables set, as its lines there: for docs/options.md. */
export function settingRows(): readonly OptionRow[] {
  return allSettings.map((option) => {
    const place = option.ofContext ? 'in a context; without one, ' : '';
    return {left: fileLine(option), help: `${option.help} (${place}variable ${variableOf(option)})`};
  });
}

/** Options as two columns, also for docs/options.md. */
export function optionRows(command: CommandName): readonly OptionRow[] {
  return optionGroups(command).flatMap(({rows}) => rows);
}

function coreRowOf(option: Option, command: CommandName): OptionRow {
  return {left: calledAs(option), help: typeof option.core === 'string' ? option.core : helpOf(option, command)};
}

function calledAs({flag, alias, value}: Option): string {
  return `${alias === undefined ? '' : `-${alias}, `}--${flag}${value === undefined ? '' : ` ${value}`}`;
}

function rowOf(option: Option, command: CommandName): OptionRow {
  const variable = variableOf(option, command);
  const notes = [
    variable === undefined ? undefined : `variable ${variable}`,
    option.fallback === undefined ? undefined : `default ${option.fallback}`,
  ].filter((note) => note !== undefined);
  const suffix = notes.length > 0 ? ` (${notes.join(', ')})` : '';
  return {left: calledAs(option), help: `${helpOf(option, command)}${suffix}`};
}
