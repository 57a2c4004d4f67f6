import {readFileSync} from 'node:fs';
import {sanitise} from '../../source/terminal/sanitise.ts';

export const sampleFiles = [
  'samples-text-ansi.log',
  'samples-text-nocolor-multihost.log',
  'samples-json.log',
  'samples-json-runner.log',
  'samples-json-real.log',
] as const;

/** The lines of a recording in `test/wire/`, as bytes and as the text that the screen shows. */
export function sampleLines(file: string): {bytes: Buffer; text: string}[] {
  const bytes = readFileSync(new URL(`../wire/${file}`, import.meta.url));
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
