import {reasonOf} from './expression.ts';
import {UsageError} from './usage-error.ts';

/** Stands for all pipelines whose names match, those that come later too. */
export type NamePattern = {
  /** As typed: `ord*` or `/^ord/`. */
  readonly source: string;
  readonly matches: (name: string) => boolean;
};

/** Pipelines as they are asked for: names, and patterns in place of names. */
export type NamesAsked = {readonly names: readonly string[]; readonly patterns: readonly NamePattern[]};

/** Longer than any name: a pattern need not be. */
const longestPattern = 200;

/**
 * Reads the words in place of names. A word with `*` or `?` is a glob for the whole name, one between slashes a regular
 * expression for a part of it; every other is a name, and checked. Throws `UsageError`.
 */
export function readNames(words: readonly string[]): NamesAsked {
  const names: string[] = [];
  const patterns: NamePattern[] = [];
  for (const word of words) {
    const pattern = readPattern(word);
    if (pattern) patterns.push(pattern);
    else names.push(checkName(word));
  }
  return {names, patterns};
}

function readPattern(word: string): NamePattern | undefined {
  const inSlashes = /^\/(.+)\/$/.exec(word)?.[1];
  if (inSlashes === undefined && !/[*?]/.test(word)) return undefined;
  if (word.length > longestPattern) throw new UsageError(`a pattern has at most ${longestPattern} characters`);
  if (inSlashes === undefined) return globPattern(word);
  const expression = compile(word, inSlashes);
  return {source: word, matches: (name) => expression.test(name)};
}

function globPattern(word: string): NamePattern {
  if (!/^[-\w*?]+$/.test(word)) {
    throw new UsageError(
      `'${word}' cannot match a pipeline's name · letters, digits, - and _ with * and ? between them`,
    );
  }
  const parts = [...word].map((letter) => (letter === '*' ? '.*' : letter === '?' ? '.' : letter));
  // Stars in a row would take time that grows with their number.
  const expression = new RegExp(`^${parts.join('').replace(/(\.\*)+/g, '.*')}$`);
  return {source: word, matches: (name) => expression.test(name)};
}

function compile(word: string, source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new UsageError(`'${word}' is no regular expression · ${reasonOf(error)}`);
  }
}

// Pipeline names as the server accepts them (feldera-api.md, The list): anything else cannot exist.
function checkName(name: string): string {
  if (!/^([A-Za-z0-9][-A-Za-z0-9_]*)?[A-Za-z0-9]$/.test(name) || name.length > 63) {
    throw new UsageError(
      `'${name.slice(0, 80)}' cannot be a pipeline's name: letters, digits, - and _, at most 63 characters`,
    );
  }
  return name;
}
