import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {CommandLine} from '../settings/command-line.ts';
import type {KeyRemap} from '../settings/config-file.ts';
import {configTemplate, type KeyLine} from '../settings/config-template.ts';
import type {Environment} from '../settings/given.ts';
import {type InForce, inForce} from '../settings/in-force.ts';
import type {ConfigForm} from '../settings/output-forms.ts';
import {clean} from './clean.ts';
import {jsonText} from './json-text.ts';
import {type ConfigPlace, configOf, loadConfig} from './load-config.ts';

/** What the table of keys knows, which is not known here. */
export type KeyTable = {
  /** What is wrong with keys in a file, each as `file:line: …`. */
  readonly problems: (remaps: readonly KeyRemap[]) => readonly string[];
  readonly lines: () => readonly KeyLine[];
};

/** What a command has to say, and its exit code. */
export type ConfigAnswer = {readonly text: string; readonly code: 0 | 2};

/** `config check`: every problem, one a line, in the order of the file. Rejects for a file that cannot be read. */
export async function checkText(place: ConfigPlace, home: string, keys: KeyTable): Promise<ConfigAnswer> {
  const loaded = await loadConfig(place, home);
  if (!loaded) {
    return {
      text: `${place.name}: there is none, so every option has its default · pipetail config init writes one\n`,
      code: 0,
    };
  }
  const problems = [...loaded.problems, ...keys.problems(loaded.file.keys)].sort((a, b) => lineOf(a) - lineOf(b));
  if (problems.length === 0) return {text: `${place.name}: fine\n`, code: 0};
  return {text: problems.map((problem) => `${clean(problem)}\n`).join(''), code: 2};

  function lineOf(problem: string): number {
    return Number.parseInt(problem.slice(place.name.length + 1), 10) || 0;
  }
}

/** `config show`: every option in force, and what said so. Rejects for a file that is wrong. */
export async function showText(
  {
    commandLine,
    place,
    environment,
    home,
  }: {commandLine: CommandLine; place: ConfigPlace; environment: Environment; home: string},
  form: ConfigForm,
): Promise<string> {
  const file = await configOf(commandLine, environment, home);
  const rows = inForce(commandLine, environment, file);
  if (form === 'json') {
    const objects = rows.map(({option, value = null, source, from}) => ({option, value, source, from}));
    return `${jsonText({file: file.name === '' ? null : place.file, options: objects}, 2)}\n`;
  }
  const head = `${place.name}${file.name === '' ? ': there is none' : ''}\n\n`;
  return head + table(rows);
}

function table(rows: readonly InForce[]): string {
  const cells = rows.map(({option, value = '-', from}) => [option, clean(value), clean(from)] as const);
  const width = (column: 0 | 1) => Math.min(40, Math.max(...cells.map((row) => row[column].length)));
  const [first, second] = [width(0), width(1)];
  return cells.map(([option, value, from]) => `${option.padEnd(first)}  ${value.padEnd(second)}  ${from}\n`).join('');
}

/** `config init`: writes the file, for its owner alone. Never overwrites: rejects with one line. */
export async function initFile({file, name}: ConfigPlace, keys: KeyTable): Promise<string> {
  try {
    await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
    await writeFile(file, configTemplate(keys.lines()), {flag: 'wx', mode: 0o600});
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    const reason =
      code === 'EEXIST'
        ? 'is there already · it is never overwritten · pipetail config init --config FILE writes another'
        : `cannot be written · ${code} · pipetail config init --config FILE writes it elsewhere`;
    throw new Error(`${name} ${reason}`, {cause: error});
  }
  return `wrote ${name}\n`;
}
