import {writeFileSync} from 'node:fs';
import {Session} from 'node:inspector';
import {createServer} from 'node:net';
import {monitorEventLoopDelay} from 'node:perf_hooks';

/** Requests to a process from inside; the reply to each is one number. */
export type Question =
  /** The CPU time that it has used since its start, all threads: milliseconds. */
  | 'cpu'
  /** The longest hold of the event loop since this was last asked, milliseconds. The first time begins it. */
  | 'hold'
  /** Begins a profile of the main thread; the second time ends it, and puts it beside the socket, as `.cpuprofile`. */
  | 'profile';

/** Its smallest resolution, milliseconds; the figures hold the one that it waits for. */
const delay = monitorEventLoopDelay({resolution: 1});

/** Microseconds between samples. */
const interval = 200;
let session: Session | undefined;

const answers: Readonly<Record<Question, () => number>> = {
  cpu() {
    const {user, system} = process.cpuUsage();
    return (user + system) / 1000;
  },
  hold() {
    const longest = delay.max / 1e6;
    delay.enable();
    delay.reset();
    return longest;
  },
  profile() {
    if (session) {
      session.post('Profiler.stop', (_, {profile}) =>
        writeFileSync(`${process.env.PIPETAIL_BENCH_PROBE}.cpuprofile`, JSON.stringify(profile)),
      );
    } else {
      session = new Session();
      session.connect();
      session.post('Profiler.enable');
      session.post('Profiler.setSamplingInterval', {interval});
      session.post('Profiler.start');
    }
    return 0;
  },
};

// Put before a program with `--import`, see Probe. A server that keeps no process alive.
createServer({allowHalfOpen: true}, (socket) => {
  socket.on('error', () => {});
  socket.once('data', (question) => socket.end(String(answers[String(question) as Question]())));
  socket.unref();
})
  .listen(process.env.PIPETAIL_BENCH_PROBE)
  .unref();
