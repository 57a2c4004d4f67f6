import path from 'node:path';
import {plantedKey} from './planted-secret.ts';

/** Variables of the machine that a child keeps; everything else would let one machine's habits decide a test. */
const KEPT = ['PATH', 'TMPDIR', 'TZ', 'USER', 'LOGNAME'];

/** One compile cache for all starts: a home of a test is new, and under `/tmp`, where the program trusts no folder. */
const cacheHome = path.resolve(import.meta.dirname, '../../node_modules/.cache');

/**
 * The environment of a program under test: no `CI` (Ink stops being interactive when it is set, even to nothing),
 * no `NO_COLOR`, no multiplexer; a UTF-8 terminal of 256 colours, `home` as home, and a credential that is searched for
 * wherever the program may leave it. `extra` wins; a variable that it sets to undefined is left out.
 */
export function cleanEnvironment(
  home: string,
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of KEPT) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  const ours = {HOME: home, XDG_CACHE_HOME: cacheHome, FELDERA_API_KEY: plantedKey};
  const wanted = {TERM: 'xterm-256color', LANG: 'C.UTF-8', ...ours, ...extra};
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
  return environment;
}
