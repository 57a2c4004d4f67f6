// Loaded into the program under test with `--import`: a folder of a recording is not listed until a file is there.
import {existsSync} from 'node:fs';
import fs from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import process from 'node:process';
import {setTimeout as sleep} from 'node:timers/promises';

const released = process.env.PIPETAIL_TEST_RELEASED;
const {readdir} = fs;

fs.readdir = async (folder, ...rest) => {
  while (String(folder).includes('--') && !existsSync(released)) await sleep(20);
  return await readdir(folder, ...rest);
};
syncBuiltinESMExports();
