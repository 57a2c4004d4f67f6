import {helpPage} from '../../source/features/help/help-feature.ts';
import {coreRows, keyRows, keysShown, type ListedKey} from '../../source/kit/keys/commands.ts';
import {pageCommands} from '../../source/kit/keys/common-commands.ts';
import {exitCodeRows} from '../../source/kit/settings/exit-codes.ts';
import {type CommandName, commandWords} from '../../source/kit/settings/option.ts';
import {optionRows, settingRows} from '../../source/shells/commands/help-text.ts';
import {features} from '../../source/shells/features.ts';

type KeyTableRow = {readonly group: string; readonly keys: string; readonly does: string};

export const everyPage = 'every page';

/** The common set, as a page has it that changes none of it and that `q` closes. */
const common = pageCommands({context: everyPage, group: everyPage, motions: 'items', close: ['q']});
const commonKeys = new Map(common.map((command) => [command.does, keysShown(command)]));

/** The rows of docs/keys.md. What a page has as in the common set is a row of `every page`, and none of its own. */
export function keyTableRows(): readonly KeyTableRow[] {
  const rowOf = (command: ListedKey) => ({group: command.group, keys: keysShown(command), does: command.help});
  const groups = [...Map.groupBy(keyRows(features.commands), ({group}) => group).values()].map((commands) =>
    commands.filter((command) => !isCommon(command)).map(rowOf),
  );
  const first = groups.findIndex(([row]) => row?.group === helpPage.keys?.group);
  return [...groups.slice(0, first), common.map(rowOf), ...groups.slice(first)].flat();
}

function isCommon(command: ListedKey): boolean {
  const does = 'does' in command && command.context !== 'list' ? command.does : undefined;
  return does !== undefined && commonKeys.get(does) === keysShown(command);
}

/** The first table of docs/keys.md: what the help shows first. */
export function cheatSheetText(): string {
  return keyTable(coreRows(keyRows(features.commands)).map(({task, keys, help}) => ({group: task, keys, does: help})));
}

/** The second table of docs/keys.md, made from the table that dispatches keys. */
export function keyTableText(): string {
  return keyTable(keyTableRows());
}

function keyTable(rows: readonly KeyTableRow[]): string {
  return markdownTable(
    ['where', 'key', 'what it does'],
    rows.map(({group, keys, does}, index) => [group === rows[index - 1]?.group ? '' : group, code(keys), does]),
  );
}

/** The options of the screen, or those of `logs` that the screen has not, for docs/options.md: from the table of `--help`. */
export function optionTableText(command: 'screen' | 'logs' = 'screen'): string {
  const rows = command === 'screen' ? optionRows(command) : optionsBeside(command, ['screen']);
  return markdownTable(
    ['option', 'what it does'],
    rows.map(({left, help}) => [code(left), help]),
  );
}

/** The options of the other commands that neither the screen nor `logs` has, for docs/options.md. */
export function otherOptionTableText(): string {
  const rows = commandWords.flatMap((command) =>
    optionsBeside(command, ['screen', 'logs']).map(({left, help}) => [code(`pipetail ${command}`), code(left), help]),
  );
  return markdownTable(['command', 'option', 'what it does'], rows);
}

/** The options of a command that none of these others has. */
function optionsBeside(command: CommandName, others: readonly CommandName[]) {
  const known = new Set(others.flatMap(optionRows).map(({left, help}) => `${left} ${help}`));
  return optionRows(command).filter(({left, help}) => !known.has(`${left} ${help}`));
}

/** The settings, for docs/options.md. */
export function settingTableText(): string {
  return markdownTable(
    ['line', 'what it does'],
    settingRows().map(({left, help}) => [code(left), help]),
  );
}

/** The table of docs/shell.md. */
export function exitCodeTableText(): string {
  return markdownTable(
    ['code', 'meaning'],
    exitCodeRows().map(([codes, meaning]) => [codes, meaning]),
  );
}

type Schema = {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly description?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
};

/** A table of docs/json.md: the fields of an object in docs/json-schema.json. */
export function schemaTableText({required = [], properties = {}}: Schema): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const types = required.includes(name) ? typesOf(schema) : [...typesOf(schema), 'or absent'];
    return [code(name), types.join(', ').replaceAll(', or absent', ' or absent'), schema.description ?? ''];
  });
  return markdownTable(['field', 'type', 'what it is'], rows);
}

function typesOf({type, const: only, enum: choices, anyOf}: Schema): readonly string[] {
  if (anyOf) return anyOf.flatMap(typesOf);
  if (only !== undefined) return [code(JSON.stringify(only))];
  if (choices) return choices.map((choice) => (choice === null ? 'null' : code(JSON.stringify(choice))));
  return [type ?? 'any'].flat();
}

/** The text between `<!-- name -->` and `<!-- /name -->`, trimmed; undefined if the page has no such section. */
export function sectionOf(page: string, name: string): string | undefined {
  const start = page.indexOf(`<!-- ${name} -->`);
  const end = page.indexOf(`<!-- /${name} -->`);
  return start === -1 || end < start ? undefined : page.slice(start + `<!-- ${name} -->`.length, end).trim();
}

function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
