/** Which of the API's routes was asked; the same answer means different things on different routes. */
export type Route = 'list' | 'pipeline' | 'session' | 'config' | 'logs';

/** Response headers by lower-case name, as undici gives them. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A response with as much of its body as was read; error bodies are read up to `errorBodyLimit`. */
export type Answer = {
  readonly route: Route;
  readonly url: string;
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** Decompressed. */
  readonly body: Uint8Array;
  /** Whether the request carried credentials. */
  readonly authorized: boolean;
};

/** Bytes of an error's body that are read; the API's own are below 2 KiB. */
export const errorBodyLimit = 64 * 1024;

/** One header's value; of a repeated header, the first. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** `text/plain` of `Text/Plain; charset=utf-8`; empty when the header is missing. */
export function mediaTypeOf(headers: AnswerHeaders): string {
  const type = headerOf(headers, 'content-type') ?? '';
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** The content coding, lower case; `identity` when the header is missing or empty. */
export function encodingOf(headers: AnswerHeaders): string {
  const value = headers['content-encoding'];
  const encoding = (typeof value === 'string' ? value : (value?.join(',') ?? '')).trim().toLowerCase();
  return encoding === '' ? 'identity' : encoding;
}

/** Whether a response on the logs route is a log: 200, `text/plain`, not compressed (never asked for, never sent). */
export function isLog(status: number, headers: AnswerHeaders): boolean {
  return status === 200 && mediaTypeOf(headers) === 'text/plain' && encodingOf(headers) === 'identity';
}

/** Whether a body is a web page, by its header or, where that is missing or wrong, by how it begins. */
export function isWebPage(headers: AnswerHeaders, body: Uint8Array): boolean {
  const type = mediaTypeOf(headers);
  if (type === 'text/html' || type === 'application/xhtml+xml') return true;
  return /^\s*<(!doctype\s+html|html|head|body)\b/i.test(new TextDecoder().decode(body.subarray(0, 256)));
}
