import {expect, test} from 'vitest';
import {watchFirstLines} from '../../source/screen/first-lines.ts';
import {eventually} from '../harness/eventually.ts';
import {openStreams, untilLines} from '../streams/open-streams.ts';

test('the first lines of each log are told of once, as long as it is open and wanted', async () => {
  const rig = await openStreams(['a', 'b', 'c']);
  const {manager} = rig;
  const drawn: string[] = [];
  const end = watchFirstLines(manager, (name) => drawn.push(name));
  const told = (...names: readonly string[]) =>
    eventually(
      () => drawn.join() === names.join(),
      () => drawn.join(),
    );
  manager.open('a');
  await told('a');
  const lines = rig.write('a', 5);
  await untilLines(manager.open('a'), lines);
  manager.open('b');
  await told('a', 'b');
  // The same pipeline opened again is another log on the screen.
  manager.close('b');
  manager.open('b');
  await told('a', 'b', 'b');
  end();
  const last = manager.open('c');
  await eventually(
    () => last.snapshot.get().lineCount > 0,
    () => 'no line',
  );
  expect(drawn).toEqual(['a', 'b', 'b']);
});
