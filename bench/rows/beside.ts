import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {eventually} from '../../test/harness/eventually.ts';
import {childrenOf} from '../../test/harness/processes.ts';
import {node} from '../../test/harness/program.ts';
import {temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import {openTerminal} from '../../test/harness/terminal.ts';
import {command} from '../frame/command.ts';
import {largeLog} from '../frame/large-log.ts';
import {last} from '../frame/log-program.ts';
import {goToFirstError, type LogViewer, logViewers, timeout} from '../frame/log-viewers.ts';
import {cpuMsOf, nameOf, rests, rssOf} from '../frame/process-use.ts';
import type {BenchContext, Row, Sample, Task, Tool} from '../frame/row.ts';

/**
 * Beside what users would pick, each in a terminal of 200×50 or in a shell: a log of 1 GB, in the system's cache, and one
 * that comes through a pipe. Each question is timed from the start of the process until its result is there, the keys
 * pressed as soon as the end of the log is on the screen; `search` is asked of an open log, when its process is at rest.
 */
const size = {cols: 200, rows: 50};
const mib = 1024 ** 2;
const errors = 'ERROR';
const pattern = 'Connection refused';
const {pipetail, less, lnav} = logViewers;

async function open(viewer: LogViewer, context: BenchContext): Promise<Sample> {
  const log = await largeLog(context);
  const begun = performance.now();
  await using terminal = await openTerminal({...viewer.open(context.tree, log.file), ...size});
  await terminal.waitFor(log.last, {timeout});
  const endMs = performance.now() - begun;
  await goToFirstError(terminal, viewer, log);
  const firstErrorMs = performance.now() - begun;
  await rests(() => cpuMsOf(terminal.pid));
  const rssMiB = (await rssOf(terminal.pid)) / mib;
  const found = await viewer.search?.(terminal, pattern);
  return {endMs, firstErrorMs, rssMiB, ...(found && {searchMs: found.ms, found: found.count})};
}

/** less goes to the first error at its start; from the end of a log it would count lines before it takes a key. */
async function firstErrorByLess(context: BenchContext): Promise<Sample> {
  const {file, firstError} = await largeLog(context);
  const begun = performance.now();
  await using terminal = await openTerminal({command: 'less', args: ['-R', `+/${errors}`, file], ...size});
  await terminal.waitFor(firstError, {timeout});
  return {firstErrorMs: performance.now() - begun};
}

/** The first frame with a log that is empty. */
async function openEmpty(context: BenchContext): Promise<Sample> {
  await using folder = await temporaryDirectory();
  const file = `${folder.path}/empty.log`;
  await writeFile(file, '');
  const begun = performance.now();
  await using terminal = await openTerminal({...pipetail.open(context.tree, file), ...size});
  await terminal.waitFor(() => terminal.row(0).includes('pipetail'), {timeout});
  return {frameMs: performance.now() - begun};
}

/** From the start until the screen has the number of lines with an error, which is searched for once the end is there. */
async function countErrors(
  {open, search}: LogViewer,
  context: BenchContext,
  {file, end}: {file: string; end: string},
): Promise<Sample> {
  const begun = performance.now();
  await using terminal = await openTerminal({...open(context.tree, file), ...size});
  await terminal.waitFor(end, {timeout});
  const found = await search?.(terminal, errors);
  return {errorsMs: performance.now() - begun, ...(found && {count: found.count})};
}

/** 10,000 lines a second for 10 s, through a pipe: CPU time from the start of the process, and memory at the end. */
const rate = 10_000;
const seconds = 10;
const pourer = path.resolve(import.meta.dirname, '../frame/pour-process.ts');

async function live(viewer: LogViewer, context: BenchContext): Promise<Sample> {
  const {tree, logFile, lines} = context;
  const file = await logFile('coloured');
  const {command, args, env} = viewer.pipe(tree);
  const pour = [node, pourer, file, String(Math.min(rate * seconds, lines)), String(rate), last];
  const script = `${pour.map(quoted).join(' ')} "$HOME/time" | ${[command, ...args].map(quoted).join(' ')}`;
  await using terminal = await openTerminal({command: 'sh', args: ['-c', script], env, ...size});
  await terminal.waitFor(last, {timeout});
  const seen = Date.now();
  const written = await eventually(
    async () => Number(await readFile(`${terminal.home}/time`, 'utf8').catch(() => '')) || undefined,
    () => 'no time of the last line',
  );
  const pid = await childOf(terminal.pid, viewer.process);
  const [cpuMs, rssMiB] = [await cpuMsOf(pid), (await rssOf(pid)) / mib];
  const found = await viewer.search?.(terminal, pattern);
  return {lateMs: seen - written, cpuMs, rssMiB, ...(found && {searchMs: found.ms, found: found.count})};
}

async function childOf(pid: number, name: string): Promise<number> {
  for (const child of await childrenOf(pid)) if ((await nameOf(child)) === name) return child;
  throw new Error(`no ${name} below ${pid}`);
}

function quoted(word: string): string {
  return `'${word}'`;
}

type Measure = Task['measure'];
type Side = {
  readonly what: string;
  readonly measure: Measure;
  readonly figure: string;
  readonly needs: readonly Tool[];
};

/** The figures of one viewer: rows share its measurements. */
function figuresOf(viewer: LogViewer): (way: 'open' | 'live', figure: string) => Side {
  const measures: Readonly<Record<'open' | 'live', Measure>> = {
    open: (context) => open(viewer, context),
    live: (context) => live(viewer, context),
  };
  return (way, figure) => ({what: viewer.what, measure: measures[way], figure, needs: viewer.needs});
}

function shell(line: string, tool: Tool, form: 'large' | 'json' = 'large'): Side {
  const {what, measure} = command(line, form === 'json' ? 'json' : async (context) => (await largeLog(context)).file);
  return {what, measure, figure: 'wallMs', needs: [tool]};
}

const tools = {
  grep: {command: 'grep', package: 'grep'},
  ripgrep: {command: 'rg', package: 'ripgrep'},
  jq: {command: 'jq', package: 'jq'},
};

function countedBy(viewer: LogViewer): Side {
  const measure: Measure = async (context) => {
    const {file, last} = await largeLog(context);
    return await countErrors(viewer, context, {file, end: last});
  };
  return {what: viewer.what, measure, figure: 'errorsMs', needs: viewer.needs};
}

const inJson: Measure = async (context) =>
  await countErrors(pipetail, context, {file: await context.logFile('json'), end: 'end of file'});

function row(name: string, what: string, own: Omit<Side, 'what' | 'needs'>, peer: Side, unit = 'ms'): Row {
  return {
    ...{name: `beside-${name}`, ours: {what, measure: own.measure}, figure: own.figure, unit},
    ...{reference: {what: peer.what, measure: peer.measure}, referenceFigure: peer.figure, needs: peer.needs},
  };
}

const [ours, byLess, byLnav] = [figuresOf(pipetail), figuresOf(less), figuresOf(lnav)];

const end = ours('open', 'endMs');
const firstError = ours('open', 'firstErrorMs');
const counted = countedBy(pipetail);
const found = ours('open', 'searchMs');
const memory = ours('open', 'rssMiB');
const cpu = ours('live', 'cpuMs');
const late = ours('live', 'lateMs');
const liveSearch = ours('live', 'searchMs');
const liveMemory = ours('live', 'rssMiB');

const words = {
  end: 'a log of 1 GB: its end',
  firstError: 'its first error',
  errors: 'the number of its errors',
  search: `search ${pattern} in it, once it is open`,
  memory: 'memory with it',
  json: 'the number of errors in 1,000,000 lines of JSON',
  cpu: 'a pipe with 10,000 lines/s for 10 s: CPU',
  late: 'from its last line to the screen',
  liveSearch: `search ${pattern} in it then`,
  liveMemory: 'memory at its end',
};

const empty: Side = {what: 'an empty file: its first frame', measure: openEmpty, figure: 'frameMs', needs: []};

const lessFirstError: Side = {
  what: `less -R +/${errors}`,
  measure: firstErrorByLess,
  figure: 'firstErrorMs',
  needs: less.needs,
};

export const rows: readonly Row[] = [
  {...row('end', words.end, end, empty), target: {of: 'ratio', atMost: 1.2}},
  row('end-less', words.end, end, byLess('open', 'endMs')),
  row('end-lnav', words.end, end, byLnav('open', 'endMs')),
  row('first-error-grep', words.firstError, firstError, shell(`grep -m 1 ${errors} "$LOG" | wc -l`, tools.grep)),
  row('first-error-less', words.firstError, firstError, lessFirstError),
  row('first-error-lnav', words.firstError, firstError, byLnav('open', 'firstErrorMs')),
  row('errors-grep', words.errors, counted, shell(`grep -c ${errors} "$LOG"`, tools.grep)),
  row('errors-ripgrep', words.errors, counted, shell(`rg -c ${errors} "$LOG"`, tools.ripgrep)),
  row('errors-lnav', words.errors, counted, countedBy(lnav)),
  row(
    'errors-jq',
    words.json,
    {measure: inJson, figure: 'errorsMs'},
    shell(`jq -Rn '[inputs | fromjson? | select(.level == "${errors}")] | length' "$LOG"`, tools.jq, 'json'),
  ),
  {...row('search-grep', words.search, found, shell(`grep -c '${pattern}' "$LOG"`, tools.grep)), count: 'found'},
  {...row('search-ripgrep', words.search, found, shell(`rg -c '${pattern}' "$LOG"`, tools.ripgrep)), count: 'found'},
  {...row('search-lnav', words.search, found, byLnav('open', 'searchMs')), count: 'found'},
  row('memory-less', words.memory, memory, byLess('open', 'rssMiB'), 'MiB'),
  row('memory-lnav', words.memory, memory, byLnav('open', 'rssMiB'), 'MiB'),
  row('live-less', words.cpu, cpu, byLess('live', 'cpuMs'), 'ms of CPU'),
  row('live-lnav', words.cpu, cpu, byLnav('live', 'cpuMs'), 'ms of CPU'),
  row('live-late-less', words.late, late, byLess('live', 'lateMs')),
  row('live-late-lnav', words.late, late, byLnav('live', 'lateMs')),
  {...row('live-search-lnav', words.liveSearch, liveSearch, byLnav('live', 'searchMs')), count: 'found'},
  row('live-memory-less', words.liveMemory, liveMemory, byLess('live', 'rssMiB'), 'MiB'),
  row('live-memory-lnav', words.liveMemory, liveMemory, byLnav('live', 'rssMiB'), 'MiB'),
];
