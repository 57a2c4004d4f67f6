import {errorText} from '../../lib/format.ts';
import {cutInHandshake, ProxyError} from './connect.ts';
import type {ApiFailure, FatalReason, RetryableReason} from './types.ts';

const trustIt = 'trust it with --tls-cert FILE, or accept any with --insecure';
const acceptIt = '--insecure accepts it';

/** Errors of OpenSSL and Node about certificates, in words, and the flag that helps. */
const certificateSentences: Readonly<Record<string, readonly [words: string, help: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is self-signed', trustIt],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'is signed by a root that this machine does not trust',
    'give that root with --tls-cert FILE, or accept any with --insecure',
  ],
  UNABLE_TO_GET_ISSUER_CERT: ['is signed by an unknown root', 'give that root with --tls-cert FILE'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['is signed by an unknown root', 'give that root with --tls-cert FILE'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'cannot be verified: its issuer is unknown',
    'give its root, or the certificate between, with --tls-cert FILE',
  ],
  CERT_SIGNATURE_FAILURE: ['has a wrong signature', acceptIt],
  CERT_HAS_EXPIRED: ['has expired', `renew it; until then ${acceptIt}`],
  CERT_NOT_YET_VALID: ['is not valid yet', "is this machine's clock right?"],
  CERT_CHAIN_TOO_LONG: ['has too long a chain', acceptIt],
  INVALID_CA: ['is signed by a certificate that may not sign', acceptIt],
  INVALID_PURPOSE: ['is not meant for servers', acceptIt],
  ERR_TLS_CERT_ALTNAME_INVALID: ['is for another name', `set --host to a name that it is for; ${acceptIt}`],
};

type Sentence = {
  readonly reason: RetryableReason;
  readonly brief?: string;
  /** `other`: the scheme that the server may speak instead; undefined once it has answered in the scheme of its URL. */
  readonly sentence: (host: string, other: 'http' | 'https' | undefined) => string;
};

function unreachable(brief: string, sentence: Sentence['sentence']): Sentence {
  return {reason: 'unreachable', brief, sentence};
}

const networkSentences: Readonly<Record<string, Sentence>> = {
  ECONNREFUSED: unreachable('connection refused', (host) => `connection refused by ${host}`),
  ENOTFOUND: unreachable('unknown host name', (host) => `cannot resolve ${host}`),
  EAI_AGAIN: unreachable('no name service', (host) => `the name service did not answer for ${host}`),
  EHOSTUNREACH: unreachable('host unreachable', (host) => `${host} is unreachable`),
  ENETUNREACH: unreachable('network unreachable', (host) => `${host} is unreachable (no network)`),
  ENETDOWN: unreachable('network down', () => 'the network is down'),
  ECONNRESET: unreachable(
    'connection reset',
    (host, other) => `${host} reset the connection before it answered${perhapsTls(host, other)}`,
  ),
  [cutInHandshake]: unreachable('connection closed', (host, other) => {
    const words = `the TLS handshake with ${host} failed`;
    return other === 'http' ? `${words} · if it serves plain http, use --host http://${host}` : words;
  }),
  EPIPE: unreachable('connection closed', closedUnanswered),
  UND_ERR_SOCKET: unreachable('connection closed', closedUnanswered),
  ETIMEDOUT: {reason: 'timeout', sentence: (host) => `${host} does not answer (timed out)`},
  UND_ERR_HEADERS_OVERFLOW: {reason: 'protocol', sentence: (host) => `${host} sent headers without end`},
};

function closedUnanswered(host: string, other: 'http' | 'https' | undefined): string {
  return `${host} closed the connection before it answered${perhapsTls(host, other)}`;
}

/** Many TLS servers, Node's too, just close a connection that brings plain HTTP. */
function perhapsTls(host: string, other: 'http' | 'https' | undefined): string {
  return other === 'https' ? ` · if it serves https, use --host https://${host}` : '';
}

const cancelledCodes = new Set(['ABORT_ERR', 'UND_ERR_ABORTED', 'UND_ERR_DESTROYED', 'UND_ERR_CLOSED']);

/** `error`: of a socket, TLS or undici. `hasAnswered`: the server has answered before in the scheme of `url`. */
export function transportFailure(error: unknown, url: string, hasAnswered = false): ApiFailure {
  const code = codeOf(error);
  const {host, protocol} = new URL(url);
  const other = hasAnswered ? undefined : protocol === 'http:' ? 'https' : 'http';
  const fatal = (reason: FatalReason, message: string): ApiFailure => ({kind: 'fatal', reason, message});
  const retryable = (reason: RetryableReason, message: string): ApiFailure => ({kind: 'retryable', reason, message});

  if (error instanceof ProxyError) return retryable('unreachable', error.message);
  if (cancelledCodes.has(code)) return {kind: 'cancelled'};
  const certificate = certificateSentences[code];
  if (certificate !== undefined) {
    const [words, help] = certificate;
    const names = namesIn(error);
    const named = names === undefined ? words : `${words}, ${names}`;
    return fatal('certificate', `the certificate of ${host} ${named} (${code}): ${help}`);
  }
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') {
    return fatal('certificate', `${host} asks for a client certificate`);
  }
  if (plainAnswersToTls.has(code)) return fatal('wrong-url', `${host} does not serve https: use --host http://${host}`);
  const breach = breachOf(error);
  if (breach !== undefined) {
    if (isTlsRecord(error)) return fatal('wrong-url', `${host} serves https: use --host https://${host}`);
    return retryable('protocol', `${host} does not answer in HTTP (${breach})`);
  }
  // undici has one code for two cases: the peer closed, or sent what HTTP does not allow here (a 100, a 101).
  if (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)/.test(errorText(error))) {
    return retryable('protocol', `${host} sent a response that was not asked for`);
  }
  const network = networkSentences[code];
  if (network) {
    const {reason, sentence, brief} = network;
    return {kind: 'retryable', reason, message: sentence(host, other), ...(brief !== undefined && {brief})};
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return retryable('protocol', `no secure connection to ${host} (${code})`);
  }
  if (code.startsWith('UND_ERR_')) return retryable('protocol', `${host} broke the HTTP protocol (${code})`);
  return retryable('unreachable', `the connection to ${host} failed (${code === '' ? errorText(error) : code})`);
}

const closedEarly = 'the connection closed before the body was complete';

/** Why a body stopped before its end, in a few words. */
export function describeCut(error: unknown): string {
  const breach = breachOf(error);
  if (breach === 'Invalid EOF state') return closedEarly;
  if (breach !== undefined) return `the body broke the HTTP protocol (${breach})`;
  const code = codeOf(error);
  switch (code) {
    case 'ECONNRESET':
      return 'the connection was reset';
    case 'ETIMEDOUT':
      return silentNetwork;
    case 'UND_ERR_SOCKET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return closedEarly;
    case '':
      return 'the connection broke';
    default:
      return `the connection broke (${code})`;
  }
}

/** The code of an error, of its cause, or of the first of several attempts (one for each network address). */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}

/** The names in a certificate for another host: `DNS:a.example, IP Address:10.0.0.1`. */
function namesIn(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('cert' in error)) return undefined;
  const {cert} = error;
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return undefined;
  return typeof cert.subjectaltname === 'string' ? cert.subjectaltname : undefined;
}

/** Why the HTTP parser failed. undici 8 leaves the error's code empty and puts the reason in brackets. */
function breachOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'HTTPParserError') return undefined;
  return /\((.*)\)$/.exec(error.message)?.[1] ?? error.message;
}

/** OpenSSL's errors when plain HTTP (or another protocol) arrives in place of a TLS record. */
const plainAnswersToTls = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_UNEXPECTED_MESSAGE',
]);

/** A TLS server answers plain HTTP with an alert: record type 0x15, version 0x03. undici keeps it in `data`. */
function isTlsRecord(error: unknown): boolean {
  return error instanceof Error && 'data' in error && String(error.data).startsWith('\u0015\u0003');
}

/** Why a body was cut when TCP's keepalive got no answer. */
export const silentNetwork = 'the network went silent';
