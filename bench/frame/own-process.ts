import {spawn} from 'node:child_process';
import {once} from 'node:events';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {root} from './log-files.ts';
import type {BenchContext, Sample, Task} from './row.ts';

/** What a module of rows exports as `tasks`: what its rows measure, by name. */
export type Tasks = Readonly<Record<string, (log: Log) => Promise<Sample> | Sample>>;

/** The log file that a task works on. */
export type Log = {readonly path: string; readonly lines: number};

/** As the program is started; `gc` lets a task leave out the garbage of its preparations. */
const flags = ['--max-semi-space-size=8', '--expose-gc'];
const entry = 'bench/frame/task-process.ts';

/**
 * A task that runs in a process of its own, so that neither the heap nor the compiled code of one colours another.
 * `module` is the URL of the module whose `tasks` has `name`; its file of the tree that is measured is run.
 */
export function inOwnProcess(
  {module, name, colours}: {module: string; name: string; colours: 'coloured' | 'plain'},
  what: string,
): Task {
  return {
    what,
    measure: async (context: BenchContext) => {
      const log = await context.logFile(colours);
      const file = path.join(context.tree, path.relative(root, fileURLToPath(module)));
      const parameters = [...flags, path.join(context.tree, entry), file, name, log, String(context.lines)];
      const child = spawn(process.execPath, parameters, {stdio: ['ignore', 'pipe', 'inherit']});
      const output: Buffer[] = [];
      child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error(`${name} ended with ${code}`);
      return sampleIn(Buffer.concat(output).toString());
    },
  };
}

function sampleIn(json: string): Sample {
  const parsed: unknown = JSON.parse(json);
  const isSample = (value: unknown): value is Sample =>
    typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'number');
  if (!isSample(parsed)) throw new Error(`not a sample: ${json}`);
  return parsed;
}
