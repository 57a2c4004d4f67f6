/**
 * The lines that the server itself writes into a log stream, in text and in JSON mode (feldera-api.md, "Logs").
 *
 * A pipeline may print lines that look the same, so the shape alone proves nothing; the position does. The ring's entry
 * 0 is always `Fresh start`, hence the first line of a body is that line (nothing discarded) or the discard notice
 * (something was), and never the pipeline's. The end sentinel is trusted only as the very last line of a body.
 */

/** The last line of a body that the server ended itself; plain text even in JSON mode. */
export const sentinel = Buffer.from('Logs have ended\n');

/** No first line of the server's own is longer: ids and names are bounded, and the longest seen has 323 bytes. */
export const maxProtocolLine = 4096;

/** What the first line of a body says about the replay that follows. */
export type Opening =
  /** `discarded` entries precede the replay; the line itself is not an entry of the log. */
  | {readonly kind: 'notice'; readonly discarded: number; readonly pipelineId: string}
  /** The replay begins with entry 0, this line. Its bytes, timestamp included, identify the life of the ring. */
  | {readonly kind: 'fresh-start'; readonly pipelineId: string}
  /** Not written by a server that we know: an ordinary entry. */
  | {readonly kind: 'entry'};

const target = 'pipeline_manager::runner::pipeline_logs';
const discardedText =
  /^\.\.\. (\d{1,15}) prior log lines were discarded due to buffer constraints and are thus not shown\.$/;
const freshStartText = 'Fresh start of pipeline logs';
/** Level, target, text and id of a runner's line in text mode. */
const managerLine = /^\[manager\] \S+ +([A-Z]+) (\S+): (.*) pipeline-id="([^"]*)" pipeline-name="[^"]*"$/;
const entrySuffix = / pipeline-id="[^"]*" pipeline-name="[^"]*"$/;

/** Reads the first line of a body, without its newline. */
export function readOpening(line: Uint8Array): Opening {
  if (line.length > maxProtocolLine) return {kind: 'entry'};
  const text = latin1(line);
  const own = text.startsWith('{') ? readJson(text) : readText(text);
  if (own?.target !== target) return {kind: 'entry'};
  if (own.level === 'INFO' && own.text === freshStartText) return {kind: 'fresh-start', pipelineId: own.id};
  const discarded = own.level === 'WARN' ? discardedText.exec(own.text)?.[1] : undefined;
  return discarded === undefined ? {kind: 'entry'} : {kind: 'notice', discarded: Number(discarded), pipelineId: own.id};
}

const managerPrefix = Buffer.from('[manager] ');

/** Whether the line at `start` may begin an entry of the runner. Only those may hold newlines; JSON escapes them. */
export function beginsManagerEntry(bytes: Uint8Array, start = 0): boolean {
  for (let index = 0; index < managerPrefix.length; index++) {
    if (bytes[start + index] !== managerPrefix[index]) return false;
  }
  return true;
}

/** Whether a line ends in the suffix that closes every entry of the runner in text mode. */
export function endsManagerEntry(line: Uint8Array): boolean {
  const quote = 0x22;
  return line.at(-1) === quote && entrySuffix.test(latin1(line.subarray(-maxProtocolLine)));
}

type OwnLine = {
  readonly level: string | undefined;
  readonly target: string | undefined;
  readonly text: string;
  readonly id: string;
};

function readText(line: string): OwnLine {
  const [, level, target, text = '', id = ''] = managerLine.exec(line) ?? [];
  return {level, target, text, id};
}

function readJson(line: string): OwnLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const fields = property(value, 'fields');
  return {
    level: text(property(value, 'level')),
    target: text(property(value, 'target')),
    text: text(property(fields, 'line')) ?? '',
    id: text(property(value, 'pipeline-id')) ?? '',
  };
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([name]) => name === key)?.[1]
    : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** One character a byte: what is compared here is ASCII, and nothing else may throw or merge. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
