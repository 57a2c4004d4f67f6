import {expect, test} from 'vitest';
import {createStore} from '../../../../source/lib/store.ts';
import {settled} from '../../../harness/fake-clock.ts';
import {AppUnderTest} from '../components/app-under-test.tsx';

test('ages wait for a terminal that takes no frame, and then are those of the moment', async () => {
  const takesFrames = createStore(true);
  await using app = await AppUnderTest.open({
    names: ['orders'],
    services: {takesFrames},
    viewOptions: {time: 'relative'},
  });
  const {clock} = app.screen;
  // That of the server, whose lines are seconds old.
  clock.jumpWall(Date.now() - clock.wall());
  await app.shows('LIVE');
  await app.shows('5 lines');
  await settled();
  const before = app.text;
  takesFrames.set(false);
  for (let second = 0; second < 3; second++) await clock.advance(1000);
  expect(app.text).toBe(before);
  takesFrames.set(true);
  await app.screen.until(() => app.text !== before, 'other ages');
});
