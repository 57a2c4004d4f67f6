import {counted} from '../../lib/format.ts';
import {isSecretName} from '../../lib/secret-names.ts';
import {isReference, maskSteps} from '../../lib/secrets.ts';
import {isPlainValue} from './plain-values.ts';

/**
 * What a pipeline's configuration is made of. A text: the JSON of a string, a number or a word, as it was printed, since
 * a number of JavaScript would lose digits (`18446744073709551615`).
 */
export type ConfigurationValue = string | ConfigurationObject | ConfigurationList;

type ConfigurationObject = ReadonlyMap<string, ConfigurationValue>;
type ConfigurationList = readonly ConfigurationValue[];

/** The form of the line that ends it, and of all between: one member, item or bracket a line. */
const linePattern = /^ *(?:("[^"\\]*(?:\\.[^"\\]*)*"): )?(.*?),?$/s;

type OpenValue =
  | {readonly members: Map<string, ConfigurationValue>; readonly name: string}
  | {readonly items: ConfigurationValue[]; readonly name: string};

/**
 * Reads a configuration as `serde_json` prints it, indented, line by line, so that a long one is read in steps. Lines
 * are complete, or not taken for it at all: what is missing shows as brackets that do not match.
 */
export class ConfigurationReader {
  readonly #open: OpenValue[] = [{members: new Map(), name: ''}];
  #value: ConfigurationValue | undefined;
  #isBroken = false;

  /** Adds a line behind the first one, which ends with `{`. */
  add(line: string): void {
    const [, key, rest = ''] = linePattern.exec(line) ?? [];
    const name = key === undefined ? '' : (textOf(key) ?? '');
    if (this.#value !== undefined || rest === '') this.#isBroken = true;
    else if (rest === '{') this.#open.push({members: new Map(), name});
    else if (rest === '[') this.#open.push({items: [], name});
    else if (rest === '}' || rest === ']') this.#close(rest);
    else if (rest === '{}') this.#put(name, new Map());
    else if (rest === '[]') this.#put(name, []);
    else if (isScalar(rest)) this.#put(name, rest);
    else this.#isBroken = true;
  }

  /** Undefined: it is not complete, or not a configuration. */
  get value(): ConfigurationValue | undefined {
    return this.#isBroken ? undefined : this.#value;
  }

  #close(bracket: '}' | ']'): void {
    const open = this.#open.pop();
    if (!open || 'items' in open !== (bracket === ']')) {
      this.#isBroken = true;
      return;
    }
    const value = 'items' in open ? open.items : open.members;
    if (this.#open.length === 0) this.#value = value;
    else this.#put(open.name, value);
  }

  #put(name: string, value: ConfigurationValue): void {
    const open = this.#open.at(-1);
    if (!open) this.#isBroken = true;
    else if ('items' in open) open.items.push(value);
    else open.members.set(name, value);
  }
}

function isScalar(json: string): boolean {
  return textOf(json) !== undefined || /^(?:true|false|null|-?\d[\d.eE+-]*)$/.test(json);
}

/** The string that JSON stands for; undefined: it is none, or was cut. */
function textOf(json: string): string | undefined {
  if (!json.startsWith('"')) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A leaf, or a whole part that only one of the two has. `before` or `now` is undefined where it was added or is gone. */
export type ConfigurationChange = {
  readonly path: readonly string[];
  readonly before: ConfigurationValue | undefined;
  readonly now: ConfigurationValue | undefined;
  /** By a name, its own or that of what it is in. */
  readonly isSecret: boolean;
};

/**
 * In what two configurations differ, in the order of the newer one. Lists of plain values are leaves. A step is a leaf, or
 * a part that has others: one with thousands takes longer than a frame.
 */
export function* changeSteps(
  before: ConfigurationValue | undefined,
  now: ConfigurationValue | undefined,
): Generator<void, readonly ConfigurationChange[], void> {
  const changes: ConfigurationChange[] = [];
  const open: Iterator<ConfigurationChange, void>[] = [[{path: [], before, now, isSecret: false}].values()];
  for (let last = open.at(-1); last; last = open.at(-1)) {
    const step = last.next();
    const parts = step.done ? undefined : partsOf(step.value);
    if (step.done) open.pop();
    else if (parts) open.push(parts);
    else if (!isSame(step.value.before, step.value.now)) changes.push(step.value);
    yield;
  }
  return changes;
}

/** What is compared by itself; undefined: it has no such parts. */
function partsOf(change: ConfigurationChange): Generator<ConfigurationChange, void> | undefined {
  const {before, now} = change;
  if (isObject(before) && isObject(now)) return membersOf(change, before, now);
  if (isList(before) && isList(now) && !(isPlain(before) && isPlain(now))) return itemsOf(change, before, now);
  return undefined;
}

type Of = Pick<ConfigurationChange, 'path' | 'isSecret'>;

function* membersOf(
  {path, isSecret}: Of,
  before: ConfigurationObject,
  now: ConfigurationObject,
): Generator<ConfigurationChange, void> {
  for (const name of new Set([...now.keys(), ...before.keys()])) {
    const isOwn = isSecretMember(name, before) || isSecretMember(name, now);
    yield {path: [...path, name], before: before.get(name), now: now.get(name), isSecret: isSecret || isOwn};
  }
}

function* itemsOf(
  {path, isSecret}: Of,
  before: ConfigurationList,
  now: ConfigurationList,
): Generator<ConfigurationChange, void> {
  for (let at = 0; at < Math.max(before.length, now.length); at++)
    yield {path: [...path, `[${at}]`], before: before[at], now: now[at], isSecret};
}

/** Of what has no parts that are compared by themselves. */
function isSame(before: ConfigurationValue | undefined, now: ConfigurationValue | undefined): boolean {
  if (!isList(before) || !isList(now)) return before === now;
  return before.length === now.length && now.every((item, at) => item === before[at]);
}

function isObject(value: ConfigurationValue | undefined): value is ConfigurationObject {
  return value instanceof Map;
}

function isList(value: ConfigurationValue | undefined): value is ConfigurationList {
  return Array.isArray(value);
}

function isPlain(list: ConfigurationList): boolean {
  return list.every((item) => typeof item === 'string');
}

/** `inputs.orders.bad.transport.config.plan[0].rate`. */
export function pathInWords(path: readonly string[]): string {
  return path.map((name, at) => (at === 0 || name.startsWith('[') ? name : `.${name}`)).join('');
}

/** As it may be shown. `isHidden`: all that differs is hidden. */
export type ShownChange = {
  readonly change: 'changed' | 'added' | 'gone';
  readonly path: string;
  /** JSON; undefined where there is none. */
  readonly before: string | undefined;
  readonly now: string | undefined;
  readonly isHidden: boolean;
};

/**
 * In steps of a value, or of less than a frame: a part that was added or is gone may have thousands, and a long one.
 * `isRevealed`: with all values, for the screen alone.
 */
export function* shownSteps(
  {path, before, now, isSecret}: ConfigurationChange,
  isRevealed = false,
): Generator<void, ShownChange, void> {
  const form: Form = {name: path.findLast((name) => !name.startsWith('[')) ?? '', isSecret, isRevealed};
  const shownBefore = before && (yield* jsonSteps(before, form));
  const shownNow = now && (yield* jsonSteps(now, form));
  return {
    change: before === undefined ? 'added' : now === undefined ? 'gone' : 'changed',
    path: pathInWords(path),
    before: shownBefore,
    now: shownNow,
    isHidden: [shownBefore, shownNow].every((json) => json !== undefined && wholeHidden.test(json)),
  };
}

/** A configuration as indented JSON, as it may be shown. Undefined: it is none. */
export function* configurationSteps(json: string): Generator<void, string | undefined, void> {
  const reader = new ConfigurationReader();
  for (const line of json.split('\n').slice(1)) {
    reader.add(line);
    yield;
  }
  return reader.value && (yield* jsonSteps(reader.value, {name: '', isSecret: false, isRevealed: false, indent: '\n'}));
}

type Form = {
  /** Of the value, or of the list that it is in. */
  readonly name: string;
  /** By the name of what it is in. */
  readonly isSecret: boolean;
  readonly isRevealed: boolean;
  /** What begins a line; undefined: all is in one. */
  readonly indent?: string;
};

const wholeHidden = /^"\(hidden(?:, [\d,]+ characters?)?\)"$/;

function* jsonSteps(value: ConfigurationValue, form: Form): Generator<void, string, void> {
  yield;
  if (typeof value === 'string') return yield* scalarSteps(value, form);
  const isOfList = isList(value);
  // Its size would tell of it.
  if (form.isSecret && !form.isRevealed) return '"(hidden)"';
  const {indent} = form;
  const inner = indent === undefined ? form : {...form, indent: `${indent}  `};
  const parts: string[] = [];
  if (isOfList) for (const item of value) parts.push(yield* jsonSteps(item, inner));
  else {
    for (const [name, member] of value) {
      const isSecret = form.isSecret || isSecretMember(name, value);
      parts.push(`${JSON.stringify(name)}: ${yield* jsonSteps(member, {...inner, name, isSecret})}`);
    }
  }
  const [start, end] = isOfList ? '[]' : '{}';
  if (indent === undefined || parts.length === 0) return `${start}${parts.join(', ')}${end}`;
  return `${start}${inner.indent}${parts.join(`,${inner.indent}`)}${indent}${end}`;
}

/** By its name, or by that of the pair that it is the value of: `{"name": "Authorization", "value": "…"}`. */
function isSecretMember(name: string, parent: ConfigurationObject): boolean {
  if (name !== 'value') return isSecretName(name);
  const named = parent.get('name') ?? parent.get('key');
  return typeof named === 'string' && isSecretName(textOf(named) ?? '');
}

/** A number, a word of JSON, or a text that can be no secret. SQL is shown as elsewhere: without what looks like one. */
function* scalarSteps(json: string, {name, isSecret, isRevealed}: Form): Generator<void, string, void> {
  const text = textOf(json);
  if (isRevealed || (text !== undefined && isReference(text))) return json;
  if (text === undefined) return isSecret && /^-?\d/.test(json) ? '"(hidden)"' : json;
  if (!isSecret && name === 'program_code') return JSON.stringify((yield* maskSteps(text)).text);
  if (text === '' || (!isSecret && isPlainValue(name, text))) return json;
  return `"(hidden, ${counted([...text].length, 'character', 'characters')})"`;
}
