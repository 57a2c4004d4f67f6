import {expect, it} from 'vitest';
import {windowTitle} from '../../source/screen/window-title.ts';

function terminal() {
  const written: string[] = [];
  const stdout = {writableNeedDrain: false, write: (text: string | Uint8Array) => written.push(String(text)) > 0};
  return {written, stdout, title: windowTitle(stdout)};
}

it('keeps the title that there was before the first, sets each change once, and puts it back', () => {
  const {written, title} = terminal();
  title.set('pipetail');
  title.set('pipetail');
  title.set('pipetail · 3 failing');
  title.restore();
  title.restore();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B]2;pipetail · 3 failing\u0007',
    '\u001B[23;2t',
  ]);
});

it('a title that was never set is not put back', () => {
  const {written, title} = terminal();
  title.restore();
  expect(written).toEqual([]);
});

it('lends the terminal with its own title, and sets ours again after', () => {
  const {written, title} = terminal();
  title.resume();
  title.set('pipetail');
  title.restore();
  title.resume();
  expect(written).toEqual([
    '\u001B[22;2t\u001B]2;pipetail\u0007',
    '\u001B[23;2t',
    '\u001B[22;2t\u001B]2;pipetail\u0007',
  ]);
});

it('writes nothing while the terminal takes nothing', () => {
  const {written, stdout, title} = terminal();
  stdout.writableNeedDrain = true;
  title.set('pipetail');
  stdout.writableNeedDrain = false;
  title.set('pipetail');
  expect(written).toHaveLength(1);
});
