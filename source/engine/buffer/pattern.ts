import {compileExpression} from '../../lib/expression.ts';

/** UTF-16 offsets, the end exclusive. */
type Range = {readonly start: number; readonly end: number};

/**
 * Runs `task`; undefined: it was ended by force after `milliseconds`. Only the engine can stop a regular expression
 * that backtracks for minutes; the task then runs no `catch` and no `finally`.
 */
export type TimeLimit = <T>(milliseconds: number, task: () => T) => {readonly value: T} | undefined;

/** Milliseconds after which a task is ended: 16 with the slice around it. */
const limitMs = 8;
/** Milliseconds of a second try for a single text: the first may have met a stall of the machine. */
const secondLimitMs = 16;
/** Milliseconds of ended tasks, in all, after which the pattern is abandoned. */
const patience = 100;
const shortPatience = 50;
/** Milliseconds that each task in time gives back, so that stalls do not add up over days. */
const regainedMs = 0.75;
/** Factors of `mostAtOnce`, after a task that was ended and after one in time. */
const shrinking = 1 / 4;
const growth = 17 / 16;
/** Backtracking steps without a time limit: some 10 ms. */
const harmlessSteps = 1e7;
const mostRanges = 1000;

/** The characters with a meaning in regular expressions. */
const special = /[\\^$.*+?()[\]{}|]/;

/** Upper-case letters here do not count for smart case: escapes and the names of groups. */
const notTyped =
  /\\[pP]\{[^}]*\}|\\x[\da-fA-F]{2}|\\u\{[\da-fA-F]+\}|\\u[\da-fA-F]{4}|\\c[A-Za-z]|\\k<\w*>|\(\?<\w+>|\\./gsu;

/** Characters of the texts to test; bytes, which are never fewer, will do. */
type Extent = {readonly total: number; readonly longest: number};

/** Made by `compilePattern`. */
export class Pattern {
  /** Text as the user typed it. */
  readonly source: string;
  /** It is no regular expression, and is searched as plain text. */
  readonly literal: boolean;
  readonly caseSensitive: boolean;
  /** Set if every match is this very text, in any case unless `caseSensitive`. */
  readonly needle: string | undefined;
  /** Texts of printable ASCII in every match, in any case unless `caseSensitive`. */
  readonly needed: readonly string[];
  /** Why nothing is searched: no engine can run it. */
  readonly #problem: string | undefined;
  readonly #regExp: RegExp;
  readonly #global: RegExp;
  readonly #degree: number;
  readonly #limit: TimeLimit | undefined;
  readonly #patience: number;
  /** Milliseconds of tasks that were ended. */
  #lost = 0;
  #mostAtOnce = Number.POSITIVE_INFINITY;

  constructor(options: {
    source: string;
    literal: boolean;
    needle: string | undefined;
    regExp: RegExp;
    problem: string | undefined;
    timeLimit: TimeLimit | undefined;
    isSuspect: boolean;
  }) {
    this.source = options.source;
    this.#problem = options.problem;
    this.literal = options.literal;
    this.needle = options.needle;
    this.needed = options.needle === undefined ? neededTexts(options.source) : printable(options.needle);
    this.caseSensitive = !options.regExp.ignoreCase;
    this.#regExp = options.regExp;
    this.#global = new RegExp(options.regExp, `${options.regExp.flags}g`);
    this.#degree = options.needle === undefined ? degreeOf(options.source) : 0;
    this.#limit = options.timeLimit;
    this.#patience = options.isSuspect ? shortPatience : patience;
  }

  /** The pattern cannot be used: it matches nothing, and `guard` returns undefined. It may be so from the beginning. */
  get isStopped(): boolean {
    return this.#problem !== undefined || this.#lost >= this.#patience;
  }

  /** In words, as in `this pattern is too large`; undefined: it can be used. */
  get whyStopped(): string | undefined {
    if (this.#problem !== undefined) return `this pattern is ${this.#problem}`;
    return this.isStopped ? 'this pattern takes too long' : undefined;
  }

  /** Characters to test in one `guardMany`; finite after one was ended. */
  get mostAtOnce(): number {
    return this.#mostAtOnce;
  }

  /** An empty match counts (`^$` finds empty lines). Call it inside `guard`. */
  test(text: string): boolean {
    if (this.needle !== undefined && this.caseSensitive) return text.includes(this.needle);
    return this.#regExp.test(text);
  }

  /** In order, without overlap; without empty matches and those past 1,000. */
  ranges(text: string): Range[] {
    return this.guard(text.length, () => this.#rangesUnguarded(text)) ?? [];
  }

  /**
   * Runs `task`, which tests a text of `length` characters and changes nothing outside itself, with a time limit if it
   * may take long: after 24 ms in two tries the pattern is stopped, and from then on `guard` returns undefined.
   */
  guard<T>(length: number, task: () => T): T | undefined {
    if (this.isStopped) return undefined;
    if (!this.#limit || this.#isHarmless({total: length, longest: length})) return task();
    return this.#resultOf(this.#limit(limitMs, task) ?? this.#limit(secondLimitMs, task), Number.POSITIVE_INFINITY);
  }

  /** Guards a test of many texts, ended after 8 ms: then test fewer (`mostAtOnce`). Stopped after 100 ms in all. */
  guardMany<T>(extent: Extent, task: () => T): T | undefined {
    if (this.isStopped) return undefined;
    if (!this.#limit || this.#isHarmless(extent)) {
      this.#mostAtOnce *= growth;
      return task();
    }
    const result = this.#limit(limitMs, task);
    if (result) this.#mostAtOnce *= growth;
    else this.#mostAtOnce = Math.max(1, Math.min(this.#mostAtOnce, extent.total) * shrinking);
    return this.#resultOf(result, limitMs);
  }

  /** A time limit is a thread: it costs 0.13 ms, and more on a busy machine. Most tests run without. */
  #isHarmless({total, longest}: Extent): boolean {
    return this.#degree === 0 || total === 0 || total * longest ** this.#degree <= harmlessSteps;
  }

  #resultOf<T>(result: {readonly value: T} | undefined, loss: number): T | undefined {
    this.#lost = result ? Math.max(0, this.#lost - regainedMs) : this.#lost + loss;
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
 * Reads `source` as a regular expression, or as plain text if it is none (`foo(`). Case counts if there is an
 * upper-case letter outside escapes (smart case). Without a `timeLimit` `(a+)+b` may block for ever. `earlier`: the pattern
 * before the last keystroke; one that continues a stopped one is stopped after half the time. An expression that the engine
 * refuses for its size is a pattern that is stopped from the beginning.
 */
export function compilePattern(
  source: string,
  {timeLimit, earlier}: {timeLimit?: TimeLimit; earlier?: Pattern | undefined} = {},
): Pattern {
  const common = {source, timeLimit, isSuspect: earlier?.isStopped === true && source.startsWith(earlier.source)};
  // With `u` a `.` matches a whole emoji; without it more sources compile (`\-`, `a{`).
  const typed = compile(source, 'u');
  const {regExp, problem, isTooLarge} = typed.regExp || typed.isTooLarge ? typed : compile(source, '');
  if (isTooLarge || (regExp && special.test(source))) {
    return new Pattern({...common, literal: false, needle: undefined, regExp: regExp ?? never, problem});
  }
  const escaped = source.replace(new RegExp(special, 'g'), '\\$&');
  const plain = compileExpression(escaped, /\p{Lu}/u.test(source) ? 'u' : 'iu');
  const literal = regExp === undefined;
  return new Pattern({...common, literal, needle: source, regExp: plain.regExp ?? never, problem: plain.problem});
}

/** Matches nothing. */
const never = /(?!)/;

function printable(needle: string): readonly string[] {
  return /^[ -~]+$/.test(needle) ? [needle] : [];
}

function compile(source: string, flags: string) {
  const caseCounts = /\p{Lu}/u.test(source.replace(notTyped, ''));
  return compileExpression(source, caseCounts ? flags : `i${flags}`);
}

/**
 * Matching takes at most about length ** (degree + 1) steps, one degree for each quantifier; infinite where it may grow
 * exponentially: with a quantifier on a group, or a back-reference.
 */
function degreeOf(source: string): number {
  if (/\)[*+?{]|\\[1-9k]/.test(source)) return Number.POSITIVE_INFINITY;
  return source.match(/[*+{]|(?<!\()\?/g)?.length ?? 0;
}

/** Escapes of one letter that match other characters or none. */
const simpleEscape = /[dDwWsSbBtnrfv]/;

/** Texts of printable ASCII in every match: `conn` and `refused` of `^conn.*refused`. None for groups and `|`. */
function neededTexts(source: string): readonly string[] {
  const texts = [''];
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? '';
    const text = texts.at(-1) ?? '';
    let literal = '';
    if (/[()|]/.test(character)) return [];
    if (character === '\\') {
      at += 1;
      const escaped = source[at] ?? '';
      if (/\W/.test(escaped)) literal = escaped;
      else if (!simpleEscape.test(escaped)) return [];
    } else if (character === '[') at = classEnd(source, at);
    else if (/[*?{]/.test(character)) {
      // What is repeated may be missing.
      texts[texts.length - 1] = text.slice(0, -1);
      if (character === '{') at = source.indexOf('}', at);
      if (at === -1) return [];
    } else if (/[^.^$+\]}]/.test(character)) literal = character;
    if (/^[ -~]$/.test(literal)) texts[texts.length - 1] = text + literal;
    else texts.push('');
  }
  return texts.filter((text) => text !== '');
}

/** The `]` that ends the class of characters at `start`. */
function classEnd(source: string, start: number): number {
  let at = start + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at;
}
