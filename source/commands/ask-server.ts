import type {ApiClient} from '../api/types.ts';
import {systemClock} from '../lib/clock.ts';
import type {Settings} from '../settings/settings.ts';
import {noteText} from './json-text.ts';
import {LineOutput, whyNotWritten} from './line-output.ts';
import {noteOldServer, openServer, serverVersion} from './open-server.ts';
import {stopOnSignals} from './stop-signals.ts';
import {asSaid} from './what-to-do.ts';

/** Asks the server once and prints what was made of its answer. Answers the exit code; rejects with what failed. */
export async function askServer(
  {settings, version, process, isJson}: {settings: Settings; version: string; process: NodeJS.Process; isJson: boolean},
  answer: (client: ApiClient, signal: AbortSignal, serverVersion: Promise<string | undefined>) => Promise<string>,
): Promise<number> {
  const {signal, exitCode} = stopOnSignals(process);
  const server = await openServer(settings, version, systemClock);
  try {
    const note = (line: string) => process.stderr.write(noteText(line, isJson));
    const ofServer = serverVersion(server.client, signal);
    const looked = noteOldServer(ofServer, note);
    const text = await answer(server.client, signal, ofServer);
    await looked;
    return exitCode(await printWhole(text, process));
  } catch (error) {
    if (signal.aborted) return exitCode(1);
    throw asSaid(error);
  } finally {
    await server.close();
  }
}

/** Prints the text, and answers the exit code once it is out. Rejects when it cannot be written. */
export async function printWhole(text: string, process: NodeJS.Process): Promise<number> {
  const output = new LineOutput(process.stdout);
  if (text === '') return 0;
  const {promise: written, resolve} = Promise.withResolvers<undefined>();
  output.onRoom = () => resolve(undefined);
  output.write(text);
  const error = await Promise.race([written, output.closed]);
  const unwritten = error && whyNotWritten(error);
  if (unwritten !== undefined) throw new Error(unwritten);
  return 0;
}
