import {systemClock} from '../lib/clock.ts';
import {processesOf} from '../screen/processes.ts';
import type {Request} from '../settings/request.ts';
import type {Settings} from '../settings/settings.ts';
import {serverName} from '../storage/recording-names.ts';
import {Recordings} from '../storage/recordings.ts';
import {noteText} from './json-text.ts';
import {LineOutput} from './line-output.ts';
import {runLogs} from './logs.ts';
import {runLogsFrom} from './logs-from.ts';
import {nameHint} from './name-hint.ts';
import {noteOldServer, openServer, serverVersion} from './open-server.ts';
import {watchReader} from './reader-watch.ts';
import {waysOf} from './select-records.ts';
import {stopOnSignals} from './stop-signals.ts';

/** A disk that takes nothing does not keep the program from ending. Milliseconds. */
const recordingPatience = 2_000;
/** The same of a server that does not tell its version. It was asked at the start. Milliseconds. */
const versionPatience = 300;

/** `pipetail logs`: puts the command together on the process's streams and signals. Answers the exit code. */
export async function runLogsCommand(options: {
  readonly settings: Settings;
  readonly request: Extract<Request, {kind: 'logs'}>;
  readonly version: string;
  readonly process: NodeJS.Process;
}): Promise<number> {
  const {settings, request, version, process} = options;
  const wayOf = waysOf(request, systemClock.wall());
  // While nothing is connected only timers of the clock wait, and those do not keep a process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const {signal, exitCode} = stopOnSignals(process);
  // What stderr does not take (its reader is slow, or gone) is no reason to stop reading logs.
  const stderr = new LineOutput(process.stderr);
  const output = new LineOutput(process.stdout);
  watchReader(process.stdout, systemClock, () => output.readerGone());
  const isJson = request.output === 'json';
  const note = (line: string, kind?: 'failure') => stderr.write(noteText(line, isJson, kind));
  try {
    if (request.from !== undefined) {
      const code = await runLogsFrom({...request, directory: request.from, wayOf, output, note, signal});
      if (signal.aborted) process.exit(exitCode(code));
      return exitCode(code);
    }
    const {timeout} = request;
    const {directory, maxBytes} = settings.record;
    const server = await openServer(settings, version, systemClock);
    const of = serverName(server.client.baseUrl, settings.way.tenant);
    const recordings =
      directory === undefined
        ? undefined
        : new Recordings({directory, server: of, maxBytes, clock: systemClock, processes: processesOf(process)});
    const closed = new AbortController();
    const asked = AbortSignal.any([signal, closed.signal]);
    const looked = noteOldServer(serverVersion(server.client, asked), note);
    const code = await runLogs({
      ...request,
      wayOf,
      hint: (name) => nameHint(name, server.client, systemClock),
      timeout: timeout === undefined ? undefined : {after: timeout, fails: request.exitOn !== undefined},
      silence: settings.silence,
      client: server.client,
      clock: systemClock,
      random: Math.random,
      output,
      note,
      signal,
      ...(recordings && {recordings: {of: recordings, all: true, showPast: false}}),
    });
    const within = (patience: number) => systemClock.sleep(patience, closed.signal).catch(() => {});
    await Promise.all([
      Promise.race([recordings?.closed(), within(recordingPatience)]),
      Promise.race([looked, within(versionPatience)]),
    ]);
    // Their timers would keep the process from ending.
    closed.abort();
    // What a reader that stands still has not taken would keep the process from ending.
    if (signal.aborted || (timeout !== undefined && output.busy)) process.exit(exitCode(code));
    await server.close();
    return exitCode(code);
  } finally {
    clearInterval(alive);
  }
}
