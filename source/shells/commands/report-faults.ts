import {exitOnFault} from '../../kit/system/crash-report.ts';
import {noticeLine} from '../../kit/system/line-output.ts';
import {systemClock} from '../../lib/clock.ts';

/** The server of a command, whose credentials a report must not contain. */
type Secrets = {readonly secrets: () => readonly string[]};

/**
 * Runs a command without a screen. A fault of the program itself ends it with a report without data, in JSON if that is
 * requested. The command calls `onServer` with the server that it opens.
 */
export async function reportingFaults<T>(
  {version, process, isJson}: {readonly version: string; readonly process: NodeJS.Process; readonly isJson: boolean},
  command: (onServer: (server: Secrets) => void) => Promise<T>,
): Promise<T> {
  let server: Secrets | undefined;
  const endFaults = exitOnFault(process, {
    version,
    clock: systemClock,
    secrets: () => server?.secrets() ?? [],
    noticeOf: (report) => (isJson ? noticeLine(report.trimEnd(), isJson, 'failure') : report),
  });
  try {
    return await command((opened) => {
      server = opened;
    });
  } finally {
    endFaults();
  }
}
