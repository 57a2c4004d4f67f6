import {clean} from '../../lib/clean.ts';
import {noStyle, type Style, sameStyle} from './style.ts';

type StyleRun = TextRange & {readonly style: Style};

declare const isClean: unique symbol;

/**
 * Text that is safe to show (`clean`) and its styles. Runs are sorted, not empty and do not overlap; what no run covers
 * is plain. It is made of any text by `plain` or `sanitise` and changed here alone, so a row cannot hold anything else.
 */
export type StyledText = {readonly text: string; readonly runs: readonly StyleRun[]; readonly [isClean]: true};

/** UTF-16 offsets, the end exclusive. */
export type TextRange = {readonly start: number; readonly end: number};

const noRuns: readonly StyleRun[] = [];

/** Any text, in one style. */
export function plain(text: string, style: Style = noStyle): StyledText {
  const shown = clean(text);
  if (shown === '' || sameStyle(style, noStyle)) return styled(shown, noRuns);
  return styled(shown, [{start: 0, end: shown.length, style}]);
}

/** `text`: clean. */
function styled(text: string, runs: readonly StyleRun[]): StyledText {
  return {text, runs} as StyledText;
}

/** Texts one below the other, with line breaks between them: the one control that a styled text may have. */
export function joinLines(lines: readonly StyledText[]): StyledText {
  return concat(lines.flatMap((line, index) => (index === 0 ? line : [lineBreak, line])));
}

const lineBreak = styled('\n', noRuns);

export function concat(parts: readonly StyledText[]): StyledText {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const builder = new StyledTextBuilder();
  for (const part of parts) builder.append(part);
  return builder.finish();
}

/** Offsets outside the text are clamped. */
export function slice(whole: StyledText, start: number, end: number): StyledText {
  const from = Math.max(0, start);
  const to = Math.min(whole.text.length, end);
  if (from === 0 && to === whole.text.length) return whole;
  if (from >= to) return plain('');
  const runs: StyleRun[] = [];
  for (const run of whole.runs) {
    if (run.start >= to) break;
    if (run.end <= from) continue;
    runs.push({start: Math.max(run.start, from) - from, end: Math.min(run.end, to) - from, style: run.style});
  }
  return styled(whole.text.slice(from, to), runs);
}

/** Paints `style` over the ranges (sorted, not overlapping): its fields win, and a ground drops `dim`, for contrast. */
export function overlay(base: StyledText, ranges: readonly TextRange[], style: Style): StyledText {
  if (ranges.length === 0) return base;
  const builder = new StyledTextBuilder();
  let at = 0;
  let next = 0;
  const copyUpTo = (end: number, over: Style) => {
    while (at < end) {
      while ((base.runs[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
      const run = base.runs[next];
      const inside = run !== undefined && run.start <= at;
      const stop = Math.min(end, run === undefined ? end : inside ? run.end : run.start);
      builder.add(base.text.slice(at, stop), inside ? painted(run.style, over) : over);
      at = stop;
    }
  };
  for (const range of ranges) {
    copyUpTo(Math.min(range.start, base.text.length), noStyle);
    copyUpTo(Math.min(range.end, base.text.length), style);
  }
  copyUpTo(base.text.length, noStyle);
  return builder.finish();
}

function painted(style: Style, over: Style): Style {
  const {dim, ...rest} = style;
  const hasGround = over.bg !== undefined || over.inverse === true;
  return {...(dim && !hasGround ? style : rest), ...over};
}

/** Gives the text other styles: `change` gets those of the runs, and `noStyle` for what is between them. */
export function restyle({text, runs}: StyledText, change: (style: Style) => Style): StyledText {
  const builder = new StyledTextBuilder();
  let at = 0;
  for (const run of runs) {
    builder.add(text.slice(at, run.start), change(noStyle));
    builder.add(text.slice(run.start, run.end), change(run.style));
    at = run.end;
  }
  builder.add(text.slice(at), change(noStyle));
  return builder.finish();
}

/** Joins neighbours that look the same. What is added is clean: only this room makes one. */
export class StyledTextBuilder {
  #text = '';
  readonly #runs: StyleRun[] = [];
  /** The run that is still growing: from `#start` to the end of the text. */
  #style = noStyle;
  #start = 0;

  add(text: string, style: Style): void {
    if (text === '') return;
    if (!sameStyle(style, this.#style)) {
      this.#closeRun();
      this.#style = style;
    }
    this.#text += text;
  }

  append({text, runs}: StyledText): void {
    let at = 0;
    for (const run of runs) {
      this.add(text.slice(at, run.start), noStyle);
      this.add(text.slice(run.start, run.end), run.style);
      at = run.end;
    }
    this.add(text.slice(at), noStyle);
  }

  /** The builder must not be used afterwards. */
  finish(): StyledText {
    this.#closeRun();
    return styled(this.#text, this.#runs);
  }

  #closeRun(): void {
    if (this.#start < this.#text.length && !sameStyle(this.#style, noStyle)) {
      this.#runs.push({start: this.#start, end: this.#text.length, style: this.#style});
    }
    this.#start = this.#text.length;
  }
}
