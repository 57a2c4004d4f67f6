import {shellWord} from '../lib/format.ts';
import {fileLine} from './file-line.ts';
import {acceptsOption, type CommandName, type Option, variableOf} from './option.ts';
import {options} from './option-table.ts';
import {closest, readSwitch, UsageError} from './parse-values.ts';

/** The option with that flag, alias or synonym; one that the command accepts, if there is one. */
export function optionNamed(name: string, command: CommandName): Option | undefined {
  const named = [
    ...options.filter(({flag}) => flag === name),
    ...options.filter(({alias, synonyms = []}: Option) => alias === name || synonyms.includes(name)),
  ];
  return named.find((option) => acceptsOption(command, option)) ?? named[0];
}

/** An option of the command line. */
export type TypedOption = {
  readonly option: Option;
  /** As typed, without a value. */
  readonly as: string;
  /** In the same word: after `=`, or after the letter of an alias. */
  readonly value: string | undefined;
  /** It is typed as the opposite of `option`, a switch or a setting that has `off`. */
  readonly isOpposite: boolean;
};

/** Whether the words of a switch turn it on. */
export function isOn({as, value, isOpposite}: Omit<TypedOption, 'option'>): boolean {
  return (value === undefined || readSwitch(value, as)) !== isOpposite;
}

/** A flag that is only a setting: the way out is its line in `file`, or its variable for one call. */
export function onlySetting(typed: TypedOption, file: string): UsageError {
  const {option, as} = typed;
  const text = settingText(typed);
  const line = fileLine(option, text);
  const assignment = `${variableOf(option)}=${shellWord(text)}`;
  const ways = option.ofContext
    ? [`write ${line} in its context, [contexts.NAME], in ${file}`, `without a context: ${assignment}`]
    : [`write ${line} in ${file}`, `for one call: ${assignment}`];
  return new UsageError(`${as} is a setting: ${ways.join(' · ')}`);
}

/** The value that was meant; without one that it can have, the default, or an example. */
function settingText(typed: TypedOption): string {
  const {option, value, isOpposite} = typed;
  const {fallback, example = '', choices, off} = option;
  if (option.value === undefined) return String(isOn(typed));
  if (off !== undefined && isOpposite && !isOn(typed)) return off;
  const isPossible = value !== undefined && !isOpposite && choices?.includes(value) !== false;
  return isPossible ? value : (fallback ?? example);
}

/** Names in fda, kubectl, stern, k9s, curl, tail and journalctl for our options, perhaps with a value. */
const renamed: ReadonlyMap<string, string> = new Map([
  ...['include', 'i', 'regex', 'regexp'].map((name) => [name, 'grep'] as const),
  ...['since-time', 'S'].map((name) => [name, 'since'] as const),
  ...['lines', 'n'].map((name) => [name, 'tail'] as const),
  ...['server', 'url', 'endpoint'].map((name) => [name, 'host'] as const),
  ...['api-key', 'token', 'key'].map((name) => [name, 'auth'] as const),
  ...['cacert', 'certificate-authority'].map((name) => [name, 'tls-cert'] as const),
  ...['cluster', 'profile'].map((name) => [name, 'context'] as const),
  ...['log-level', 'severity'].map((name) => [name, 'level'] as const),
  ...['B', 'after-context', 'before-context'].map((name) => [name, 'around'] as const),
  ...['until-time', 'U'].map((name) => [name, 'until'] as const),
  ['F', 'follow'],
  ['namespace', 'tenant'],
  ['insecure-skip-tls-verify', 'insecure'],
  ['json', 'output json'],
  ['no-color', 'color never'],
  ['v', 'version'],
  ['V', 'version'],
]);

const oneLog = 'pipelines have no containers: leave it out';
const tags = 'pipelines have tags: give tag:prod in place of a name, to list --tag prod';
const earlierRuns =
  'earlier runs are in the same log, as far as the server keeps them: --run -2 is the one before the last';
const allNames = "write '*' for every pipeline of the server";
const highlighting = 'on the screen * highlights a pattern, --grep prints only what matches';

/** What to do instead of options of those programs for which there is none here. */
const instead: ReadonlyMap<string, string> = new Map([
  ['retries', 'a lost connection is tried again for as long as logs --follow runs: leave it out'],
  ...['l', 'selector', 'label', 'tag', 'tags'].map((name) => [name, tags] as const),
  ...['c', 'container', 'all-containers'].map((name) => [name, oneLog] as const),
  ...['p', 'previous'].map((name) => [name, earlierRuns] as const),
  ...['A', 'all-namespaces'].map((name) => [name, allNames] as const),
  ['no-follow', 'logs follows only with --follow: leave it out'],
  ['max-log-requests', 'any number of pipelines is followed at once: leave it out'],
  ['limit-bytes', '--tail N prints the last N records, | head -c N the first N bytes'],
  ...['highlight', 'H'].map((name) => [name, highlighting] as const),
  ['proxy', 'the variable HTTPS_PROXY names a proxy'],
]);

/** `typed`: with its dashes, without a value. */
export function unknownOption(typed: string, command: CommandName): UsageError {
  const name = typed.replace(/^--?/, '');
  const answer = instead.get(name);
  if (answer !== undefined) return unknown(typed, answer);
  const meant = /^\d+$/.test(name) ? `tail ${name}` : (renamed.get(name) ?? near(name, command));
  if (meant === undefined) return unknown(typed, `see ${callOf(command)} --help all`);
  const option = optionNamed(meant.replace(/ .*/, ''), command);
  if (!option || acceptsOption(command, option)) return unknown(typed, `did you mean --${meant}?`);
  const [other = command] = option.commands;
  return unknown(typed, `did you mean ${callOf(other)} --${meant}?`);
}

function unknown(typed: string, advice: string): UsageError {
  return new UsageError(`unknown option ${typed.slice(0, 80)} · ${advice}`);
}

/** An option of the command, else of another one. */
function near(name: string, command: CommandName): string | undefined {
  // Every single letter is near every other one.
  if (name.length === 1) return undefined;
  const flags = (accepted: boolean) =>
    options
      .filter((option: Option) => !option.setting && acceptsOption(command, option) === accepted)
      .map(({flag}) => flag);
  return closest(name, flags(true)) ?? closest(name, flags(false));
}

function callOf(command: CommandName): string {
  return command === 'screen' ? 'pipetail' : `pipetail ${command}`;
}
