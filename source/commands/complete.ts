import {type CommandName, commandWords, heeds, type Option, options, takes} from '../settings/options.ts';
import {formsOf} from '../settings/output-forms.ts';
import {configVerbs, shells} from '../settings/request.ts';

/** What may be typed, and a few words about it. */
export type Candidate = {readonly word: string; readonly help?: string};

/** What may stand where the cursor is; `names`: the pipelines' as well. */
export type Completion = {readonly candidates: readonly Candidate[]; readonly names: boolean};

/** Names that the configuration file gives. */
export type OwnNames = {readonly contexts: readonly string[]; readonly themes: readonly string[]};

const nothing: Completion = {candidates: [], names: false};

const commandHelp: Readonly<Record<(typeof commandWords)[number], string>> = {
  logs: 'print logs to stdout',
  list: 'all pipelines and their states',
  status: 'state, since when, errors in full',
  completion: 'a script for the shell',
  config: 'the configuration file, and what is in force',
  demo: 'the embedded demo server',
};

/** States that are asked for most; `list` takes others too. */
const states = ['Running', 'Paused', 'Stopped', 'Failed', 'SqlError', 'RustError', 'Unavailable'];

/**
 * What may stand in the place of the last of `words`, which is begun or empty; the others are whole. What does not fit
 * what is begun is left out, but for names, which the caller knows.
 */
export function complete(words: readonly string[], own: OwnNames): Completion {
  const begun = words.at(-1) ?? '';
  const whole = words.slice(0, -1);
  if (whole.includes('--')) return {candidates: [], names: true};
  const {command, word, asksFor} = read(whole);
  if (asksFor) return fitting(valuesOf(asksFor, command, own), begun);
  const [, flag, value] = /^--([\w-]+)=(.*)$/.exec(begun) ?? [];
  const option = all.find((each) => each.flag === flag);
  if (option?.value !== undefined) {
    const {candidates} = fitting(valuesOf(option, command, own), value ?? '');
    return {candidates: candidates.map(({word}) => ({word: `--${option.flag}=${word}`})), names: false};
  }
  if (begun.startsWith('-')) return fitting(flagsOf(command, word), begun);
  const verbs = command === 'completion' ? shells : command === 'config' ? configVerbs : undefined;
  if (verbs) {
    return word === undefined
      ? fitting(
          verbs.map((word) => ({word})),
          begun,
        )
      : nothing;
  }
  if (command === 'demo' || command === 'list') return nothing;
  const commands =
    command === 'screen' && word === undefined ? commandWords.map((word) => ({word, help: commandHelp[word]})) : [];
  return {...fitting(commands, begun), names: true};
}

const all: readonly Option[] = options;

type Typed = {
  readonly command: CommandName;
  /** The first behind the command: a name, or the verb of `config`. */
  readonly word: string | undefined;
  /** The flag that still asks for its value. */
  readonly asksFor: Option | undefined;
};

function read(whole: readonly string[]): Typed {
  let command: CommandName | undefined;
  let first: string | undefined;
  let asksFor: Option | undefined;
  for (const word of whole) {
    if (asksFor) asksFor = undefined;
    else if (word.startsWith('-')) asksFor = all.find((option) => option.value !== undefined && isTyped(option, word));
    else if (command === undefined) {
      command = commandWords.find((each) => each === word) ?? 'screen';
      if (command === 'screen') first = word;
    } else first ??= word;
  }
  return {command: command ?? 'screen', word: first, asksFor};
}

function isTyped({flag, alias}: Option, word: string): boolean {
  return word === `--${flag}` || (alias !== undefined && word === `-${alias}`);
}

function flagsOf(command: CommandName, word: string | undefined): readonly Candidate[] {
  const taken = all.filter((option) => takes(command, option));
  const heeded = command === 'config' && word !== undefined ? taken.filter(({flag}) => heeds(word, flag)) : taken;
  return heeded.map(({flag, help}) => ({word: `--${flag}`, help}));
}

function valuesOf({flag, choices}: Option, command: CommandName, own: OwnNames): readonly Candidate[] {
  const known: ReadonlyMap<string, readonly string[]> = new Map([
    ['output', formsOf(command)],
    ['status', states],
    ['context', own.contexts],
    ['theme', [...(choices ?? []), ...own.themes]],
  ]);
  return (known.get(flag) ?? choices ?? []).map((word) => ({word}));
}

function fitting(candidates: readonly Candidate[], begun: string): Completion {
  return {candidates: candidates.filter(({word}) => word.startsWith(begun)), names: false};
}
