export const tab = 0x09;
export const carriageReturn = 0x0d;
export const escapeByte = 0x1b;
export const space = 0x20;
export const quote = 0x22;
export const apostrophe = 0x27;
export const comma = 0x2c;
export const colon = 0x3a;
export const openingBracket = 0x5b;
export const backslash = 0x5c;
export const closingBracket = 0x5d;
export const openingBrace = 0x7b;
export const closingBrace = 0x7d;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function isAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index++) if (bytes[at + index] !== part[index]) return false;
  return true;
}

export function offsetOf(bytes: Uint8Array, byte: number, start: number, end: number): number | undefined {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return undefined;
}

/** Returns whether a line has more than spaces and control characters. */
export function hasText(line: Uint8Array): boolean {
  return line.some((byte) => byte > space);
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
