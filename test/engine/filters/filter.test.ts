import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {
  type Filter,
  filterText,
  leastLevel,
  parseFilter,
  withFilter,
  withLeastLevel,
} from '../../../source/engine/filters/filter.ts';

/** A filter without its compiled pattern. */
function plain(filter: Filter): unknown {
  return filter.kind === 'text' ? {...filter, pattern: filter.pattern.source} : filter;
}

function parsed(typed: string): unknown {
  const result = parseFilter(typed);
  return result.kind === 'filter' ? plain(result.filter) : result.text;
}

describe('what is typed', () => {
  const text = (pattern: string, out = false) => ({kind: 'text', pattern, out});
  test.each([
    ['refused', text('refused')],
    ['!refused', text('refused', true)],
    ['\\!refused', text('!refused')],
    ['!\\!refused', text('!refused', true)],
    ['conn.*refused', text('conn.*refused')],
    [' refused ', text(' refused ')],
    ['text:level:warn', text('level:warn')],
    ['!text:!x', text('!x', true)],
    ['target:kafka', {kind: 'target', text: 'kafka', out: false}],
    ['!target: kafka', {kind: 'target', text: 'kafka', out: true}],
    ['level:warn', {kind: 'level', least: 'WARN', out: false}],
    ['!level:warn', {kind: 'level', least: 'WARN', out: true}],
    ['level: Warning', {kind: 'level', least: 'WARN', out: false}],
    ['host:a', text('host:a')],
  ])('%s', (typed, filter) => {
    expect(parsed(typed)).toEqual(filter);
  });

  test.each([
    ['', 'type what to filter by: refused, !refused, target:kafka, level:warn'],
    ['!', 'type what to filter by: refused, !refused, target:kafka, level:warn'],
    ['level:loud', 'no level "loud": there are trace, debug, info, warn and error'],
    ['target: ', 'type a part of the target after target: as in target:kafka'],
    ['text:', 'type a pattern after text: as in text:level:5'],
  ])('is refused: %s', (typed, error) => {
    expect(parsed(typed)).toBe(error);
  });
});

test('the text of a filter gives the filter again', () => {
  const part = fc.constantFrom('!', '@', '\\', 'level:', 'target:', 'text:', 'warn', 'a', ' ', '(');
  fc.assert(
    fc.property(
      fc.array(part, {maxLength: 6}).map((parts) => parts.join('')),
      (typed) => {
        const result = parseFilter(typed);
        if (result.kind === 'error') return;
        expect(parsed(filterText(result.filter))).toEqual(plain(result.filter));
      },
    ),
  );
});

test('a pattern that begins as the name of saved filters is written as a text', () => {
  const result = parseFilter('text:@Override');
  expect(result.kind === 'filter' && filterText(result.filter)).toBe('text:@Override');
});

test('filters that cannot be typed have a description', () => {
  expect(filterText({kind: 'between', from: 3, to: undefined})).toBe('this run');
  expect(filterText({kind: 'fingerprint', fingerprint: 1, text: 'step # done'})).toBe('not like: step # done');
});

const level = {kind: 'level', least: 'WARN', out: false} as const;

test('every filter of a list has an id of its own', () => {
  const three = withFilter(withFilter(withFilter([], level), level), level);
  const without = three.filter(({id}) => id !== 2);
  expect(withFilter(without, level).map(({id}) => id)).toEqual([1, 3, 4]);
});

test('there is one least level, beside the filters that hide one', () => {
  const hidden = {kind: 'level', least: 'ERROR', out: true} as const;
  const filters = withFilter([], hidden);
  expect(leastLevel(filters)).toBeUndefined();
  const two = withLeastLevel(filters, 'WARN');
  expect(leastLevel(two)).toBe('WARN');
  expect(withLeastLevel(two, 'INFO').map(({filter}) => filter)).toEqual([hidden, {...level, least: 'INFO'}]);
  expect(withLeastLevel(two, undefined)).toEqual(filters);
});
