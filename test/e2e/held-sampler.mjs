// Loaded into the program with `--import`: at SIGPWR it collects garbage and appends one line of JSON, the numbers of what
// the process holds, to the file in PIPETAIL_HELD_FILE.
import {appendFileSync, readdirSync, readlinkSync} from 'node:fs';
import process from 'node:process';
import v8 from 'node:v8';
import vm from 'node:vm';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

process.on('SIGPWR', () => {
  collect();
  // What was freed in the first turn may hold what finalizers free in the next.
  setImmediate(whenNoFileIsUsed, () => {
    collect();
    appendFileSync(process.env.PIPETAIL_HELD_FILE, `${JSON.stringify(held())}\n`);
  });
});

/** The session is saved every few seconds: its file would be counted, or not. */
function whenNoFileIsUsed(callback) {
  const isUsed = process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));
  if (isUsed) setTimeout(whenNoFileIsUsed, 5, callback);
  else callback();
}

function held() {
  const listeners = [process, process.stdin, process.stdout, process.stderr].reduce(listenersOf, 0);
  return {...active(), ...descriptors(), listeners};
}

/** Sockets, timers and requests that keep the process alive. */
function active() {
  const kinds = {sockets: 0, timers: 0, others: 0};
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind.startsWith('TCP')) kinds.sockets += 1;
    else if (kind === 'Timeout' || kind === 'Immediate') kinds.timers += 1;
    else kinds.others += 1;
  }
  return kinds;
}

/** Sockets apart: of the connections that wait for another request there may be one or two, and none is active. */
function descriptors() {
  const kinds = {descriptors: 0, socketDescriptors: 0};
  for (const descriptor of readdirSync('/proc/self/fd')) {
    try {
      const isSocket = readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:');
      kinds[isSocket ? 'socketDescriptors' : 'descriptors'] += 1;
    } catch {
      // That of the listing itself.
    }
  }
  return kinds;
}

function listenersOf(sum, emitter) {
  return sum + emitter.eventNames().reduce((count, name) => count + emitter.listenerCount(name), 0);
}
