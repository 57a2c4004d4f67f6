import type {Clock} from '../lib/clock.ts';
import {type CrashFacts, crashReport, crashWords, errorWords, saveCrashReport} from './crash-report.ts';

/** A home that hangs does not keep the program from ending. Milliseconds. */
const patience = 500;

export type ReportCrashOptions = {
  readonly process: NodeJS.Process;
  readonly version: string;
  /** Where the report goes. */
  readonly folder: string;
  /** The credentials in use. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
};

/** Writes a report about a fault of the program's own, and answers what the user reads. Never rejects. */
export async function reportCrash(error: unknown, options: ReportCrashOptions): Promise<string> {
  const {process, version, folder, secrets, clock} = options;
  const facts: CrashFacts = {
    version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    at: clock.wall(),
    secrets,
  };
  const saving = saveCrashReport(folder, crashReport(error, facts), facts);
  const saved = new AbortController();
  const late = clock.sleep(patience, saved.signal).catch(() => {});
  const file = await Promise.race([saving, late]);
  saved.abort();
  return crashWords(errorWords(error, secrets), version, file ?? undefined);
}
