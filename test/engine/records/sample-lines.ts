import {readFileSync} from 'node:fs';
import {sanitise} from '../../../source/kit/terminal/sanitise.ts';

export const sampleFiles = [
  'samples-text-ansi.log',
  'samples-text-nocolor-multihost.log',
  'samples-json.log',
  'samples-json-runner.log',
  'samples-json-real.log',
] as const;

/** The lines of a recording in `test/wire/`, as bytes and as the text that the screen shows. */
export function sampleLines(file: string): {bytes: Buffer; text: string}[] {
  const bytes = readFileSync(new URL(`../../wire/${file}`, import.meta.url));
  const lines: {bytes: Buffer; text: string}[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf('\n', start);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(start, end);
    lines.push({bytes: line, text: sanitise(line.toString()).text});
    start = end + 1;
  }
  return lines;
}

/**
 * The message of a line that Feldera's logger wrote, found in a simpler way than the source does: in JSON by its key, in
 * text after the first path (`a::b:`). Undefined for other lines, and for messages that begin with an invisible character.
 */
export function messageOf(line: Buffer): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
  const text = line.toString().replaceAll(/\x1b\[[\d;]*m/g, '');
  const message = text.startsWith('{')
    ? jsonMessage(text)
    : /^\[[^\]]+\] \S+Z {1,2}[A-Z]{4,5} .*?\w+(?:::\w+)+: {1,2}(?<message>.*)/.exec(text)?.groups?.message;
  return message !== undefined && /^[ -~]{3}/.test(message) ? message : undefined;
}

function jsonMessage(text: string): string | undefined {
  const {fields} = JSON.parse(text) as {fields?: {message?: string; line?: string}};
  return fields?.message ?? fields?.line;
}
