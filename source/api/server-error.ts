import {fieldOf, isObject, stringOf} from './json.ts';
import type {DeploymentError, ServerError} from './types.ts';

/**
 * Reads `{message, error_code, details}`, the shape of the API's errors and of `deployment_error`. Undefined when
 * neither a message nor a code is there.
 */
export function parseServerError(json: unknown): ServerError | undefined {
  const message = stringOf(json, 'message');
  const errorCode = stringOf(json, 'error_code');
  if (message === '' && errorCode === '') return undefined;
  return {message: message === '' ? errorCode : message, errorCode, details: fieldOf(json, 'details')};
}

/** Reads `deployment_error`, and finds its cause: all that say why a pipeline failed say it in the same words. */
export function parseDeploymentError(json: unknown): DeploymentError | undefined {
  const error = parseServerError(json);
  if (error === undefined) return undefined;
  const {message, errorCode} = error;
  const endedStart = startCodes.test(errorCode);
  return {message, errorCode, cause: causeOf(error), endedStart, more: detailsBeyond(error)};
}

/** In one line: what the details say, else the line of the message that tells most. */
function causeOf({message, details}: ServerError): string {
  const error = fieldOf(details, 'error');
  const told =
    firstLine(typeof error === 'string' ? error : stringOf(details, 'compiler_error')) ??
    panicIn(error) ??
    connectorErrorIn(error);
  return onOneLine(told ?? causeInMessage(message) ?? firstLine(message) ?? message);
}

function detailsBeyond({message, details}: ServerError): readonly (readonly [place: string, text: string])[] {
  return leavesOf(details, 'details').filter(([, text]) => text !== '' && !message.includes(text.trim()));
}

function leavesOf(json: unknown, place: string): readonly (readonly [place: string, text: string])[] {
  if (typeof json !== 'object') return json === undefined ? [] : [[place, String(json)]];
  return Object.entries(json ?? {}).flatMap(([key, value]) => leavesOf(value, `${place}.${key}`));
}

/** Codes of errors that end a start before the pipeline has run; others (`Automaton…` are the runner's) may come later. */
const startCodes =
  /^(?:InitializationError|RunnerProvisionError|StartFailed\w*|Automaton(?:CannotProvision|Invalid|Missing(?:Program|Deployment(?:Id|Config|Initial))|FailedToSerialize|ProvisioningTimeout|CannotConstruct)\w*)$/;

/** `{WorkerPanic: {panic_info: [[worker, kind, {message, location: {file, line, col}}], …]}}`: the first with a message. */
function panicIn(error: unknown): string | undefined {
  const panics = fieldOf(fieldOf(error, 'WorkerPanic'), 'panic_info');
  if (!Array.isArray(panics)) return undefined;
  const infos = panics.map((panic: unknown) => (Array.isArray(panic) ? (panic[2] as unknown) : undefined));
  const info = infos.find((each) => stringOf(each, 'message').trim() !== '');
  if (info === undefined) return undefined;
  const location = fieldOf(info, 'location');
  const [file, line] = [stringOf(location, 'file'), fieldOf(location, 'line')];
  const place = file === '' ? '' : ` (${file}${typeof line === 'number' ? `:${line}` : ''})`;
  // `assertion failed` is followed by both sides, on lines of their own.
  return `panic: ${stringOf(info, 'message')
    .trim()
    .replace(/\s*\n\s*/g, ' ')}${place}`;
}

/** `{error, endpoint_name, fatal, backtrace}` of a connector; others may say as much in fewer fields. */
function connectorErrorIn(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  const cause = firstLine(stringOf(error, 'error'));
  const connector = stringOf(error, 'endpoint_name');
  return cause === undefined || connector === '' ? cause : `${connector}: ${cause}`;
}

/**
 * What follows the words that always come first: `… failed to initialize. Error details: …`, `panic message: …`; what the
 * runner's checks find (`Pipeline check failed: …`), and what is wrong with JSON that is shown first, stands below.
 */
function causeInMessage(message: string): string | undefined {
  const named = /^panic message: (.+)$/m.exec(message)?.[1] ?? /Error details: (.+)/.exec(message)?.[1];
  const [first = '', ...below] = message.split(/\n\s*\n/);
  const further = /^\s*Pipeline check failed/.test(first) ? below : below.filter((text) => text.startsWith('... '));
  return named ?? further.map(firstLine).find((line) => line !== undefined);
}

function onOneLine(text: string): string {
  return text.trim().replace(/\s*[\n\r]\s*/g, ' ');
}

/** The first line that says something: none of a backtrace. */
function firstLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  const end = lines.findIndex((line) => /^(?:\d+: |stack (?:trace|backtrace):)/i.test(line));
  return lines.slice(0, end === -1 ? undefined : end).find((line) => line !== '');
}
