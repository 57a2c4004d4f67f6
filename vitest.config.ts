import {defineConfig} from 'vitest/config';
import {FELDERA, PROGRAM, SELDOM, TestOrder} from './scripts/test-order.ts';

/** Tests that replace a module of Node's. */
const ISOLATED = ['test/engine/disk/file-lock-no-links.test.ts'];

/** The modules are loaded once a worker, not once a file, which was a third of the time. */
const SHARED = {isolate: false, restoreMocks: true, unstubEnvs: true};

const ALL = ['test/**/*.test.ts', 'test/**/*.test.tsx'];
const BUILD = 'test/harness/build-program.ts';
const SERVER = 'test/feldera/set-up.ts';

const parts = [
  {name: 'source', include: ALL, exclude: [...PROGRAM, ...FELDERA, ...ISOLATED]},
  {name: 'program', include: PROGRAM, globalSetup: BUILD},
  {name: 'feldera', include: FELDERA, globalSetup: SERVER, testTimeout: 400_000},
];

/**
 * All of them as one project, `--mode whole`: Vitest ends a worker, with the modules that it has loaded, when the next file
 * is one of another project.
 */
const whole = [
  {
    name: 'whole',
    include: ALL,
    exclude: [...ISOLATED, ...SELDOM],
    globalSetup: [BUILD, SERVER],
    testTimeout: 400_000,
  },
];

export default defineConfig(({mode}) => ({
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
    setupFiles: 'test/harness/ink-variables.ts',
    reporters: ['default', ['./scripts/plain-reporter.mjs', {left: mode === 'whole' ? SELDOM : []}]],
    projects: [
      ...(mode === 'whole' ? whole : parts).map((part) => ({extends: true as const, test: {...SHARED, ...part}})),
      {extends: true, test: {name: 'isolated', include: ISOLATED}},
    ],
  },
}));
