import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {BenchContext, Task} from './row.ts';

const run = promisify(execFile);

/**
 * A command of the shell as reference; `$LOG` is the file `log`, and what the command prints is the count. Measured by
 * bash, whose `time` counts children, to a millisecond. A grep that counts none ends with 1.
 */
export function command(line: string, log: (context: BenchContext) => Promise<string>): Task {
  return {
    what: line.replace(' "$LOG"', ''),
    measure: async (context) => {
      const env = {...process.env, LC_ALL: 'C.UTF-8', LOG: await log(context), TIMEFORMAT: '%R'};
      const {stdout, stderr} = await run('bash', ['-c', `time ${line} || [ $? = 1 ]`], {env});
      return {count: Number(stdout), wallMs: Number(stderr) * 1000};
    },
  };
}
