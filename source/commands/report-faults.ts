import {homedir} from 'node:os';
import {systemClock} from '../lib/clock.ts';
import {stateFolder} from '../storage/save-file.ts';
import {exitOnFault} from '../system/crash-report.ts';
import {noticeLine} from '../system/line-output.ts';

/** The server of a command, whose credentials a report must not contain. */
type Secrets = {readonly secrets: () => readonly string[]};

/**
 * Runs a command without a screen. A fault of the program itself ends it with one line that names a report, not with
 * Node's message and stack. The command calls `onServer` with the server that it opens.
 */
export async function reportingFaults<T>(
  {version, process, isJson}: {readonly version: string; readonly process: NodeJS.Process; readonly isJson: boolean},
  command: (onServer: (server: Secrets) => void) => Promise<T>,
): Promise<T> {
  let server: Secrets | undefined;
  const endFaults = exitOnFault(process, {
    ...{version, clock: systemClock},
    folder: stateFolder({xdgStateHome: process.env.XDG_STATE_HOME, home: homedir()}),
    secrets: () => server?.secrets() ?? [],
    lineOf: (text) => noticeLine(text, isJson, 'failure'),
  });
  try {
    return await command((opened) => {
      server = opened;
    });
  } finally {
    endFaults();
  }
}
