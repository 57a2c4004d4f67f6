// Loaded into the program under test with `--import`: writes down what there is once the first frame is out.
import {renameSync, writeFileSync} from 'node:fs';
import process from 'node:process';

let segmenters = 0;
Intl.Segmenter = class extends Intl.Segmenter {
  constructor(...given) {
    super(...given);
    segmenters += 1;
  }
};

const {write} = process.stdout;
process.stdout.write = (chunk, ...given) => {
  const result = write.call(process.stdout, chunk, ...given);
  // A synchronised update ends.
  if (String(chunk).includes('\x1b[?2026l')) {
    process.stdout.write = write;
    const modules = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
    const names = modules.map((name) => name.slice('NativeModule '.length));
    // Whole at once, for the test that waits for it.
    writeFileSync(`${process.env.PIPETAIL_TEST_FRAME}.part`, JSON.stringify({segmenters, names}));
    renameSync(`${process.env.PIPETAIL_TEST_FRAME}.part`, process.env.PIPETAIL_TEST_FRAME);
  }
  return result;
};
