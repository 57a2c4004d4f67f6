import {noStyle, type Style, sameStyle} from './style.ts';

/** UTF-16 offsets, the end exclusive. */
type StyleRun = {readonly start: number; readonly end: number; readonly style: Style};

/** Text and its styles. Runs are sorted, not empty and do not overlap; what no run covers is plain. */
export type StyledText = {readonly text: string; readonly runs: readonly StyleRun[]};

type TextRange = {readonly start: number; readonly end: number};

const noRuns: readonly StyleRun[] = [];

/** `text` must be sanitised, or be the program's own. */
export function plain(text: string, style: Style = noStyle): StyledText {
  if (text === '' || sameStyle(style, noStyle)) return {text, runs: noRuns};
  return {text, runs: [{start: 0, end: text.length, style}]};
}

export function concat(parts: readonly StyledText[]): StyledText {
  const builder = new StyledTextBuilder();
  for (const part of parts) builder.append(part);
  return builder.finish();
}

/** Offsets outside the text are clamped. */
export function slice(styled: StyledText, start: number, end: number): StyledText {
  const from = Math.max(0, start);
  const to = Math.min(styled.text.length, end);
  if (from === 0 && to === styled.text.length) return styled;
  if (from >= to) return plain('');
  const runs: StyleRun[] = [];
  for (const run of styled.runs) {
    if (run.start >= to) break;
    if (run.end <= from) continue;
    runs.push({start: Math.max(run.start, from) - from, end: Math.min(run.end, to) - from, style: run.style});
  }
  return {text: styled.text.slice(from, to), runs};
}

/** Paints `style` over the ranges (sorted, not overlapping): its fields win, and a ground drops `dim`, for contrast. */
export function overlay(styled: StyledText, ranges: readonly TextRange[], style: Style): StyledText {
  if (ranges.length === 0) return styled;
  const builder = new StyledTextBuilder();
  let at = 0;
  let next = 0;
  const copyUpTo = (end: number, over: Style) => {
    while (at < end) {
      while ((styled.runs[next]?.end ?? Number.POSITIVE_INFINITY) <= at) next++;
      const run = styled.runs[next];
      const inside = run !== undefined && run.start <= at;
      const stop = Math.min(end, run === undefined ? end : inside ? run.end : run.start);
      builder.add(styled.text.slice(at, stop), inside ? painted(run.style, over) : over);
      at = stop;
    }
  };
  for (const range of ranges) {
    copyUpTo(Math.min(range.start, styled.text.length), noStyle);
    copyUpTo(Math.min(range.end, styled.text.length), style);
  }
  copyUpTo(styled.text.length, noStyle);
  return builder.finish();
}

function painted(style: Style, over: Style): Style {
  const {dim, ...rest} = style;
  const hasGround = over.bg !== undefined || over.inverse === true;
  return {...(dim && !hasGround ? style : rest), ...over};
}

/** Joins neighbours that look the same. */
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
    return {text: this.#text, runs: this.#runs};
  }

  #closeRun(): void {
    if (this.#start < this.#text.length && !sameStyle(this.#style, noStyle)) {
      this.#runs.push({start: this.#start, end: this.#text.length, style: this.#style});
    }
    this.#start = this.#text.length;
  }
}
