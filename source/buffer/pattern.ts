import {neededTexts} from './needed-texts.ts';

/** Offsets in a string (UTF-16 units), the end exclusive. */
export type Range = {readonly start: number; readonly end: number};

/**
 * Runs `task` and ends it by force after `milliseconds`: then undefined. Nothing but an engine from outside can stop a
 * regular expression that backtracks for minutes, and a task that is stopped so runs no `catch` and no `finally`.
 */
export type Watch = <T>(milliseconds: number, task: () => T) => {readonly value: T} | undefined;

/** A pattern that takes longer than this, for one line or one slice of a search, is given up. Milliseconds. */
const patience = 250;
/** Backtracking steps that are run without a watch: some 10 ms. */
const harmlessSteps = 1e7;
const mostRanges = 1000;

/** The characters that are not themselves in a regular expression. */
const special = /[\\^$.*+?()[\]{}|]/;

/** Where an upper-case letter is not one to be found: escapes and the names of groups. */
const notTyped =
  /\\[pP]\{[^}]*\}|\\x[\da-fA-F]{2}|\\u\{[\da-fA-F]+\}|\\u[\da-fA-F]{4}|\\c[A-Za-z]|\\k<\w*>|\(\?<\w+>|\\./gsu;

/** What is searched for. Made by `compilePattern`. */
export class Pattern {
  /** As typed. */
  readonly source: string;
  /** It does not compile as a regular expression, and is searched for as it stands. */
  readonly literal: boolean;
  readonly caseSensitive: boolean;
  /** Set if a match is always this very text, whatever the case when `caseSensitive` is false. */
  readonly needle: string | undefined;
  /** Texts of printable ASCII that are part of every match, in either case when `caseSensitive` is false. */
  readonly needed: readonly string[];
  readonly #regExp: RegExp;
  readonly #global: RegExp;
  readonly #degree: number;
  readonly #watch: Watch | undefined;
  #tooSlow = false;

  constructor(options: {
    source: string;
    literal: boolean;
    needle: string | undefined;
    regExp: RegExp;
    watch: Watch | undefined;
  }) {
    this.source = options.source;
    this.literal = options.literal;
    this.needle = options.needle;
    this.needed = options.needle === undefined ? neededTexts(options.source) : printable(options.needle);
    this.caseSensitive = !options.regExp.ignoreCase;
    this.#regExp = options.regExp;
    this.#global = new RegExp(options.regExp, `${options.regExp.flags}g`);
    this.#degree = options.needle === undefined ? degreeOf(options.source) : 0;
    this.#watch = options.watch;
  }

  /** It took too long once: from then on it matches nothing, and `guard` answers undefined. */
  get tooSlow(): boolean {
    return this.#tooSlow;
  }

  /** Whether the text of a line matches, with an empty match too (`^$` finds empty lines). Call it inside `guard`. */
  test(text: string): boolean {
    if (this.needle !== undefined && this.caseSensitive) return text.includes(this.needle);
    return this.#regExp.test(text);
  }

  /** Where the text of a line matches, in order and without overlap; empty matches and those past 1,000 are left out. */
  ranges(text: string): Range[] {
    return this.guard(text.length, () => this.#rangesUnguarded(text)) ?? [];
  }

  /**
   * Runs `task`, which tests texts of up to `length` characters and changes nothing outside itself. If that could take
   * long it is watched: past 250 ms it is ended, `tooSlow` set, and undefined answered, now and ever after. Without a
   * `Watch` nothing is ended.
   */
  guard<T>(length: number, task: () => T): T | undefined {
    if (this.#tooSlow) return undefined;
    const isHarmless = this.#degree === 0 || length ** (this.#degree + 1) <= harmlessSteps;
    if (isHarmless || !this.#watch) return task();
    const result = this.#watch(patience, task);
    this.#tooSlow = result === undefined;
    return result?.value;
  }

  #rangesUnguarded(text: string): Range[] {
    const ranges: Range[] = [];
    for (const {0: match, index} of text.matchAll(this.#global)) {
      if (match !== '') ranges.push({start: index, end: index + match.length});
      if (ranges.length === mostRanges) break;
    }
    return ranges;
  }
}

/**
 * Reads `source` as a regular expression, or as plain text where it is none (`foo(`). Case counts only if `source` has
 * an upper-case letter outside escapes (smart case): `\S` and `\p{Lu}` do not make it count. With a `watch` a pattern
 * that could take for ever, `(a+)+b`, is given up (`Pattern.tooSlow`); without one it blocks.
 */
export function compilePattern(source: string, {watch}: {watch?: Watch} = {}): Pattern {
  // With the flag a `.` takes a whole emoji; without it more sources compile (`\-`, `a{`).
  const regExp = compile(source, 'u') ?? compile(source, '');
  if (regExp && special.test(source)) return new Pattern({source, literal: false, needle: undefined, regExp, watch});
  const escaped = source.replace(new RegExp(special, 'g'), '\\$&');
  const plain = new RegExp(escaped, /\p{Lu}/u.test(source) ? 'u' : 'iu');
  return new Pattern({source, literal: !regExp, needle: source, regExp: plain, watch});
}

function printable(needle: string): readonly string[] {
  return /^[ -~]+$/.test(needle) ? [needle] : [];
}

function compile(source: string, flags: string): RegExp | undefined {
  const caseCounts = /\p{Lu}/u.test(source.replace(notTyped, ''));
  try {
    return new RegExp(source, caseCounts ? flags : `i${flags}`);
  } catch {
    return undefined;
  }
}

/**
 * An upper bound of the power of the text's length by which matching may grow, less one; infinite where it may grow
 * exponentially: a quantifier on a group, or many of them. Whatever looks like a quantifier counts as one.
 */
function degreeOf(source: string): number {
  if (/\)[*+?{]|\\[1-9k]/.test(source)) return Number.POSITIVE_INFINITY;
  return source.match(/[*+{]|(?<!\()\?/g)?.length ?? 0;
}
