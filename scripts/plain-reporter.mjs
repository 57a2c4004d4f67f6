// Ends a test run with what must not be overlooked: the tests that were skipped, each with its reason, and the totals
// on a line of their own.
export default class PlainReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = {passed: 0, failed: unhandledErrors.length, skipped: 0};
    const lines = [];
    for (const module of modules) {
      // A file that could not be loaded has no tests to count.
      count.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const {state, note} = test.result();
        if (state === 'pending') continue;
        count[state] += 1;
        if (state === 'skipped') {
          lines.push(`SKIPPED: ${module.relativeModuleId} > ${test.fullName}: ${note ?? 'no reason given'}`);
        }
      }
    }
    lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  }
}
