import {parseJson} from '../../lib/json.ts';
import {closingBrace, openingBrace} from './bytes.ts';
import {JsonMembers} from './json-members.ts';
import {levelOfNumber, levelOfSeverity, levelOfWord} from './level-words.ts';
import {readStamp} from './stamps.ts';

/** Parts of a line in JSON or logfmt, by the names that loggers give them. */
const partsOfNames: Readonly<Record<string, 'time' | 'level' | 'message' | 'target' | 'nested'>> = {
  ...named('time', 'timestamp @timestamp time ts t datetime date asctime @t __REALTIME_TIMESTAMP'),
  ...named('level', 'level lvl severity log.level levelname loglevel log_level severity_text @l PRIORITY'),
  ...named('message', 'message msg MESSAGE @m @mt event'),
  ...named('target', 'target logger logger_name log.logger name module SYSLOG_IDENTIFIER'),
  ...named('nested', 'fields @fields'),
};

function named<Part>(part: Part, names: string): Readonly<Record<string, Part>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, part]));
}

/** A member whose name and value are JSON, as bytes in a string. */
type Member = {readonly name: string; readonly json: string};

/** Reads a line in JSON whose names are not Feldera's; undefined for one without a time, and for one that is cut. */
export function readJsonLine(line: Buffer, now: number): Buffer | undefined {
  let end = line.length;
  while (end > 0 && (line[end - 1] ?? 0) <= 0x20) end -= 1;
  if (line[0] !== openingBrace || line[end - 1] !== closingBrace) return undefined;
  return canonicalOf([...membersIn(line, 0, end)], now);
}

function* membersIn(line: Buffer, start: number, end: number): Generator<Member> {
  const members = new JsonMembers();
  members.start(line, start, end);
  while (members.next()) {
    const name = line.toString('latin1', members.key, members.keyEnd);
    const quote = members.isString ? 1 : 0;
    const isNested = partsOfNames[name] === 'nested' && line[members.value] === openingBrace;
    if (isNested) yield* membersIn(line, members.value, members.valueEnd);
    else yield {name, json: line.toString('latin1', members.value - quote, members.valueEnd + quote)};
  }
}

const pairPattern = /([A-Za-z_@][\w.@/-]*)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]*)(?:[ \t]+|\r?$)/y;

/** Reads a line of `key=value`, values with spaces in quotes; undefined for other lines, and without time and level. */
export function readLogfmtLine(line: Buffer, now: number): Buffer | undefined {
  const text = line.toString('latin1');
  const members: Member[] = [];
  pairPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pairPattern.lastIndex) {
    const [, name, value = ''] = pairPattern.exec(text) ?? [];
    if (name === undefined) return undefined;
    const isJson = value.startsWith('"') && parseJson(value) !== undefined;
    members.push({name, json: isJson ? value : JSON.stringify(value.replace(/^"|"$/g, ''))});
  }
  const hasLevel = members.some(({name}) => partsOfNames[name] === 'level');
  return hasLevel ? canonicalOf(members, now) : undefined;
}

/** The line as Feldera's logger writes it in JSON. Of several members that can be one part, the first is it. */
function canonicalOf(members: readonly Member[], now: number): Buffer | undefined {
  const parts: {time?: Member; level?: Member; message?: Member; target?: Member} = {};
  const fields: Member[] = [];
  for (const member of members) {
    const part = partsOfNames[member.name];
    const isText = part !== 'target' || member.json.startsWith('"');
    if (part === undefined || part === 'nested' || parts[part] || !isText) fields.push(member);
    else parts[part] = member;
  }
  const time = parts.time && readStamp(textOf(parts.time.json), now);
  if (time === undefined || (!parts.level && !parts.message)) return undefined;
  const level = (parts.level && levelIn(parts.level)) ?? 'NONE';
  const shown = [
    {name: 'message', json: parts.message?.json ?? '""'},
    ...fields.filter(({name}) => name !== 'message'),
  ];
  const inFields = shown.map(({name, json}) => `"${name}":${json}`).join(',');
  const head = `{"timestamp":"${time}","level":"${level}","target":${parts.target?.json ?? '""'}`;
  return Buffer.from(`${head},"fields":{${inFields}}}`, 'latin1');
}

function levelIn({name, json}: Member) {
  const word = textOf(json);
  if (!/^\d+$/.test(word)) return levelOfWord(word);
  return name === 'PRIORITY' ? levelOfSeverity(Number(word)) : levelOfNumber(Number(word));
}

function textOf(json: string): string {
  return json.replace(/^"|"$/g, '');
}
