// Ends what a suite has left running and removes its folder, when its standard input ends: when the suite is over, or
// was killed. A process of the suite is one whose program or working directory lies in the folder.
import {readdirSync, readlinkSync, rmSync} from 'node:fs';

const home = process.argv[2];
if (!home?.includes('pipetail-feldera-')) throw new Error(`not a folder of the suite: ${home}`);

process.stdin.resume();
process.stdin.on('end', () => {
  // A manager that is just starting a pipeline may be ended a moment before it: so until nothing is found.
  for (let round = 0; round < 20 && endAll(`${home}/`) > 0; round++)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  rmSync(home, {recursive: true, force: true, maxRetries: 5});
});

function endAll(folder: string): number {
  let ended = 0;
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)) {
    const places = ['exe', 'cwd'].map((link) => {
      try {
        return readlinkSync(`/proc/${pid}/${link}`);
      } catch {
        // It has just ended, or is another user's.
        return '';
      }
    });
    if (!places.some((place) => place.startsWith(folder))) continue;
    try {
      process.kill(Number(pid), 'SIGKILL');
      ended += 1;
    } catch {
      // It has just ended.
    }
  }
  return ended;
}
