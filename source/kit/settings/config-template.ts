import {fileLine, tomlList} from './file-line.ts';
import {isConfigurable, type Option, variableOf} from './option.ts';
import {credentialFlags, options} from './option-table.ts';
import {contextOptions} from './option-values.ts';

const introduction = `# Configuration of pipetail. Lines that begin with # are comments. A line such as
#   #fps = 12
# shows the default of an option, or an example: remove the # and change the value.
#
# A flag wins over a variable, a variable over this file, and this file over the default.
# Options that are in no [table] must be above the first one.
`;

const aboutContexts = `# Contexts: a server and the credential for it. Choose one with --context prod or PIPETAIL_CONTEXT=prod, or make it the
# default with the line  context = "prod"  at the top.
#
# A context is one whole: its credential never goes to another host.
# - One that is named by --context or PIPETAIL_CONTEXT applies whatever FELDERA_HOST and FELDERA_API_KEY hold. --host
#   cannot be combined with --context.
# - The default one applies when neither --host nor FELDERA_HOST names a server.
# - With a context no variable about the server is read, not even FELDERA_TENANT or FELDERA_TLS_INSECURE.
# - Single flags such as --tenant win over the context.
# Set one of auth, auth-variable, oidc-token-file and auth-token-command at most, and one of tls-cert and insecure. auth,
# the key itself, is read only from a file that no other user can read (chmod 600).
`;

const aboutFilters = `# Filters: for a name, a filter or a list of them, as & takes them. In the prompt of & and with --filter: @noise.
#[filters]
#noise = ["!step completed", "level:info"]
`;

const aboutKeys = `# Keys: for a command, a key or a list of keys that replaces its own; an empty list leaves it without a key.
`;

/** A command whose keys can be changed. */
export type KeyLine = {readonly command: string; readonly keys: readonly string[]; readonly help: string};

/** Every option, commented out: `# ` begins an explanation, `#` without a blank a line that can be enabled. */
export function configTemplate(keyLines: readonly KeyLine[]): string {
  return [
    introduction,
    ...options
      .filter((option: Option) => isConfigurable(option) && !option.ofContext)
      .map((option) => `${explain(option)}\n#${fileLine(option)}\n`),
    aboutContexts,
    '#[contexts.prod]',
    ...contextOptions.map(contextLine),
    '',
    aboutFilters,
    aboutKeys,
    '#[keys]',
    ...keyLines.map(({command, keys, help}) => `${`#${tomlKey(command)} = ${tomlList(keys)}`.padEnd(38)} # ${help}`),
    '',
  ].join('\n');
}

function explain(option: Option): string {
  const flag = `--${option.flag}${option.value === undefined ? '' : ` ${option.value}`}, `;
  return `# ${option.setting ? '' : flag}${variableOf(option)}\n# ${option.help}`;
}

/** The table must be valid with all its lines enabled, and other credentials exclude `auth-variable`. */
function contextLine(option: Option): string {
  const line = fileLine(option, option.example);
  const isAlternative = credentialFlags.some((flag) => flag === option.flag);
  return `# ${option.help}\n${isAlternative ? `# or: ${line}` : `#${line}`}`;
}

function tomlKey(name: string): string {
  return name.split('.').every((part) => /^[\w-]+$/.test(part)) ? name : JSON.stringify(name);
}
