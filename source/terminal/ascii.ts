import {spans} from './width.ts';

/** What the program's own signs become where the locale is not UTF-8. */
const signs: Readonly<Record<string, string>> = {
  '·': '-',
  '…': '~',
  '→': '>',
  '←': '<',
  '↑': '^',
  '↓': 'v',
  '▼': 'v',
  '–': '-',
  '×': 'x',
  '✗': '!',
};

/** The text in ASCII, cell for cell: bytes above it would be garbage in a terminal whose locale is not UTF-8. */
export function toAscii(text: string): string {
  return text.replace(/[^\0-\x7f]+/gu, (run) => {
    let ascii = '';
    for (const {start, end, cells} of spans(run)) ascii += signs[run.slice(start, end)] ?? '?'.repeat(cells);
    return ascii;
  });
}
