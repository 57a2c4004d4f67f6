import {compileExpression} from '../../lib/expression.ts';
import {readDuration, shortMessage} from '../../lib/format.ts';

/** A mistake in how the program was called: one line for the user, not longer than a screen has room for, exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(shortMessage(message));
    this.name = 'UsageError';
  }
}

// Values of options. Each reader throws `UsageError`; its `name` names the option in the message.

export function oneOf<Choice extends string>(name: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw new UsageError(`${name} takes ${listed(choices)}${butNot(value)}${didYouMean(value, choices)}`);
}

/** Returns `a, b or c`. */
export function listed(choices: readonly string[]): string {
  return [choices.slice(0, -1).join(', '), choices.at(-1)].filter(Boolean).join(' or ');
}

function butNot(value: string): string {
  return value === '' ? '' : `, not '${value}'`;
}

/** Reads `64MiB`, `100k` or a plain number as bytes. `least`: the smallest size, as a user types it. */
export function parseSize(text: string, name: string, least = '0'): number {
  const bytes = bytesOf(text);
  if (Number.isNaN(bytes)) throw new UsageError(`${name} takes a size such as 64MiB, 100k or 1000000, not '${text}'`);
  if (bytes < bytesOf(least)) throw new UsageError(`${name} takes at least ${least}`);
  return bytes;
}

/** NaN for a text that is no size. */
function bytesOf(text: string): number {
  const [, number, prefix = '', binary] = /^(\d+(?:\.\d+)?)\s*(?:([kmg])(?:(i)?b)?|b)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) return Number.NaN;
  const power = ['', 'k', 'm', 'g'].indexOf(prefix.toLowerCase());
  return Math.round(Number(number) * (binary ? 1024 : 1000) ** power);
}

/** Both limits are included. */
export function parseInteger(text: string, name: string, limits: {min: number; max: number}): number {
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < limits.min || value > limits.max) {
    throw new UsageError(`${name} takes a whole number from ${limits.min} to ${limits.max}, not '${text}'`);
  }
  return value;
}

/** Reads `90s`, `10m`, `1h30m`, `1d` or a number of seconds as milliseconds. */
export function parseDuration(text: string, name: string): number {
  const typed = text.trim();
  const duration = /^\d{1,6}$/.test(typed) ? Number(typed) * 1000 : readDuration(typed);
  if (duration === undefined) {
    throw new UsageError(`${name} takes a time such as 10m, 1h30m, 90s or 0, not '${text}'`);
  }
  return duration;
}

const day = 86_400_000;

export function readSilence(text: string, name: string): number {
  const silence = parseDuration(text, name);
  if (silence > day) throw new UsageError(`${name} takes at most a day`);
  return silence;
}

/** Returns the zone in the spelling of the system's tables. */
export function readZone(zone: string, name: string): string {
  try {
    return new Intl.DateTimeFormat('en', {timeZone: zone}).resolvedOptions().timeZone;
  } catch {
    const advice = didYouMean(zone, Intl.supportedValuesOf('timeZone')) || ' · write one such as Europe/Berlin or UTC';
    throw new UsageError(`${name} '${zone}' is not a time zone${advice}`);
  }
}

const narrowest = 8;

export function readListWidth(text: string, name: string): number | 'auto' | 'off' {
  const typed = text.trim().toLowerCase();
  if (typed === 'auto' || typed === 'off') return typed;
  if (!/^\d{1,4}$/.test(typed) || Number(typed) < narrowest) {
    throw new UsageError(`${name} takes a width in cells of at least ${narrowest}, auto or off, not '${text}'`);
  }
  return Number(typed);
}

/** An empty text is off. */
export function readSwitch(text: string, name: string): boolean {
  const word = text.trim().toLowerCase();
  if (['1', 'true', 'yes', 'on', 'y', 't'].includes(word)) return true;
  if (['', '0', 'false', 'no', 'off', 'n', 'f'].includes(word)) return false;
  throw new UsageError(`${name} takes true or false, not '${word}'`);
}

export function readExpression(source: string, name: string): string {
  // As in `compilePattern`: first with the flag `u`, then without.
  const read = compileExpression(source, 'iu');
  const {problem, isTooLarge} = read.regExp || read.isTooLarge ? read : compileExpression(source, 'i');
  if (problem === undefined) return source;
  if (isTooLarge) throw new UsageError(`${name} has too large a pattern · use a shorter one`);
  throw new UsageError(
    `${name} '${source}' is not a regular expression · ${problem} · put \\ before a character that is meant literally`,
  );
}

/** The end of a message about `word`: ` · did you mean 'logs'?`, or nothing when no other candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = closest(word, candidates);
  // A candidate that is the word itself was spelt right: the request failed for another reason.
  return meant === undefined || meant === word ? '' : ` · did you mean '${meant}'?`;
}

/** With three edits, most words of five letters would be near each other. */
const mostEdits = 2;
/** Letters. A shorter beginning counts only for at most three times as long a word: `all` is not `allow-http-key`. */
const clearStart = 4;

/** The candidate that clearly begins with the word, or is at most two edits away. Case does not count. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: {readonly candidate: string; readonly edits: number} | undefined;
  for (const candidate of candidates) {
    // No word of it: 70,000 characters beside 400 time zones would take ten seconds.
    if (typed.length > candidate.length + mostEdits) continue;
    const edits = editsBetween(typed, candidate.toLowerCase());
    // When half of the letters differ, little of the word is left: `all` is not `tail`.
    const isNear = edits <= Math.min(mostEdits, typed.length / 2);
    if ((isNear || startsClearly(candidate.toLowerCase(), typed)) && (!best || edits < best.edits)) {
      best = {candidate, edits};
    }
  }
  return best?.candidate;
}

function startsClearly(candidate: string, typed: string): boolean {
  const isClear = typed.length >= clearStart || (typed.length > 1 && typed.length * 3 >= candidate.length);
  return isClear && candidate.startsWith(typed);
}

/** Restricted Damerau-Levenshtein: a letter added, removed or changed, or two neighbours swapped. */
function editsBetween(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous: readonly number[] = Array.from({length: b.length + 1}, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = [(previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change];
      if (swap) edits.push((beforePrevious[j - 2] ?? 0) + 1);
      row.push(Math.min(...edits));
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** Names of values (`Option.value`) that may be numbers in the configuration file. */
export const numericValues = ['N', 'SIZE', 'TIME', 'CELLS'];
