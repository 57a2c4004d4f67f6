// Loaded into the program with `--import`: at SIGPWR it collects garbage and appends one line of JSON, what the process
// holds, to the file in PIPETAIL_SOAK_FILE.
import {EventEmitter} from 'node:events';
import {appendFileSync, readdirSync, readlinkSync} from 'node:fs';
import {Socket} from 'node:net';
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
    appendFileSync(process.env.PIPETAIL_SOAK_FILE, `${JSON.stringify(sample())}\n`);
  });
});

/** The session is saved every few seconds: its file would be counted, or not. */
function whenNoFileIsUsed(callback) {
  const isUsed = process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'));
  if (isUsed) setTimeout(whenNoFileIsUsed, 5, callback);
  else callback();
}

function sample() {
  const {rss, heapUsed, external, arrayBuffers} = process.memoryUsage();
  const {user, system} = process.cpuUsage();
  return {
    rss,
    heapUsed,
    external,
    arrayBuffers,
    cpuMs: (user + system) / 1000,
    counts: {
      ...active(),
      ...descriptors(),
      listeners: [process, process.stdin, process.stdout, process.stderr].reduce(listenersOf, 0),
      // Segments of the logs are the ArrayBuffers that grow with them.
      arrayBuffers: v8.queryObjects(ArrayBuffer, {format: 'count'}),
      abortSignals: v8.queryObjects(AbortSignal, {format: 'count'}),
      emitters: v8.queryObjects(EventEmitter, {format: 'count'}),
      socketObjects: v8.queryObjects(Socket, {format: 'count'}),
    },
  };
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
