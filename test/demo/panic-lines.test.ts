import {expect, it} from 'vitest';
import {panicLines} from '../../source/demo/panic-lines.ts';
import {recordingBytes} from './recording.ts';

it('panics in the lines of the samples up to the frames of the program itself', () => {
  const lines = panicLines({
    thread: 'dbsp-worker-0',
    process: 26_334,
    place: 'src/bin/fpipeline.rs:56:15',
    message:
      'called `Result::unwrap()` on an `Err` value: Os { code: 28, kind: StorageFull, message: "No space left on device" }',
  });
  const common = lines.slice(0, 12);
  expect(common).toHaveLength(12);
  expect(recordingBytes('samples-text-ansi.log').toString()).toContain(`\n${common.join('\n')}\n`);
  expect(lines.at(-1)).toBe('note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.');
});
