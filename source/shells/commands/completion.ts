import {homedir} from 'node:os';
import path from 'node:path';
import {commonStates} from '../../engine/api/pipeline-state.ts';
import type {ApiClient} from '../../engine/api/types.ts';
import {readRegular} from '../../engine/disk/regular-file.ts';
import {makeFolder, saveFile, stateFolder} from '../../engine/disk/save-file.ts';
import {wordsOf} from '../../kit/settings/command-line.ts';
import {emptyConfig} from '../../kit/settings/config-file.ts';
import {acceptsOption, type CommandName, helpOf, type Option} from '../../kit/settings/option.ts';
import {optionNamed, options} from '../../kit/settings/option-table.ts';
import {pipelinesSoon} from '../../kit/shell/named-pipelines.ts';
import type {CommandCall} from '../../kit/shell/shell-command.ts';
import {printWhole} from '../../kit/system/line-output.ts';
import {type Clock, systemClock} from '../../lib/clock.ts';
import {isObject, parseJson} from '../../lib/json.ts';
import {commandOf, commands} from '../commands.ts';
import {type Caller, configPlace, loadConfig, loadSettings} from '../startup/load-settings.ts';
import {openServer} from '../startup/open-server.ts';
import {reportingFaults} from './report-faults.ts';

type Shell = 'bash' | 'zsh' | 'fish';

/** The script for a shell. It runs `pipetail`, which prints a word a line, help after a tab; without words: files. */
export function completionScript(shell: Shell): string {
  return {bash, zsh, fish}[shell];
}

// bash splits words at `=` and `:`: a candidate must begin with bash's part of the last word.
const bash = `# pipetail: bash completion. In ~/.bashrc, after aliases: source <(pipetail completion bash)
_pipetail() {
  local line=\${COMP_LINE:0:COMP_POINT} current=\${COMP_WORDS[COMP_CWORD]} word
  local -a words
  local first=\${line%%[[:space:]]*}
  # bash does not expand an alias before it completes.
  [[ "\${BASH_ALIASES[$first]-} " == 'pipetail '* ]] && line="\${BASH_ALIASES[$first]}\${line#"$first"}"
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  local typed=\${words[-1]}
  [[ $current == '=' ]] && current=''
  local before=\${typed%"$current"}
  COMPREPLY=()
  while IFS=$'\\t' read -r word _; do
    [[ $word == "$typed"* ]] && COMPREPLY+=("\${word#"$before"}")
  done < <(pipetail completion answer -- "\${words[@]:1}" 2>/dev/null)
}
complete -o default -F _pipetail pipetail
for _pipetail_alias in "\${!BASH_ALIASES[@]}"; do
  [[ "\${BASH_ALIASES[$_pipetail_alias]} " == 'pipetail '* ]] && complete -o default -F _pipetail "$_pipetail_alias"
done
unset _pipetail_alias
`;

// Where many words have the same help, zsh adds empty matches, counts them, and asks whether to show them all.
const zsh = `#compdef pipetail
# pipetail: zsh completion. In ~/.zshrc, after compinit: source <(pipetail completion zsh)
_pipetail() {
  local -a shown names
  local line
  for line in "\${(@f)$(pipetail completion answer -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == *$'\\t'pipeline ]]; then
      names+=("\${\${line%%$'\\t'*}//:/\\\\:}")
    elif [[ -n $line ]]; then
      shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done
  if (( \${#shown} + \${#names} )); then
    _describe -V pipetail shown -- names
  else
    _files
  fi
}
compdef _pipetail pipetail
# As a file in fpath, this is the body of _pipetail, which zsh reads at the first Tab.
if [[ \${funcstack[1]-} == _pipetail ]]; then _pipetail "$@"; fi
`;

const fish = `# pipetail: fish completion. In ~/.config/fish/config.fish: pipetail completion fish | source
function __pipetail_answers
    set -l words (commandline -opc)
    set -l answers (pipetail completion answer -- $words[2..] (commandline -ct) 2>/dev/null)
    and test (count $answers) -gt 0
    and printf '%s\\n' $answers
    or __fish_complete_path (commandline -ct)
end
complete -c pipetail -f -a '(__pipetail_answers)'
`;

type Candidate = {readonly word: string; readonly help?: string};

type Completion = {
  readonly candidates: readonly Candidate[];
  /** Words of the server that fit, too: `names` of pipelines, and `tag:prod` in place of one, or `tags` alone. */
  readonly ofServer: 'names' | 'tags' | undefined;
};

/**
 * Returns what fits in place of the last of `words`, which is incomplete or empty; `contexts`: those of the
 * configuration file. The caller adds what the server has.
 */
export function complete(words: readonly string[], contexts: readonly string[]): Completion {
  const begun = words.at(-1) ?? '';
  const {command, names, pending, isSeparated} = wordsOf(words.slice(0, -1));
  const [first] = names;
  const fitting = (candidates: readonly Candidate[], ofServer?: 'names' | 'tags'): Completion => {
    return {candidates: candidates.filter(({word}) => word.startsWith(begun)), ofServer};
  };
  if (isSeparated) return fitting([], command === 'open' ? undefined : 'names');
  const [before = '', flag = ''] = /^--([\w-]+)=/.exec(begun) ?? [];
  const named = optionNamed(flag, command);
  const option = pending ?? (named?.setting ? undefined : named);
  if (option?.value !== undefined) {
    const values = valuesOf(option, command, contexts).map((value) => ({word: `${before}${value}`}));
    return fitting(values, option.flag === 'tag' ? 'tags' : undefined);
  }
  if (begun.startsWith('-')) {
    const flags = options.filter((option) => acceptsOption(command, option));
    return fitting(flags.map((option) => ({word: `--${option.flag}`, help: helpOf(option, command)})));
  }
  const {verbs} = commandOf(command);
  // Without candidates the shells complete file names.
  if (verbs) return fitting((first === undefined ? verbs : command === 'help' ? ['all'] : []).map((word) => ({word})));
  const isFirst = command === 'screen' && first === undefined;
  const others = commands.filter(({name}) => name !== 'screen');
  return fitting(isFirst ? others.map(({name, summary}) => ({word: name, help: summary[1]})) : [], 'names');
}

function valuesOf({flag, choices}: Option, command: CommandName, contexts: readonly string[]): readonly string[] {
  switch (flag) {
    case 'status':
      return commonStates;
    case 'context':
      return contexts;
    case 'output':
      return commandOf(command).forms ?? [];
    default:
      return choices ?? [];
  }
}

/** The contexts in the configuration file of a call. Never rejects: a file that cannot be read, or has a mistake, has none. */
export async function contextsOf(words: readonly string[], caller: Caller, home: string): Promise<string[]> {
  const typed = wordsOf(words.slice(0, -1)).typed.find(({option}) => option?.flag === 'config');
  const place = configPlace(typed?.value, caller.env, home);
  const file = await loadConfig(place, caller, home).catch(() => emptyConfig);
  return [...file.contexts.keys()];
}

/** Prints a script, or what completes the words that it hands over. Resolves to the exit code. */
export async function runCompletion(
  call: CommandCall<{readonly words: readonly string[]} | {readonly shell: Shell}>,
): Promise<number> {
  const {request, version, process} = call;
  return await reportingFaults({version, process, isJson: false}, async () => {
    const text = 'shell' in request ? completionScript(request.shell) : await answer(request.words, version, process);
    return await printWhole(text, process);
  });
}

async function answer(words: readonly string[], version: string, process: NodeJS.Process): Promise<string> {
  const {env} = process;
  // Undefined with wrong options. Names are not read; `x` is in place of the incomplete word, perhaps an option's value.
  const anyWords = () => ({read: () => ({})});
  const call = [...words.slice(0, -1), 'x'];
  const settings = await loadSettings(call, process, undefined, anyWords).catch(() => undefined);
  return await answerCompletion({
    words,
    contexts: await contextsOf(words, process, homedir()),
    folder: stateFolder({xdgStateHome: env.XDG_STATE_HOME, home: homedir()}),
    server: settings?.demo ? 'demo' : `${settings?.host ?? ''} ${settings?.server.tenant ?? ''}`,
    clock: systemClock,
    open: async () => (settings ? await openServer(settings, version, systemClock) : undefined),
  });
}

/** Milliseconds for which the names in the file are used. */
const maxAge = 30_000;

type AnswerOptions = {
  /** The words after `pipetail`, the last one incomplete or empty. */
  readonly words: readonly string[];
  /** Those of the configuration file. */
  readonly contexts: readonly string[];
  /** Opens the server that the words name, once names are needed; undefined: the words are not valid. */
  readonly open: () => Promise<{readonly client: ApiClient; readonly close: () => Promise<void>} | undefined>;
  /** Folder of the file that keeps the names between calls. */
  readonly folder: string;
  /** Server and tenant that have the names. */
  readonly server: string;
  readonly clock: Clock;
};

/** A word a line, help after a tab. Never rejects: a failure only means fewer words. */
export async function answerCompletion(options: AnswerOptions): Promise<string> {
  const {candidates, ofServer} = complete(options.words, options.contexts);
  const begun = options.words.at(-1) ?? '';
  const {names, tags} = (ofServer && (await knownOf(options).catch(() => undefined))) ?? {names: [], tags: []};
  const before = /^--tag=/.exec(begun)?.[0] ?? '';
  // A list of all names is long enough without the tags.
  const inPlace = begun === '' ? [] : tags.map((tag) => ({word: `tag:${tag}`, help: 'all pipelines with the tag'}));
  const found: readonly Candidate[] =
    ofServer === 'tags'
      ? tags.map((tag) => ({word: `${before}${tag}`, help: 'tag'}))
      : [...names.map((word) => ({word, help: 'pipeline'})), ...inPlace];
  const offered = [...candidates, ...found.filter(({word}) => word.startsWith(begun))];
  return offered.map(({word, help = ''}) => `${word}\t${help}\n`).join('');
}

/** Names and tags that a server has. */
type Known = {readonly names: readonly string[]; readonly tags: readonly string[]};

async function knownOf({open, folder, server, clock}: AnswerOptions): Promise<Known | undefined> {
  const file = path.join(folder, 'completion.json');
  const kept = parseJson(await readRegular(file).catch(() => ''));
  const age = isKept(kept) && kept.server === server ? clock.wall() - kept.at : -1;
  if (isKept(kept) && age >= 0 && age < maxAge) return kept;
  const opened = await open();
  const pipelines = opened && (await pipelinesSoon(opened.client, clock));
  await opened?.close();
  if (!pipelines) return undefined;
  // Text of the server reaches a shell: only characters that need no quotation marks there.
  const names = pipelines.map(({name}) => name).filter((name) => /^[\w-]+$/.test(name));
  const tags = pipelines.flatMap(({tags = []}) => tags).filter((tag) => /^[-\w./:=]+$/.test(tag));
  const known = {server, at: clock.wall(), names, tags: [...new Set(tags)].sort()};
  await makeFolder(folder);
  await saveFile(file, [Buffer.from(JSON.stringify(known))], {overwrite: true, signal: new AbortController().signal});
  return known;
}

function isKept(json: unknown): json is Known & {readonly server: string; readonly at: number} {
  if (!isObject(json) || typeof json.at !== 'number') return false;
  const lists = [json.names, json.tags];
  return lists.every((list) => Array.isArray(list) && list.every((word) => typeof word === 'string'));
}
