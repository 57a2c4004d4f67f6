import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import type {Clock} from '../lib/clock.ts';
import {isoTime} from '../lib/format.ts';
import {clean} from '../terminal/clean.ts';

type CrashOptions = {
  readonly process: Pick<NodeJS.Process, 'versions' | 'platform' | 'arch'>;
  readonly version: string;
  readonly folder: string;
  /** The credentials to remove from all text. */
  readonly secrets: readonly string[];
  readonly clock: Clock;
};

/** Milliseconds to wait for a home folder that hangs. */
const patience = 500;

/** Resolves to the text for the user. The report holds nothing of environment, settings or logs. Never rejects. */
export async function reportCrash(error: unknown, options: CrashOptions): Promise<string> {
  const {version, secrets, clock} = options;
  const saved = new AbortController();
  const late = clock.sleep(patience, saved.signal).catch(() => {});
  const file = await Promise.race([saveReport(error, options), late]);
  saved.abort();
  const details = file === undefined ? 'no report could be written' : `report, without keys and log text: ${file}`;
  const fault = errorWords(error, secrets);
  return `pipetail ${version} crashed (this is a bug): ${fault}\n${details}\n`;
}

/** Milliseconds to wait for a stderr that is not read. */
const stderrPatience = 500;

/**
 * For a command without a screen: an exception or rejection that nothing catches ends the program with code 1, and with
 * one line on stderr instead of Node's message and stack. Until the result is called.
 */
export function exitOnFault(
  process: NodeJS.Process,
  {
    secrets,
    lineOf,
    ...options
  }: Omit<CrashOptions, 'process' | 'secrets'> & {
    /** The credentials in use at that moment. */
    readonly secrets: () => readonly string[];
    /** What is written of the text, which has no newline. */
    readonly lineOf: (text: string) => string;
  },
): () => void {
  const end = async (error: unknown) => {
    const text = await reportCrash(error, {...options, process, secrets: secrets()});
    options.clock.after(stderrPatience, () => process.exit(1));
    process.stderr.write(lineOf(text.trimEnd().replaceAll('\n', ' · ')), () => process.exit(1));
  };
  let isEnding = false;
  // Only the first fault is reported: it caused those after it.
  const onFault = (error: unknown) => {
    if (!isEnding) void end(error);
    isEnding = true;
  };
  process.on('uncaughtException', onFault);
  return () => process.off('uncaughtException', onFault);
}

/** Resolves to the path; undefined when writing fails: that error would hide the fault. */
async function saveReport(
  error: unknown,
  {process, version, folder, secrets, clock}: CrashOptions,
): Promise<string | undefined> {
  const time = isoTime(clock.wall());
  const file = path.join(folder, `crash-${time.replaceAll(/[:.]/g, '-')}.txt`);
  const program = `pipetail ${version} · Node ${process.versions.node} · ${process.platform} ${process.arch} · ${time}`;
  const lines = [program, '', ...errorLines(error, secrets)];
  try {
    await mkdir(folder, {recursive: true, mode: 0o700});
    await writeFile(file, `${lines.join('\n')}\n`, {mode: 0o600, flag: 'wx'});
    return file;
  } catch {
    return undefined;
  }
}

/** Characters: a message is one line for the user, and a longer one carries data. */
const mostMessage = 300;
const mostFrames = 50;
const mostCauses = 5;

/** Name, message and stack of an error and its causes. */
function errorLines(error: unknown, secrets: readonly string[], depth = 0): string[] {
  const lines = [errorWords(error, secrets)];
  if (!(error instanceof Error)) return lines;
  // Only the frames: the stack begins with the whole message.
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  lines.push(...frames.slice(0, mostFrames).map((frame) => withoutSecrets(frame, secrets)));
  // An error may be its own cause.
  if (error.cause !== undefined && depth < mostCauses) {
    lines.push('caused by', ...errorLines(error.cause, secrets, depth + 1));
  }
  return lines;
}

/** V8 quotes the whole expression, which may be what the user typed or pasted. */
const refusedExpression = /^Invalid regular expression: .*: /s;

/** Name and message in one line, without data. */
function errorWords(error: unknown, secrets: readonly string[]): string {
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['thrown', String(error)];
  const first = clean(message.replace(refusedExpression, 'Invalid regular expression: ').split('\n', 1)[0] ?? '');
  const words = withoutSecrets(`${name}: ${first}`, secrets);
  return words.length > mostMessage ? `${words.slice(0, mostMessage)}…` : words;
}

/** Removes credentials, also those in URLs and headers, and text in double quotes: there V8 quotes data. */
function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '[secret]');
  return shown
    .replace(/".*"|".*$/, '"…"')
    .replaceAll(/(\w:\/\/)[^\s/@]*@/g, '$1[secret]@')
    .replaceAll(/\b(bearer\s+|apikey:)\S+/gi, '$1[secret]');
}
