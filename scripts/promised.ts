/**
 * The names that scripts and configurations of users hold, from the program's tables: docs/stability.md promises that none
 * goes before 2.0, and test/package/promised.txt has those of the last release. `node scripts/promised.ts` adds the new
 * ones to that file and takes none out; with `--anew` it does, as before a major version.
 */
import {readFile, writeFile} from 'node:fs/promises';
import {type Alert, alertObject} from '../source/events/alerts.ts';
import {exitCodes} from '../source/settings/exit-codes.ts';
import {formerOptions} from '../source/settings/former-options.ts';
import {commandWords, isConfigurable, type Option, variableOf} from '../source/settings/option.ts';
import {options} from '../source/settings/option-table.ts';
import {colorNames, themeNames} from '../source/settings/palette.ts';
import {formerIds} from '../source/ui/keys/former-ids.ts';
import {allCommands} from '../source/ui/pages/registry.ts';

export type Promised = Readonly<Record<string, readonly string[]>>;

const all: readonly Option[] = options;
const flags = all.filter(({setting}) => !setting);
const settings = all.filter(({setting}) => setting);

const alert: Alert = {
  ...{pipeline: 'orders', kind: 'lost', more: 0},
  event: {kind: 'stream-lost', pipeline: 'orders', from: 'log', count: 1},
};

const file = new URL('../test/package/promised.txt', import.meta.url);
const schemaFile = new URL('../docs/json-schema.json', import.meta.url);

/** What the last release had. */
export async function promisedNames(): Promise<Promised> {
  const sections = (await readFile(file, 'utf8')).trimEnd().split('\n\n');
  return Object.fromEntries(
    sections.map((section) => {
      const [what = '', ...names] = section.split('\n');
      return [what, names.map((name) => name.trim())];
    }),
  );
}

/** What the sources have now. */
export async function presentNames(): Promise<Promised> {
  const {$defs: schemas}: {$defs: Record<string, Schema>} = JSON.parse(await readFile(schemaFile, 'utf8'));
  const template = all.find(({flag}) => flag === 'template')?.help ?? '';
  return {
    commands: commandWords,
    options: flags.flatMap(optionNames),
    'options of a command': flags.flatMap(({flag, commands}) => commands.map((command) => `${command} --${flag}`)),
    variables: [...new Set(all.flatMap((option) => variableOf(option) ?? []))],
    'keys of the configuration file': all.filter(isConfigurable).map(({flag}) => flag),
    'options of before': [...formerOptions.keys()],
    'values of settings': settings.flatMap(({flag, choices = []}) => choices.map((choice) => `${flag} = ${choice}`)),
    themes: themeNames,
    'colours of a theme': colorNames,
    keys: allCommands.flatMap(({context, keys, id}) => keys.map((key) => `${context} ${key}: ${id}`)),
    'names of keys': allCommands.map(({id}) => id),
    'names of keys of before': [...formerIds.keys(), ...allCommands.flatMap(({formerly = []}) => formerly)],
    'exit codes': exitCodes.flatMap(({code}) => code.split(', ')),
    'fields of --template': [...template.matchAll(/\{\w+\}/g)].map(String),
    'fields of JSON': Object.entries(schemas).flatMap(([name, schema]) => fieldsOf(name, schema)),
    'fields of an alert': Object.keys(alertObject(alert, {server: '', now: 0})),
  };
}

/** Its spellings, and its values where they can be listed. */
function optionNames({flag, alias, synonyms = [], choices = []}: Option): readonly string[] {
  const spellings = [
    `--${flag}`,
    ...(alias === undefined ? [] : [`-${alias}`]),
    ...synonyms.map((name) => (name.length === 1 ? `-${name}` : `--${name}`)),
  ];
  return [...spellings, ...choices.map((choice) => `--${flag} ${choice}`)];
}

type Schema = {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
};

/** `logs.time: string, null`, and `logs.time is always there`. */
function fieldsOf(name: string, {properties = {}, required = [], items}: Schema): readonly string[] {
  const own = Object.entries(properties).flatMap(([field, schema]) => {
    const type = [schema.type ?? []].flat().toSorted().join(', ');
    const values = (schema.enum ?? []).map((value) => `${name}.${field} = ${JSON.stringify(value)}`);
    return [type === '' ? `${name}.${field}` : `${name}.${field}: ${type}`, ...values];
  });
  return [
    ...own,
    ...required.map((field) => `${name}.${field} is always there`),
    ...(items === undefined ? [] : fieldsOf(`${name}[]`, items)),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const before = process.argv.includes('--anew') ? {} : await promisedNames();
  const sections = Object.entries(await presentNames()).map(([what, present]) => {
    const names = [...new Set([...(before[what] ?? []), ...present])].toSorted();
    return `${what}\n${names.map((name) => `  ${name}\n`).join('')}`;
  });
  await writeFile(file, sections.join('\n'));
}
