import {decodeVisible} from '../../engine/buffer/style-joints.ts';
import type {Level} from '../../engine/records/level.ts';
import {bareMessage, type LogRecord, parseRecord, recordFields} from '../../engine/records/parse-record.ts';
import {jsonText} from '../../lib/json.ts';
import {fieldValue} from '../viewport/line-text.ts';

/** Converts whole lines, each with its newline, or one without it, to what is printed; may return the same array. */
export type ConvertLines = (lines: Uint8Array) => Uint8Array;

/** Lines of one record, without their newlines. */
export type PrintedRecord = {
  readonly lines: readonly Buffer[];
  /** The lines as Feldera's logger writes them, where another one wrote them. */
  readonly read?: readonly Buffer[];
  readonly time: RecordTime | undefined;
  /** That of the record; undefined for the output of programs. */
  readonly level: Level | undefined;
  /** False: more lines of a record that was printed before. */
  readonly startsHere: boolean;
  /** It is not selected, but near a selected one (`--around`). */
  readonly isNear?: boolean;
  /** Records between it and the one before are left out (`--around`). */
  readonly startsGroup?: boolean;
};

/** The time of a record, or that of the record before it if it has none (`isOwn`). */
export type RecordTime = {
  /** Unix time in ms. */
  readonly at: number;
  /** Time as sent, with all its digits. */
  readonly text: string;
  readonly isOwn: boolean;
};

export type RecordShape = {
  /** Panics and configurations are printed whole: records that came between their lines follow them. */
  readonly joinsLines?: boolean;
  readonly print: (record: PrintedRecord) => Uint8Array;
};

/** Log whose lines are printed. Its pipeline may get another name, and so another prefix. */
export type LogToPrint = {
  readonly name: string;
  /** Printed in front of lines as sent. */
  readonly prefix: string | undefined;
};

const newline = Buffer.from('\n');
/** Line between two groups of records, as in grep. */
const separator = Buffer.from('--\n');

/** Lines as sent, or converted; `timestamps` puts the time of its record in front of each. */
export function linesShape(
  log: Pick<LogToPrint, 'prefix'>,
  {convert, timestamps}: {convert: ConvertLines | undefined; timestamps: boolean},
): RecordShape {
  return {
    print({lines, time, startsGroup}) {
      const {prefix = ''} = log;
      const head = Buffer.from(timestamps ? `${prefix}${time?.text ?? '-'} ` : prefix);
      const printed = lines.flatMap((line) => [head, convert ? convert(line) : line, newline]);
      return Buffer.concat([...(startsGroup === true ? [separator] : []), ...printed]);
    },
  };
}

/** One JSON object a line: only colours and the writing process are left out; what is missing is null or absent. */
export function jsonShape(log: Pick<LogToPrint, 'name'>): RecordShape {
  return {
    joinsLines: true,
    print({lines, read = lines, time, level, startsHere, isNear}) {
      const [first = '', ...more] = read.map((line) => decodeVisible(line).replace(/\r$/, ''));
      const record = parseRecord(first);
      const {message, fields} = record ? messageAndFields(record, first) : {message: first, fields: {}};
      const object = {
        pipeline: log.name,
        time: time?.text ?? null,
        // A panic and the output of programs have no time of their own.
        ...(time?.isOwn === false && {timeFrom: 'before'}),
        level: (record ? record.level : level) ?? null,
        target: record?.target || null,
        ...(record?.host !== undefined && {host: record.host}),
        ...(record?.container !== undefined && {container: record.container}),
        ...(record?.span !== undefined && {span: record.span}),
        message: [message, ...more].join('\n'),
        ...(Object.keys(fields).length > 0 && {fields}),
        // The rest of a record: lines of another one were printed between its lines.
        ...(!startsHere && {continues: true}),
        ...(isNear === true && {around: true}),
      };
      return Buffer.from(`${jsonText(object)}\n`);
    },
  };
}

/** A JSON object has a name once: if a field comes twice, the message has all fields. */
function messageAndFields(record: LogRecord, line: string) {
  const all = recordFields(record, line);
  const fields = Object.fromEntries(all);
  const isLossy = Object.keys(fields).length < all.length;
  return {message: isLossy ? wholeMessage(record, line) : bareMessage(record, line), fields};
}

/** The message with its fields, except the runner's, which only name the pipeline. */
function wholeMessage(record: LogRecord, line: string): string {
  if (record.format === 'text') {
    return line.slice(record.messageStart, record.source === 'manager' ? record.fieldsStart : undefined);
  }
  const fields = record.fields.map(([key, value]) => `${key}=${fieldValue(value)}`);
  return [record.message, ...fields].filter((part) => part !== '').join(' ');
}
