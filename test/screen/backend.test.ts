import {expect, test} from 'vitest';
import {viewOptionsOf} from '../../source/screen/backend.ts';

test('view options are those of the settings; all levels are no level', () => {
  const view = {wrap: 'all', asSent: false, time: 'local', listWidth: 20} as const;
  expect(viewOptionsOf({...view, level: 'warn'})).toEqual({...view, level: 'WARN'});
  expect(viewOptionsOf({...view, level: undefined})).toEqual(view);
  expect(viewOptionsOf({})).toEqual({});
});
