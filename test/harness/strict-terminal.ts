/**
 * Reads bytes for a terminal as strictly as they come: valid UTF-8, printable text, newlines and SGR sequences with at
 * most three digits in a parameter, closed at the end of each line. Throws at anything else. Returns the text alone.
 */
export function strictText(bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  return text
    .split('\n')
    .map((line) => {
      let isOpen = false;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
      const bare = line.replaceAll(/\x1b\[((?:\d{0,3};)*\d{0,3})m/g, (_, parameters: string) => {
        isOpen = parameters !== '' && parameters !== '0';
        return '';
      });
      const control = /[[\p{C}--\p{Co}]\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/v.exec(bare);
      if (control) throw new Error(`U+${control[0].codePointAt(0)?.toString(16)} in ${JSON.stringify(line)}`);
      if (isOpen) throw new Error(`open at the end: ${JSON.stringify(line)}`);
      return bare;
    })
    .join('\n');
}
