import {crashReport} from '../../kit/system/crash-report.ts';
import {noticeLine} from '../../kit/system/line-output.ts';
import {systemClock} from '../../lib/clock.ts';

/** The server of a command, whose credentials a report must not contain. */
type Secrets = {readonly secrets: () => readonly string[]};

/** Milliseconds to wait for a stderr that is not read. */
const stderrPatience = 500;

/**
 * Runs a command without a screen. An exception or rejection that nothing catches ends it with code 1, and with a report on
 * stderr instead of Node's own, which would hold data. The command calls `onServer` with the server that it opens.
 */
export async function reportingFaults<T>(
  {version, process, isJson}: {readonly version: string; readonly process: NodeJS.Process; readonly isJson: boolean},
  command: (onServer: (server: Secrets) => void) => Promise<T>,
): Promise<T> {
  let server: Secrets | undefined;
  let isEnding = false;
  // Only the first fault is reported: it caused those after it.
  const onFault = (error: unknown) => {
    if (isEnding) return;
    isEnding = true;
    systemClock.after(stderrPatience, () => process.exit(1));
    const report = crashReport(error, {version, secrets: server?.secrets() ?? []});
    const notice = isJson ? noticeLine(report.trimEnd(), isJson, 'failure') : report;
    process.stderr.write(notice, () => process.exit(1));
  };
  process.on('uncaughtException', onFault);
  try {
    return await command((opened) => {
      server = opened;
    });
  } finally {
    process.off('uncaughtException', onFault);
  }
}
