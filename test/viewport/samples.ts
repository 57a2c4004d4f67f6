import {readFileSync} from 'node:fs';

export const sampleFiles = [
  'samples-text-ansi.log',
  'samples-text-nocolor-multihost.log',
  'samples-json.log',
  'samples-json-runner.log',
  'samples-json-real.log',
] as const;

/** The lines of a recorded body, as bytes. */
export function sampleLines(file: (typeof sampleFiles)[number]): readonly Buffer[] {
  const bytes = readFileSync(new URL(`../wire/${file}`, import.meta.url));
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0x0a, start);
    lines.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end === -1 ? bytes.length : end + 1;
  }
  return lines;
}

/**
 * The message of a line that Feldera's logger wrote, as a person finds it: in JSON by its key, in text behind the
 * first path (`a::b:`). Undefined for every other line, and for messages that begin with an invisible character.
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
