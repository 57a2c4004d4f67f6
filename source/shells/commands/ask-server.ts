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
  return await printText(call, async (signal, {closeWith, onServer}) => {
    const server = await openServer(settings, version, systemClock);
    closeWith(() => server.close());
    onServer(server);
    const {client, clock} = server;
    return await answer({client, clock, random: systemRandom, signal});
  });
}

type Printing = {
  /** `close` is called once the text is printed: for what it was read from. */
  readonly closeWith: (close: () => void | Promise<void>) => void;
  readonly onServer: (server: OpenServer) => void;
};

async function printText(
  {settings, version, process}: Call,
  textOf: (signal: AbortSignal, printing: Printing) => Promise<string>,
): Promise<number> {
  return await reportingFaults({version, process, isJson: settings.output === 'json'}, async (onServer) => {
    const {signal, exitCode} = stopOnSignals(process);
    // Node 22 has no stack of what is to be closed.
    let close: () => void | Promise<void> = () => {};
    const closeWith = (other: typeof close) => {
      close = other;
    };
    try {
      return exitCode(await printWhole(await textOf(signal, {closeWith, onServer}), process));
    } catch (error) {
      if (signal.aborted) return exitCode(1);
      throw errorWithAdvice(error);
    } finally {
      await close();
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
  return await printText(call, async (signal, {closeWith}) => {
    const stdin = from === '-' ? process.stdin : undefined;
    closeWith(() => void stdin?.destroy());
    return await ofFiles({...request, from}, {clock: systemClock, signal, note, ...(stdin && {stdin})});
  });
}
