import {homedir} from 'node:os';
import {readCommandLine} from '../settings/command-line.ts';
import type {Request} from '../settings/request.ts';
import {printWhole} from './ask-server.ts';
import {checkText, initFile, type KeyTable, showText} from './config.ts';
import {configPlace} from './load-config.ts';

/** `pipetail config`: puts the command together on the process. Answers the exit code. */
export async function runConfigCommand({
  request,
  argv,
  process,
  keys,
}: {
  readonly request: Extract<Request, {kind: 'config'}>;
  readonly argv: readonly string[];
  readonly process: NodeJS.Process;
  readonly keys: KeyTable;
}): Promise<number> {
  const home = homedir();
  const commandLine = readCommandLine(argv);
  const place = configPlace(commandLine, process.env, home);
  switch (request.verb) {
    case 'path':
      return await printWhole(`${place.file}\n`, process);
    case 'show': {
      const call = {commandLine, place, environment: process.env, home};
      return await printWhole(await showText(call, request.output), process);
    }
    case 'check': {
      const {text, code} = await checkText(place, home, keys);
      return (await printWhole(text, process)) || code;
    }
    case 'init':
      return await printWhole(await initFile(place, keys), process);
  }
}
