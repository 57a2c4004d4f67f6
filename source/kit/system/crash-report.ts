import {clean} from '../../lib/clean.ts';

/**
 * The text for the user: message and stack. It holds nothing of environment, settings or logs. `secrets`: the credentials
 * to remove from all text.
 */
export function crashReport(
  error: unknown,
  {version, secrets}: {readonly version: string; readonly secrets: readonly string[]},
): string {
  return `pipetail ${version} crashed (this is a bug): ${errorLines(error, secrets).join('\n')}\n`;
}

/** Characters: a message is one line for the user, and a longer one carries data. */
const mostMessage = 300;
const mostFrames = 10;
const mostCauses = 5;

/** Name, message and stack of an error and its causes. */
function errorLines(error: unknown, secrets: readonly string[], depth = 0): string[] {
  const lines = [errorWords(error, secrets)];
  if (!(error instanceof Error)) return lines;
  // Only the frames: the stack begins with the whole message.
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  lines.push(...frames.slice(0, mostFrames).map((frame) => withoutSecrets(clean(frame), secrets)));
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
