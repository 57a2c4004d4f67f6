import type {Environment} from '../settings/given.ts';

/**
 * The user's pager as a command line, and the environment that it should be given. Logs have colours: less shows them
 * only when told to, and of all escape sequences only them (`R`); as git does, only where the user has no say in LESS.
 */
export function pagerOf(env: Environment): {readonly command: string; readonly env: Environment} {
  return {command: env.PAGER || 'less', env: env.LESS === undefined ? {...env, LESS: 'R'} : env};
}
