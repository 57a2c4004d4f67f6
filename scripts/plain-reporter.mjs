// Ends a test run with the skipped tests, their reasons, and a line of totals.
export default class PlainReporter {
  #left;

  /** `left`: files of tests that are left to `npm run test:feldera`. */
  constructor({left = []} = {}) {
    this.#left = left;
  }

  onTestRunEnd(modules, unhandledErrors) {
    const count = {passed: 0, failed: unhandledErrors.length, skipped: 0};
    const lines = this.#left.map((file) => `SKIPPED: ${file}: only by npm run test:feldera`);
    for (const module of modules) {
      // A file that cannot be loaded has errors, but no tests.
      count.failed += module.errors().length;
      const tests = [...module.children.allTests()].map((test) => ({name: test.fullName, ...test.result()}));
      for (const {state} of tests) if (state !== 'pending') count[state] += 1;
      const skipped = tests.filter(({state}) => state === 'skipped');
      const [first] = skipped;
      // A file whose tests are all skipped for one reason is one line.
      if (skipped.length > 1 && tests.every(({state, note}) => state === 'skipped' && note === first.note)) {
        skipped.splice(0, skipped.length, {...first, name: `all ${tests.length} tests`});
      }
      for (const {name, note} of skipped) {
        lines.push(`SKIPPED: ${module.relativeModuleId} > ${name}: ${note ?? 'no reason given'}`);
      }
    }
    lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
