import {decodeVisible} from '../buffer/visible-text.ts';
import {type LogRecord, parseRecord} from '../records/parse-record.ts';
import type {Template, TemplateField} from '../settings/template.ts';
import {Evidence, type EvidenceFacts} from '../take/markdown.ts';
import {lineAsSent} from '../viewport/line-text.ts';
import {jsonText} from './json-text.ts';
import {stripSgr} from './strip-sgr.ts';

/** Lines of one record, without their newlines. */
export type PrintedRecord = {
  readonly lines: readonly Buffer[];
  /** Wall milliseconds: its own, or that of the record before it. */
  readonly time: number | undefined;
  /** False: more lines of a record that was printed before. */
  readonly startsHere: boolean;
};

/** What is printed of records, one after the other. */
export type RecordShape = {
  readonly print: (record: PrintedRecord) => Uint8Array;
  /** What stands behind them all. */
  readonly end?: (gaps: readonly string[]) => string;
};

const newline = Buffer.from('\n');

/** Lines as sent; `timestamps` puts the time of its record in front of each. */
export function linesShape(options: {
  prefix: string | undefined;
  stripColor: boolean;
  timestamps: boolean;
}): RecordShape {
  const prefix = Buffer.from(options.prefix ?? '');
  return {
    print({lines, time}) {
      const stamp = Buffer.from(options.timestamps ? `${timeWord(time)} ` : '');
      return Buffer.concat(
        lines.flatMap((line) => [prefix, stamp, options.stripColor ? stripSgr(line) : line, newline]),
      );
    },
  };
}

/** One JSON object a line. What a record does not say is null; nothing of a line is left out but its colours. */
export function jsonShape(pipeline: string): RecordShape {
  return {
    print({lines, startsHere}) {
      const {record, message} = read(lines, textOf);
      const fields = record?.format === 'json' ? Object.fromEntries(record.fields) : {};
      const object = {
        pipeline,
        time: record?.timeText ?? null,
        level: record?.level ?? null,
        target: record?.target ?? null,
        message,
        ...(Object.keys(fields).length > 0 && {fields}),
        // The rest of a record that something else came between.
        ...(!startsHere && {continues: true}),
      };
      return Buffer.from(`${jsonText(object)}\n`);
    },
  };
}

/** The template's text for each record, safe for a terminal. */
export function templateShape(pipeline: string, template: Template): RecordShape {
  return {
    print({lines, time}) {
      const {record, message} = read(lines, safeTextOf);
      const values: Readonly<Record<TemplateField, string>> = {
        pipeline,
        time: timeWord(time),
        level: record?.level ?? '-',
        target: record?.target ?? '-',
        message,
        line: lines.map(safeTextOf).join('\n'),
      };
      return Buffer.from(
        `${template.map((part) => (typeof part === 'string' ? part : values[part.field])).join('')}\n`,
      );
    },
  };
}

/** All lines as evidence for an issue or a message, at the end. */
export function markdownShape(facts: () => Omit<EvidenceFacts, 'span' | 'gaps'>): RecordShape {
  const evidence = new Evidence((line) => lineAsSent(line).text);
  let span: EvidenceFacts['span'];
  return {
    print({lines, time}) {
      for (const line of lines) evidence.add(line);
      if (time !== undefined) span = {from: span?.from ?? time, to: time};
      return Buffer.of();
    },
    end: (gaps) => evidence.finish({...facts(), span, gaps}),
  };
}

/** Head and message, the lines that go on with it included; all of it where there is no head. */
function read(lines: readonly Buffer[], decode: (line: Buffer) => string) {
  const texts = lines.map(decode);
  const [first = '', ...more] = texts;
  const record = parseRecord(first);
  return {record, message: [record ? messageOf(record, first) : first, ...more].join('\n')};
}

function messageOf(record: LogRecord, line: string): string {
  return record.format === 'json' ? record.message : line.slice(record.messageStart, record.fieldsStart);
}

function textOf(line: Buffer): string {
  return decodeVisible(line).replace(/\r$/, '');
}

function safeTextOf(line: Buffer): string {
  return lineAsSent(line).text;
}

function timeWord(time: number | undefined): string {
  return time === undefined ? '-' : new Date(time).toISOString();
}
