import {wrapWords} from '../../source/terminal/fit.ts';

/** Roff with the macros of man(7): written from plain text, and read back for a terminal. */

/** Characters that roff interprets, or prints as typographic ones. */
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** Escapes a text, in ASCII: the formatter replaces what a locale cannot show. */
export function plain(text: string): string {
  const escaped = text
    .replace(/[\\\-'`^~"]/g, (character) => escapes[character] ?? character)
    .replace(/[^\n\x20-\x7e]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    });
  // A line that begins with a dot is a request.
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

export function bold(text: string): string {
  return `\\fB${plain(text)}\\fR`;
}

/** A term in bold, with the description below and to the right unless it is empty. */
export function entry(term: string, description: string): string[] {
  return description === '' ? ['.PP', bold(term)] : ['.TP', bold(term), plain(description)];
}

export function paragraph(text: string): string {
  return `.PP\n${plain(text)}`;
}

export function heading(title: string): string {
  return `.SH ${title.toUpperCase()}`;
}

export function subheading(title: string): string {
  return `.SS ${plain(title)}`;
}

/** Cells before paragraphs, and before the description of a term. */
const indents = {paragraph: 4, description: 11};

/** What this file has written as text of so many cells a row, without styles. */
export function textOf(page: string, width: number): string {
  const rows: string[] = [];
  let indent = indents.paragraph;
  let isTerm = false;
  const open = (title: string, cells: number) => rows.push('', ' '.repeat(cells) + unescaped(title));
  for (const line of page.split('\n')) {
    const [, macro, rest = ''] = /^\.([A-Za-z]{2})\b ?(.*)$/.exec(line) ?? [];
    if (macro === 'SH') open(rest, 0);
    else if (macro === 'SS') open(rest, 2);
    else if (macro === 'PP') {
      rows.push('');
      indent = indents.paragraph;
    } else if (macro === 'TP') {
      rows.push('');
      isTerm = true;
    } else if (macro === undefined && line !== '' && !line.startsWith('.')) {
      const cells = isTerm ? indents.paragraph : indent;
      rows.push(...wrapWords(unescaped(line), width - cells).map((row) => ' '.repeat(cells) + row));
      if (isTerm) indent = indents.description;
      isTerm = false;
    }
    if (macro === 'SH' || macro === 'SS') indent = indents.paragraph;
  }
  return `${rows.slice(1).join('\n')}\n`;
}

const characters = new Map(Object.entries(escapes).map(([character, written]) => [written, character]));

function unescaped(text: string): string {
  return text.replace(/\\(?:f[BR]|&|\[u([0-9A-F]+)\]|\(\w\w|.)/g, (written, code?: string) => {
    if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
    return characters.get(written) ?? '';
  });
}
