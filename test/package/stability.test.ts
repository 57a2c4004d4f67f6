import {describe, expect, test} from 'vitest';
import {presentNames, promisedNames} from '../../scripts/promised.ts';

const [promised, present] = await Promise.all([promisedNames(), presentNames()]);

// docs/stability.md. One that is added is promised by the release that brings it: node scripts/promised.ts.
describe('no name that was released goes in a minor version', () => {
  test.each(Object.entries(promised))('%s', (what, names) => {
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !present[what]?.includes(name))).toEqual([]);
  });
});
