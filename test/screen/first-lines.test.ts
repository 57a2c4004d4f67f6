import {expect, test} from 'vitest';
import {watchFirstLines} from '../../source/screen/first-lines.ts';
import {eventually} from '../harness/eventually.ts';
import {openStreams, untilLines} from '../streams/open-streams.ts';

test('the first lines of each log are told of once, as long as it is open and wanted', async () => {
  const rig = await openStreams(['a', 'b', 'c']);
  const {manager} = rig;
  let drawn = 0;
  const end = watchFirstLines(manager, () => {
    drawn += 1;
  });
  const told = (times: number) =>
    eventually(
      () => drawn === times,
      () => `${drawn} times`,
    );
  manager.open('a');
  await told(1);
  const lines = rig.write('a', 5);
  await untilLines(manager.open('a'), lines);
  manager.open('b');
  await told(2);
  // The same pipeline opened again is another log on the screen.
  manager.close('b');
  manager.open('b');
  await told(3);
  end();
  const last = manager.open('c');
  await eventually(
    () => last.snapshot.get().lineCount > 0,
    () => 'no line',
  );
  expect(drawn).toBe(3);
});
