import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {commonStates} from '../api/pipeline-state.ts';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {isObject, parseJson} from '../lib/json.ts';
import {type CommandLine, readCommandLine} from '../settings/command-line.ts';
import {emptyConfig} from '../settings/config-file.ts';
import {summaryOf} from '../settings/help-text.ts';
import {acceptsOption, type CommandName, commandWords, helpOf, type Option} from '../settings/option.ts';
import {optionNamed} from '../settings/option-names.ts';
import {options} from '../settings/option-table.ts';
import type {Environment} from '../settings/option-values.ts';
import {configVerbs, formsOf, shells} from '../settings/request.ts';
import {configPlace, loadConfig} from '../startup/load-settings.ts';
import {pipelinesSoon} from '../startup/name-hint.ts';
import {readRegular} from '../storage/regular-file.ts';
import {saveFile} from '../storage/save-file.ts';

type Candidate = {readonly word: string; readonly help?: string};

type Completion = {
  readonly candidates: readonly Candidate[];
  /** What of the server fits, too: `names` of pipelines, and `tag:prod` in place of one, or `tags` alone. */
  readonly ofServer: 'names' | 'tags' | undefined;
};

/** Names from the configuration file. */
type OwnNames = {readonly contexts: readonly string[]};

const nothing: Completion = {candidates: [], ofServer: undefined};

/** What fits in place of the last of `words`, which is incomplete or empty. The caller adds what the server has. */
export function complete(words: readonly string[], own: OwnNames): Completion {
  const begun = words.at(-1) ?? '';
  const whole = words.slice(0, -1);
  const separator = whole.indexOf('--');
  const {command, word, pending} = read(separator === -1 ? whole : whole.slice(0, separator));
  if (separator !== -1) return command === 'open' ? nothing : {candidates: [], ofServer: 'names'};
  if (pending?.flag === 'tag') return {candidates: [], ofServer: 'tags'};
  if (pending) return fitting(valuesOf(pending, command, own), begun);
  const [, flag, value] = /^--([\w-]+)=(.*)$/.exec(begun) ?? [];
  const named = flag === undefined ? undefined : optionNamed(flag, command);
  const option = named?.setting ? undefined : named;
  if (option?.flag === 'tag') return {candidates: [], ofServer: 'tags'};
  if (option?.value !== undefined) {
    const {candidates} = fitting(valuesOf(option, command, own), value ?? '');
    return {candidates: candidates.map(({word}) => ({word: `--${option.flag}=${word}`})), ofServer: undefined};
  }
  if (begun.startsWith('-')) return fitting(flagsOf(command), begun);
  const verbs = verbsOf(command, word)?.map((verb) => ({word: verb}));
  if (verbs) return fitting(verbs, begun);
  // Without candidates the shells complete file names.
  if (['demo', 'list', 'man', 'open', 'version'].includes(command)) return nothing;
  const commands =
    command === 'screen' && word === undefined ? commandWords.map((word) => ({word, help: summaryOf(word)})) : [];
  return {...fitting(commands, begun), ofServer: 'names'};
}

const all: readonly Option[] = options.filter((option: Option) => !option.setting);

/** What can come after a command that takes no names, and after its first word; undefined: it takes names. */
function verbsOf(command: CommandName, word: string | undefined): readonly string[] | undefined {
  if (command === 'help') return word === undefined ? [...commandWords, 'all'] : ['all'];
  const verbs = command === 'completion' ? shells : command === 'config' ? configVerbs : undefined;
  return verbs !== undefined && word !== undefined ? [] : verbs;
}

type Typed = {
  readonly command: CommandName;
  /** The first word after the command: a name, or the verb of `config`. */
  readonly word: string | undefined;
  /** The option whose value is the next word. */
  readonly pending: Option | undefined;
};

function read(whole: readonly string[]): Typed {
  let command: CommandName | undefined;
  let first: string | undefined;
  let pending: Option | undefined;
  for (const word of whole) {
    if (pending) pending = undefined;
    else if (word.startsWith('-')) pending = pendingAfter(word, command ?? 'screen');
    else if (command === undefined) {
      command = commandWords.find((each) => each === word) ?? 'screen';
      if (command === 'screen') first = word;
    } else first ??= word;
  }
  return {command: command ?? 'screen', word: first, pending};
}

/** `--output`, or the last letter of `-fo`. */
function pendingAfter(word: string, command: CommandName): Option | undefined {
  const names = word.startsWith('--') ? [word.slice(2)] : [...word.slice(1)];
  const [last, ...others] = names.map((name) => optionNamed(name, command)).reverse();
  return last?.value !== undefined && others.every((other) => other?.value === undefined) ? last : undefined;
}

function flagsOf(command: CommandName): readonly Candidate[] {
  const accepted = all.filter((option) => acceptsOption(command, option));
  return accepted.map((option) => ({word: `--${option.flag}`, help: helpOf(option, command)}));
}

function valuesOf({flag, choices}: Option, command: CommandName, own: OwnNames): readonly Candidate[] {
  const valuesByFlag: ReadonlyMap<string, readonly string[]> = new Map([
    ['output', formsOf(command)],
    ['status', commonStates],
    ['context', own.contexts],
  ]);
  return (valuesByFlag.get(flag) ?? choices ?? []).map((word) => ({word}));
}

function fitting(candidates: readonly Candidate[], begun: string): Completion {
  return {candidates: candidates.filter(({word}) => word.startsWith(begun)), ofServer: undefined};
}

/** The names in the configuration file of a call. Never rejects: a file that cannot be read has none. */
export async function ownNamesOf(words: readonly string[], environment: Environment, home: string): Promise<OwnNames> {
  const whole = words.slice(0, -1);
  const commandLine = [[...whole, 'x'], whole, []].map(readIfValid).find((read) => read !== undefined);
  const place = commandLine && configPlace(commandLine, environment, home);
  const loaded = place && (await loadConfig(place, home).catch(() => undefined));
  const {contexts} = loaded?.file ?? emptyConfig;
  return {contexts: [...contexts.keys()]};
}

function readIfValid(argv: readonly string[]): CommandLine | undefined {
  try {
    return readCommandLine(argv);
  } catch {
    return undefined;
  }
}

/** Milliseconds for which the names in the file are used. */
const maxAge = 30_000;

type AnswerOptions = {
  /** The words after `pipetail`, the last one incomplete or empty. */
  readonly words: readonly string[];
  readonly own: OwnNames;
  /** Opens the server that the words name, once names are needed; undefined: the words are not valid. */
  readonly open: () => Promise<{readonly client: ApiClient; readonly close: () => Promise<void>} | undefined>;
  /** Of the file that keeps the names between calls. */
  readonly folder: string;
  /** Server and tenant that have the names. */
  readonly server: string;
  readonly clock: Clock;
};

/** A word a line, help after a tab. Never rejects: a failure only means fewer words. */
export async function answerCompletion(options: AnswerOptions): Promise<string> {
  const {candidates, ofServer} = complete(options.words, options.own);
  const begun = options.words.at(-1) ?? '';
  const isAsked = ofServer === 'tags' || (ofServer === 'names' && !begun.startsWith('-'));
  const known = isAsked ? await knownOf(options).catch(() => undefined) : undefined;
  const {names = [], tags = []} = known ?? {};
  const before = /^--tag=/.exec(begun)?.[0] ?? '';
  const found: readonly Candidate[] =
    ofServer === 'tags'
      ? tags.map((tag) => ({word: `${before}${tag}`, help: 'tag'}))
      : [
          ...names.map((word) => ({word, help: 'pipeline'})),
          // A list of all names is long enough.
          ...(begun === '' ? [] : tags.map((tag) => ({word: `tag:${tag}`, help: 'all pipelines with the tag'}))),
        ];
  const offered = [...candidates, ...found.filter(({word}) => word.startsWith(begun))];
  return offered.map(({word, help = ''}) => `${word}\t${help}\n`).join('');
}

/** What a server has. */
type Known = {readonly names: readonly string[]; readonly tags: readonly string[]};

type Kept = Known & {readonly server: string; readonly at: number};

async function knownOf({open, folder, server, clock}: AnswerOptions): Promise<Known> {
  const file = path.join(folder, 'completion.json');
  const kept = await readKept(file);
  const age = clock.wall() - (kept?.at ?? 0);
  if (kept?.server === server && age >= 0 && age < maxAge) return kept;
  const opened = await open();
  if (!opened) return {names: [], tags: []};
  const pipelines = await pipelinesSoon(opened.client, clock);
  await opened.close();
  // Text of the server reaches a shell: only characters that need no quotation marks there.
  const names = (pipelines ?? []).map(({name}) => name).filter((name) => /^[\w-]+$/.test(name));
  const allTags = (pipelines ?? []).flatMap(({tags = []}) => tags).filter((tag) => /^[-\w./:=]+$/.test(tag));
  const known: Known = {names, tags: [...new Set(allTags)].sort()};
  if (pipelines) {
    await mkdir(folder, {recursive: true, mode: 0o700});
    const text = JSON.stringify({server, at: clock.wall(), ...known} satisfies Kept);
    await saveFile(file, [Buffer.from(text)], {overwrite: true, signal: new AbortController().signal});
  }
  return known;
}

async function readKept(file: string): Promise<Kept | undefined> {
  const json = parseJson(await readRegular(file).catch(() => ''));
  return isKept(json) ? json : undefined;
}

/** One of before has no tags: it is as if it were old. */
function isKept(json: unknown): json is Kept {
  if (!isObject(json) || !('server' in json)) return false;
  const {at, names, tags} = json;
  const isWords = (words: unknown) => Array.isArray(words) && words.every((word) => typeof word === 'string');
  return typeof at === 'number' && isWords(names) && isWords(tags);
}
