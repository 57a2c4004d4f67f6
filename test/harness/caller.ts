import type {Caller} from '../../source/shells/startup/load-settings.ts';

/** This process with these variables alone. */
export function callerWith(env: Caller['env']): Caller {
  return {env, geteuid: () => process.geteuid?.() ?? Number.NaN};
}
