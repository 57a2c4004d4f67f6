import {parseJsonRecord} from './json-record.ts';
import type {Level} from './level.ts';
import {parseTextRecord} from './text-record.ts';

/** What both forms of a line say before their message. */
type RecordHead = {
  /** `manager`: a line of the runner about the pipeline; `pipeline`: one of the pipeline's own process. */
  readonly source: 'pipeline' | 'manager';
  /** The pipeline's name (on the runner's text lines: `manager`, before Feldera 0.207 `control-plane`). */
  readonly name: string;
  /** Number of the host, on pipelines that run on several. */
  readonly host?: string;
  /** RFC 3339 in UTC with microseconds, as sent. */
  readonly timeText: string;
  readonly level: Level;
  /** The Rust module that logged, `dbsp_adapters::server`; empty where the line names none. */
  readonly target: string;
  /** The innermost span, in text as `name{ fields}`; several are joined by `:`. */
  readonly span?: string;
};

/** A line in text form. Offsets are into the text that was parsed, in UTF-16 units. */
export type TextRecord = RecordHead & {
  readonly format: 'text';
  readonly messageStart: number;
  /**
   * Where the fields that end the line begin (` key="value"`), with the space before them unless there is no message.
   * On lines of the runner: the id and name that it adds to each, and nothing else.
   */
  readonly fieldsStart?: number;
};

/** A line in JSON form (`FELDERA_LOG_JSON` on the server). */
export type JsonRecord = RecordHead & {
  readonly format: 'json';
  readonly message: string;
  /** The other fields in the order sent; what is no string is written as JSON. */
  readonly fields: readonly (readonly [key: string, value: string])[];
};

export type LogRecord = TextRecord | JsonRecord;

/**
 * Reads the head of a log line. `text` is the visible text: without SGR sequences and control characters. Answers
 * undefined for everything that Feldera's logger did not write: panics, output of programs, the rest of a message of
 * several lines, `Logs have ended`. Linear in the length; never throws.
 */
export function parseRecord(text: string): LogRecord | undefined {
  return text.startsWith('{') ? parseJsonRecord(text) : parseTextRecord(text);
}
