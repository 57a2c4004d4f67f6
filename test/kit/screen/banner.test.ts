import {expect, it} from 'vitest';
import {bannerHeight, bannerRows} from '../../../source/kit/screen/banner.ts';
import {symbolsFor} from '../../../source/kit/terminal/symbols.ts';
import {textWidth} from '../../../source/lib/width.ts';
import {deploymentError, makePipeline, stopped} from './make-pipeline.ts';

const symbols = symbolsFor(true);
const failed = makePipeline('etl', {...stopped, deploymentError});
const broken = makePipeline('etl', {...stopped, programStatus: 'SqlError'});

/** The rows in a pane of this width; `most`: as many as there is room for. */
function rowsIn(pipeline: typeof failed, width: number, most = 2): readonly string[] {
  const height = Math.min(most, bannerHeight(pipeline, width));
  return bannerRows(pipeline, height, {width, symbols, key: 'd'}).map(({text}) => text);
}

it('gives the cause of the error, and the key for all of it', () => {
  expect(rowsIn(failed, 100)).toEqual([
    ' ✗ Failed · Pipeline process exited with exit status: 101  press d for details ',
  ]);
  const unstarted = makePipeline('etl', {...stopped, deploymentError: {...deploymentError, endedStart: true}});
  expect(rowsIn(unstarted, 100)[0]).toMatch(/^ ✗ Start failed · Pipeline process/);
  expect(rowsIn(broken, 100)).toEqual([' ✗ SQL error  press d for details ']);
});

it('names the line of an error of SQL; a cause that is whole needs the room more than the hint', () => {
  const programError = "error: Compilation error (line 7, column 22): Column 'amout' not found\n   7|SELECT";
  const words = " ✗ SQL error · line 7: Column 'amout' not found";
  const rowOf = (width: number) => rowsIn({...broken, programError}, width).map((row) => row.trimEnd());
  expect(rowOf(100)).toEqual([`${words}  press d for details`]);
  expect(rowOf(words.length + 11)).toEqual([`${words}  press d`]);
  expect(rowOf(words.length + 1)).toEqual([words]);
  expect(rowOf(words.length)).toEqual([" ✗ SQL error · line 7: Column 'amout' not", '   found  press d for details']);
});

it('has two rows for a long cause, cut at its end only; a panic begins with what went wrong', () => {
  const message =
    'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }';
  const cause = `panic: ${message} (crates/dbsp/src/storage/backend/posixio_impl.rs:318)`;
  const panicked = makePipeline('etl', {...stopped, deploymentError: {...deploymentError, cause}});
  const words = ' ✗ Failed · panic: No space left on device';
  expect(rowsIn(panicked, 51)).toEqual([`${words} (os`, '   error 28) (crates/dbsp/src/storage/ba…  press d ']);
  expect(rowsIn(panicked, 88)).toEqual([
    `${words} (os error 28)`,
    '   (crates/dbsp/src/storage/backend/posixio_impl.rs:318)  press d for details ',
  ]);
  expect(rowsIn(panicked, 51, 1)).toEqual([' ✗ panic: No space left on device (os…  press d ']);
});

it('has the beginning of a cause of megabytes', () => {
  const cause = `panic: disk full ${'x'.repeat(5_000_000)}`;
  const rows = rowsIn(makePipeline('etl', {...stopped, deploymentError: {...deploymentError, cause}}), 63);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatch(/^ ✗ Failed · panic: disk full/);
  expect(rows[1]).toMatch(/x… {2}press d $/);
  for (const row of rows) expect(textWidth(row)).toBeLessThanOrEqual(63);
});

it('is not there for a pipeline that is well, or not there', () => {
  for (const each of [makePipeline('orders'), makePipeline('orders', stopped), undefined])
    expect(bannerHeight(each, 100)).toBe(0);
});

it('fits every pane, its hint is never cut, and no control character gets through', () => {
  const cause = `\u001B]0;x\u0007 日本語 ${'word '.repeat(90)}\nmore`;
  const hostile = makePipeline('etl', {...stopped, deploymentError: {...deploymentError, cause}});
  for (let width = 25; width <= 210; width++) {
    for (const rows of [rowsIn(hostile, width), rowsIn(hostile, width, 1)]) {
      for (const row of rows) {
        expect(textWidth(row)).toBeLessThanOrEqual(width);
        expect(row).not.toMatch(/\p{Cc}/u);
      }
      expect(rows.at(-1)).toMatch(/….* {2}press d $/);
    }
  }
});
