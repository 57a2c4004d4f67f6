import {statSync} from 'node:fs';
import path from 'node:path';
import type {TestSpecification} from 'vitest/node';
import {BaseSequencer} from 'vitest/node';

/** Tests that run the built program; those that are in no list run on the sources. */
export const PROGRAM = ['test/e2e/**/*.test.ts', 'test/package/**/*.test.ts', 'test/chaos/chaos.test.ts'];

/** Tests on Feldera's own server: `npm run test:feldera`. */
export const FELDERA = ['test/feldera/**/*.test.ts'];

/**
 * Starts the test files of all kinds mixed, the largest of each kind first. Tests of programs and servers wait, tests of the
 * sources compute: kind by kind, the first leave a core idle.
 */
export class TestOrder extends BaseSequencer {
  /** Answers the files in the order in which they start. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const kinds = Map.groupBy(files, ({moduleId, project}) => {
      const file = path.relative(project.config.root, moduleId);
      return [FELDERA, PROGRAM].find((kind) => kind.some((pattern) => path.matchesGlob(file, pattern)));
    });
    return [...kinds]
      .flatMap(([kind, own]) => {
        // Feldera's server takes up to two minutes for one file: none may be left at the end.
        const share = kind === FELDERA ? 0.6 : 1;
        const sized = own.map((file) => ({file, size: statSync(file.moduleId).size})).sort((a, b) => b.size - a.size);
        return sized.map(({file}, index) => ({file, at: (index / own.length) * share}));
      })
      .sort((a, b) => a.at - b.at)
      .map(({file}) => file);
  }
}
