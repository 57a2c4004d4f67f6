import type {IncomingMessage, ServerResponse} from 'node:http';
import {brotliCompress, constants, gzip} from 'node:zlib';

/** A whole answer; the header names and values are those of the recordings. */
export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Sent chunked instead of with a content-length, as the proxied answers of the runner are. */
  readonly chunked?: boolean;
  /** Compressed when the client asks for it. */
  readonly compressible?: boolean;
};

const json = {'content-type': 'application/json'};
const text = {'content-type': 'text/plain; charset=utf-8'};

/** An error of the API: `{message, error_code, details}`. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {status, headers: {...json, ...headers}, body: JSON.stringify({message, error_code: code, details})};
}

export function jsonAnswer(value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {status: 200, headers: {...json, ...headers}, body: JSON.stringify(value), compressible: true};
}

/** Recording 08a. */
export function unknownPipeline(name: string): Answer {
  return errorAnswer(404, 'UnknownPipelineName', `Unknown pipeline name '${name}'`, {pipeline_name: name});
}

/** Recording 11a, and 11b for a runner that does not answer. */
export function runnerUnreachable(error: string, retryAfter = '5'): Answer {
  const message = `Unable to reach pipeline runner to interact due to: ${error}`;
  return errorAnswer(503, 'RunnerInteractionUnreachable', message, {error}, {'retry-after': retryAfter});
}

export const connectionRefused = 'Failed to connect to host: Connection refused (os error 111)';
export const runnerTimeout =
  'timeout (10s) was reached: this means the runner took too long to respond -- the runner logs might contain additional information (original send request error: Timeout while waiting for response)';

/** Recordings 08b, 08c, 08h and 13a: a route that the API does not have. */
export const noRoute: Answer = {status: 404, headers: {}, body: ''};

/** Recording 08i: the pipeline exists and its runner is not ready. */
export const runnerNotReady: Answer = {
  status: 404,
  headers: {'content-encoding': 'identity'},
  body: '',
  chunked: true,
};

export const unauthorized: Answer = {status: 401, headers: {'www-authenticate': 'Bearer'}, body: ''};

/** JSON under the wrong content-type, as the server sends it. */
export const badApiKey: Answer = {
  status: 401,
  headers: text,
  body: '{"error_code":"AuthenticationFailed","message":"Unauthorized API key"}',
};

export function forbidden(role: string): Answer {
  const message = `The role '${role}' does not permit this operation`;
  return errorAnswer(403, 'InsufficientPermissions', message, {role});
}

/** Recording 08g. */
export function badSelector(selector: string): Answer {
  const expected = 'expected one of `all`, `status`, `status_with_connectors`';
  return {
    status: 400,
    headers: text,
    body: `Query deserialize error: unknown variant \`${selector}\`, ${expected}`,
  };
}

/** The web console, which answers every path outside the API. */
export const webConsole: Answer = {
  status: 200,
  headers: {'content-type': 'text/html'},
  body: '<!doctype html>\n<html lang="en">\n<head><title>Feldera</title></head>\n<body><div id="app"></div></body>\n</html>\n',
};

/** Begins an answer: status, headers, date and whatever the connection needs; no header of Node's own choosing. */
function writeHead(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  now: number,
): void {
  response.sendDate = false;
  response.removeHeader('connection');
  response.writeHead(status, {
    ...headers,
    ...(response.shouldKeepAlive ? {} : {connection: 'close'}),
    date: new Date(now).toUTCString(),
  });
}

/** Sends a whole answer. `now`: milliseconds since the epoch. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  now: number,
): Promise<void> {
  const encoding = answer.compressible ? acceptedEncoding(request.headers['accept-encoding']) : undefined;
  if (encoding) {
    const compressed = await compress(encoding, Buffer.from(answer.body));
    const headers = {...answer.headers, 'content-encoding': encoding, vary: 'accept-encoding'};
    writeHead(response, answer.status, {...headers, 'transfer-encoding': 'chunked'}, now);
    response.end(compressed);
    return;
  }
  const length = {'content-length': String(Buffer.byteLength(answer.body))};
  const framing = answer.chunked ? {'transfer-encoding': 'chunked'} : length;
  writeHead(response, answer.status, {...answer.headers, ...framing}, now);
  response.end(answer.body);
}

/** Sends the head of a log stream, whose chunks the caller frames and writes to the socket itself. */
export function sendLogHead(response: ServerResponse, now: number): void {
  const headers = {...text, 'transfer-encoding': 'chunked', 'content-encoding': 'identity'};
  writeHead(response, 200, {...headers, 'x-content-type-options': 'nosniff'}, now);
  response.flushHeaders();
  response.chunkedEncoding = false;
}

function acceptedEncoding(accept: string | string[] | undefined): 'br' | 'gzip' | undefined {
  const offers = String(accept ?? '')
    .split(',')
    .map((offer) => offer.trim())
    .filter((offer) => !/;\s*q=0(\.0*)?$/.test(offer))
    .map((offer) => offer.split(';')[0]);
  return offers.includes('br') ? 'br' : offers.includes('gzip') ? 'gzip' : undefined;
}

function compress(encoding: 'br' | 'gzip', body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer) => (error ? reject(error) : resolve(result));
    if (encoding === 'gzip') gzip(body, done);
    // Quality 11 is the library's default and takes seconds for a list of 2,000 pipelines.
    else brotliCompress(body, {params: {[constants.BROTLI_PARAM_QUALITY]: 4}}, done);
  });
}
