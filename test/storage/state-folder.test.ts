import {expect, test} from 'vitest';
import {stateFolder} from '../../source/storage/state-folder.ts';

test.each([
  [undefined, '/home/me/.local/state/pipetail'],
  ['', '/home/me/.local/state/pipetail'],
  ['state', '/home/me/.local/state/pipetail'],
  ['/var/me', '/var/me/pipetail'],
])('with XDG_STATE_HOME=%s it is %s', (xdgStateHome, folder) => {
  expect(stateFolder({xdgStateHome, home: '/home/me'})).toBe(folder);
});
