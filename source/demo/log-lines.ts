/** What a pipeline's process logs, before it is put into one of the server's line shapes. */
export type LogEvent = {
  readonly level: Level;
  readonly target: string;
  /** May hold newlines: the text shape then has continuation lines without a prefix. */
  readonly message: string;
  /** `{name: 'kafka_input', fields: 'topic="orders"'}` */
  readonly span?: {readonly name: string; readonly fields: string};
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
};

export type Level = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

const sgr: Record<Level, number> = {TRACE: 35, DEBUG: 34, INFO: 32, WARN: 33, ERROR: 31};

/** The tag at the head of a text line: `[orders]`, on several hosts `[orders host=0]`. */
export type Tag = {readonly name: string; readonly host?: number};

function tagText({name, host}: Tag): string {
  return host === undefined ? `[${name}]` : `[${name} host=${host}]`;
}

function fieldsText(fields: LogEvent['fields']): string {
  return Object.entries(fields ?? {})
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`)
    .join('');
}

/** A text line with SGR colours, as sent even though the process writes to a pipe. `stamp` is RFC 3339. */
export function colourLine(tag: Tag, stamp: string, event: LogEvent): string {
  const dim = (text: string) => `\x1b[2m${text}\x1b[0m`;
  const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;
  const level = `\x1b[${sgr[event.level]}m${event.level.padStart(5)}\x1b[0m`;
  const span = event.span ? `${bold(event.span.name)}${bold('{')} ${event.span.fields}${bold('}')}${dim(':')} ` : '';
  const target = `${dim(event.target)}${dim(':')}`;
  return `${tagText(tag)} ${dim(stamp)} ${level} ${span}${target}  ${event.message}${fieldsText(event.fields)}`;
}

/** A text line of a process that runs with NO_COLOR. */
export function plainLine(tag: Tag, stamp: string, event: LogEvent): string {
  const span = event.span ? `${event.span.name}{ ${event.span.fields}}: ` : '';
  const level = event.level.padStart(5);
  return `${tagText(tag)} ${stamp} ${level} ${span}${event.target}:  ${event.message}${fieldsText(event.fields)}`;
}

/** A line of a process that logs JSON: its keys come sorted, those of the fields too. */
export function jsonLine(
  pipeline: {readonly id: string; readonly name: string},
  stamp: string,
  event: LogEvent,
): string {
  const fields = Object.entries({message: event.message, ...event.fields}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    'feldera-service': 'pipeline',
    fields: Object.fromEntries(fields),
    level: event.level,
    'pipeline-id': pipeline.id,
    'pipeline-name': pipeline.name,
    ...(event.span && {span: event.span.name}),
    target: event.target,
    timestamp: stamp,
  });
}
