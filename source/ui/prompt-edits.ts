/** What is typed, without its last character. */
export function withoutLastCharacter(text: string): string {
  return [...text].slice(0, -1).join('');
}

/** What is typed, without its last word and the blanks behind it. */
export function withoutLastWord(text: string): string {
  return text.replace(/\S*\s*$/, '');
}
