import {errorText} from '../lib/error-text.ts';
import {UsageError} from './usage-error.ts';

/** What was typed, if it is a regular expression. Throws `UsageError`; `name` names the option in it. */
export function readExpression(source: string, name: string): string {
  // As it is compiled later: with the flag, or without it (`compilePattern`).
  if (problemOf(source, 'u') === undefined) return source;
  const problem = problemOf(source, '');
  if (problem === undefined) return source;
  throw new UsageError(
    `${name} '${source}' is no regular expression · ${problem} · put \\ before what is meant as itself`,
  );
}

function problemOf(source: string, flags: string): string | undefined {
  try {
    new RegExp(source, flags);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** What the engine says of a bad expression, without the expression itself. */
export function reasonOf(error: unknown): string {
  const message = errorText(error);
  return message
    .slice(message.lastIndexOf(': ') + 1)
    .trim()
    .toLowerCase();
}
