import type {LogRecord} from '../records/parse-record.ts';

const fieldPattern = / ?([A-Za-z_][\w.-]*)=("[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]+)/y;

/** The fields of a record as names and plain values, in the order sent. `text` is the line that was parsed. */
export function recordFields(record: LogRecord, text: string): readonly (readonly [key: string, value: string])[] {
  if (record.format === 'json') return record.fields;
  if (record.fieldsStart === undefined) return [];
  const fields: (readonly [string, string])[] = [];
  fieldPattern.lastIndex = record.fieldsStart;
  for (let match = fieldPattern.exec(text); match !== null; match = fieldPattern.exec(text)) {
    const [, key = '', value = ''] = match;
    fields.push([key, value.startsWith('"') ? unquoted(value) : value]);
  }
  return fields;
}

/** Rust quotes much like JSON; what is no JSON (`\u{1b}`) stays as written. */
function unquoted(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted);
    if (typeof value === 'string') return value;
  } catch {
    // Not JSON.
  }
  return quoted.slice(1, -1);
}
