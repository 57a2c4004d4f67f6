/** The bytes without their SGR colours; every other byte stays as it is. Latin-1 carries any byte through a string. */
export function stripSgr(line: Uint8Array): Uint8Array {
  if (line.indexOf(0x1b) === -1) return line;
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what an SGR sequence begins with.
  return Buffer.from(text.replace(/\x1b\[[\d;:]*m/g, ''), 'latin1');
}
