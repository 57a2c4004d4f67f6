import {clean} from './clean.ts';

/**
 * What JSON may hold as it is, but a terminal obeys or takes for the end of a line: DEL, C1, U+2028, U+2029, and what turns
 * the direction of text, so that it reads as something else.
 */
const obeyed = /[\x7f-\x9f\u2028\u2029\p{Bidi_Control}]/gu;

/** A value as JSON that is safe to show: a program reads the same from it. `indent`: cells a level; one line without. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(obeyed, escaped);
}

/**
 * A line for stderr, with its newline. What is said beside JSON is JSON too, an object a line; a failure has the fields
 * that it has for every command.
 */
export function noteText(line: string, isJson: boolean, kind?: 'failure'): string {
  // Some of it is the server's text: names, messages.
  if (!isJson) return `${clean(line)}\n`;
  const text = line.replace(/^pipetail: /, '');
  return `${jsonText(kind === 'failure' ? {error: text, code: 1} : {message: text})}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
