import {exitCodeRows} from '../../source/settings/exit-codes.ts';
import {optionRows} from '../../source/settings/help-text.ts';
import {digits} from '../../source/ui/keys/command.ts';
import {keyGroups, keysShown} from '../../source/ui/keys/commands.ts';
import {allCommands} from '../../source/ui/pages/registry.ts';

/** The table of docs/keys.md, made from the table that dispatches keys. */
export function keyTableText(): string {
  const rows = keyGroups(allCommands).flatMap(({group, commands}) =>
    commands.map((command, index) => [index === 0 ? group : '', code(keysShown(command)), command.help]),
  );
  return markdownTable(['where', 'key', 'what it does'], rows);
}

/** A row of the cheat sheet: the keys of commands that share their words there. */
export type CheatRow = {readonly group: string; readonly keys: string; readonly does: string};

/** The keys of the first day, from the same table: the first key of each command. */
export function cheatRows(): readonly CheatRow[] {
  const rows: CheatRow[] = [];
  for (const command of allCommands) {
    if (command.core === undefined) continue;
    const key = keysShown({keys: command.keys === digits ? digits : command.keys.slice(0, 1)});
    const index = rows.findIndex(({group, does}) => group === command.group && does === command.core);
    const same = rows[index];
    if (same) rows[index] = {...same, keys: `${same.keys} ${key}`};
    else rows.push({group: command.group, keys: key, does: command.core});
  }
  return rows;
}

/** The table of docs/cheat-sheet.md. */
export function cheatTableText(): string {
  return markdownTable(
    ['where', 'key', 'what it does'],
    cheatRows().map(({group, keys, does}, index, rows) => [
      group === rows[index - 1]?.group ? '' : group,
      code(keys),
      does,
    ]),
  );
}

/** A table of docs/options.md, made from the table that `--help` is made from. */
export function optionTableText(command: 'screen' | 'logs' = 'screen'): string {
  return markdownTable(
    ['option', 'what it does'],
    optionRows(command).map(({left, help}) => [code(left), help]),
  );
}

/** The table of docs/failures.md. */
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
