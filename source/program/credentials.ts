import {runAtOnce} from '../lib/slices.ts';

/** What is shown in place of a credential. */
export const hidden = '***';

const secretWord = /pass(?:word|wd|phrase)|secret|token|credential|sasl|signature|authorization|private/i;
/** As the last word of a name: `key`, `access_key`, `apiKey`, `ssl.key`. */
const secretLastWords = [/(?:^|[^a-z])(?:api)?(?:keys?|pass|pwd|auth|sas|sig|dsn)$/i, /[a-z](?:Keys?|Pass|Pwd|Auth)$/];
/** Of a name: it says where, of which kind or for how long, and has no credential itself. */
const aboutSecret = /(?:^|[^a-z])(?:dir|path|file|location|mechanisms?|type|ttl|secs|seconds|ms|millis|enabled)$/i;
/** Feldera puts the value in later: this only says which. */
const reference = /^\$\{(?:secret|env):[^}]*\}$/;

export function isReference(value: string): boolean {
  return reference.test(value);
}

/** Whether the value of a member of this name is taken for a credential, by the name alone. */
export function isSecretName(name: string): boolean {
  return [secretWord, ...secretLastWords].some((word) => word.test(name)) && !aboutSecret.test(name);
}

type Range = {readonly from: number; readonly to: number};

const url = /\b[a-z][a-z\d+.-]{0,20}:\/\//gi;
const loginBehind = /([^\s/?#"']*)@/y;
/** A name and what is in front of its value: `password=`, `"token": `, `'secret' = `, `\"key\": ` of JSON in JSON. */
const named = /(?<![\w.-]|\$\{)([\w.-]{1,64})(?:\\{0,7}["'])?\s*[:=]\s*/g;
/** The value: in quotes, escaped ones or two of SQL, too; or up to a sign behind it. The text may end within it. */
const valueBehind =
  /(\\{1,7})"([\s\S]{0,4096}?)(?:(?<!\\)\1"|$)|"([^"\\]*(?:\\.[^"\\]*)*)(?:"|\\?$)|''([^'\s][^']*)''|[benx]?'((?:[^']|'')*)(?:'|$)|([^\s"'\\&;,)}\]]+)/iy;
/** What is in front of the value of a pair: `"name": "X-API-Key", "value": `. */
const pair = /"(?:name|key)"\s*:\s*"([^"\\]{1,64})"\s*,\s*"value"\s*:\s*(?=")/g;
const known = [
  /\bauthorization\\{0,7}["']?\s*[:=]\s*\\{0,7}["']?((?:[a-z][\w-]{0,30} +)?[^\s"'\\,;]+)/gi,
  /\b(?:Bearer|Basic)\s+([\w.~+/=-]{8,})/gi,
  /\b(eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)/g,
  /\bapikey:([\w-]+)/gi,
  /\b((?:AKIA|ASIA)[\dA-Z]{16})\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)/g,
];

/** Without any of it, a text has no credential that could be recognised. */
const sign = /[:=]|bearer|basic|eyJ|A[KS]IA|-BEGIN /i;

/** Characters of a text that are read in a step, and behind them those that a match may go on into. Values may be longer. */
const stepChars = 32 * 1024;
const beyond = 16 * 1024;

/** The matches of a pattern in a text, in order, and undefined after each step. */
function* matchSteps(text: string, pattern: RegExp): Generator<RegExpExecArray | undefined, void, void> {
  for (let from = 0; from < text.length; ) {
    const to = from + stepChars;
    const part = to + beyond < text.length ? text.slice(0, to + beyond) : text;
    const matchFrom = (within: string, at: number) => {
      pattern.lastIndex = at;
      return pattern.exec(within);
    };
    while (from < to) {
      let match = matchFrom(part, from);
      // It may be cut.
      if (match && part !== text && match.index + match[0].length === part.length) match = matchFrom(text, match.index);
      if (!match || match.index >= to) break;
      from = match.index + match[0].length;
      yield match;
    }
    from = Math.max(from, to);
    yield undefined;
  }
}

/** The parts of a text that look like credentials, in order, none in another. In steps of less than a frame. */
function* secretSteps(text: string): Generator<void, readonly Range[], void> {
  if (!sign.test(text)) return [];
  const found: Range[] = [];
  const add = (from: number, value: string) => {
    if (value !== '' && !isReference(value)) found.push({from, to: from + value.length});
  };
  const read = function* (pattern: RegExp, addFrom: (match: RegExpExecArray) => void): Generator<void, void, void> {
    for (const match of matchSteps(text, pattern)) {
      if (match) addFrom(match);
      else yield;
    }
  };
  yield* read(url, ({0: scheme, index}) => {
    const from = index + scheme.length;
    loginBehind.lastIndex = from;
    const [, login = ''] = loginBehind.exec(text) ?? [];
    // A user without a password may be a token.
    const start = login.indexOf(':') + 1;
    add(from + start, login.slice(start));
  });
  for (const pattern of [named, pair]) {
    yield* read(pattern, ({0: before, 1: name = '', index}) => {
      if (!isSecretName(name)) return;
      const from = index + before.length;
      valueBehind.lastIndex = from;
      const [all = '', , ...forms] = valueBehind.exec(text) ?? [];
      const value = forms.find((form) => form !== undefined) ?? '';
      if (!isSetting(all)) add(from + all.lastIndexOf(value), value);
    });
  }
  for (const pattern of known)
    yield* read(pattern, ({0: all, 1: value = '', index}) => add(index + all.indexOf(value), value));
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  const apart: Range[] = [];
  for (const range of found) {
    const last = apart.at(-1);
    if (!last || range.from >= last.to) apart.push(range);
    else if (range.to > last.to) apart[apart.length - 1] = {from: last.from, to: range.to};
  }
  return apart;
}

/** A word of JSON. */
function isSetting(value: string): boolean {
  return value === 'null' || value === 'true' || value === 'false';
}

/** A text without what looks like a credential, and where a place of the text is then. */
export type Masked = {readonly text: string; readonly placeOf: (offset: number) => number};

/** Hides passwords in URLs, values behind names such as `password`, and tokens of known forms. */
export function maskCredentials(text: string): Masked {
  return runAtOnce(maskSteps(text));
}

/** The same of a long text, in steps of less than a frame. */
export function* maskSteps(text: string): Generator<void, Masked, void> {
  const ranges = yield* secretSteps(text);
  let masked = '';
  let end = 0;
  for (const {from, to} of ranges) {
    masked += text.slice(end, from) + hidden;
    end = to;
  }
  return {
    text: masked + text.slice(end),
    placeOf(offset) {
      let moved = 0;
      for (const {from, to} of ranges) {
        if (offset < from) break;
        if (offset < to) return from + moved;
        moved += hidden.length - (to - from);
      }
      return offset + moved;
    },
  };
}
