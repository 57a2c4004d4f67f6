import {errorText} from './format.ts';

/** A regular expression that the engine can run, or why it cannot: in lower case, without the expression itself. */
type Expression =
  | {readonly regExp: RegExp; readonly problem?: undefined; readonly isTooLarge?: undefined}
  | {readonly regExp?: undefined; readonly problem: string; readonly isTooLarge: boolean};

/** Characters. To compile `a.a.…` of this length, the slowest kind, takes 60 ms. */
const longest = 4_000;
/** A text of one byte a character, and one of two: the engine compiles for each when it meets the first one. */
const trials = ['', '\u0101'];

/** Compiles an expression and tries it: V8 accepts one that is too large, and throws when it is used first. */
export function compileExpression(source: string, flags: string): Expression {
  const tooLarge = {problem: 'too large', isTooLarge: true};
  if (source.length > longest) return tooLarge;
  let regExp: RegExp;
  try {
    regExp = new RegExp(source, flags);
  } catch (error) {
    return {problem: reasonOf(error), isTooLarge: false};
  }
  try {
    for (const trial of trials) regExp.test(trial);
    return {regExp};
  } catch {
    return tooLarge;
  }
}

/** The engine's reason for refusing an expression, in lower case and without the expression, which may be a user's text. */
function reasonOf(error: unknown): string {
  const message = errorText(error);
  return message
    .slice(message.lastIndexOf(': ') + 1)
    .trim()
    .toLowerCase();
}
