import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../lib/clock.ts';
import {isoTime} from '../lib/format.ts';

/** What a report may say beside the error: nothing of the environment, the settings or the logs. */
type CrashInput = {
  readonly version: string;
  readonly node: string;
  /** `linux x64` */
  readonly platform: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The credentials in use; they are taken out wherever they stand. */
  readonly secrets: readonly string[];
};

/** Characters: a message is one line for people, and a longer one carries data. */
const mostMessage = 300;
const mostFrames = 50;
const mostCauses = 5;

/**
 * A report for the developers: name, message and stack of the error and of what caused it. Text in double quotes is
 * left out, for that is how V8 quotes the data that it fails on; so are credentials in URLs and headers.
 */
export function crashReport(error: unknown, facts: CrashInput): string {
  const lines = [
    `pipetail ${facts.version} · Node ${facts.node} · ${facts.platform} · ${isoTime(facts.at)}`,
    '',
    ...errorLines(error, facts.secrets),
  ];
  return `${lines.join('\n')}\n`;
}

/** Name and message of an error, in one line without data. */
export function errorWords(error: unknown, secrets: readonly string[]): string {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['thrown', String(error)];
  const first = message.split('\n', 1)[0] ?? '';
  const words = withoutSecrets(`${name}: ${first}`, secrets);
  return words.length > mostMessage ? `${words.slice(0, mostMessage)}…` : words;
}

/**
 * Writes a report into `folder`, for its owner only, and answers its path; undefined when that cannot be done: the
 * reason would hide the one of the crash.
 */
export async function saveCrashReport(folder: string, report: string, facts: CrashInput): Promise<string | undefined> {
  const stamp = isoTime(facts.at).replaceAll(/[:.]/g, '-');
  const file = path.join(folder, `crash-${stamp}.txt`);
  try {
    await mkdir(folder, {recursive: true, mode: 0o700});
    await writeFile(file, report, {mode: 0o600, flag: 'wx'});
    return file;
  } catch {
    return undefined;
  }
}

/** What the user reads where the screen was. */
export function crashWords(words: string, version: string, file: string | undefined): string {
  const details = file === undefined ? 'no report could be written' : `report, without keys and log text: ${file}`;
  return `pipetail ${version} stopped because of a fault of its own: ${words}\n${details}\n`;
}

function errorLines(error: unknown, secrets: readonly string[], depth = 0): string[] {
  const lines = [errorWords(error, secrets)];
  if (!(error instanceof Error)) return lines;
  // Of the stack the frames only: in front of them it repeats the message, in full.
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  lines.push(...frames.slice(0, mostFrames).map((frame) => withoutSecrets(frame, secrets)));
  // A cause may be its own.
  if (error.cause !== undefined && depth < mostCauses) {
    lines.push('caused by', ...errorLines(error.cause, secrets, depth + 1));
  }
  return lines;
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  let known = text;
  for (const secret of secrets) if (secret !== '') known = known.replaceAll(secret, '[secret]');
  return known
    .replace(/".*"|".*$/, '"…"')
    .replaceAll(/(\w:\/\/)[^\s/@]*@/g, '$1[secret]@')
    .replaceAll(/\b(bearer\s+|apikey:)\S+/gi, '$1[secret]');
}

/** A home that hangs does not keep the program from ending. Milliseconds. */
const patience = 500;

type ReportCrashOptions = {
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
  const facts: CrashInput = {
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
