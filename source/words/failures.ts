import {ApiError} from '../api/errors.ts';
import type {ApiFailure} from '../api/types.ts';

const host = '--host, FELDERA_HOST or a context names the server';
const credential = '--auth, FELDERA_API_KEY or a context says what to log in with';
const tenant = '--tenant, FELDERA_TENANT or a context names it';
const otherTenant = 'of several tenants --tenant, FELDERA_TENANT or a context chooses one';

/** What failed, and what to do where that is in the user's hands: `what · what to do`. */
export function withAdvice(failure: Exclude<ApiFailure, {kind: 'cancelled'}>): string {
  const {message, reason} = failure;
  // A command makes another token by itself.
  const isRenewed = failure.kind === 'fatal' && failure.expired?.isRenewed === true;
  const advice = isRenewed ? undefined : adviceFor(reason);
  // Some messages name the flag that helps; of a proxy nothing is said with these.
  const isSaid = /--\w|\bthe proxy\b/.test(message);
  return advice === undefined || isSaid ? message : `${message} · ${advice}`;
}

/** The same for whatever a command failed with. */
export function asSaid(error: unknown): Error {
  if (error instanceof ApiError && error.failure.kind !== 'cancelled') return new Error(withAdvice(error.failure));
  return error instanceof Error ? error : new Error(String(error));
}

function adviceFor(reason: Exclude<ApiFailure, {kind: 'cancelled'}>['reason']): string | undefined {
  switch (reason) {
    case 'unreachable':
    case 'timeout':
    case 'wrong-url':
      return host;
    case 'unauthorized':
    case 'token-expired':
      return credential;
    case 'unknown-tenant':
      return tenant;
    case 'forbidden':
      return otherTenant;
    default:
      return undefined;
  }
}

/** The first version whose log survives a stop, and begins with a line that identifies it. */
const oldestSupported = {major: 0, minor: 97};

/** One line about a server that is older than what pipetail supports; undefined of any other, and of an unknown one. */
export function oldServerWords(version: string | undefined): string | undefined {
  if (version === undefined || !isOldServer(version)) return undefined;
  const supported = `${oldestSupported.major}.${oldestSupported.minor}`;
  return (
    `Feldera ${version} is not supported, ${supported} and newer are: the list and live logs work, ` +
    'a stopped pipeline has no log, a reconnect may lose or repeat lines'
  );
}

/** Whether the server is older than what pipetail supports. A version that cannot be read is not. */
export function isOldServer(version: string): boolean {
  const [, major, minor] = /^(\d{1,9})\.(\d{1,9})(?:\.|$)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) === oldestSupported.major && Number(minor) < oldestSupported.minor;
}
