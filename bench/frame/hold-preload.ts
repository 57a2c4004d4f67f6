import {writeFileSync} from 'node:fs';
import {monitorEventLoopDelay} from 'node:perf_hooks';

// Put before the built program with `--import`: the first SIGUSR2 begins to look for the longest hold of its event loop,
// the next one writes it, in milliseconds, into the file that PIPETAIL_BENCH_HOLD names.
const delay = monitorEventLoopDelay({resolution: 1});
let isLooking = false;
process.on('SIGUSR2', () => {
  if (isLooking) writeFileSync(process.env.PIPETAIL_BENCH_HOLD ?? '', String(delay.max / 1e6));
  else delay.enable();
  isLooking = true;
});
