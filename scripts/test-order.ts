import {statSync} from 'node:fs';
import path from 'node:path';
import type {TestSpecification} from 'vitest/node';
import {BaseSequencer} from 'vitest/node';

/** Tests that run the built program; those that are in no list run on the sources. */
export const PROGRAM = ['test/e2e/**/*.test.ts', 'test/package/**/*.test.ts', 'test/chaos/chaos.test.ts'];

/** Tests on Feldera's own server: `npm run test:feldera`. */
export const FELDERA = ['test/feldera/**/*.test.ts'];

/**
 * Those of what comes seldom: an older server, a manager or a runner that ends. They take a minute of `npm test`, which
 * leaves them to `npm run test:feldera`.
 */
export const SELDOM = [
  'manager-states',
  'older-logs',
  'older-servers',
  'previous-end',
  'runner-away',
  'steps',
  'storage',
].map((name) => `test/feldera/${name}.test.ts`);

/** Tests that wait for up to a minute, in files that are small: left at the end, they would be waited for alone. */
const LONG = [
  'test/chaos/chaos.test.ts',
  'test/e2e/{frozen-link,hostile-server,presence,quiet-cuts,stalled-ssh}.test.ts',
  'test/feldera/{cuts,states}.test.ts',
];

/**
 * Starts the test files of all kinds mixed, the longest and largest of each kind first. Tests of programs and servers wait,
 * tests of the sources compute: kind by kind, the first leave a core idle.
 */
export class TestOrder extends BaseSequencer {
  /** Answers the files in the order in which they start. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const kinds = Map.groupBy(files, (file) => [FELDERA, PROGRAM].find((kind) => isOf(kind, file)));
    return [...kinds]
      .flatMap(([kind, own]) => {
        // Feldera's server takes up to two minutes for one file: none may be left at the end.
        const share = kind === FELDERA ? 0.6 : 1;
        const sized = own
          .map((file) => ({file, size: isOf(LONG, file) ? Infinity : statSync(file.moduleId).size}))
          .sort((a, b) => (a.size === b.size ? 0 : b.size - a.size));
        return sized.map(({file}, index) => ({file, at: (index / own.length) * share}));
      })
      .sort((a, b) => a.at - b.at)
      .map(({file}) => file);
  }
}

function isOf(patterns: readonly string[], {moduleId, project}: TestSpecification): boolean {
  const file = path.relative(project.config.root, moduleId);
  return patterns.some((pattern) => path.matchesGlob(file, pattern));
}
