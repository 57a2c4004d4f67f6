import {checkConfig} from './check-config.ts';
import {didYouMean} from './closest.ts';
import {type ConfigFile, emptyConfig, type FileValue, type KeyRemap, type Problem} from './config-file.ts';
import {readContexts} from './context-tables.ts';
import {optionValue, type ReadOptions} from './option-value.ts';
import {type FlagName, type Option, options, standingCommands} from './options.ts';
import {readThemes} from './theme-tables.ts';
import {type TomlRow, tomlRows} from './toml-rows.ts';

const tables = ['contexts', 'keys', 'themes'] as const;

/**
 * Reads the text of a configuration file, strictly: what is not known, of the wrong type, twice there or no value that
 * the option takes is a problem. The problems are in the order of the lines; what is in order is read all the same.
 */
export function parseConfig(text: string, read: ReadOptions): {file: ConfigFile; problems: readonly Problem[]} {
  const toml = tomlRows(text);
  if ('problem' in toml) return {file: {...emptyConfig, name: read.name}, problems: [toml.problem]};
  const problems: Problem[] = [];
  const report = (line: number, message: string) => void problems.push({line, message});
  const of = (table: string) => toml.rows.filter(({path}) => path[0] === table && path.length > 1);
  const file: ConfigFile = {
    name: read.name,
    options: readOptions(toml.rows, read, report),
    contexts: readContexts(of('contexts'), read, report),
    keys: readKeys(of('keys'), read, report),
    themes: readThemes(of('themes'), report),
  };
  problems.push(...checkConfig(file));
  return {file, problems: problems.sort((a, b) => a.line - b.line)};
}

/** Takes a problem down. */
export type Report = (line: number, message: string) => void;

/** The keys above the first table. */
function readOptions(rows: readonly TomlRow[], read: ReadOptions, report: Report): Map<FlagName, FileValue> {
  const values = new Map<FlagName, FileValue>();
  const wrongTables = new Set<string>();
  for (const {path, line, value} of rows) {
    const [key = '', ...rest] = path;
    if (tables.some((table) => table === key)) {
      if (rest.length === 0 && value.type !== 'table') report(line, `'${key}' is a table: [${exampleOf(key)}]`);
      continue;
    }
    if (rest.length > 0 || value.type === 'table') {
      // What is in it is as unknown as the table itself.
      if (!wrongTables.has(key))
        report(line, `unknown table '${key}'${didYouMean(key, tables) || ` · there are ${tables.join(', ')}`}`);
      wrongTables.add(key);
      continue;
    }
    const option = options.find((each) => each.flag === key);
    const reason = whyNot(key, option);
    if (!option || reason !== undefined) {
      report(line, reason ?? '');
      continue;
    }
    const result = optionValue(option, value, read);
    if ('wrong' in result) report(line, result.wrong);
    else values.set(option.flag, {text: result.text, where: `${read.name}:${line}`});
  }
  return values;
}

/** Why a key cannot stand at the top of the file. */
function whyNot(key: string, option: Option | undefined): string | undefined {
  if (option?.ofContext) return `'${key}' belongs to a server, so it stands in a context: [contexts.NAME]`;
  if (option && standingCommands(option).length > 0) return undefined;
  if (option) return `'${key}' is said at each call, as a flag: --${key}`;
  const known = options.filter((each: Option) => standingCommands(each).length > 0 && !each.ofContext);
  const near = didYouMean(key, [...known.map(({flag}) => flag), ...tables]);
  return `unknown key '${key}'${near || ' · pipetail --help lists the options'}`;
}

function exampleOf(table: string): string {
  return table === 'keys' ? table : `${table}.NAME`;
}

/** `[keys]`: a command's name, and a key or a list of keys. Which there are is known where the keys are dispatched. */
function readKeys(rows: readonly TomlRow[], {name}: ReadOptions, report: Report): KeyRemap[] {
  const remaps: KeyRemap[] = [];
  for (const {path, line, value} of rows) {
    // A dot in a command's name is a table to TOML.
    const command = path.slice(1).join('.');
    const items = value.type === 'list' ? value.items : [value];
    const keys = items.flatMap((item) => (item.type === 'text' ? [item.text] : []));
    if (value.type === 'table') continue;
    if (!/^[\w.-]+$/.test(command)) report(line, "a command's name is made of letters, digits, '.', '-' and '_'");
    else if (keys.some((key) => /\p{Cc}/u.test(key))) {
      report(line, `'${command}' takes the names of keys, such as ^D or Esc, not what they send`);
    } else if (keys.length < items.length)
      report(line, `'${command}' takes a key in quotation marks, or a list of them`);
    else remaps.push({command, keys, where: `${name}:${line}`});
  }
  return remaps;
}
