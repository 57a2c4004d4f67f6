import path from 'node:path';
import {isDamage} from '../../buffer/markers.ts';
import {newline, newlinesIn} from '../../buffer/segment.ts';
import {unmatchedWords} from '../../events/event-words.ts';
import {needsFormat} from '../../filters/filter.ts';
import {aborted, type Clock} from '../../lib/clock.ts';
import {count, dateTime} from '../../lib/format.ts';
import {capabilitiesOf} from '../../logs/capabilities.ts';
import {addPieces, openedPieces, type PiecesOptions} from '../../logs/feeds/pieces.ts';
import {LogSink} from '../../logs/log-sink.ts';
import {LogStates, lostStreamMarker, type RunnerReport, reportedParts} from '../../logs/log-states.ts';
import {LogFormat, notRecognised} from '../../records/log-format.ts';
import {distinctNames} from '../../storage/opened/distinct-names.ts';
import type {FoundLog} from '../../storage/opened/find-logs.ts';
import {OpenError, readFailureWords} from '../../storage/opened/open-error.ts';
import type {RecordedPiece} from '../../storage/recording/read-recording.ts';
import {codeOf} from '../../storage/save-file.ts';
import {type FaultKind, type LineOutput, writeFailure} from '../../system/line-output.ts';
import {clean} from '../../terminal/clean.ts';
import {SgrStripper, stripSgr} from '../../terminal/sgr.ts';
import {LogPrinter, noteOf} from './log-printer.ts';
import {linePrefixes} from './logs.ts';
import {findAll, findNamed} from './logs-in.ts';
import type {RecordPrinterOptions} from './record-printer.ts';
import type {Selecting} from './record-selector.ts';
import type {ConvertLines, LogToPrint} from './record-shapes.ts';

type LogsFromOptions = {
  /** What is opened, as typed: folders of recordings, files, `-`. */
  readonly from: readonly string[];
  /** Only the logs of these names; none: all logs that are found. */
  readonly names: readonly string[];
  readonly stdin?: PiecesOptions['stdin'];
  readonly clock: Clock;
  /** What is printed of whole lines; undefined: as sent. */
  readonly convert?: ConvertLines | undefined;
  /** Undefined: lines are printed, not records. */
  readonly recordsOf?: ((log: LogToPrint) => RecordPrinterOptions) | undefined;
  /** A record is waited for (`--exit-on`): an end without it is a failure. */
  readonly waitsForRecord?: boolean;
  readonly output: LineOutput;
  /** Writes one line to stderr, given without a newline; `kind`: it is the reason for an exit code. */
  readonly note: (line: string, kind?: FaultKind) => void;
  readonly signal: AbortSignal;
  /** For tests: bound of the buffer. */
  readonly maxBytes?: number;
};

/** Bound of the buffer, many times the size of one incomplete record. */
const usualMaxBytes = 64 * 1024 * 1024;
/** Bytes read ahead of the output: one block of a recording. */
const blockBytes = 256 * 1024;

/** Milliseconds without a byte after which stdin is quiet. */
const quiet = 500;

/**
 * `matched`: a record has ended all logs (`--exit-on`). `ended`: the same, and it is a failure (`--fail-on`). `refused`: what
 * is asked for cannot be selected.
 */
type Outcome = 'printed' | 'failed' | 'refused' | 'matched' | 'ended';

function endsAll(outcome: Outcome): boolean {
  return outcome === 'matched' || outcome === 'ended';
}

/**
 * Prints recordings, files and stdin, one log after the other, up to their present end: another program may be writing
 * them. Without `convert` the output of one log is the log, byte by byte; markers go to `note`. Returns the exit code
 * (`settings/exit-codes.ts`).
 */
export async function runLogsFrom(options: LogsFromOptions): Promise<number> {
  const {output} = options;
  const {note, end: endNotes} = countingRepeats(options.note);
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  const printing = printAll({...options, note, signal}).then((outcome) => ({outcome}));
  const end = await Promise.race([printing, aborted(options.signal), output.closed]).finally(endNotes);
  over.abort();
  if (end === undefined) return 0;
  if ('outcome' in end) {
    const isUnmatched = options.waitsForRecord === true && end.outcome === 'printed';
    if (isUnmatched) note('pipetail: nothing matched --exit-on before the end of the log', 'failure');
    if (end.outcome === 'refused') return 2;
    return isUnmatched || end.outcome === 'failed' || end.outcome === 'ended' ? 1 : 0;
  }
  const unwritten = writeFailure(end);
  if (unwritten === undefined) return 0;
  note(`pipetail: ${unwritten}`, 'failure');
  return 1;
}

/** Equal lines about a log that are told in their places. */
const mostEqual = 10;

/** Of equal lines in a row, tells the first ones, and how many more there were before the next other line, or at the end. */
function countingRepeats(tell: LogsFromOptions['note']): {note: LogsFromOptions['note']; end: () => void} {
  let last: string | undefined;
  let times = 0;
  const end = () => {
    if (times > mostEqual) tell(`${last} · ${count(times - mostEqual)} more times`);
    times = 0;
  };
  const note = (line: string, kind?: FaultKind) => {
    if (line !== last) end();
    last = line;
    times += 1;
    if (times <= mostEqual) tell(line, kind);
  };
  return {note, end};
}

async function printAll(given: LogsFromOptions): Promise<Outcome> {
  const {from, note} = given;
  const before: LogPrinter['allBefore'][] = [];
  const options = {...given, onSince: (each: LogPrinter['allBefore']) => void before.push(each)};
  let hasFailed = false;
  let isRefused = false;
  const onOutcome = (outcome: Outcome) => {
    hasFailed ||= outcome === 'failed';
    isRefused ||= outcome === 'refused';
  };
  const fail = (line: string) => {
    hasFailed = true;
    note(`pipetail: ${line}`, 'failure');
  };
  const tell = (line: string) => note(`pipetail: ${line}`);
  const finding = {fail, signal: options.signal, note: tell, progress: {clock: options.clock, tell}};
  const names = [...new Set(options.names)];
  const named = names.map((name) => ({name}));
  if (names.length === 0) {
    const logs = distinctNames(await findAll(from, finding));
    const prefixOf = prefixesOf(logs);
    for (const found of logs) {
      const outcome = await printOne(found, {...options, prefixOf});
      if (endsAll(outcome)) return outcome;
      onOutcome(outcome);
    }
  }
  for (const name of names) {
    for (const found of await findNamed(name, from, finding)) {
      const outcome = await printOne(found, {...options, prefixOf: prefixesOf(named)});
      if (endsAll(outcome)) return outcome;
      onOutcome(outcome);
    }
  }
  const nothing = allBeforeWords(before);
  if (nothing !== undefined) note(`pipetail: ${nothing}`);
  if (isRefused) return 'refused';
  return hasFailed ? 'failed' : 'printed';
}

type PrintOptions = LogsFromOptions & {
  /** Receives of each log whether `--since` is later than all of it. */
  readonly onSince: (allBefore: LogPrinter['allBefore']) => void;
  readonly prefixOf: (name: string) => string | undefined;
};

/** `all`: the logs that are printed one after the other. */
function prefixesOf(all: readonly {readonly name: string}[]): PrintOptions['prefixOf'] {
  return all.length > 1 ? linePrefixes(all.map(({name}) => name)) : () => undefined;
}

async function printOne(found: FoundLog, options: PrintOptions): Promise<Outcome> {
  const {convert, recordsOf, stdin, signal} = options;
  const {name} = found;
  // A sentence may begin with the file.
  const file = found.path === '-' ? name : clean(path.basename(found.path));
  const named = (text: string) =>
    text.startsWith(`${file} `) ? `${name}${text.slice(file.length)}` : `${name}: ${text}`;
  const note = (text: string, kind?: FaultKind) => options.note(`pipetail: ${named(text)}`, kind);
  const prefix = options.prefixOf(name);
  const records = recordsOf?.({name, prefix});
  const opened = openedPieces(found, {signal, ...(stdin && {stdin})});
  let isDamaged = false;
  const pieces = noticing(opened, () => {
    isDamaged = true;
  });
  try {
    const isRaw = prefix === undefined && (!convert || convert === stripSgr) && !records;
    const toPrint = {...options, found, pieces, prefix, records, note};
    const outcome = isRaw ? await printBytes(toPrint) : await printLog(toPrint);
    return isDamaged && outcome === 'printed' ? 'failed' : outcome;
  } catch (error) {
    if (signal.aborted) return 'printed';
    if (error instanceof OpenError) {
      options.note(`pipetail: ${error.message}`, 'failure');
      return 'failed';
    }
    const code = codeOf(error);
    if (code === undefined) throw error;
    note(`${found.path} cannot be read: ${readFailureWords(code)}`, 'failure');
    return 'failed';
  } finally {
    // Closes stdin, too, whose writer may go on.
    if (!signal.aborted) await pieces.return(undefined);
  }
}

async function* noticing(pieces: AsyncIterable<RecordedPiece>, onDamage: () => void): AsyncGenerator<RecordedPiece> {
  for await (const piece of pieces) {
    if ('marker' in piece && isDamage(piece.marker)) onDamage();
    yield piece;
  }
}

type ToPrint = Pick<PrintOptions, 'output' | 'note' | 'signal' | 'convert' | 'clock' | 'onSince' | 'maxBytes'> & {
  readonly found: FoundLog;
  readonly pieces: AsyncGenerator<RecordedPiece>;
  readonly prefix: string | undefined;
  readonly records: RecordPrinterOptions | undefined;
};

/** The bytes unchanged, but for colours if they are removed: an open line gets no newline. */
async function printBytes({pieces, output, note, signal, convert, clock}: ToPrint): Promise<Outcome> {
  const stripper = convert && new SgrStripper();
  const write = (bytes: Uint8Array) => output.write(stripper ? stripper.strip(bytes) : bytes);
  const states = new LogStates();
  const format = new LogFormat();
  const noteReport = (report: RunnerReport | undefined) => {
    if (report?.kind === 'stream-lost') note(noteOf(lostStreamMarker(report, clock.wall())));
  };
  for await (const piece of pieces) {
    // Lines come before the notes about them, if both go to one file.
    await room(output);
    if (signal.aborted) break;
    if ('marker' in piece) {
      if (piece.marker.kind === 'new-life') states.clearLostStreams();
      if (piece.marker.kind !== 'unread' || states.addLostStream(piece.marker.stream))
        note(noteOf(piece.marker), isDamage(piece.marker) ? 'failure' : undefined);
      continue;
    }
    format.append(piece.bytes);
    const newlines = endsToRead(piece.bytes, states);
    for (const {from, to, report} of reportedParts(states.append(piece.bytes, newlines), piece.bytes, newlines)) {
      write(piece.bytes.subarray(from, to));
      if (report) await room(output);
      noteReport(report);
    }
  }
  if (stripper) output.write(stripper.rest);
  await room(output);
  noteReport(states.endLine());
  if (format.isRecognised === false) note(notRecognised);
  return 'printed';
}

/** Of the server's words, in text and in JSON: what begins with a rare byte is found in 0.07 ns a byte. */
const streamLostPhrase = Buffer.from('/O error: ');

/** The newlines. Where no line in the middle can tell of a stream, only the first and the last: a quarter of the cost. */
function endsToRead(bytes: Buffer, {lostStreams}: LogStates): Uint32Array {
  if (lostStreams.length > 0 || bytes.includes(streamLostPhrase)) return newlinesIn(bytes);
  const ends = new Set([bytes.indexOf(newline), bytes.lastIndexOf(newline)]);
  return Uint32Array.from([...ends].filter((end) => end !== -1));
}

async function printLog(options: ToPrint): Promise<Outcome> {
  const {found, pieces, output, note, signal, clock, maxBytes = usualMaxBytes} = options;
  // An endless line is broken where there is room for more, so that what came can be printed.
  const needs = selectsByFormat(options.records?.selecting);
  const countsErrors = options.records?.selecting.exitOn !== undefined;
  const sink = new LogSink({buffer: {maxBytes, maxLineBytes: maxBytes / 4}, clock, countsErrors});
  const {buffer} = sink;
  const {canReopen, isRecorded} = capabilitiesOf(found);
  const isLive = !canReopen;
  // Large batches, as a write takes about 30 µs; not with `convert`, whose text takes much more memory than bytes.
  const printer = new LogPrinter({
    ...options,
    prefix: () => options.prefix,
    buffer,
    maxBytes,
    ...(!options.convert && {batchBytes: blockBytes}),
  });
  const over = new AbortController();
  const print = async () => {
    if (isAwaited()) {
      if (buffer.memoryBytes > maxBytes / 2) over.abort();
      return;
    }
    // Nothing is dropped: of a record that is larger than the buffer the parts are printed as they come.
    if (buffer.memoryBytes > maxBytes / 2) printer.flush();
    while (!signal.aborted && printer.problem === undefined && printer.printSome(output)) await room(output);
    if (printer.problem !== undefined || printer.over || printer.isPastEnd) over.abort();
  };
  /** Of a log without times and levels nothing can be selected by them: it is printed once there is a line that has them. */
  const isAwaited = () => needs && sink.format.isRecognised === false;
  /** Prints a record that may continue while its writer goes on: nothing comes. */
  let quietPrint = Promise.resolve();
  const flushLater = () =>
    clock.after(quiet, () => {
      if (printer.hasPending) printer.flush();
      quietPrint = print();
    });
  let cancelFlush = () => {};
  const onPiece = async (bytes: number) => {
    cancelFlush();
    await quietPrint;
    printer.check();
    if (isLive || buffer.byteLength >= blockBytes) await print();
    if (isLive && bytes > 0 && !signal.aborted) cancelFlush = flushLater();
  };
  const adding = {sink, clock, isRecorded, mostBytes: blockBytes, onPiece};
  const ended = AbortSignal.any([signal, over.signal]);
  const failure: unknown = await addPieces(pieces, {...adding, signal: ended}).catch((error: unknown) => error);
  cancelFlush();
  await quietPrint;
  if (!ended.aborted) {
    printer.check();
    printer.end({failed: false});
    await print();
  }
  if (signal.aborted) return 'printed';
  if (sink.format.isRecognised === false) {
    note(notRecognised, needs ? 'misuse' : undefined);
    if (needs && (failure === undefined || over.signal.aborted)) return 'refused';
  }
  if (printer.problem !== undefined) {
    note(printer.problem, 'failure');
    return 'failed';
  }
  const words = unmatchedWords(sink.errors.suppressed.connectors, 0);
  if (words !== undefined) note(words);
  if (printer.over) {
    if (printer.over === 'failed') note('a record has matched --fail-on', 'failure');
    return printer.over === 'failed' ? 'ended' : 'matched';
  }
  options.onSince(printer.allBefore);
  if (failure !== undefined) throw failure;
  return printer.missesRun ? 'failed' : 'printed';
}

/** By times or levels. */
function selectsByFormat(selecting: Selecting | undefined): boolean {
  if (!selecting) return false;
  const {filters, anyOf, since, until} = selecting;
  return since !== undefined || until !== undefined || [...filters, ...anyOf].some(needsFormat);
}

/** The last record of a file may be of any day. Undefined: something was selected, or could have been. */
function allBeforeWords(logs: readonly LogPrinter['allBefore'][]): string | undefined {
  const before = logs.flatMap((each) => each ?? []);
  const [first] = before;
  if (!first || before.length < logs.length) return undefined;
  const last = Math.max(...before.map((each) => each.last ?? Number.NEGATIVE_INFINITY));
  const why =
    last === Number.NEGATIVE_INFINITY ? 'no record has a time' : `the last record is of ${dateTime(last)} UTC`;
  return `nothing since ${dateTime(first.since)} UTC: ${why}`;
}

function room(output: LineOutput): Promise<void> {
  if (!output.busy) return Promise.resolve();
  return new Promise((resolve) => {
    output.onRoom = resolve;
  });
}
