import {defineConfig} from 'vitest/config';
import {TestOrder} from './scripts/test-order.ts';

/** Tests that run the built program; everything else runs on the sources. */
const PROGRAM = ['test/e2e/**/*.test.ts', 'test/package/**/*.test.ts', 'test/chaos/chaos.test.ts'];

/** Tests that replace a module of Node's. */
const ISOLATED = ['test/engine/disk/file-lock-no-links.test.ts'];

/** Tests on Feldera's own server: `npm run test:feldera`. */
const FELDERA = ['test/feldera/**/*.test.ts'];

export default defineConfig({
  resolve: {
    alias: [{find: /^fast-check$/, replacement: new URL('test/harness/properties.ts', import.meta.url).pathname}],
  },
  test: {
    // Two cores, of which four workers left a fifth unused: tests of whole programs wait much.
    maxWorkers: 5,
    sequence: {sequencer: TestOrder},
    // Only what fails takes so long; a machine that is busy with other things needs several times as long as an idle one.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: {poll: {timeout: 120_000}},
    setupFiles: 'test/harness/forget-ci.ts',
    reporters: ['default', './scripts/plain-reporter.mjs'],
    projects: [
      {
        extends: true,
        test: {
          name: 'source',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...PROGRAM, ...FELDERA, ...ISOLATED],
          // The modules are loaded once a worker, not once a file, which was a third of the time.
          isolate: false,
          restoreMocks: true,
          unstubEnvs: true,
        },
      },
      {
        extends: true,
        test: {name: 'isolated', include: ISOLATED},
      },
      {
        extends: true,
        test: {name: 'program', include: PROGRAM, globalSetup: 'test/harness/build-program.ts'},
      },
      {
        extends: true,
        test: {name: 'feldera', include: FELDERA, globalSetup: 'test/feldera/set-up.ts', testTimeout: 400_000},
      },
    ],
  },
});
