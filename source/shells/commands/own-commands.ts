import {type Command, formOf} from '../../kit/settings/command.ts';
import {wholeHelp} from '../../kit/settings/command-line.ts';
import {type RequestedNames, readNames, tagIn} from '../../kit/settings/names.ts';
import {type CommandName, commandWords} from '../../kit/settings/option.ts';
import {didYouMean, listed, oneOf, UsageError} from '../../kit/settings/parse-values.ts';

export const screenCommand: Command<RequestedNames> = {
  name: 'screen',
  summary: ['pipetail [options] [pipeline…]', 'the screen, with these logs as tabs'],
  introduction: 'pipetail follows the logs of Feldera pipelines in the terminal.',
  notes: [
    "Instead of a name: 'ord*', /regex/ or tag:prod for all pipelines that match, also ones created later.",
    'Changes you make with keys are remembered; a flag on the command line overrides them. Press ? in the program for its keys. Try it: pipetail --demo',
  ],
  read: (names) => readNames(names),
};

export const openCommand: Command<{readonly what: readonly string[]}> = {
  name: 'open',
  summary: ['pipetail open <what…>', 'open log files, recordings, support bundles or stdin (-)'],
  introduction:
    'pipetail open shows log files, each in a tab: a recording, a file (also .gz and .zst), a folder of either, a support bundle of Feldera (.zip), or stdin. It asks no server. A file that grows is followed.',
  usage: [
    ['pipetail open [options] <what…>', ''],
    ['kubectl logs -f pod | pipetail open -', 'stdin; keys come from the terminal'],
  ],
  notes: ['A pipeline called open: pipetail -- open.'],
  examples: [
    ['pipetail open ~/pipetail-logs', 'all recordings of that folder'],
    ['pipetail open support.zip node.log.gz', 'a support bundle and a file'],
  ],
  verbs: [],
  read(words) {
    if (words.length === 0 || words.includes('')) {
      throw new UsageError(
        'open needs a file, a folder or - for stdin: pipetail open <what…> · a pipeline of that name: pipetail -- open',
      );
    }
    if (words.filter((word) => word === '-').length > 1) throw new UsageError('stdin can be read once: give - once');
    return {what: words};
  },
};

const listForms = ['table', 'wide', 'name', 'json'] as const;

export const listCommand: Command<{readonly output: (typeof listForms)[number]}> = {
  name: 'list',
  summary: ['pipetail list', 'all pipelines and their states'],
  introduction: 'pipetail list shows all pipelines and their states.',
  usage: [['pipetail list [options]', '']],
  examples: [
    ['pipetail list --status Failed -o name', 'the names of those that failed'],
    ['pipetail list --tag prod', 'only those with the tag'],
    ['pipetail list -o wide', 'with program, errors and cause'],
  ],
  forms: listForms,
  verbs: [],
  read(names, values) {
    const tag = tagIn(names[0] ?? '');
    const way = tag === undefined ? 'pipetail status <pipeline>' : `pipetail list --tag '${tag}'`;
    return {...noNames('list', names, way), output: formOf(values, listForms)};
  },
};

const statusForms = ['text', 'json'] as const;

export const statusCommand: Command<RequestedNames & {readonly output: (typeof statusForms)[number]}> = {
  name: 'status',
  summary: ['pipetail status [pipeline]', 'state, since when, why, errors'],
  introduction:
    'pipetail status shows state, since when, why, and errors: of one pipeline, of those that match, or of all.',
  usage: [['pipetail status [options] [pipeline]', '']],
  examples: [['pipetail status orders -o json', 'one pipeline, for a script']],
  forms: statusForms,
  read(names, values) {
    if (names.length > 1) throw new UsageError(`status takes one pipeline, not ${names.length}`);
    return {output: formOf(values, statusForms), ...readNames(names)};
  },
};

const shells = ['bash', 'zsh', 'fish'] as const;

export const completionCommand: Command<
  {readonly words: readonly string[]} | {readonly shell: (typeof shells)[number]}
> = {
  name: 'completion',
  summary: ['pipetail completion bash|zsh|fish', 'a script that completes commands, options and names'],
  introduction:
    'pipetail completion prints a script for the shell; it asks the server for names, for a second at most.',
  usage: [
    ['source <(pipetail completion bash)', 'in ~/.bashrc, after aliases'],
    ['source <(pipetail completion zsh)', 'in ~/.zshrc, after compinit'],
    ['pipetail completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  verbs: shells,
  read(words) {
    const [first, ...rest] = words;
    // Called by the shells' scripts: the last of the words is completed.
    if (first === 'answer') return {words: rest};
    const typed = words.join(' ');
    const shell = shells.find((each) => each === typed);
    if (shell !== undefined) return {shell};
    // Without a suggestion: a user who types tcsh does not mean zsh.
    throw new UsageError(`completion takes ${listed(shells)}${typed === '' ? '' : `, not '${typed}'`}`);
  },
};

const configVerbs = ['path', 'init'] as const;

export const configCommand: Command<{readonly verb: (typeof configVerbs)[number]}> = {
  name: 'config',
  summary: ['pipetail config path|init', 'the configuration file: where it is, or write it'],
  introduction:
    'pipetail config prints the path of the configuration file, ~/.config/pipetail/config.toml, or creates it.',
  usage: [
    ['pipetail config path', 'where the file is, or would be'],
    ['pipetail config init', 'write it, with every option explained'],
  ],
  notes: ['A flag wins over a variable, a variable over the file, the file over the default.'],
  verbs: configVerbs,
  read: (names) => ({verb: oneOf('config', names.join(' '), configVerbs)}),
};

export const demoCommand: Command<object> = {
  name: 'demo',
  summary: ['pipetail demo [--port N]', 'the embedded demo server, on its own'],
  introduction: 'pipetail demo serves a demo of the Feldera API.',
  verbs: [],
  read: (names) => noNames('demo', names, 'pipetail demo --port 8080'),
};

export const helpCommand: Command<{readonly command: CommandName; readonly isWhole: boolean}> = {
  name: 'help',
  summary: ['pipetail help [command] [all]', 'a summary of a command; all: every option'],
  introduction:
    'pipetail help shows what a command does and its common options, as --help does. Add all to see every option.',
  notes: ['A pipeline called help: pipetail -- help.'],
  examples: [
    ['pipetail help logs', 'the same as pipetail logs --help'],
    ['pipetail help logs all', 'the same as pipetail logs --help all'],
  ],
  verbs: [...commandWords, wholeHelp],
  /** A command, `all`, both or none. */
  read(words) {
    const [first, second] = words.filter((word) => word !== wholeHelp);
    if (second !== undefined) throw new UsageError('help takes one command: pipetail help <command>');
    const command = first === undefined ? 'screen' : commandWords.find((word) => word === first);
    if (command === undefined) {
      const way = didYouMean(first ?? '', commandWords) || ` · commands: ${commandWords.join(', ')}`;
      throw new UsageError(`no command '${first}'${way}`);
    }
    return {command, isWhole: words.includes(wholeHelp)};
  },
};

export const versionCommand: Command<object> = {
  name: 'version',
  summary: ['pipetail version', 'the version'],
  introduction: 'pipetail version shows the version, as --version does.',
  verbs: [],
  read: (names) => noNames('version', names, 'pipetail version'),
};

function noNames(command: CommandName, [first]: readonly string[], way: string): object {
  if (first === undefined) return {};
  throw new UsageError(`${command} takes no names, not '${first}' · try: ${way}`);
}
