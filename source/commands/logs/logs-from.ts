import {LogBuffer} from '../../buffer/log-buffer.ts';
import {aborted} from '../../lib/clock.ts';
import {type FoundRecording, findRecordings} from '../../storage/recording/reader.ts';
import {codeOf, failureWords} from '../../storage/save-file.ts';
import {RecordedSource, recordedPieces} from '../../streams/recorded-source.ts';
import {type LineOutput, writeFailure} from '../../system/line-output.ts';
import {unmatchedWords} from '../../timeline/event-words.ts';
import {matched} from './catch-up.ts';
import {LogPrinter, noteOf} from './log-printer.ts';
import {linePrefixes} from './logs.ts';
import {type LogToPrint, type RecordPrinterOptions, tooSlowWords} from './record-printer.ts';
import type {ConvertLines} from './record-shapes.ts';

export type LogsFromOptions = {
  readonly directory: string;
  readonly names: readonly string[];
  /** Names in front of the lines, when there are several pipelines. */
  readonly prefix: boolean;
  /** What is printed of whole lines; undefined: as sent. */
  readonly convert?: ConvertLines | undefined;
  /** Undefined: lines are printed, not records. */
  readonly recordsOf?: ((log: LogToPrint) => RecordPrinterOptions) | undefined;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `failure`: the reason for exit code 1. */
  readonly note: (line: string, kind?: 'failure') => void;
  readonly signal: AbortSignal;
};

/** Bound of the buffer, many times the size of one incomplete record. */
const maxBytes = 64 * 1024 * 1024;
/** Bytes read ahead of the output: one block of a recording. */
const blockBytes = 256 * 1024;

/** `over`: a record has ended all logs (`--exit-on`). */
type Outcome = 'printed' | 'failed' | 'over';

/**
 * Prints recordings, one pipeline after the other, up to their present end: another program may be writing them.
 * Without `prefix` and `convert` the output is the log, byte by byte; markers go to `note`. Returns the exit code: 3
 * when a record ended it, 1 when a recording is missing or could not be read or printed, else 0.
 */
export async function runLogsFrom(options: LogsFromOptions): Promise<number> {
  const {output, note} = options;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  let failed = false;
  let isOver = false;
  const printing = (async () => {
    for (const name of new Set(options.names)) {
      const outcome = await printOne(name, {...options, signal});
      failed ||= outcome === 'failed';
      isOver = outcome === 'over';
      if (isOver) return;
    }
  })();
  const end = await Promise.race([printing, aborted(options.signal), output.closed]);
  over.abort();
  if (isOver) return matched;
  if (end === undefined) return failed ? 1 : 0;
  const unwritten = writeFailure(end);
  if (unwritten === undefined) return 0;
  note(`pipetail: ${unwritten}`, 'failure');
  return 1;
}

async function printOne(name: string, options: LogsFromOptions): Promise<Outcome> {
  const {directory, names, convert, recordsOf} = options;
  const note = (text: string, kind?: 'failure') => options.note(`pipetail: ${name}: ${text}`, kind);
  const prefix = options.prefix && names.length > 1 ? linePrefixes(names)(name) : undefined;
  const records = recordsOf?.({name, prefix, info: () => ({server: ''})});
  try {
    const recordings = await findRecordings(directory, name);
    if (recordings.length === 0) note(`there is no recording of it in ${directory}`, 'failure');
    const isRaw = prefix === undefined && !convert && !records;
    const outcome = isRaw
      ? await printBytes(recordings, {...options, note})
      : await printLog(recordings, {...options, prefix, records, note});
    return outcome === 'printed' && recordings.length === 0 ? 'failed' : outcome;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    note(`${directory} cannot be read: ${failureWords(code)}`, 'failure');
    return 'failed';
  }
}

/** The bytes unchanged: an open line gets no newline. */
async function printBytes(
  recordings: readonly FoundRecording[],
  {output, note, signal}: Pick<LogsFromOptions, 'output' | 'note' | 'signal'>,
): Promise<Outcome> {
  for (const piece of recordedPieces(recordings)) {
    // Lines come before the notes about them, if both go to one file.
    await room(output);
    if (signal.aborted) break;
    if ('bytes' in piece) output.write(piece.bytes);
    else note(noteOf(piece.marker));
  }
  await room(output);
  return 'printed';
}

async function printLog(
  recordings: readonly FoundRecording[],
  options: Pick<LogsFromOptions, 'output' | 'note' | 'signal' | 'convert'> & {
    readonly prefix: string | undefined;
    readonly records: RecordPrinterOptions | undefined;
  },
): Promise<Outcome> {
  const {output, note, signal} = options;
  const buffer = new LogBuffer({maxBytes});
  const source = new RecordedSource({buffer, recordings, roomBytes: blockBytes});
  // Large batches, as a write takes about 30 µs; not with `convert`, whose text takes much more memory than bytes.
  const printer = new LogPrinter({...options, buffer, maxBytes, ...(!options.convert && {batchBytes: blockBytes})});
  const noteUnmatched = () => {
    const words = unmatchedWords(printer.connectorErrors, 0);
    if (words !== undefined) note(words);
  };
  let failure: unknown;
  for (let more = true; more; ) {
    try {
      more = source.read();
    } catch (error) {
      // What was read before is printed first.
      failure = error;
    }
    printer.check();
    if (!more) printer.end({failed: false});
    while (!signal.aborted && !printer.tooSlow && printer.printSome(output)) await room(output);
    if (signal.aborted) return 'printed';
    if (printer.tooSlow) {
      note(tooSlowWords, 'failure');
      return 'failed';
    }
    if (printer.isOver) {
      printer.cutShort(output);
      await room(output);
      noteUnmatched();
      return 'over';
    }
  }
  noteUnmatched();
  if (failure !== undefined) throw failure;
  return 'printed';
}

function room(output: LineOutput): Promise<void> {
  if (!output.busy) return Promise.resolve();
  return new Promise((resolve) => {
    output.onRoom = resolve;
  });
}
