import {homedir} from 'node:os';
import {stateFolder} from '../../engine/disk/save-file.ts';
import type {WhyOptions} from '../../features/why/why-of-server.ts';
import type {Request} from '../../kit/settings/command-request.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import type {ShellCommand} from '../../kit/shell/shell-command.ts';
import {noticeLine, printWhole} from '../../kit/system/line-output.ts';
import {stopOnSignals} from '../../kit/system/signals.ts';
import {errorWithAdvice} from '../../kit/words/failure-words.ts';
import {systemClock} from '../../lib/clock.ts';
import {systemRandom} from '../../lib/random.ts';
import {type Caller, loadSettings} from '../startup/load-settings.ts';
import {type OpenServer, openServer, serverVersion} from '../startup/open-server.ts';
import {answerCompletion, contextsOf} from './completion.ts';
import {completionScript} from './completion-scripts.ts';
import {listText} from './list.ts';
import {shellCommands} from './of-features.ts';
import {reportingFaults} from './report-faults.ts';
import {statusReport} from './status.ts';

type AskOptions = {
  readonly settings: Settings;
  readonly version: string;
  readonly process: NodeJS.Process;
  readonly isJson: boolean;
  /** Called with the server once it is open. */
  readonly onServer: (server: OpenServer) => void;
};

/** Prints the text from `answer`. Returns the exit code; rejects with the failure. */
async function askServer(
  {settings, version, process, onServer}: AskOptions,
  answer: (asked: WhyOptions) => Promise<string>,
): Promise<number> {
  const {signal, exitCode} = stopOnSignals(process);
  const server = await openServer(settings, version, systemClock);
  onServer(server);
  try {
    const {client, clock} = server;
    const text = await answer({client, clock, random: systemRandom, signal});
    return exitCode(await printWhole(text, process));
  } catch (error) {
    if (signal.aborted) return exitCode(1);
    throw errorWithAdvice(error);
  } finally {
    await server.close();
  }
}

type AskRequest = Extract<Request, {kind: 'list' | 'status' | 'diff' | 'timeline' | 'completion' | 'complete'}>;

/** Runs a command that prints one text. Returns the exit code. */
export async function runAskCommand(
  options: Omit<AskOptions, 'onServer' | 'isJson'> & {readonly request: AskRequest},
): Promise<number> {
  const isJson = 'output' in options.request && options.request.output === 'json';
  return await reportingFaults({...options, isJson}, (onServer) => ask({...options, isJson, onServer}));
}

async function ask(options: AskOptions & {readonly request: AskRequest}): Promise<number> {
  const {request, version, process} = options;
  switch (request.kind) {
    case 'list': {
      const isColored = process.stdout.isTTY === true && !process.env.NO_COLOR;
      const {output, statuses, tags} = request;
      return await askServer(options, (asked) => listText({...asked, output, statuses, tags, isColored}));
    }
    case 'status': {
      const {output} = request;
      return await askServer(options, (asked) => {
        const ofServer = serverVersion(asked.client, asked.clock, asked.signal);
        return statusReport({...asked, serverVersion: ofServer, requested: request, output});
      });
    }
    case 'diff':
      return await runOfFeature(options, request, await shellCommands.diff?.());
    case 'timeline':
      return await runOfFeature(options, request, await shellCommands.timeline?.());
    case 'completion':
      return await printWhole(completionScript(request.shell), process);
    case 'complete':
      return await printWhole(await answer(request.words, version, process), process);
  }
}

/** Writes notices to stderr. */
function noteTo({process, isJson}: Pick<AskOptions, 'process' | 'isJson'>): (line: string) => void {
  return (line) => void process.stderr.write(noticeLine(`pipetail: ${line}`, isJson));
}

type Named = {readonly name?: string | undefined; readonly from?: string | undefined; readonly output: string};

async function runOfFeature<Asked extends Named>(
  options: AskOptions,
  request: Asked,
  command: ShellCommand<Asked> | undefined,
): Promise<number> {
  const {process} = options;
  const {from, name, output} = request;
  // Who reads the text from a pipe may not see its first lines.
  const isSaid = command?.saysMissing && output !== 'json' && process.stdout.isTTY;
  const note = isSaid ? () => {} : noteTo(options);
  if (from === undefined) {
    if (name === undefined) throw new TypeError('a server has many logs');
    if (!command) throw new TypeError('no feature has this command');
    return await askServer(options, (asked) => command.ofServer({...request, name}, {...asked, note}));
  }
  if (!command?.ofFiles) throw new TypeError('this command needs a server');
  const {signal, exitCode} = stopOnSignals(process);
  const stdin = from === '-' ? process.stdin : undefined;
  try {
    const text = await command.ofFiles({...request, from}, {clock: systemClock, signal, note, ...(stdin && {stdin})});
    return exitCode(await printWhole(text, process));
  } catch (error) {
    if (signal.aborted) return exitCode(1);
    throw error;
  } finally {
    stdin?.destroy();
  }
}

async function answer(words: readonly string[], version: string, process: NodeJS.Process): Promise<string> {
  const {env} = process;
  const settings = await settingsOf(words, process);
  return await answerCompletion({
    words,
    contexts: await contextsOf(words, process, homedir()),
    folder: stateFolder({xdgStateHome: env.XDG_STATE_HOME, home: homedir()}),
    server: settings?.demo ? 'demo' : `${settings?.host ?? ''} ${settings?.server.tenant ?? ''}`,
    clock: systemClock,
    open: async () => (settings ? await openServer(settings, version, systemClock) : undefined),
  });
}

/**
 * Settings of the words before the incomplete last one; undefined if they are not valid. `x` is a placeholder for a name
 * that `logs` needs.
 */
async function settingsOf(words: readonly string[], caller: Caller): Promise<Settings | undefined> {
  const whole = words.slice(0, -1);
  for (const argv of [[...whole, 'x'], whole]) {
    try {
      return await loadSettings(argv, caller);
    } catch {
      // Without the placeholder, or not at all: with fewer words they would name another server.
    }
  }
  return undefined;
}
