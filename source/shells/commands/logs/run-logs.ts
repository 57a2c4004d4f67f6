import {compilePattern} from '../../../engine/buffer/pattern.ts';
import type {Filter} from '../../../engine/filters/filter.ts';
import {serverName} from '../../../engine/recording/facts.ts';
import {Recordings} from '../../../engine/recording/recordings.ts';
import {UsageError} from '../../../kit/settings/parse-values.ts';
import {nameHints} from '../../../kit/shell/named-pipelines.ts';
import {type Selecting, sinceTime} from '../../../kit/shell/record-selector.ts';
import {type ConvertLines, jsonShape, type LogToPrint, linesShape} from '../../../kit/shell/record-shapes.ts';
import type {CommandCall} from '../../../kit/shell/shell-command.ts';
import {runWithTimeout} from '../../../kit/system/deadline.ts';
import {LineOutput, noticeLine, watchReader} from '../../../kit/system/line-output.ts';
import {processesOf} from '../../../kit/system/processes.ts';
import {stopOnSignals} from '../../../kit/system/signals.ts';
import {stripSgr} from '../../../kit/terminal/sgr.ts';
import {hasUtf8} from '../../../kit/terminal/symbols.ts';
import {terminalLines} from '../../../kit/terminal/terminal-lines.ts';
import {keepRunning, systemClock} from '../../../lib/clock.ts';
import {systemRandom} from '../../../lib/random.ts';
import {type OpenServer, openServer, reportOldServer, serverVersion} from '../../startup/open-server.ts';
import {reportingFaults} from '../report-faults.ts';
import {runLogs} from './logs.ts';
import type {LogsRequest} from './logs-command.ts';
import {runLogsFrom} from './logs-from.ts';
import type {RunOptions} from './logs-run.ts';
import type {RecordPrinterOptions} from './record-printer.ts';

/** Milliseconds that the end of the program waits for the server's version, requested at the start. */
const versionPatience = 300;

type RunLogsOptions = Pick<CommandCall<unknown>, 'settings' | 'version' | 'process'> & {readonly request: LogsRequest};

/** Returns the exit code. */
export async function runLogsCommand(options: RunLogsOptions): Promise<number> {
  const isJson = options.request.output === 'json';
  return await reportingFaults({...options, isJson}, (onServer) => run({...options, onServer}));
}

type Started = RunLogsOptions & {readonly onServer: (server: OpenServer) => void};

async function run(options: Started): Promise<number> {
  const {request, process} = options;
  const {from, names, timeout} = request;
  const isJson = request.output === 'json';
  const terminal = {isUtf8: hasUtf8(process.env), hasColors: !process.env.NO_COLOR};
  const convert = conversionOf(request, process.stdout.isTTY ? terminal : undefined);
  const recordsOf = recordPrinters(request, systemClock.wall(), convert);
  // Without a connection there are only timers of `Clock.after`, which do not keep a process alive.
  const stopRunning = keepRunning();
  const {signal, exitCode} = stopOnSignals(process);
  // A slow or closed stderr must not stop the logs.
  const stderr = new LineOutput(process.stderr);
  const output = new LineOutput(process.stdout);
  watchReader(process.stdout, systemClock, () => output.readerGone());
  const waitsForRecord = request.exitOn !== undefined;
  const note: RunOptions['note'] = (line, kind) => stderr.write(noticeLine(line, isJson, kind));
  const printing = {timeout, clock: systemClock, convert, recordsOf, waitsForRecord, output, note, signal};
  try {
    if (from === undefined) return exitCode(await printServerLogs(options, printing, exitCode));
    const stdin = from.includes('-') ? process.stdin : undefined;
    const code = await runLogsFrom({...printing, from, names, ...(stdin && {stdin})});
    // Who writes to it may go on, and would keep the process from ending.
    stdin?.destroy();
    if (signal.aborted) process.exit(exitCode(code));
    return exitCode(code);
  } finally {
    stopRunning();
  }
}

async function printServerLogs(
  {settings, request, version, process, onServer}: Started,
  printing: RunOptions,
  exitCode: (code: number) => number,
): Promise<number> {
  const {output, note, signal} = printing;
  const {names, patterns, follow, exitOnEnd} = request;
  const {record: directory, recordMax: maxBytes, onAlert, credentialVariables, silence} = settings;
  const server = await openServer(settings, version, printing.clock);
  onServer(server);
  const {client, clock} = server;
  const serverKey = serverName(client.baseUrl, settings.server.tenant);
  const recordings =
    directory === undefined
      ? undefined
      : new Recordings({directory, server: serverKey, maxBytes, clock, processes: processesOf(process)});
  const closed = new AbortController();
  const untilClosed = AbortSignal.any([signal, closed.signal]);
  const ofServer = serverVersion(client, clock, untilClosed);
  const versionChecked = reportOldServer(ofServer, note);
  // Its answer has the server's time.
  if (request.since !== undefined || request.until !== undefined) await ofServer;
  const recordsOf = recordPrinters(request, clock.wall(), printing.convert);
  const alerts = onAlert === undefined || !follow ? undefined : await import('./log-alerts.ts');
  const command = onAlert ?? '';
  const code = await runLogs({
    ...printing,
    names,
    patterns,
    follow,
    exitOnEnd,
    client,
    clock,
    random: systemRandom,
    recordsOf,
    watch:
      alerts &&
      ((manager, poller) =>
        alerts.startLogAlerts({manager, poller, client, clock, note, signal, process, command, credentialVariables})),
    hint: nameHints(client, clock),
    endsByState: exitOnEnd || request.exitOn !== undefined || request.failOn !== undefined,
    silence,
    ...(recordings && {recordings: {of: recordings, all: true, showPast: false}}),
  });
  await Promise.race([versionChecked, clock.sleep(versionPatience, closed.signal).catch(() => {})]);
  // The timer would keep the process from ending.
  closed.abort();
  // Output that a stalled reader has not read would keep the process from ending.
  if (signal.aborted || (request.timeout !== undefined && output.busy)) process.exit(exitCode(code));
  await server.close();
  return code;
}

/**
 * A log must not control the terminal that it is printed to, nor colour a pipe, a file or a terminal with `NO_COLOR`, unless
 * that was typed. Undefined: lines as sent.
 */
export function conversionOf(
  {color, asSent}: LogsRequest,
  terminal?: {readonly isUtf8: boolean; readonly hasColors: boolean},
): ConvertLines | undefined {
  const colors = color === 'always' || (color === 'auto' && (asSent || terminal?.hasColors === true));
  if (!terminal || asSent) return colors ? undefined : stripSgr;
  const form = {colors, isUtf8: terminal.isUtf8};
  return (lines) => terminalLines(lines, form);
}

/** Returns undefined when lines are printed, not records. Throws `UsageError` for a wrong time. */
export function recordPrinters(
  request: LogsRequest,
  now: number,
  convert?: ConvertLines,
): ((log: LogToPrint) => RecordPrinterOptions) | undefined {
  const {output, timestamps, exitOn, failOn, tail, run, around, grep, exclude, level} = request;
  const {follow, from, names, patterns} = request;
  const isEnded = exitOn !== undefined || failOn !== undefined;
  // In order of time.
  const isMerged = !follow && from === undefined && (names.length > 1 || patterns.length > 0);
  const isPlain = !isMerged && output === 'raw' && !timestamps && !isEnded;
  const isSelected = [tail, run, request.since, request.until, level, ...grep, ...exclude].some(
    (value) => value !== undefined,
  );
  if (isPlain && !isSelected) return undefined;
  const since = request.since === undefined ? undefined : sinceTime(request.since, now);
  const until = request.until === undefined ? undefined : sinceTime(request.until, now, 'until');
  if (since !== undefined && until !== undefined && until < since) {
    throw new UsageError('--until is before --since: nothing is between them');
  }
  const timeLimit = runWithTimeout;
  const textFilter = (source: string, out: boolean): Filter => {
    return {kind: 'text', pattern: compilePattern(source, {timeLimit}), out};
  };
  const ofLevel: readonly Filter[] = level ? [{kind: 'level', least: level, out: false}] : [];
  const filters = [...ofLevel, ...exclude.map((source) => textFilter(source, true))];
  const anyOf = grep.map((source) => textFilter(source, false));
  const selecting: Selecting = {filters, anyOf, since, until, exitOn, failOn, timeLimit};
  const common = {selecting, tail, run, ...(around !== undefined && {around})};
  return (log) => ({
    ...common,
    shape: output === 'json' ? jsonShape(log) : linesShape(log, {convert, timestamps}),
  });
}
