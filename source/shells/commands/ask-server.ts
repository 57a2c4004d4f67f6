import type {WhyOptions} from '../../features/why/why-of-server.ts';
import type {CommandCall, LogText} from '../../kit/shell/shell-command.ts';
import {noticeLine, printWhole} from '../../kit/system/line-output.ts';
import {stopOnSignals} from '../../kit/system/signals.ts';
import {errorWithAdvice} from '../../kit/words/failure-words.ts';
import {systemClock} from '../../lib/clock.ts';
import {systemRandom} from '../../lib/random.ts';
import {type OpenServer, openServer} from '../startup/open-server.ts';
import {reportingFaults} from './report-faults.ts';

type Call = Pick<CommandCall<object>, 'settings' | 'version' | 'process'>;

/** Prints the text from `answer`. Returns the exit code; rejects with the failure. */
export async function askServer(call: Call, answer: (asked: WhyOptions) => Promise<string>): Promise<number> {
  const {settings, version} = call;
  return await printText(call, async (signal, {ends, onServer}) => {
    const server = await openServer(settings, version, systemClock);
    ends.defer(() => server.close());
    onServer(server);
    const {client, clock} = server;
    return await answer({client, clock, random: systemRandom, signal});
  });
}

type Printing = {
  /** Closes what the text was read from, once it is printed. */
  readonly ends: AsyncDisposableStack;
  readonly onServer: (server: OpenServer) => void;
};

async function printText(
  {settings, version, process}: Call,
  textOf: (signal: AbortSignal, printing: Printing) => Promise<string>,
): Promise<number> {
  return await reportingFaults({version, process, isJson: settings.output === 'json'}, async (onServer) => {
    const {signal, exitCode} = stopOnSignals(process);
    await using ends = new AsyncDisposableStack();
    try {
      return exitCode(await printWhole(await textOf(signal, {ends, onServer}), process));
    } catch (error) {
      if (signal.aborted) return exitCode(1);
      throw errorWithAdvice(error);
    }
  });
}

/** Prints the text of a command about the log of a pipeline. Returns the exit code; rejects with the failure. */
export async function printLogText<Words extends {readonly name?: string | undefined}>(
  call: CommandCall<Words>,
  {ofServer, ofFiles, saysMissing}: LogText<Words>,
): Promise<number> {
  const {request, settings, process} = call;
  const {from, output} = settings;
  const {name} = request;
  const isJson = output === 'json';
  // Who reads the text from a pipe may not see its first lines.
  const isSaid = saysMissing && !isJson && process.stdout.isTTY;
  const note = (line: string) => {
    if (!isSaid) process.stderr.write(noticeLine(`pipetail: ${line}`, isJson));
  };
  if (from === undefined) {
    if (name === undefined) throw new TypeError('a server has many logs');
    return await askServer(call, (asked) => ofServer({...request, name}, {...asked, note}));
  }
  if (!ofFiles) throw new TypeError('this command needs a server');
  return await printText(call, async (signal, {ends}) => {
    const stdin = from === '-' ? process.stdin : undefined;
    ends.defer(() => void stdin?.destroy());
    return await ofFiles({...request, from}, {clock: systemClock, signal, note, ...(stdin && {stdin})});
  });
}
