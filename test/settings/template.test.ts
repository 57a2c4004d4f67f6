import {expect, test} from 'vitest';
import {readTemplate} from '../../source/settings/template.ts';

test('fields and texts in their order', () => {
  expect(readTemplate('{time} [{level}] {message}')).toEqual([
    {field: 'time'},
    ' [',
    {field: 'level'},
    '] ',
    {field: 'message'},
  ]);
  expect(readTemplate('')).toEqual([]);
  expect(readTemplate('{{{line}}}')).toEqual(['{', {field: 'line'}, '}']);
});

test.each([
  [
    '{levle}',
    "--template knows no {levle}, but {pipeline} {time} {level} {target} {message} {line} · did you mean 'level'?",
  ],
  ['{}', '--template knows no {}, but {pipeline} {time} {level} {target} {message} {line}'],
  ['a { b', '--template has a lone { · write {{ for the bracket itself'],
  ['a } b', '--template has a lone } · write }} for the bracket itself'],
])('%j is refused', (text, message) => {
  expect(() => readTemplate(text)).toThrow(message);
});
