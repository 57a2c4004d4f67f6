import {effectiveCommands, numericValues, type Option, options, variableOf} from './option-table.ts';
import {contextOptions} from './option-values.ts';
import {colorNames} from './palette.ts';

const introduction = `# Configuration of pipetail. Lines that begin with # are comments; a line such as
#   #fps = 12
# has the default of an option, or an example: take the # away and change the value.
#
# A flag wins over a variable, a variable over this file, and this file over the default.
# pipetail config show says what is in force and why; pipetail config check looks for mistakes.
# All that is not in a [table] stands above the first one.
`;

const aboutContexts = `# Contexts: which server, and as whom. Use one with --context prod or PIPETAIL_CONTEXT=prod, or make it the usual one
# with the line  context = "prod"  at the top.
#
# A context is one whole: no credential goes to the host of another.
# - One that is named is in force whatever FELDERA_HOST and FELDERA_API_KEY say. --host does not go with --context.
# - The usual one is in force as long as neither --host nor FELDERA_HOST names a server.
# - While one is in force, no variable about the server counts, not FELDERA_TENANT nor FELDERA_TLS_INSECURE either.
# - Single flags such as --tenant win over what the context says.
# Of auth, auth-variable and auth-token-command give one; of tls-cert and insecure too. auth, the key itself, is taken
# only from a file that nobody else can read (chmod 600).
`;

const aboutKeys = `# Keys: the name of a command, and a key or a list of keys in place of its own; an empty list leaves it without one.
`;

const aboutThemes = `# Themes of your own, for  theme = "mine"  at the top: #rrggbb, a number from 0 to 255 or the name of a colour, for any of
# ${colorNames.slice(0, 8).join(', ')} and the same with bright-.
`;

/** A command that keys can be given to: its name, its keys, what it does. */
export type KeyLine = {readonly command: string; readonly keys: readonly string[]; readonly help: string};

/**
 * The text of a configuration file with every option at its default, or with an example where it has none, all
 * commented out: `#` with a blank behind it begins an explanation, without one a line that can be put in force.
 */
export function configTemplate(keyLines: readonly KeyLine[]): string {
  const standing = options.filter((option: Option) => effectiveCommands(option).length > 0);
  return [
    introduction,
    ...standing
      .filter((option: Option) => !option.ofContext)
      .map((option) => `${explain(option)}\n${lineOf(option)}\n`),
    aboutContexts,
    '#[contexts.prod]',
    ...contextOptions.map(contextLine),
    '',
    aboutKeys,
    '#[keys]',
    ...keyLines.map(
      ({command, keys, help}) => `${`#${formatToml.key(command)} = ${formatToml.list(keys)}`.padEnd(38)} # ${help}`,
    ),
    '',
    aboutThemes,
    '#[themes.mine]',
    '#blue = "#5f87ff"',
    '#bright-black = 244',
    '',
  ].join('\n');
}

function explain(option: Option): string {
  const flag = `--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}`;
  return `# ${flag}, ${variableOf(option)}\n# ${option.help}`;
}

function lineOf({flag, value, fallback, example, choices}: Option): string {
  if (value === undefined) return `#${flag} = false`;
  const text = fallback ?? example ?? choices?.[0] ?? '';
  const isNumber = numericValues.includes(value) && /^\d+$/.test(text);
  return `#${flag} = ${isNumber ? text : formatToml.text(text)}`;
}

/** Of what rules each other out, one: with all comment signs taken away the table is still right. */
const examples: ReadonlyMap<string, string> = new Map([
  ['host', '"https://feldera.example.com"'],
  ['auth-variable', '"PROD_FELDERA_KEY"'],
  ['auth-token-command', '"get-token --for prod"'],
  ['auth', '"apikey:…"'],
  ['tenant', '"acme"'],
  ['tls-cert', '"~/.config/pipetail/roots.pem"'],
  ['allow-http-key', 'false'],
  ['insecure', 'false'],
  ['color', '"red"'],
]);
const alternatives = ['auth', 'auth-token-command'];

function contextLine({flag, help}: Option): string {
  const line = `${flag} = ${examples.get(flag) ?? '""'}`;
  return `# ${help}\n${alternatives.includes(flag) ? `# or: ${line}` : `#${line}`}`;
}

/** Writes pieces of TOML. */
const formatToml = {text, list, key};

/** In `'…'` where nothing has to be escaped, as a pattern reads best so. */
function text(value: string): string {
  return /[\\"]/.test(value) && !value.includes("'") ? `'${value}'` : JSON.stringify(value);
}

function list(values: readonly string[]): string {
  const [only] = values;
  return values.length === 1 && only !== undefined ? text(only) : `[${values.map(text).join(', ')}]`;
}

function key(name: string): string {
  return name.split('.').every((part) => /^[\w-]+$/.test(part)) ? name : JSON.stringify(name);
}
