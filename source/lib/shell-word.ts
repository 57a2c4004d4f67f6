/** Quoted for any POSIX shell, if it needs to be. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
