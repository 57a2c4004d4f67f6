import {isSecretName, token} from './secret-names.ts';
import {runAtOnce} from './slices.ts';

/** Stands in place of a credential. */
export const hidden = '***';

/** Feldera puts the value in later: this only says which. */
const reference = /^\$\{(?:secret|env):[^}]*\}$/;

export function isReference(value: string): boolean {
  return reference.test(value);
}

type Range = {readonly from: number; readonly to: number};

/** Names and all other words. */
const word = /[\w$-][\w.$-]*/g;
/** A name that may be that of a credential has one of these. */
const namePart = /pass|pw|secret|token|key|cred|cookie|jwt|bearer|auth|sasl|jaas|signature|private|sig|sas|dsn|otp/i;

/** Signs between a name and its value: `=`, `": `, `\": `, `'] = `, `[0] = `, `%3D`, `: &str = `, `: !tag `. */
const separator =
  /(?:\\*["'`]|&quot;|%22|[)\]]|\[[\w"']{1,40}\]){0,3}[ \t]*(?::[ \t]*[\w&':<>[\] ]{1,40}=[ \t]*(?=\w{0,2}["'`])|:=|=>|->|==?|::?|&gt;|%3[ad])[ \t]*(?:!{1,2}\w+[ \t]+)?/iy;
/** Signs in a pair, `"X-API-Key", "value": ` or `name="password" value=`; and after a header, `"authorization", `. */
const pairSeparator = /\\*["'`]?\)?(?:[^{}]{0,100}?[\s,;"'`<])?\\*["'`]?(?:value|val)\\*["'`]?\s*(?:=>|[:=>])\s*/iy;
const headerSeparator = /\\*["'`]\)?\s*,\s*(?=[a-z]{0,12}\(?\[?\\*["'`]|\[)/iy;
/** In front of the name of a pair. */
const pairName =
  /\b(?:name|key|header|property|option|param|parameter|field|variable)\\*["'`]?\s*(?:=>|[:=(>])\s*\\*["'`]?$/i;
/** The value of a pair in front of its name: `"value": "…", "name": "`. */
const valueAhead =
  /\bvalue\\*["'`]?\s*[:=]\s*(?<value>[^\n]{1,600}?),?\s*\\*["'`]?(?:name|key|header)\\*["'`]?\s*[:=]\s*\\*["'`]?$/i;
const quoteAt = /(?:[befnrux]|br|rb)?(\\*)("""|'''|["'`]|&quot;)/iy;
const bracketAt = /(?:&?[a-z_][\w:.]{0,63} ?)?(?=[([{])/iy;
const bracketBehind = /[\w.]{0,40}(?=[([{])/y;
/** A block of YAML, unless the next line is a value alone. In a text of JSON, newlines are escaped. */
const blockAt =
  /(?:[|>][+-]?\d?[+-]?)?[ \t]*(?:\r?\n|\\+n)(?=[ \t]+|- )(?![ \t]*(?:["'`][^\n"'`]*["'`][,;)}\]]*\s*(?:\n|$)|[{[(]))/y;
const lineEnd = /\n|\\+n/g;
const bareEnd = String.raw`\\+["'\x60](?![\s,;:)\]}>\\]|$)|\\+[^"'\x60\\]|["'\x60](?![\s,;:)\]}>\\]|$)|<(?!/)`;
const bareAt = new RegExp(String.raw`(?:${bareEnd}|[^\s"'\x60<\\])+`, 'y');
const lineAt = new RegExp(String.raw`(?:${bareEnd}|[^\n\r"'\x60<\\])+`, 'y');
/** A name whose value goes on behind blanks. */
const isHeader = /authorization|cookie/i;
const scheme = /^(?:bearer|basic|token|digest|negotiate|api-?key|plain|splunk)$/i;
/** Words of JSON and others for nothing, and those with which a reason begins. */
const isSetting =
  /^(?:null|none|nil|true|false|undefined|cannot|could|denied|error|expected|expired|failed|failure|invalid|missing|must|not?|refused|required|timed|unable|unexpected|unknown|unsupported)$/i;
const isNumber = /^-?\d{1,20}(?:\.\d+)?$/;

/** A name of a record's key as well: its value is one if it is no number. */
function isBareKey(name: string): boolean {
  return /^keys?$/i.test(name);
}

/** In front of `key`, in prose: the key is data. */
const ofData =
  /(?:primary|foreign|unique|duplicate|missing|unknown|unexpected|partition(?:ing)?|record|row|message|sort|group|index|composite|join|map|object|lookup|no|same|the|this|each|by)\s+$/i;
/** Words in front of `token`: it is a parser's token. */
const ofParser = /unexpected\s+$/i;

/** Returns whether the end of the text before a name makes that no credential: `duplicate key`, `unexpected token`. */
function isOfData(before: string, name: string): boolean {
  return (isBareKey(name) && ofData.test(before)) || (/^tokens?$/i.test(name) && ofParser.test(before));
}

/** Returns where an unquoted value ends, without punctuation that follows it. */
function bareEndAt(pattern: RegExp, text: string, from: number): number {
  let to = stickyEnd(pattern, text, from) ?? from;
  while (to > from && ',;)]}'.includes(text[to - 1] ?? '')) to -= 1;
  return to;
}

function rangeOf(from: number, value: string): Range {
  return {from, to: from + value.length};
}

/** Matches as `matchAll`, which would compile a copy of the pattern. */
function* matchesOf(text: string, pattern: RegExp): Generator<RegExpExecArray, void, void> {
  for (let from = 0; ; ) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (!match) return;
    from = match.index + Math.max(1, match[0].length);
    yield match;
  }
}

function stickyEnd(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Returns where a quoted text ends; the end of the text if it was cut. `from`: behind the quote and its `escapes`. */
function quoteEnd(text: string, from: number, quote: string, escapes: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let before = 0;
    while (at - before > from && text[at - before - 1] === '\\') before += 1;
    // Of JSON in JSON, each level doubles the escapes.
    if (before < escapes || before % (2 * (escapes + 1)) === escapes) {
      const isDoubled = quote === "'" && text[at + 1] === "'" && escapes === 0;
      if (!isDoubled) return at - Math.min(before, escapes);
      at += 1;
    }
  }
  return text.length;
}

/** Returns where the text in brackets ends, behind the last one. */
function bracketEnd(text: string, from: number): number {
  let depth = 0;
  const part = /[([{}\])]|\\*"/g;
  part.lastIndex = from;
  for (let match = part.exec(text); match; match = part.exec(text)) {
    const [found] = match;
    if (found.endsWith('"')) {
      const escapes = found.length - 1;
      part.lastIndex = quoteEnd(text, part.lastIndex, '"', escapes) + escapes + 1;
    } else if ('([{'.includes(found)) depth += 1;
    else if (--depth === 0) return part.lastIndex;
  }
  return text.length;
}

/** Returns where lines end that are indented more than the one of `at`. */
function blockEnd(text: string, at: number, from: number): number {
  const start = text.lastIndexOf('\n', at) + 1;
  const indent = /^[ \t]*(?:- )*/.exec(text.slice(start, Math.min(at, start + 200)))?.[0].length ?? 0;
  let end = from;
  for (let line = from; line < text.length; ) {
    lineEnd.lastIndex = line;
    const next = lineEnd.exec(text);
    const stop = next?.index ?? text.length;
    const isBlank = text.slice(line, stop).trim() === '';
    const own = /^[ \t]*(?:- )*/.exec(text.slice(line, line + 200))?.[0].length ?? 0;
    if (!isBlank && own <= indent) break;
    if (!isBlank) end = stop;
    line = next ? lineEnd.lastIndex : text.length;
  }
  return end;
}

type ValueOptions = {
  /** Offset of the name. */
  readonly nameAt: number;
  readonly name: string;
  /** It has to begin with a quote or a bracket. */
  readonly isQuoted?: boolean;
};

/** A value at a place: in quotes, in brackets, an indented block, or up to a blank. Undefined: there is none to hide. */
function valueAt(text: string, at: number, {nameAt, name, isQuoted = false}: ValueOptions): Range | undefined {
  const block = stickyEnd(blockAt, text, at);
  if (block !== undefined) {
    const to = blockEnd(text, nameAt, block);
    if (to > block) return {from: block, to};
  }
  const from = /^\s*(?=["'`{[])/.test(text.slice(at, at + 80)) ? at + text.slice(at).search(/\S/) : at;
  quoteAt.lastIndex = from;
  const quoted = quoteAt.exec(text);
  if (quoted) {
    const [{length}, {length: escapes} = '', quote = ''] = quoted;
    // Two quotes of SQL in a text of SQL, or an empty text.
    const isEmpty = text.startsWith(quote, from + length) && quote !== '"""' && quote !== "'''";
    if (isEmpty && quote !== "'") return undefined;
    if (isEmpty && !/[^\s,;:)\]}>'&]/.test(text[from + length + 1] ?? ' ')) return undefined;
    const start = from + length + (isEmpty ? 1 : 0);
    const end = isEmpty ? indexOrEnd(text, "''", start) : quoteEnd(text, start, quote, escapes);
    const behind = end + escapes + quote.length + (isEmpty ? 1 : 0);
    // A shell joins what follows.
    const more = /^[^\s,;:)\]}>&"'`<\\/]+/.exec(text.slice(behind, behind + 1000))?.[0].length ?? 0;
    return unlessPlain(text, name, {from: start, to: more > 0 ? behind + more : end});
  }
  const bracket = stickyEnd(bracketAt, text, from);
  if (bracket !== undefined) {
    let to = bracketEnd(text, bracket);
    // `[]byte("…")`, `Some(…).unwrap()`.
    for (let next = stickyEnd(bracketBehind, text, to); next !== undefined; next = stickyEnd(bracketBehind, text, to))
      to = bracketEnd(text, next);
    return {from, to};
  }
  if (isQuoted) return undefined;
  if (isHeader.test(name)) return unlessPlain(text, name, {from, to: bareEndAt(lineAt, text, from)});
  const to = bareEndAt(bareAt, text, from);
  if (!scheme.test(text.slice(from, to))) return unlessPlain(text, name, {from, to});
  return {from, to: bareEndAt(bareAt, text, to + 1)};
}

function indexOrEnd(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at === -1 ? text.length : at;
}

function unlessPlain(text: string, name: string, range: Range): Range | undefined {
  const {from, to} = range;
  if (to <= from) return undefined;
  // A long one is none of them.
  const value = text.slice(from, Math.min(to, from + 200));
  const isShown = isSetting.test(value) || isReference(value);
  // Of a record; or the name of a pair.
  const isKey = isBareKey(name) && (isNumber.test(value) || isSecretName(value));
  return isShown || isKey ? undefined : range;
}

/** Characters between a name and the end of its tag, and of an element. */
const mostOfTag = 500;
const mostOfElement = 2048;

/** A value behind a name, in any syntax. */
function valueBehind(text: string, name: string, nameAt: number): Range | undefined {
  const end = nameAt + name.length;
  const before = text.slice(Math.max(0, nameAt - 40), nameAt);
  if (isOfData(before, name)) return undefined;
  const options = {nameAt, name};
  const inPair = pairName.test(before);
  const pair = inPair ? stickyEnd(pairSeparator, text, end) : undefined;
  if (pair !== undefined && text[pair - 1] === '>') return {from: pair, to: indexOrEnd(text, '</', pair)};
  if (pair !== undefined) return valueAt(text, pair, options);
  const ahead = inPair ? valueAhead.exec(text.slice(Math.max(0, nameAt - 700), nameAt)) : undefined;
  if (ahead) {
    const start = Math.max(0, nameAt - 700) + ahead.index + ahead[0].indexOf(ahead.groups?.value ?? '', 5);
    return valueAt(text, start, options);
  }
  // `<password>`, `<entry key="password">`, `<ns:password kind="a">`.
  const tag = /<(\/?)[\w:.-]*(?: [^<>]{0,200})?$/.exec(text.slice(Math.max(0, nameAt - 240), nameAt));
  if (tag?.[1] === '/') return undefined;
  const isElement = /(?<![\w:])<(?:[\w.-]+:)?$/.test(before);
  if (tag && (isElement || inPair)) {
    const open = end + text.slice(end, end + mostOfTag).indexOf('>');
    if (open < end || text[open - 1] === '/') return isElement ? undefined : valueAt(text, end, options);
    const closing = isElement ? `</${/<((?:[\w.-]+:)?)$/.exec(before)?.[1] ?? ''}${name}` : '</';
    const to = indexOrEnd(text, text.slice(open, open + mostOfElement).includes(closing) ? closing : '<', open);
    return to > open + 1 ? {from: open + 1, to} : undefined;
  }
  const separated = stickyEnd(separator, text, end);
  const whole = /(\\*)(["'`])$/.exec(before);
  // All of `'Authorization: Splunk …'` and `"DB_PASSWORD=…"` is in quotes.
  if (
    separated !== undefined &&
    whole &&
    !/^\\*["'`&]/.test(text.slice(end, end + 9)) &&
    !/["'`{[]/.test(text[separated] ?? ' ')
  )
    return unlessPlain(text, name, {
      from: separated,
      to: quoteEnd(text, separated, whole[2] ?? '"', whole[1]?.length ?? 0),
    });
  // A value of YAML alone on its line.
  if (
    separated !== undefined &&
    /(?:^|\n)[ \t]*(?:- )?$/.test(before) &&
    /^[^\n"'`{[|>&!]+\n/.test(text.slice(separated, separated + 200))
  )
    return unlessPlain(text, name, {from: separated, to: text.indexOf('\n', separated)});
  if (separated !== undefined) return valueAt(text, separated, options);
  const header = /["'`]$/.test(before) ? stickyEnd(headerSeparator, text, end) : undefined;
  if (header !== undefined) return valueAt(text, header, {...options, isQuoted: true});
  if (isBareKey(name)) return undefined;
  // A table of TOML, a type with fields, an option, a text of SQL.
  const table = /(?:^|["'\s]|\\n)\[+[\w.-]*$/.test(before) && /^\]+[ \t]*(\r?\n|\\+n)/.exec(text.slice(end, end + 80));
  if (table) return {from: end + table[0].length, to: indexOrEnd(text, `${table[1]}[`, end)};
  const next = text.slice(end, end + 40);
  if (/^ ?\{|^\((?!s\))/.test(next)) return valueAt(text, end, {...options, isQuoted: true});
  const isOption = /^--?[a-z]/i.test(name) && /^[ \t]+(?!-)/.test(next);
  const behind = /^\s+(?:(?:by|for|is|to) +)?(?=\\*["'`])/i.exec(next)?.[0].length ?? 0;
  if (isOption) return valueAt(text, end + (/^[ \t]+/.exec(next)?.[0].length ?? 0), options);
  return behind > 0 ? valueAt(text, end + behind, {...options, isQuoted: true}) : undefined;
}

/** A word that may have a URL with a password, or a token that is known by its form. */
const longWord = /[^\s<>]{8,}/g;
/** The end of a URL in a long word. */
const quoteBehind = /["'`](?=[,;:)\]}>\\]|$)/g;
/** Longest word in which each URL is looked at by itself. */
const mostOfUrls = 4096;
/** Text after the `@` of `user:pw@tcp(`, `scott/pw@//host` and `user:pw@host.example`. */
const hostBehind = /@(?=\(|\/\/|[a-z]{2,8}\(|localhost\b|[\w-]+(?:\.[\w-]+){1,8}|[\w-]{1,64}(?::\d|\/))/gi;

/** The password of each login in a word, or its user alone, who may be a token: up to the last `@`. */
function* loginsIn(word: string): Generator<Range> {
  let end = 0;
  let at = -1;
  for (let from = word.indexOf('://'); from >= 0; from = word.indexOf('://', from + 3)) {
    const start = from + 3;
    const isFirst = start > end;
    if (isFirst) {
      quoteBehind.lastIndex = start;
      end = quoteBehind.exec(word)?.index ?? word.length;
      at = word.slice(start, end).lastIndexOf('@') + start;
    }
    if (at <= start) continue;
    const login = isFirst || end - start <= mostOfUrls ? word.slice(start, at) : '';
    const colon = login.indexOf(':');
    const path = login.search(/[/?#]/);
    // A path may have an `@`.
    if (path < 0 || (colon >= 0 && colon < path)) yield {from: start + colon + 1, to: at};
    if (login === '') from = end;
  }
  for (const {index} of matchesOf(word, hostBehind)) {
    const [login = ''] = /[^\s"'`<>=]*$/.exec(word.slice(Math.max(0, index - 300), index)) ?? [];
    const isOracle = '/('.includes(word[index + 1] ?? ' ') && login.includes('/');
    const sign = login.indexOf(isOracle ? '/' : ':');
    if (sign > 0 && !login.includes('://')) yield {from: index - login.length + sign + 1, to: index};
  }
}

/** At the end of a text that was cut: a password, which is no port. */
const cutLogin = /:\/\/[^\s/?#@:]*:((?!\d{0,5}(?:[/,?#]|$))[^\s@]+)$/g;

/** `sign`: without it, a text has none. What is hidden is the last group. */
const forms: readonly {readonly sign: RegExp; readonly form: RegExp}[] = [
  {
    sign: /bearer|basic|negotiate|digest/i,
    form: /\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC|Negotiate|Digest)\s+(?=[\w.~+/-]*[A-Z\d=+/~_.]|[a-z]{16})(?!\w+=["']|[A-Z]?[a-z]{1,15}(?![\w=+/~]))([\w.~+/=-]{6,})/g,
  },
  {sign: /["'](?:bearer|basic) /i, form: /["'](?:bearer|basic) +([^\s"'\\,]+)(?=\\*["'])/gi},
  {sign: /identified/i, form: /\bIDENTIFIED\s{1,4}BY\s{1,4}('(?:[^'\\]|''|\\.)*(?:'|$)|[^\s;]+)/gi},
  {
    sign: /-u/i,
    form: /(?:^|\s)(?:-u|-U|--user|--proxy-user)[ =]?\\*["']?[^\s:"'=-][^\s:"']{0,64}:((?:[^\s"'\\]|\\.)+)/g,
  },
  {
    sign: /mysql|mariadb|sshpass|redis|sqlplus|login/,
    form: /\b(?:(?:mysql\w*|mariadb\w*|sshpass|redis-cli)\b[^\n]{0,200}?\s-[ap] ?|sqlplus\s+\S{1,64}\/|login\s+\S{1,64}\s+password\s+)([^\s@]+)/g,
  },
  // PEM and PGP.
  {sign: /-BEGIN /, form: /-----BEGIN [A-Z0-9 ]{1,40}-----((?:(?!-----END )[\s\S])+)/g},
  {sign: /:\/\//, form: cutLogin},
];

/** Words after which a step is over. */
const wordsInStep = 500;

/** The parts of a text that look like credentials, in order, none in another. In steps of less than a frame. */
function* secretSteps(text: string): Generator<void, readonly Range[], void> {
  const hasName = namePart.test(text);
  const found: Range[] = [];
  const add = (range: Range | undefined) => {
    if (range && range.to > range.from && !isReference(text.slice(range.from, range.to))) found.push(range);
  };
  let words = 0;
  let to = 0;
  for (const {0: whole, index} of hasName ? matchesOf(text, word) : []) {
    if (++words % wordsInStep === 0) yield;
    // The end of a name decides.
    const cut = Math.max(0, whole.length - 200);
    const name = whole.slice(cut).replace(/\.+$/, '');
    if (index < to || text.startsWith('${', index - 2) || !namePart.test(name) || !isSecretName(name)) continue;
    const range = valueBehind(text, name, index + cut);
    add(range);
    if (range && range.from >= index) to = range.to;
  }
  for (const {0: long, index} of matchesOf(text, longWord)) {
    if (++words % wordsInStep === 0) yield;
    for (const match of matchesOf(long, token)) add(rangeOf(index + match.index, match[0]));
    if (!long.includes('@')) continue;
    for (const login of loginsIn(long)) add({from: index + login.from, to: index + login.to});
  }
  for (const {sign, form} of forms) {
    yield;
    if (!sign.test(text)) continue;
    for (const {0: whole, 1: value = '', index} of matchesOf(text, form))
      add(rangeOf(index + whole.lastIndexOf(value), value));
  }
  found.sort((a, b) => a.from - b.from || b.to - a.to);
  const apart: Range[] = [];
  for (const range of found) {
    const last = apart.at(-1);
    if (!last || range.from >= last.to) apart.push(range);
    else if (range.to > last.to) apart[apart.length - 1] = {from: last.from, to: range.to};
  }
  return apart;
}

/** A text without what looks like a credential, and where a place of the text is then. */
type Masked = {
  readonly text: string;
  readonly placeOf: (offset: number) => number;
  readonly ranges: readonly Range[];
};

/** Hides passwords in URLs, values behind names such as `password`, and tokens of known forms. */
export function maskCredentials(text: string): Masked {
  return runAtOnce(maskSteps(text));
}

/** The text alone. */
export function masked(text: string): string {
  return text === '' ? text : maskCredentials(text).text;
}

/** Masks a long text in steps of less than a frame. */
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
    ranges,
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
