import type {Call} from '../../kit/settings/command.ts';
import {exitCodeRows} from '../../kit/settings/exit-codes.ts';
import {fileLine} from '../../kit/settings/file-line.ts';
import {
  acceptsOption,
  type CommandName,
  commandWords,
  helpOf,
  type Option,
  variableOf,
} from '../../kit/settings/option.ts';
import {options} from '../../kit/settings/option-table.ts';
import {commandOf, commands} from '../commands.ts';

/** Calls of a command, and what they do; of the screen those of all commands. */
function usageOf(command: CommandName): readonly Call[] {
  const {summary, usage = [[summary[0], '']]} = commandOf(command);
  if (command !== 'screen') return usage;
  return [...commands.map((each) => each.summary), ['pipetail -- demo', 'a pipeline that happens to be called demo']];
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
  const {introduction, summary} = commandOf(command);
  const isScreen = command === 'screen';
  const calls = isScreen ? usageOf(command).slice(0, 2) : usageOf(command);
  const others = commandWords.filter((word) => word !== 'logs').join(', ');
  const rows = optionGroups(command, true).flatMap((group) => group.rows);
  const all = isScreen ? 'pipetail --help all' : `pipetail ${command} --help all`;
  return `${[
    ...wrap(isScreen ? introduction : `pipetail ${command}: ${summary[1]}`, 0, width),
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
  const {introduction, notes = [], examples = []} = commandOf(command);
  const prose = (text: string) => wrap(text, 0, width).join('\n');
  const calls = (title: string, rows: readonly Call[]) =>
    [title, ...rows.flatMap(([call, does]) => columns(call, does, {indent: callIndent, width}))].join('\n');
  const groups = optionGroups(command).map(({title, rows}) =>
    [title, ...rows.flatMap(({left, help}) => columns(left, help, {indent: optionIndent, width}))].join('\n'),
  );
  const settings = allSettings.filter(({commands}) => commands.includes(command)).map(({flag}) => flag);
  return `${[
    prose(introduction),
    calls('Usage', usageOf(command)),
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
