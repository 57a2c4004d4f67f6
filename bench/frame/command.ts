import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {BenchContext, LogForm, Sample, Task} from './row.ts';

const run = promisify(execFile);

/**
 * A command of the shell as reference; `$LOG` is the log file, of this form or another one, and what the command prints is the count. Measured by
 * bash, whose `time` counts children: wall time, user and system time, each to a millisecond. A grep that counts none
 * ends with 1.
 */
export function command(line: string, log: LogForm | ((context: BenchContext) => Promise<string>)): Task {
  return {
    what: line.replace(' "$LOG"', ''),
    measure: async (context) => {
      const file = typeof log === 'string' ? await context.logFile(log) : await log(context);
      const env = {...process.env, LC_ALL: 'C.UTF-8', LOG: file, TIMEFORMAT: '%R %U %S'};
      const {stdout, stderr} = await run('bash', ['-c', `time ${line} || [ $? = 1 ]`], {env});
      return sampleOf(stdout, stderr);
    },
  };
}

function sampleOf(count: string, times: string): Sample {
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = times.trim().split(' ').map(Number);
  return {count: Number(count), wallMs: wall * 1000, cpuMs: (user + system) * 1000};
}
