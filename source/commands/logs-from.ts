import path from 'node:path';
import {openRecordedLog, type RecordedPiece} from '../storage/recorded-log.ts';
import {foldersOf} from '../storage/recordings.ts';
import {codeOf, failureWords} from '../storage/save-failure.ts';
import {markerText} from '../viewport/marker-text.ts';
import {byteSize} from '../viewport/words.ts';
import type {LineOutput} from './line-output.ts';
import {linePrefixes} from './line-prefix.ts';
import {stripSgr} from './strip-sgr.ts';

export type LogsFromOptions = {
  readonly directory: string;
  readonly names: readonly string[];
  /** Names in front of the lines, when there are several pipelines. */
  readonly prefix: boolean;
  readonly stripColor: boolean;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline. */
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
};

const newline = 0x0a;

/**
 * Prints recordings, one pipeline after the other, as they are now: another program may be writing them. Without prefix
 * and with colours the output is the log, byte by byte; markers go to `note`. Answers the exit code: 1 when one of them
 * is not there or could not be read or printed.
 */
export async function runLogsFrom(options: LogsFromOptions): Promise<number> {
  const {output, note, signal} = options;
  const {promise: stopped, resolve} = Promise.withResolvers<'stopped'>();
  if (signal.aborted) resolve('stopped');
  signal.addEventListener('abort', () => resolve('stopped'), {once: true});
  let failed = false;
  const printing = (async () => {
    for (const name of new Set(options.names)) failed = !(await printOne(name, options)) || failed;
  })();
  const end = await Promise.race([printing, stopped, output.closed]);
  if (end === undefined || end === 'stopped') return failed ? 1 : 0;
  // A reader that closes (`| head`) has all that it wanted.
  if (end.code === 'EPIPE' || end.code === 'ECONNRESET') return 0;
  note(`pipetail: cannot write to stdout: ${end.message}`);
  return 1;
}

async function printOne(name: string, options: LogsFromOptions): Promise<boolean> {
  const {directory, names, prefix, output, signal} = options;
  const note = (text: string) => options.note(`pipetail: ${name}: ${text}`);
  const shape = shaper({
    prefix: prefix && names.length > 1 ? linePrefixes(names)(name) : undefined,
    stripColor: options.stripColor,
  });
  try {
    const folders = await foldersOf(directory, name);
    if (folders.length === 0) note(`there is no recording of it in ${directory}`);
    for (const [index, folder] of folders.entries()) {
      if (index > 0) note(`created again · a new pipeline of the same name (${path.basename(folder)})`);
      const {deletedBytes, pieces} = openRecordedLog(folder);
      if (deletedBytes > 0) note(`${byteSize(deletedBytes)} before this were deleted to make room`);
      for (const piece of pieces) {
        if (signal.aborted) return true;
        await print(piece, {output, shape, note});
      }
      output.write(shape.end());
    }
    await room(output);
    return folders.length > 0;
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    note(`${directory} cannot be read: ${failureWords(code)}`);
    return false;
  }
}

async function print(
  piece: RecordedPiece,
  {output, shape, note}: {output: LineOutput; shape: Shaper; note: (text: string) => void},
): Promise<void> {
  // What was printed comes before what is said about it, where both go to one file.
  await room(output);
  if ('bytes' in piece) output.write(shape.push(piece.bytes));
  else if ('marker' in piece) note(markerText(piece.marker));
  else note(`${byteSize(piece.missing)} could not be read: deleted, or damaged`);
}

function room(output: LineOutput): Promise<void> {
  if (!output.busy) return Promise.resolve();
  return new Promise((resolve) => {
    output.onRoom = resolve;
  });
}

/** Puts lines into their printed shape; bytes come in any chunking. */
type Shaper = {readonly push: (bytes: Buffer) => Uint8Array; readonly end: () => Uint8Array};

function shaper({prefix, stripColor}: {prefix: string | undefined; stripColor: boolean}): Shaper {
  if (prefix === undefined && !stripColor) return {push: (bytes) => bytes, end: () => Buffer.alloc(0)};
  const head = Buffer.from(prefix ?? '');
  let partial = Buffer.alloc(0);
  const shaped = (line: Buffer) => [head, stripColor ? stripSgr(line) : line];
  return {
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
    end: () => (partial.length === 0 ? partial : Buffer.concat([...shaped(partial), Buffer.of(newline)])),
  };
}
