import type {CommandName} from './options.ts';

/** What `--output` can be, by command; the first is what it is without the flag. */
export const outputForms = {
  logs: ['raw', 'json', 'markdown'],
  list: ['table', 'wide', 'name', 'json'],
  status: ['text', 'json'],
  config: ['text', 'json'],
} as const;

export type LogsForm = (typeof outputForms.logs)[number];
export type ListForm = (typeof outputForms.list)[number];
export type StatusForm = (typeof outputForms.status)[number];
export type ConfigForm = (typeof outputForms.config)[number];

/** The forms of a command that has any. */
export function formsOf(command: CommandName): readonly string[] {
  return command in outputForms ? outputForms[command as keyof typeof outputForms] : [];
}

/** Whether JSON was asked for: then complaints are JSON too, those about the command line itself included. */
export function wantsJson(argv: readonly string[]): boolean {
  const separator = argv.indexOf('--');
  const flags = separator === -1 ? argv : argv.slice(0, separator);
  return flags.some(
    (word, index) =>
      /^(--output=|-o=?)json$/.test(word) || (word === 'json' && /^(--output|-o)$/.test(flags[index - 1] ?? '')),
  );
}
