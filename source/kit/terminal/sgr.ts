import {type Color, type Colors, noStyle, type Style, styleToSgr} from './style.ts';
import type {StyledText} from './styled-text.ts';

type Pen = {-readonly [Key in keyof Style]: Style[Key]};

/** ECMA-48, colours of ITU-T T.416 in `;` and `:` forms. Unknown, malformed and other parameters change nothing. */
export function applySgr(style: Style, parameters: string): Style {
  if (parameters === '' || parameters === '0') return noStyle;
  let pen: Pen = {...style};
  const fields = parameters.split(';');
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index] ?? '';
    const parts = field.split(':').map(Number);
    const code = parts[0] ?? 0;
    if (code === 38 || code === 48 || code === 58) {
      // The `:` form is one field; the `;` form continues in the fields that follow.
      const colonForm = parts.length > 1;
      const rest = colonForm ? parts.slice(1) : fields.slice(index + 1, index + 5).map(Number);
      if (!colonForm) index += rest[0] === 2 ? 4 : rest[0] === 5 ? 2 : 0;
      const color = readColor(rest, colonForm);
      if (color !== undefined && code === 38) pen.fg = color;
      if (color !== undefined && code === 48) pen.bg = color;
    } else if (code === 0) {
      pen = {};
    } else {
      applyCode(pen, code, parts[1]);
    }
  }
  return pen;
}

function applyCode(pen: Pen, code: number, detail: number | undefined): void {
  switch (code) {
    case 1:
      pen.bold = true;
      break;
    case 2:
      pen.dim = true;
      break;
    case 3:
      pen.italic = true;
      break;
    case 4:
      // 4:0 is no underline, 4:1 to 4:5 are its kinds.
      if (detail === 0) delete pen.underline;
      else pen.underline = true;
      break;
    case 7:
      pen.inverse = true;
      break;
    case 9:
      pen.strike = true;
      break;
    case 21:
      pen.underline = true;
      break;
    case 22:
      delete pen.bold;
      delete pen.dim;
      break;
    case 23:
      delete pen.italic;
      break;
    case 24:
      delete pen.underline;
      break;
    case 27:
      delete pen.inverse;
      break;
    case 29:
      delete pen.strike;
      break;
    case 39:
      delete pen.fg;
      break;
    case 49:
      delete pen.bg;
      break;
    default:
      if (code >= 30 && code <= 37) pen.fg = code - 30;
      else if (code >= 40 && code <= 47) pen.bg = code - 40;
      else if (code >= 90 && code <= 97) pen.fg = code - 90 + 8;
      else if (code >= 100 && code <= 107) pen.bg = code - 100 + 8;
  }
}

/** `5, n` or `2, r, g, b`; the `:` form may have a colour space before red, often empty: `2::r:g:b`. */
function readColor([kind, ...values]: readonly number[], colonForm: boolean): Color | undefined {
  if (kind === 5) return isByte(values[0]) ? values[0] : undefined;
  if (kind !== 2) return undefined;
  const [red, green, blue] = colonForm && values.length > 3 ? values.slice(1) : values;
  return isByte(red) && isByte(green) && isByte(blue) ? [red, green, blue] : undefined;
}

function isByte(value: number | undefined): value is number {
  return value !== undefined && value >= 0 && value <= 255;
}

const extending = /[\p{Mn}\p{Me}\u1160-\u11ff]+/vy;

/** Adds SGR sequences and no other control characters; all styles are closed at the end. */
export function paint({text, runs}: StyledText, colors: Colors): string {
  if (runs.length === 0) return text;
  let painted = '';
  let at = 0;
  let open = '';
  for (const run of runs) {
    const start = afterMarks(text, run.start);
    const end = afterMarks(text, run.end);
    if (start >= end) continue;
    const parameters = styleToSgr(run.style, colors);
    if (start > at) painted += transition(open, '') + text.slice(at, start);
    painted += transition(start > at ? '' : open, parameters) + text.slice(start, end);
    open = parameters;
    at = end;
  }
  return painted + transition(open, '') + text.slice(at);
}

/** The SGR sequence from one style to another, both as parameters; empty for plain. */
export function transition(from: string, to: string): string {
  if (from === to) return '';
  if (from === '') return `\x1b[${to}m`;
  if (to === '') return '\x1b[0m';
  return to.startsWith(`${from};`) ? `\x1b[${to.slice(from.length + 1)}m` : `\x1b[0;${to}m`;
}

/** Changes the style after the marks of a base: a sequence before them would separate them in some terminals. */
function afterMarks(text: string, offset: number): number {
  if (!(text.charCodeAt(offset) >= 0x300)) return offset;
  extending.lastIndex = offset;
  return extending.test(text) ? extending.lastIndex : offset;
}

const esc = 0x1b;
// Programs send fewer than 40 bytes. The limit bounds what is held back between two blocks.
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what an SGR sequence begins with.
const sgrSequence = /\x1b\[[\d;:]{0,253}m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const startOfSgr = /^\x1b(?:\[[\d;:]{0,253})?$/;
const longestStart = 255;

/** Removes SGR sequences of at most 256 bytes and keeps all other bytes. */
export function stripSgr(bytes: Uint8Array): Uint8Array {
  return bytes.includes(esc) ? Buffer.from(latin1(bytes).replace(sgrSequence, ''), 'latin1') : bytes;
}

/** `stripSgr` for bytes that come in blocks. */
export class SgrStripper {
  #heldBack: Uint8Array = new Uint8Array();

  /** Possible start of a sequence, after the last block. */
  get rest(): Uint8Array {
    return this.#heldBack;
  }

  strip(block: Uint8Array): Uint8Array {
    const bytes = this.#heldBack.length === 0 ? block : Buffer.concat([this.#heldBack, block]);
    const end = startOfUnfinished(bytes);
    this.#heldBack = bytes.slice(end);
    return stripSgr(bytes.subarray(0, end));
  }
}

/** Offset of a sequence that may end in the next block; the number of bytes if there is none. */
function startOfUnfinished(bytes: Uint8Array): number {
  const start = bytes.lastIndexOf(esc);
  if (start === -1 || bytes.length - start > longestStart) return bytes.length;
  return startOfSgr.test(latin1(bytes.subarray(start))) ? start : bytes.length;
}

/** A character for each byte. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
