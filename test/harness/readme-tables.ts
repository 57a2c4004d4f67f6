import {optionRows} from '../../source/settings/help-text.ts';
import {commandGroups, keysShown} from '../../source/ui/commands.ts';

/** The readme's table of keys, in Markdown, made from the table that dispatches them. */
export function readmeKeyTable(): string {
  const rows = commandGroups().flatMap(({group, commands}) =>
    commands.map((command, index) => [index === 0 ? group : '', code(keysShown(command)), command.help]),
  );
  return markdownTable(['where', 'key', 'what it does'], rows);
}

/** The readme's table of a command's options, in Markdown, made from the table that `--help` is made from. */
export function readmeOptionTable(command: 'screen' | 'logs' = 'screen'): string {
  return markdownTable(
    ['option', 'what it does'],
    optionRows(command).map(({left, help}) => [code(left), help]),
  );
}

/** What stands between `<!-- name -->` and `<!-- /name -->`, without the blank lines around it; undefined: no such. */
export function readmeSection(readme: string, name: string): string | undefined {
  const start = readme.indexOf(`<!-- ${name} -->`);
  const end = readme.indexOf(`<!-- /${name} -->`);
  return start === -1 || end < start ? undefined : readme.slice(start + `<!-- ${name} -->`.length, end).trim();
}

function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
