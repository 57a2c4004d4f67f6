import {checkName} from './names.ts';
import type {CommandName} from './option.ts';
import type {OptionValues} from './option-values.ts';
import {oneOf, UsageError} from './parse-values.ts';

export type Call = readonly [call: string, does: string];

/**
 * A command as help, completion and the reading of its words need it. The code that runs it is loaded late
 * (`shells/commands/run-command`, `LogCommand`).
 */
export type Command<Words extends object = object> = {
  readonly name: CommandName;
  /** Its row in the usage of the screen; what it does there is its summary. */
  readonly summary: Call;
  /** Purpose of the command. */
  readonly introduction: string;
  /** Absent: its call in the usage of the screen. */
  readonly usage?: readonly Call[];
  /** Paragraphs. */
  readonly notes?: readonly string[];
  /** None of the screen: its usage is long. */
  readonly examples?: readonly Call[];
  /** The values of `--output`; the first is the default. */
  readonly forms?: readonly string[];
  /** Words that may come after it, none if only files or nothing may; absent: names of pipelines. */
  readonly verbs?: readonly string[];
  /** Reads the words after it. They go before options of the same name. Throws `UsageError`. */
  readonly read: (names: readonly string[], values: OptionValues) => Words;
};

/**
 * Reads `--output`, whose first form is the default, which fda calls text. `named`: those that a message lists, all others
 * unless given.
 */
export function formOf<Form extends string>(
  {value}: OptionValues,
  [usual, ...others]: readonly [Form, ...Form[]],
  named: readonly Form[] = others,
): Form {
  const typed = value('output') ?? usual;
  return typed === usual || typed === 'text' ? usual : oneOf('--output', typed, named);
}

/** Reads the only name of a call. `opener`: the call that opens a file, for a message. */
export function readOneName(command: CommandName, names: readonly string[], opener: string): string {
  const [name] = names;
  if (name !== undefined && names.length === 1) return checkName(name, opener);
  const given = names.length > 1 ? `, not ${names.length}` : '';
  throw new UsageError(`${command} takes one pipeline${given}: pipetail ${command} <pipeline>`);
}
