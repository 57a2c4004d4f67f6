/** Roff with the macros of man(7). All functions accept plain text. */

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
