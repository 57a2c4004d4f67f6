import type {Log, Tasks} from './own-process.ts';

/** Runs one task and prints its sample as JSON: `node task-process.ts MODULE NAME LOG LINES`. */
const [module = '', name = '', path = '', lines = ''] = process.argv.slice(2);
const {tasks}: {tasks: Tasks} = await import(module);
const task = tasks[name];
if (!task) throw new Error(`${module} has no task ${name}`);
const log: Log = {path, lines: Number(lines)};
console.log(JSON.stringify(await task(log)));
// What a task leaves open, a server or a connection, ends here.
process.exit(0);
