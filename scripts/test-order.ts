import {statSync} from 'node:fs';
import type {TestSpecification} from 'vitest/node';
import {BaseSequencer} from 'vitest/node';

/**
 * Starts the test files of all projects mixed, the largest of each project first. Tests of programs and servers wait, tests
 * of the sources compute: project by project, as Vitest sorts them, the first leave a core idle.
 */
export class TestOrder extends BaseSequencer {
  /** Answers the files in the order in which they start. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const projects = Map.groupBy(files, (file) => file.project.name);
    return [...projects]
      .flatMap(([name, own]) => {
        // Feldera's server takes up to two minutes for one file: none may be left at the end.
        const share = name === 'feldera' ? 0.6 : 1;
        const sized = own.map((file) => ({file, size: statSync(file.moduleId).size})).sort((a, b) => b.size - a.size);
        return sized.map(({file}, index) => ({file, at: (index / own.length) * share}));
      })
      .sort((a, b) => a.at - b.at)
      .map(({file}) => file);
  }
}
