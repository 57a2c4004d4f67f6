/** The few pieces of roff, in the macros of man(7), that the manual page is made of. Texts are given plain. */

/** Characters that roff reads as something else, or sets as typographic ones. */
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
  '"': '\\(dq',
};

/** Text that comes out as it stands, in ASCII alone: what a locale cannot show is then the formatter's to replace. */
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

/** A term in bold with its description, if there is one, below and to the right. */
export function entry(term: string, description: string): string[] {
  return description === '' ? ['.PP', bold(term)] : ['.TP', bold(term), plain(description)];
}

export function paragraph(text: string): string {
  return `.PP\n${plain(text)}`;
}

/** A section's heading, in capitals as all of them are. */
export function heading(title: string): string {
  return `.SH ${title.toUpperCase()}`;
}

export function subheading(title: string): string {
  return `.SS ${plain(title)}`;
}
