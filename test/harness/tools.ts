import {accessSync, constants} from 'node:fs';
import path from 'node:path';
import type {TestContext} from 'vitest';

/** The first `name` on the search path, or undefined. */
export function findTool(name: string): string | undefined {
  return findTools(name)[0];
}

/** Every `name` on the search path, in its order. */
export function findTools(name: string): string[] {
  const directories = (process.env.PATH ?? '').split(path.delimiter).filter((directory) => directory !== '');
  return directories.map((directory) => path.join(directory, name)).filter(isExecutable);
}

/**
 * Skips the test when a program that it needs is not on this machine; the reporter names it at the end of the run.
 * With `PIPETAIL_REQUIRE_TOOLS=1`, where everything was installed on purpose, the test fails instead.
 */
export function requireTool(context: TestContext, name: string): string {
  const found = findTool(name);
  if (found !== undefined) return found;
  return skipOrFail(context, `${name} is not installed`);
}

/** The same for a need that is not simply a program of a name. */
export function skipOrFail(context: TestContext, why: string): never {
  if (process.env.PIPETAIL_REQUIRE_TOOLS === '1') throw new Error(`${why}, and PIPETAIL_REQUIRE_TOOLS=1`);
  return context.skip(why);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
