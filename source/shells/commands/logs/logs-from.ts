import path from 'node:path';
import {isDamage} from '../../../engine/buffer/markers.ts';
import {newline, newlinesIn} from '../../../engine/buffer/segment.ts';
import {codeOf} from '../../../engine/disk/save-file.ts';
import {addPieces, openedPieces, type PiecesOptions} from '../../../engine/feeds/opened-log.ts';
import {needsFormat} from '../../../engine/filters/filter.ts';
import {LogSink} from '../../../engine/logs/log-sink.ts';
import {LogStates, lostStreamMarker, type RunnerReport, reportedParts} from '../../../engine/logs/log-states.ts';
import {capabilitiesOf, distinctNames, type FoundLog} from '../../../engine/opened/found-log.ts';
import {OpenError, readFailureWords} from '../../../engine/opened/open-error.ts';
import {LogFormat, notRecognised} from '../../../engine/records/log-format.ts';
import {unmatchedWords} from '../../../kit/journal/event-words.ts';
import {findLogs} from '../../../kit/shell/find-named-logs.ts';
import type {Selecting} from '../../../kit/shell/record-selector.ts';
import type {FaultKind} from '../../../kit/system/line-output.ts';
import {SgrStripper, stripSgr} from '../../../kit/terminal/sgr.ts';
import {clean} from '../../../lib/clean.ts';
import {count, dateTime} from '../../../lib/format.ts';
import {LogPrinter, noteOf} from './log-printer.ts';
import {type LogsFeed, LogsRun, linePrefixes, type RunOptions} from './logs-run.ts';
import type {RecordPrinterOptions} from './record-printer.ts';

type LogsFromOptions = RunOptions & {
  /** Logs to open, as typed: folders of recordings, files, `-`. */
  readonly from: readonly string[];
  /** Only the logs of these names; none: all logs that are found. */
  readonly names: readonly string[];
  readonly stdin?: PiecesOptions['stdin'];
  /** Bound of the buffer, for tests. */
  readonly maxBytes?: number;
};

/** Bound of the buffer, many times the size of one incomplete record. */
const usualMaxBytes = 64 * 1024 * 1024;
/** Bytes read ahead of the output: one block of a recording. */
const blockBytes = 256 * 1024;

/** Milliseconds without a byte after which stdin is quiet. */
const quiet = 500;

/**
 * Prints recordings, files and stdin, one log after the other, up to their present end: another program may be writing
 * them. Without `convert` the output of one log is the log, byte by byte; markers go to `note`. Returns the exit code.
 */
export async function runLogsFrom(options: LogsFromOptions): Promise<number> {
  const {note, end: endNotes} = countingRepeats(options.note);
  const run = new LogsRun({...options, note}, {inOrder: false});
  return await run.run(new FileLogs(run, options)).finally(endNotes);
}

/** Equal lines about a log that are told in their places. */
const mostEqual = 10;

/** Tells the first of equal lines in a row, and how many more there were before the next other line, or at the end. */
function countingRepeats(tell: RunOptions['note']): {note: RunOptions['note']; end: () => void} {
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

/** Log to print, with all that its printing needs. */
type ToPrint = {
  readonly found: FoundLog;
  readonly pieces: ReturnType<typeof openedPieces>;
  readonly prefix: string | undefined;
  readonly records: RecordPrinterOptions | undefined;
  readonly note: (text: string, kind?: FaultKind) => void;
  /** The run is over. */
  readonly signal: AbortSignal;
};

/** The logs of a run that are not a server's, one after the other. */
class FileLogs implements LogsFeed {
  readonly #run: LogsRun;
  readonly #options: LogsFromOptions;
  /** Answer of each log, whether `--since` is later than all of it. */
  readonly #before: LogPrinter['allBefore'][] = [];
  readonly #unmatched: string[] = [];
  /** Adds to these what the log that is printed now has. */
  #addUnmatched = () => {};

  constructor(run: LogsRun, options: LogsFromOptions) {
    this.#run = run;
    this.#options = options;
  }

  async bring(signal: AbortSignal): Promise<void> {
    const run = this.#run;
    const {from, clock} = this.#options;
    const tell = (line: string) => run.note(line);
    const fail = (line: string) => run.note(line, 'failure');
    const finding = {fail, signal, note: tell, progress: {clock, tell}};
    const names = [...new Set(this.#options.names)];
    const isNamed = names.length > 0;
    for (const each of isNamed ? names : [undefined]) {
      const found = await findLogs(from, each, finding);
      const logs = isNamed ? found : distinctNames(found);
      const prefixed = isNamed ? names : logs.map(({name}) => name);
      const prefixOf = prefixed.length > 1 ? linePrefixes(prefixed) : () => undefined;
      for (const log of logs) await this.#printOne(log, prefixOf(log.name), signal);
    }
    const nothing = allBeforeWords(this.#before);
    if (nothing !== undefined) run.note(nothing);
  }

  async unmatched(): Promise<readonly string[]> {
    this.#addUnmatched();
    return this.#unmatched;
  }

  /** Not after a record that ends everything. */
  async #printOne(found: FoundLog, prefix: string | undefined, signal: AbortSignal): Promise<void> {
    const run = this.#run;
    const {convert, stdin} = this.#options;
    const {name} = found;
    if (run.verdict) return;
    // A sentence may begin with the file.
    const file = found.path === '-' ? name : clean(path.basename(found.path));
    const named = (text: string) =>
      text.startsWith(`${file} `) ? `${name}${text.slice(file.length)}` : `${name}: ${text}`;
    const note = (text: string, kind?: FaultKind) => run.note(named(text), kind);
    const records = run.recordsOf({name, prefix});
    const pieces = openedPieces(found, {signal, ...(stdin && {stdin})});
    try {
      const isRaw = prefix === undefined && (!convert || convert === stripSgr) && !records;
      const toPrint = {found, pieces, prefix, records, note, signal};
      await (isRaw ? this.#printBytes(toPrint) : this.#printLog(toPrint));
    } catch (error) {
      if (signal.aborted) return;
      const code = codeOf(error);
      if (error instanceof OpenError) run.note(error.message, 'failure');
      else if (code === undefined) throw error;
      else note(`${found.path} cannot be read: ${readFailureWords(code)}`, 'failure');
    } finally {
      // Closes stdin, too, whose writer may go on.
      if (!signal.aborted) await pieces.return(undefined);
    }
  }

  /** The bytes unchanged, but for colours if they are removed: an open line gets no newline. */
  async #printBytes({found, pieces, note, signal}: ToPrint): Promise<void> {
    const {output, convert, clock} = this.#options;
    const stripper = convert && new SgrStripper();
    const write = (bytes: Uint8Array) => output.write(stripper ? stripper.strip(bytes) : bytes);
    const states = new LogStates();
    const format = new LogFormat({others: capabilitiesOf(found).hasOthers ? {now: clock.wall()} : undefined});
    const noteReport = (report: RunnerReport | undefined) => {
      if (report?.kind === 'stream-lost') note(noteOf(lostStreamMarker(report, clock.wall())));
    };
    for await (const piece of pieces) {
      // Lines come before the notes about them, if both go to one file.
      await this.#run.room();
      if (signal.aborted) return;
      if ('marker' in piece) {
        if (piece.marker.kind === 'new-life') states.clearLostStreams();
        if (piece.marker.kind !== 'unread' || states.addLostStream(piece.marker.stream))
          note(noteOf(piece.marker), isDamage(piece.marker) ? 'failure' : undefined);
        continue;
      }
      format.append(piece.bytes);
      states.prefixLength = format.other?.prefixLength;
      const newlines = endsToRead(piece.bytes, states);
      for (const {from, to, report} of reportedParts(states.append(piece.bytes, newlines), piece.bytes, newlines)) {
        write(piece.bytes.subarray(from, to));
        if (report) await this.#run.room();
        noteReport(report);
      }
    }
    if (stripper) output.write(stripper.rest);
    await this.#run.room();
    noteReport(states.endLine());
    format.endLine();
    if (format.isRecognised === false) note(notRecognised);
  }

  async #printLog({found, pieces, prefix, records, note, signal}: ToPrint): Promise<void> {
    const run = this.#run;
    const {clock, convert, maxBytes = usualMaxBytes} = this.#options;
    const needs = selectsByFormat(records?.selecting);
    const countsErrors = records?.selecting.exitOn !== undefined;
    // An endless line is broken where there is room for more, so that what came can be printed.
    const {canReopen, isRecorded, hasOthers} = capabilitiesOf(found);
    const sink = new LogSink({buffer: {maxBytes, maxLineBytes: maxBytes / 4}, clock, countsErrors, hasOthers});
    const {buffer} = sink;
    const over = new AbortController();
    /** Holds a log without times and levels, by which nothing can be selected: until there is a line that has them. */
    const isHeld = () => needs && sink.format.isRecognised === false;
    const printer = new LogPrinter({
      buffer,
      maxBytes,
      prefix: () => prefix,
      convert,
      records,
      note,
      // Large batches, as a write takes about 30 µs; not with `convert`, whose text takes much more memory than bytes.
      ...(!convert && {batchBytes: blockBytes}),
      isHeld,
      onOver: () => over.abort(),
    });
    run.add(printer);
    this.#addUnmatched = () => {
      const words = unmatchedWords(sink.errors.suppressed.connectors, 0);
      if (words !== undefined) this.#unmatched.push(`${found.name}: ${words}`);
      this.#addUnmatched = () => {};
    };
    const onPiece = async () => {
      const isFull = buffer.memoryBytes > maxBytes / 2;
      printer.check();
      if (isFull && isHeld()) over.abort();
      // Nothing is dropped: of a record that is larger than the buffer the parts are printed as they come.
      else if (isFull) printer.flush();
      if (!canReopen || buffer.byteLength >= blockBytes) await run.printAllOf(printer);
      if (!canReopen) printer.flushLater(clock, quiet, () => run.printOf(printer));
    };
    const ended = AbortSignal.any([signal, over.signal]);
    const adding = {sink, clock, isRecorded, mostBytes: blockBytes, signal: ended, onPiece};
    const failure: unknown = await addPieces(pieces, adding).catch((error: unknown) => error);
    if (!ended.aborted) {
      printer.check();
      printer.end({failed: false});
    }
    await run.printAllOf(printer);
    run.leave(printer);
    if (signal.aborted) return;
    if (sink.format.isRecognised === false) {
      const isRefused = needs && (failure === undefined || over.signal.aborted);
      note(notRecognised, isRefused ? 'misuse' : undefined);
      if (isRefused) return;
    }
    this.#addUnmatched();
    if (printer.problem !== undefined || printer.over) return;
    this.#before.push(printer.allBefore);
    if (failure !== undefined && !over.signal.aborted) throw failure;
  }
}

/** Part of the server's words, in text and in JSON: a search for its rare first byte takes 0.07 ns a byte. */
const streamLostPhrase = Buffer.from('/O error: ');

/** The newlines. Where no line in the middle can tell of a stream, only the first and the last: a quarter of the cost. */
function endsToRead(bytes: Buffer, {lostStreams}: LogStates): Uint32Array {
  if (lostStreams.length > 0 || bytes.includes(streamLostPhrase)) return newlinesIn(bytes);
  const ends = new Set([bytes.indexOf(newline), bytes.lastIndexOf(newline)]);
  return Uint32Array.from([...ends].filter((end) => end !== -1));
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
