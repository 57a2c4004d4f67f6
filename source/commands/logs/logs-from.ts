import path from 'node:path';
import {LogBuffer} from '../../buffer/log-buffer.ts';
import type {Marker} from '../../buffer/markers.ts';
import {aborted} from '../../lib/clock.ts';
import {byteSize} from '../../lib/format.ts';
import {foldersOf, openRecordedLog, type RecordedPiece} from '../../storage/recording/reader.ts';
import {codeOf, failureWords} from '../../storage/save-file.ts';
import {type LineOutput, writeFailure} from '../../system/line-output.ts';
import {stripSgr} from '../../terminal/sgr.ts';
import {markerText, markerTone} from '../../words/markers.ts';
import {matched} from './catch-up.ts';
import {linePrefixes} from './logs.ts';
import {type LogToPrint, RecordPrinter, type RecordPrinterOptions, tooSlowWords} from './record-printer.ts';

export type LogsFromOptions = {
  readonly directory: string;
  readonly names: readonly string[];
  /** Names in front of the lines, when there are several pipelines. */
  readonly prefix: boolean;
  readonly stripColor: boolean;
  /** Where records, not lines, are printed: which of a log, and how. */
  readonly wayOf?: ((asked: LogToPrint) => RecordPrinterOptions) | undefined;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `failure`: that is why the exit code is 1. */
  readonly note: (line: string, kind?: 'failure') => void;
  readonly signal: AbortSignal;
};

const newline = 0x0a;
/** Records that are not known yet wait in so many bytes: many times what one record can have. */
const waitingBytes = 64 * 1024 * 1024;

/** `over`: a record has ended it all. */
type Outcome = 'printed' | 'failed' | 'over';

/**
 * Prints recordings, one pipeline after the other, as they are now: another program may be writing them. Without prefix
 * and with colours the output is the log, byte by byte; markers go to `note`. Answers the exit code: 1 when one of them
 * is not there or could not be read or printed.
 */
export async function runLogsFrom(options: LogsFromOptions): Promise<number> {
  const {output, note, signal} = options;
  let failed = false;
  let isOver = false;
  const printing = (async () => {
    for (const name of new Set(options.names)) {
      const outcome = await printOne(name, options);
      failed ||= outcome === 'failed';
      isOver = outcome === 'over';
      if (isOver) return;
    }
  })();
  const end = await Promise.race([printing, aborted(signal), output.closed]);
  if (isOver) return matched;
  if (end === undefined) return failed ? 1 : 0;
  const unwritten = writeFailure(end);
  if (unwritten === undefined) return 0;
  note(`pipetail: ${unwritten}`, 'failure');
  return 1;
}

async function printOne(name: string, options: LogsFromOptions): Promise<Outcome> {
  const {directory, names, output, signal, wayOf} = options;
  const note = (text: string, kind?: 'failure') => options.note(`pipetail: ${name}: ${text}`, kind);
  const prefix = options.prefix && names.length > 1 ? linePrefixes(names)(name) : undefined;
  const way = wayOf?.({name, prefix, facts: () => ({server: ''})});
  const shape = way ? recordShaper(way) : lineShaper({prefix, stripColor: options.stripColor});
  try {
    const folders = await foldersOf(directory, name);
    if (folders.length === 0) note(`there is no recording of it in ${directory}`, 'failure');
    for (const [index, folder] of folders.entries()) {
      if (index > 0) {
        output.write(shape.endLine());
        note(`created again · a new pipeline of the same name (${path.basename(folder)})`);
      }
      const opened = openUnlessGone(folder);
      if (!opened) {
        note('a recording was deleted meanwhile, to make room');
        continue;
      }
      const {deletedBytes, pieces} = opened;
      if (deletedBytes > 0) note(`${byteSize(deletedBytes)} before this were deleted to make room`);
      for (const piece of pieces) {
        if (signal.aborted) return 'printed';
        await print(piece, {output, shape, note});
        const problem = shape.problem();
        if (problem !== undefined) {
          note(problem, 'failure');
          return 'failed';
        }
        if (shape.isOver()) break;
      }
      if (shape.isOver()) break;
    }
    output.write(shape.end());
    await room(output);
    if (shape.isOver()) return 'over';
    return folders.length > 0 ? 'printed' : 'failed';
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    note(`${directory} cannot be read: ${failureWords(code)}`, 'failure');
    return 'failed';
  }
}

async function print(
  piece: RecordedPiece,
  {output, shape, note}: {output: LineOutput; shape: Shaper; note: (text: string) => void},
): Promise<void> {
  // What was printed comes before what is said about it, where both go to one file.
  await room(output);
  if ('bytes' in piece) output.write(shape.push(piece.bytes));
  else if ('marker' in piece) {
    note(markerText(piece.marker));
    shape.marker(piece.marker);
  } else {
    const words = `${byteSize(piece.missing)} could not be read: deleted, or damaged`;
    note(words);
    shape.missing(words);
  }
}

/** A folder that nobody writes may give way to others at any time. */
function openUnlessGone(folder: string): ReturnType<typeof openRecordedLog> | undefined {
  try {
    return openRecordedLog(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function room(output: LineOutput): Promise<void> {
  if (!output.busy) return Promise.resolve();
  return new Promise((resolve) => {
    output.onRoom = resolve;
  });
}

/** Puts lines into their printed shape; bytes come in any chunking. */
type Shaper = {
  readonly push: (bytes: Buffer) => Uint8Array;
  /** The line that has not ended is one: another log begins. */
  readonly endLine: () => Uint8Array;
  /** Nothing more comes: what is still to print, and what stands behind it all. */
  readonly end: () => Uint8Array;
  /** A record has ended it all. */
  readonly isOver: () => boolean;
  /** Stands behind what was pushed. */
  readonly marker: (marker: Marker) => void;
  /** The same, where something could not be read; in words. */
  readonly missing: (words: string) => void;
  /** Why it cannot go on, in one line. */
  readonly problem: () => string | undefined;
};

/** Prints the records that pass, once they are whole. */
function recordShaper(options: RecordPrinterOptions): Shaper {
  const buffer = new LogBuffer({maxBytes: waitingBytes});
  const way = new RecordPrinter(buffer, options);
  let next = 0;
  const take = (): Uint8Array => {
    if (way.tooSlow) return Buffer.of();
    const {next: taken, bytes} = way.read(next, way.completeTo, Number.POSITIVE_INFINITY);
    next = taken;
    buffer.dropBefore(next);
    return bytes;
  };
  const endLine = (): Uint8Array => {
    buffer.closeLine();
    way.flush();
    return take();
  };
  return {
    push(bytes) {
      buffer.append(bytes);
      way.check();
      return take();
    },
    endLine,
    end: () => Buffer.concat([endLine(), way.end()]),
    isOver: () => way.isOver,
    marker(marker) {
      // Behind a gap a line may belong to a record that is missing. A reconnect that lost nothing parts no record.
      if (marker.kind !== 'reconnected') buffer.addMarker(marker);
      if (markerTone(marker) !== 'quiet') way.addGap(markerText(marker));
    },
    missing(words) {
      buffer.addMarker({kind: 'not-recorded', lines: undefined, at: 0});
      way.addGap(words);
    },
    problem: () => (way.tooSlow ? tooSlowWords : undefined),
  };
}

/** Prints lines as they come. */
function lineShaper({prefix, stripColor}: {prefix: string | undefined; stripColor: boolean}): Shaper {
  const rest = {isOver: () => false, marker: () => {}, missing: () => {}, problem: () => undefined};
  if (prefix === undefined && !stripColor) return {...rest, ...asIs()};
  const head = Buffer.from(prefix ?? '');
  let partial = Buffer.alloc(0);
  const shaped = (line: Buffer) => [head, stripColor ? stripSgr(line) : line];
  const endLine = () => {
    const bytes = partial.length === 0 ? partial : Buffer.concat([...shaped(partial), Buffer.of(newline)]);
    partial = Buffer.alloc(0);
    return bytes;
  };
  return {
    ...rest,
    push(bytes) {
      const all = Buffer.concat([partial, bytes]);
      const parts: Uint8Array[] = [];
      let from = 0;
      for (let end = all.indexOf(newline); end !== -1; end = all.indexOf(newline, from)) {
        parts.push(...shaped(all.subarray(from, end + 1)));
        from = end + 1;
      }
      partial = Buffer.from(all.subarray(from));
      return Buffer.concat(parts);
    },
    endLine,
    end: endLine,
  };
}

/** The bytes as they are. */
function asIs(): Pick<Shaper, 'push' | 'endLine' | 'end'> {
  const nothing = Buffer.of();
  let isOpen = false;
  return {
    push(bytes) {
      isOpen = bytes.at(-1) !== newline;
      return bytes;
    },
    endLine: () => (isOpen ? Buffer.of(newline) : nothing),
    end: () => nothing,
  };
}
