import {ApiError, isWithoutAnswer} from '../../engine/api/errors.ts';
import type {
  ApiFailure,
  ExpiredToken,
  FatalReason,
  Pipeline,
  RunnerHealth,
  TokenMaker,
} from '../../engine/api/types.ts';
import {clean} from '../../lib/clean.ts';
import {dateTime, fineMoment, inZone} from '../../lib/format.ts';

type ShownFailure = Exclude<ApiFailure, {kind: 'cancelled'}>;

const refusals: Readonly<Record<Exclude<FatalReason, 'unknown-pipeline'>, string>> = {
  unauthorized: 'credentials refused',
  'token-expired': 'token expired',
  'no-token': 'no token',
  forbidden: 'not permitted',
  'unknown-tenant': 'unknown tenant',
  'wrong-url': 'wrong URL',
  unsupported: 'not supported',
  certificate: 'certificate refused',
  'bad-request': 'refused',
  'headers-too-large': 'refused',
};

/** Names a refusal in the header. `expired`: the token that expired. */
export function refusalWords(reason: keyof typeof refusals, expired?: ExpiredToken): string {
  const at = reason === 'token-expired' ? expired?.at : undefined;
  return `${refusals[reason]}${at === undefined ? '' : ` ${dateTime(at).slice(5, 16)} UTC`}`;
}

/** The cause in a few words: `connection refused`, `timed out`, `HTTP 503`, `credentials refused`. */
export function briefCause(failure: ShownFailure): string {
  if (failure.kind === 'retryable') return failure.brief ?? briefReasons[failure.reason] ?? 'server error';
  return failure.reason === 'unknown-pipeline' ? 'refused' : refusalWords(failure.reason, failure.expired);
}

const briefReasons: Readonly<Partial<Record<ShownFailure['reason'], string>>> = {
  unreachable: 'not reached',
  timeout: 'timed out',
  protocol: 'unexpected answer',
};

/** The server does not answer, or only with errors: what is known of its pipelines is of an earlier time. */
export type Outage = {
  /** `no answer since 21:44:41` */
  readonly since: string;
  /** `connection refused` */
  readonly cause: string;
};

/** Returns undefined while the list comes, and before the first. `list`: its last request and last good answer. */
export function serverOutage(
  {failure, goodAt}: {readonly failure: ApiFailure | undefined; readonly goodAt: number | undefined},
  {now, offsetAt = () => 0}: {readonly now: number; readonly offsetAt?: (at: number) => number},
): Outage | undefined {
  if (failure === undefined || failure.kind === 'cancelled' || goodAt === undefined) return undefined;
  const at = fineMoment(inZone(goodAt, offsetAt), inZone(now, offsetAt));
  return {since: `no ${isWithoutAnswer(failure) ? 'answer' : 'list'} since ${at}`, cause: briefCause(failure)};
}

/** `no answer since 21:44:41 (connection refused), last known: running`; without the state if there is none. */
export function formatOutage({since, cause}: Outage, state?: string): string {
  const words = `${since} (${cause})`;
  return state === undefined ? words : lastKnown(words, state);
}

/** `timed out, last known: running` */
export function lastKnown(words: string, state: string): string {
  // A word of an acronym stays.
  return `${words}, last known: ${state.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase())}`;
}

/** Why the runner does not work, in one sentence of the server; undefined: it works, or nobody says that it does not. */
export function runnerTrouble(health: RunnerHealth | undefined): string | undefined {
  if (!health || health.isHealthy) return undefined;
  // Advice follows, and before it stands a word for the kind.
  const [sentence = ''] = health.message.replace(/^\w+: /, '').split('. ', 1);
  return clean(sentence === '' ? 'the reason is unknown' : sentence);
}

/** Adds advice for a command: `what failed · what to do`. */
export function withAdvice(failure: ShownFailure): string {
  const {message, reason} = failure;
  // The next token comes without the user.
  const isRenewed = failure.kind === 'fatal' && reason === 'token-expired' && failure.renewedBy !== undefined;
  const advice = isRenewed ? undefined : advices[reason];
  // Some messages name the option that helps; the options of a server do not help with a proxy.
  const hasAdvice = /--\w|\bthe proxy\b/.test(message);
  return advice === undefined || hasAdvice ? message : `${message} · ${advice}`;
}

/** The error that a command prints for what it caught. */
export function errorWithAdvice(error: unknown): Error {
  if (error instanceof ApiError && error.failure.kind !== 'cancelled') return new Error(withAdvice(error.failure));
  return error instanceof Error ? error : new Error(String(error));
}

const setServer = 'set the server with --host, FELDERA_HOST or a context';
const setKey = 'set a key with --auth, FELDERA_API_KEY or a context';

const advices: Readonly<Partial<Record<ShownFailure['reason'], string>>> = {
  unreachable: setServer,
  timeout: setServer,
  'wrong-url': 'check --host, FELDERA_HOST or the context',
  unauthorized: setKey,
  'token-expired': setKey,
  'unknown-tenant': 'set it with --tenant, FELDERA_TENANT or a context',
  forbidden: 'choose a tenant with --tenant, FELDERA_TENANT or a context',
};

const renewals: Readonly<Record<TokenMaker, string>> = {
  command: 'The token command runs again automatically.',
  file: 'The file is read again for each request.',
};

/** Sources of a request's server and credentials. */
type RequestOrigin = {
  /** Such as `FELDERA_API_KEY`; undefined if there are no credentials. */
  readonly tokenFrom: string | undefined;
  readonly context: string | undefined;
  /** No flag, variable or context names the server: perhaps there is none yet. */
  readonly isDefaultHost: boolean;
};

type Explanation = {readonly title: string; readonly advice: readonly string[]};

/** Explains a failure on a page: a title, and advice of one sentence each. */
export function explainFailure(failure: ShownFailure, {tokenFrom, context, isDefaultHost}: RequestOrigin): Explanation {
  const set = settingsOf(context);
  const renewed = failure.kind === 'fatal' && failure.renewedBy ? renewals[failure.renewedBy] : undefined;
  const unreachable = failure.message.startsWith('the proxy ')
    ? {
        title: 'The proxy does not lead to the server',
        advice: ['The variable NO_PROXY names hosts that need no proxy.'],
      }
    : {
        title: 'The server cannot be reached',
        advice: [
          `Is Feldera running there? Set the address with ${set.host}.`,
          ...(isDefaultHost ? ['To look around without a server: pipetail --demo'] : []),
        ],
      };
  const explained: Readonly<Partial<Record<ShownFailure['reason'], Explanation>>> = {
    unreachable,
    timeout: unreachable,
    unauthorized: {
      title: 'The server requires credentials',
      advice: [
        ...(tokenFrom === undefined ? [] : [`Those from ${tokenFrom} were refused.`]),
        `Give an API key or a token with ${set.credential}.`,
      ],
    },
    'token-expired': {
      title: 'The token has expired',
      advice: [
        ...(tokenFrom === undefined ? [] : [`It came from ${tokenFrom}.`]),
        renewed ?? `Give a new token with ${set.credential}.`,
      ],
    },
    'no-token': {title: 'There is no token to log in with', advice: renewed === undefined ? [] : [renewed]},
    forbidden: {
      title: 'Not permitted',
      advice: [
        'The credentials are valid, but may not read pipelines here.',
        `If they belong to several tenants, choose one with ${set.tenant}.`,
      ],
    },
    'unknown-tenant': {title: 'Which tenant?', advice: [`Choose one with ${set.tenant}.`]},
    'wrong-url': {
      title: 'This is not the Feldera API',
      advice: [`Check ${set.host}: the base URL comes before /v0, and may have a path prefix.`],
    },
    // The message names the flag that helps.
    certificate: {title: 'The certificate is not trusted', advice: ['Is this the right host?']},
    unsupported: {title: 'This version of Feldera is too old for that', advice: []},
  };
  const other =
    failure.kind === 'retryable'
      ? {title: 'The server answers with an error', advice: ['This may be temporary.']}
      : {title: 'The server refuses the request', advice: []};
  return explained[failure.reason] ?? other;
}

/** Names the places of host, credential and tenant. Variables do not change those of a context. */
function settingsOf(context: string | undefined): {host: string; credential: string; tenant: string} {
  if (context === undefined) {
    return {
      host: '--host URL or the variable FELDERA_HOST',
      credential: '--auth or the variable FELDERA_API_KEY',
      tenant: '--tenant or the variable FELDERA_TENANT',
    };
  }
  const place = `[contexts.${context}] of the configuration file`;
  return {host: `host in ${place}`, credential: `auth in ${place}`, tenant: `--tenant or tenant in ${place}`};
}

/** The first version (2025-12) whose own lines in a log have the form that is read. */
const oldestSupported = {major: 0, minor: 207};

/** One line; undefined if the version is supported, missing, or cannot be read. */
export function oldServerWords(version: string | undefined): string | undefined {
  if (version === undefined || !isBefore(version, oldestSupported)) return undefined;
  const supported = `${oldestSupported.major}.${oldestSupported.minor}`;
  // `0.200` as its users call it, not `0.200.0`.
  const called = version.replace(/^(\d+\.\d+)\.0$/, '$1');
  return `Feldera ${called} is older than ${supported}: lines may repeat after a reconnect`;
}

/** The first version that counts the errors of connectors in its list. */
const firstThatCounts = {major: 0, minor: 322};

/** Returns whether a pipeline runs in a version that does not count the errors of its connectors. */
export function hasUnknownErrors({connectorErrors, deploymentStatus, platformVersion}: Pipeline): boolean {
  return connectorErrors === undefined && deploymentStatus === 'Running' && isBefore(platformVersion, firstThatCounts);
}

function isBefore(version: string, first: {readonly major: number; readonly minor: number}): boolean {
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})(?:\.|$)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) === first.major && Number(minor) < first.minor;
}
