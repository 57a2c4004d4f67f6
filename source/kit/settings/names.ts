import type {Pipeline} from '../../engine/api/types.ts';
import {compileExpression} from '../../lib/expression.ts';
import {UsageError} from './parse-values.ts';

/** All pipelines that match, also those that are created later. */
export type NamePattern = {
  /** Text as typed: `ord*`, `/^ord/` or `tag:prod`. */
  readonly source: string;
  readonly matches: (pipeline: Matched) => boolean;
};

/** Part of a pipeline that a pattern looks at. */
type Matched = Pick<Pipeline, 'name' | 'tags'>;

export type RequestedNames = {readonly names: readonly string[]; readonly patterns: readonly NamePattern[]};

const longestPattern = 200;

/**
 * A word with `*` or `?` is a glob for whole names; between slashes, a regular expression; `tag:prod`, and a glob there, is
 * about tags. `opener`: what opens a file. Throws `UsageError`.
 */
export function readNames(words: readonly string[], opener?: string): RequestedNames {
  const names: string[] = [];
  const patterns: NamePattern[] = [];
  for (const word of words) {
    const pattern = readPattern(word);
    if (pattern) patterns.push(pattern);
    else names.push(checkName(word, opener));
  }
  return {names, patterns};
}

/** The tag of `tag:prod`, which no pipeline can be called; undefined for any other word. */
export function tagIn(word: string): string | undefined {
  return /^tag:(.*)$/.exec(word)?.[1]?.trim();
}

/** Makes a test for a tag; `*` and `?` stand for any characters. Throws `UsageError` for what can be no tag. */
export function tagMatcher(tag: string): NamePattern['matches'] {
  // What Feldera 0.337 permits in a tag, and the wildcards.
  if (!/^[-\w ./|\\:=*?]+$/.test(tag)) {
    const wrong = tag === '' ? 'a tag is missing: tag:prod' : `'${tag.slice(0, 80)}' cannot be a tag`;
    throw new UsageError(`${wrong} · letters, digits, spaces and . _ / | \\ : = - are in tags`);
  }
  const expression = globExpression(tag);
  return ({tags}) => tags?.some((each) => expression.test(each)) === true;
}

/** The tag as typed. Throws `UsageError`. */
export function readTag(tag: string): string {
  tagMatcher(tag);
  return tag;
}

function readPattern(word: string): NamePattern | undefined {
  const tag = tagIn(word);
  const inSlashes = /^\/(.+)\/$/.exec(word)?.[1];
  if (tag !== undefined) return {source: word, matches: tagMatcher(tag)};
  if (inSlashes === undefined && !/[*?]/.test(word)) return undefined;
  const expression = inSlashes === undefined ? nameExpression(word) : compile(word, inSlashes);
  return {source: word, matches: ({name}) => expression.test(name)};
}

function nameExpression(glob: string): RegExp {
  if (/^[-\p{L}\p{M}\p{N}_*?]+$/u.test(glob)) return globExpression(glob);
  throw new UsageError(`'${glob}' cannot match a pipeline's name · letters, digits, - and _ with * and ? between them`);
}

function globExpression(glob: string): RegExp {
  if (glob.length > longestPattern) throw new UsageError(`a pattern has at most ${longestPattern} characters`);
  const parts = [...glob].map((letter) => {
    if (letter === '*') return '.*';
    return letter === '?' ? '.' : letter.replace(/[./|\\]/, '\\$&');
  });
  // Several stars in a row would make matching slow.
  return new RegExp(`^${parts.join('').replace(/(\.\*)+/g, '.*')}$`, 'u');
}

function compile(word: string, source: string): RegExp {
  const {regExp, problem} = compileExpression(source, '');
  if (regExp) return regExp;
  throw new UsageError(`'${word}' is not a regular expression · ${problem}`);
}

/** Feldera 0.337 accepts only ASCII, other servers may have letters and digits of any script. */
export function checkName(name: string, opener = 'pipetail open'): string {
  if (!/^([\p{L}\p{N}][-\p{L}\p{M}\p{N}_]*)?[\p{L}\p{M}\p{N}]$/u.test(name) || [...name].length > 63) {
    if (isPath(name)) throw new UsageError(`'${name}' cannot be a pipeline's name · of a file: ${opener} ${name}`);
    throw new UsageError(
      `'${name.slice(0, 80)}' cannot be a pipeline's name: letters, digits, - and _, at most 63 characters`,
    );
  }
  return name;
}

/** Recognises words that cannot be a pipeline's name: `./x`, `x.log`, `-`. */
export function isPath(word: string): boolean {
  return word === '-' || (tagIn(word) === undefined && /[/.]/.test(word));
}
