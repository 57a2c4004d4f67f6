import path from 'node:path';

/** The path that a person typed, with a leading `~` turned into their home. `~somebody` stays as it is. */
export function expandHome(typed: string, home: string): string {
  if (typed === '~') return home;
  return typed.startsWith('~/') ? path.join(home, typed.slice(2)) : typed;
}
