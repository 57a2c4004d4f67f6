import {mkdir, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import path from 'node:path';
import {jsonText} from '../lib/json.ts';
import {type CommandLine, readCommandLine} from '../settings/command-line.ts';
import type {ConfigFile, KeyRemap} from '../settings/config-file.ts';
import {configTemplate, type KeyLine} from '../settings/config-template.ts';
import {isConfigurable} from '../settings/option.ts';
import {type FlagName, options} from '../settings/option-table.ts';
import {currentContext, type Environment, optionValues, serverNamedBy} from '../settings/option-values.ts';
import type {ConfigForm, Request} from '../settings/request.ts';
import {type ConfigPlace, configOf, configPlace, loadConfig} from '../startup/load-settings.ts';
import {codeOf, failureWords} from '../storage/save-file.ts';
import {printWhole} from '../system/line-output.ts';
import {clean} from '../terminal/clean.ts';

/** Returns the exit code. */
export async function runConfigCommand({
  request,
  argv,
  process,
  keys,
}: {
  readonly request: Extract<Request, {kind: 'config'}>;
  readonly argv: readonly string[];
  readonly process: NodeJS.Process;
  readonly keys: KeyTable;
}): Promise<number> {
  const home = homedir();
  const commandLine = readCommandLine(argv);
  const place = configPlace(commandLine, process.env, home);
  switch (request.verb) {
    case 'path':
      return await printWhole(`${place.file}\n`, process);
    case 'show': {
      const call = {commandLine, place, environment: process.env, home};
      return await printWhole(await showText(call, request.output), process);
    }
    case 'check': {
      const {text, code} = await checkText(place, home, keys);
      return (await printWhole(text, process)) || code;
    }
    case 'init':
      return await printWhole(await initFile(place, keys), process);
  }
}

/** The screen's table of keys. */
type KeyTable = {
  /** Mistakes in the keys of a file, each as `file:line: …`. */
  readonly problems: (remaps: readonly KeyRemap[]) => readonly string[];
  readonly lines: () => readonly KeyLine[];
};

type ConfigAnswer = {readonly text: string; readonly code: 0 | 2};

/** Every problem, one a line, in the order of the file. Rejects for a file that cannot be read. */
async function checkText(place: ConfigPlace, home: string, keys: KeyTable): Promise<ConfigAnswer> {
  const loaded = await loadConfig(place, home);
  if (!loaded) {
    return {
      text: `${place.name}: no such file, so every option has its default · pipetail config init writes one\n`,
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

/** Every option with its value, and where it was set. Rejects for a file with mistakes. */
async function showText(
  {
    commandLine,
    place,
    environment,
    home,
  }: {commandLine: CommandLine; place: ConfigPlace; environment: Environment; home: string},
  form: ConfigForm,
): Promise<string> {
  const file = await configOf(commandLine, environment, home);
  const rows = effectiveOptions(commandLine, environment, file);
  const ignored = ignoredVariables(environment);
  if (form === 'json') {
    const objects = rows.map(({option, value = null, source, from}) => ({option, value, source, from}));
    return `${jsonText({file: file.name === '' ? null : place.file, options: objects, ignored}, 2)}\n`;
  }
  const head = `${place.name}${file.name === '' ? ': there is none' : ''}\n\n`;
  const end = ignored.map(({variable, why}) => `${variable} is ignored: ${why}\n`).join('');
  return head + table(rows) + (end === '' ? '' : `\n${end}`);
}

/** Variables of fda that pipetail does not read. */
const variablesOfFda: ReadonlyMap<string, string> = new Map([
  ['FELDERA_OUTPUT_FORMAT', '--output chooses the form of one call'],
  ['FELDERA_RETRIES', 'a lost connection is tried again for as long as pipetail runs'],
  ['FELDERA_REQUEST_TIMEOUT', 'requests have limits of their own; logs --timeout ends the printing'],
]);

/** The variables that are set without effect. */
export function ignoredVariables(environment: Environment): readonly {variable: string; why: string}[] {
  return [...variablesOfFda].flatMap(([variable, why]) => (environment[variable] ? [{variable, why}] : []));
}

function table(rows: readonly EffectiveValue[]): string {
  const cells = rows.map(({option, value = '-', from}) => [option, clean(value), clean(from)] as const);
  const width = (column: 0 | 1) => Math.min(40, Math.max(...cells.map((row) => row[column].length)));
  const [first, second] = [width(0), width(1)];
  return cells.map(([option, value, from]) => `${option.padEnd(first)}  ${value.padEnd(second)}  ${from}\n`).join('');
}

/** Writes the file, readable by its owner alone. Never overwrites: rejects with one line. */
async function initFile({file, name}: ConfigPlace, keys: KeyTable): Promise<string> {
  try {
    await mkdir(path.dirname(file), {recursive: true, mode: 0o700});
    await writeFile(file, configTemplate(keys.lines()), {flag: 'wx', mode: 0o600});
  } catch (error) {
    const code = codeOf(error);
    const reason =
      code === 'EEXIST'
        ? 'is there already · it is never overwritten · pipetail config init --config FILE writes another'
        : `cannot be written · ${code === undefined ? String(error) : failureWords(code)} · pipetail config init --config FILE writes it elsewhere`;
    throw new Error(`${name} ${reason}`, {cause: error});
  }
  return `wrote ${name}\n`;
}

/** A secret value is `…`. */
type EffectiveValue = {
  readonly option: string;
  readonly value: string | undefined;
  readonly source: 'flag' | 'variable' | 'file' | 'default';
  /** Flag, variable or line of the file. */
  readonly from: string;
};

/** Never shown. Of a host only the login is hidden. */
const secret: readonly string[] = ['auth', 'auth-token-command'] satisfies readonly FlagName[];

/** Every option that can be in the file, with its value in this call. Throws `UsageError`. */
export function effectiveOptions(
  {flags}: CommandLine,
  environment: Environment,
  file: ConfigFile,
): readonly EffectiveValue[] {
  const context = currentContext({flags, environment, file});
  const given = optionValues({command: 'config', flags, environment, file}, context);
  const ofOptions = options.filter(isConfigurable).map(({flag}): EffectiveValue => {
    const found = given.find(flag);
    if (flag === 'context' && found && !context) {
      const by = serverNamedBy({flags, environment}) ?? '--host';
      return {
        option: flag,
        value: undefined,
        source: found.source,
        from: `${found.from}, but ${by} names the server`,
      };
    }
    if (!found) return {option: flag, value: undefined, source: 'default', from: 'default'};
    const {text, source, from} = found;
    return {option: flag, value: shown(flag, text), source, from};
  });
  return [...ofOptions, ...ofTables(file)];
}

function ofTables({contexts, keys}: ConfigFile): readonly EffectiveValue[] {
  const source = 'file' as const;
  return [
    ...[...contexts.values()].map(({name: context, host, where}) => {
      return {option: `contexts.${context}`, value: host, source, from: where};
    }),
    ...keys.map(({command, keys: all, where}) => {
      return {option: `keys.${command}`, value: all.join(', ') || undefined, source, from: where};
    }),
  ];
}

function shown(flag: FlagName, text: string): string {
  if (secret.includes(flag)) return '…';
  return flag === 'host' ? withoutLogin(text) : text;
}

/** In a URL or not, all before the last `@` may be a login. */
function withoutLogin(host: string): string {
  return host.replace(/^([a-z][a-z\d+.-]*:\/\/)?.*@/i, '$1…@');
}
