import {expect, test} from 'vitest';
import {problemsOf} from '../../../scripts/release/problems.ts';

const address = 'https://git.example.com/feldera/pipetail';

test('a release is refused with what is missing', () => {
  const ready = {
    manifest: {version: '1.2.3', address},
    ...{tag: 'v1.2.3', changes: '# Changelog\n\n## 1.2.3 (2027-01-01)\n', isClean: true},
  };
  expect(problemsOf(ready)).toEqual([]);
  const nothing = {manifest: {version: '1.2.3', address: ''}, tag: 'v1', changes: '## 1.2.3, not yet released'};
  expect(problemsOf({...ready, ...nothing, isClean: false})).toEqual([
    'package.json has no address · set it, then: npm run docs',
    'there are changes that are not committed',
    'the tag v1 is not that of the version 1.2.3',
    'CHANGELOG.md has no heading ## 1.2.3 (YYYY-MM-DD)',
  ]);
});
