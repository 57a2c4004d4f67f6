import {escapeByte, openingBrace} from './bytes.ts';
import type {Level} from './level.ts';
import {levelOfSeverity, levelOfWord} from './level-words.ts';
import {levelIn} from './line-head.ts';
import {parseRecord, targetIn} from './parse-record.ts';
import {iso, named, readStamp, stamp} from './stamps.ts';
import {readJsonLine, readLogfmtLine} from './structured-lines.ts';

/**
 * The form in which a logger begins a record. `pattern` matches the line up to its message. Its groups are `time` and, where
 * the line has them, `level`, `priority` (of syslog), `host`, `target` and the words `between` them. `first`: the characters with
 * which such lines begin; undefined: any. A pattern takes up to 1 ms to compile, when it is first tried.
 */
type LineFormat = {readonly name: string; readonly first?: string; readonly pattern: RegExp};

const end = String.raw`(?=[\s:|,]|$)[ \t:|,-]*`;
const upper = '[A-Z]{3,9}';
const word = String.raw`[A-Za-z]{3,13}\d?`;
/** Makes a pattern of a level, brackets included. */
const level = (words: string) => String.raw`[[(<]?(?<level>${words})[\])>]?`;
/** A process, a thread, a file or a logger between time and level; a single word must have dots, or stand between dashes. */
const inBetween = String.raw`\[[^\]]*\]|\([^)]*\)|<[^>]*>|\d+\]?|- [\w$./:-]+(?= -)|[\w$]+\.[\w$.]+`;
const digits = '0123456789';
const lead = String.raw`(?:\S*\.log\S*[ :])?`;
const sent = String.raw`(?:<(?<priority>\d{1,3})>)?`;

/** The formats of lines with a level, and of those of syslog. The first that matches is the line's. */
const formats: readonly LineFormat[] = [
  {
    name: 'klog',
    first: 'IWEF',
    pattern: /^(?<level>[IWEF])(?<time>(?:\d{4})?\d{4} \d\d:\d\d:\d\d\.\d{1,9}) +(?<between>\d+) +/,
  },
  {
    name: 'env_logger',
    first: '[',
    pattern: new RegExp(String.raw`^\[(?<time>${iso}) +${level(upper)} +(?<target>[\w.:-]+)\] `),
  },
  {
    name: 'Monolog',
    first: '[',
    pattern: new RegExp(String.raw`^\[(?<time>${iso})\] (?<target>[\w-]+)\.(?<level>${upper}): `),
  },
  {
    name: 'tracing',
    first: digits,
    pattern: /^(?<time>\d{4}-\d\d-\d\dT\S+Z) {1,2}(?<level>[A-Z]{4,5}) (?=\w+(?:::|[:{]))/,
  },
  {
    name: 'logcat',
    first: digits,
    pattern: /^(?<time>\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) +(?<between>\d+ +\d+) (?<level>[VDIWEF]) /,
  },
  {name: 'log4j', first: digits, pattern: new RegExp(String.raw`^(?<time>${iso})(?: -)? +(?<level>${upper}) +(?=\[)`)},
  {
    name: 'time and level',
    pattern: new RegExp(String.raw`^${lead}\[?(?<time>${stamp})\]?[ \t,:|-]*(?<between>\d+ )?${level(word)}${end}`),
  },
  {
    name: 'time and level',
    pattern: new RegExp(
      String.raw`^${lead}\[?(?<time>${stamp})\]?(?<between>(?:[ \t,:|-]+?(?:${inBetween})){1,3}?)[ \t,:|-]*${level(upper)}${end}`,
    ),
  },
  {
    name: 'level and time',
    pattern: new RegExp(String.raw`^(?<between>[\w.-]+::)?${level(upper)}[ \t:|-]+\[?(?<time>${iso})\]?${end}`),
  },
  {
    name: 'syslog',
    first: '<1',
    pattern: new RegExp(
      String.raw`^${sent}1 (?<time>\S+) (?<host>\S+) (?<target>\S+) \S+ \S+ (?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+) ?`,
    ),
  },
  {
    name: 'syslog',
    pattern: new RegExp(
      String.raw`^${sent}(?<time>${named}|${iso}) (?<host>[\w.:-]+) (?<target>[\w./-]+)(?:\([^)]*\))?(?:\[\d+\])?: `,
    ),
  },
];

/** Lines that have a time and no level: such a line may be inside a record, unless all records begin so. */
export const timed: LineFormat = {
  name: 'time',
  pattern: new RegExp(String.raw`^[[(]?(?<time>${stamp})[\])]?(?:[ \t:|-]+|$)`),
};

const allFormats = [...formats, timed];
/** In all of them. A line without it, as all are in a log without times, costs no more: no pattern is compiled. */
const anyTime = /\d\d:?\d\d:?\d\d/;

/** Bytes of a line in which its head ends. */
const headBytes = 400;
// biome-ignore lint/suspicious/noControlCharactersInRegex: SGR sequences begin with ESC.
const styles = /\x1b\[[\d:;]*m/g;

/** `name`: that of the format, for the user. `line`: the line as Feldera's logger writes it. */
export type ReadHead = {readonly name: string; readonly line: Buffer; readonly hasLevel: boolean};

export type ReadOptions = {
  /** Unix time in ms, for times without a year. */
  readonly now: number;
  /** Reads lines with a time and no level, too. */
  readonly isTimed: boolean;
};

/**
 * Reads the first line of a record of any logger that is known; undefined for other lines. The line that is returned has the
 * level `NONE` where the logger gives none.
 */
export function readHead(line: Buffer, {now, isTimed}: ReadOptions): ReadHead | undefined {
  if (isOfFeldera(line)) return {name: felderas, line, hasLevel: true};
  if (line[0] === openingBrace) return headOf('JSON', readJsonLine(line, now));
  const plain = withoutStyles(line);
  const text = plain.toString('latin1', 0, headBytes);
  const possible = !anyTime.test(text) ? [] : isTimed ? allFormats : formats;
  for (const format of possible) {
    if (format.first?.includes(text.charAt(0)) === false) continue;
    const groups = format.pattern.exec(text);
    const read = groups && canonicalOf(plain, groups, now);
    if (read) return {name: format.name, ...read};
  }
  return text.includes('=') ? headOf('logfmt', readLogfmtLine(plain, now)) : undefined;
}

/** The name of the format of Feldera's own lines. */
export const felderas = 'Feldera' as const;

function isOfFeldera(line: Buffer): boolean {
  if (levelIn(line) === undefined) return false;
  // Other loggers have the same names in JSON, but their message elsewhere.
  return line[0] !== openingBrace || parseRecord(line.toString()) !== undefined;
}

function headOf(name: string, line: Buffer | undefined): ReadHead | undefined {
  return line && {name, line, hasLevel: levelIn(line) !== undefined && !line.includes('"level":"NONE"')};
}

function withoutStyles(line: Buffer): Buffer {
  const hasStyle = line.subarray(0, headBytes).includes(escapeByte);
  return hasStyle ? Buffer.from(line.toString('latin1').replace(styles, ''), 'latin1') : line;
}

const pathPattern = /^\w[\w.-]*(?:::\w[\w.-]*)*$/;

function canonicalOf(line: Buffer, head: RegExpExecArray, now: number) {
  const {time = '', priority, host, between = '', target = '', ...groups} = head.groups ?? {};
  const at = readStamp(time, now);
  const known: Level | undefined = groups.level === undefined ? priorityLevel(priority) : levelOfWord(groups.level);
  if (at === undefined || (groups.level !== undefined && !known)) return undefined;
  // Numbers of a process or a thread are left out, as Feldera's are.
  const origin = between.replace(/^[\s,:|-]+|[\s,:|-]+$/g, '').replace(/^\[?\d+\]?(?: +\d+)?$/, '');
  const name = target || (pathPattern.test(origin) ? origin : '');
  const before = name === origin ? '' : `${origin} `;
  const isPath = pathPattern.test(name);
  const shown = `${name === '' || isPath ? '' : `${name}: `}${before.trimStart()}`;
  const rest = line.subarray(head[0].length);
  const hasTarget = name === '' && shown === '' && targetIn(rest.toString('latin1', 0, headBytes)) !== undefined;
  const place = hasTarget ? '' : `${isPath ? name : ''}:  ${shown}`;
  const tag = host === undefined || !/^[\w.:-]{1,64}$/.test(host) ? 'log' : `log host=${host}`;
  return {
    line: Buffer.concat([Buffer.from(`[${tag}] ${at} ${known ?? 'NONE'} ${place}`, 'latin1'), rest]),
    hasLevel: known !== undefined,
  };
}

function priorityLevel(priority: string | undefined): Level | undefined {
  return priority === undefined ? undefined : levelOfSeverity(Number(priority) & 7);
}
