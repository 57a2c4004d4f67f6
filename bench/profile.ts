import {execFileSync} from 'node:child_process';
import {copyFile, mkdir, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {SourceMap} from 'node:module';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {benchContext, root} from './frame/log-files.ts';
import {LogProgram} from './frame/log-program.ts';
import type {Probe} from './frame/probe.ts';
import type {BenchContext} from './frame/row.ts';
import {openLarge} from './rows/open.ts';

/**
 * Says for what the main thread takes its time: `npm run bench:profile [ingest|follow|file]`. Prints milliseconds by source
 * file; what Node and native code do for one counts as its own. `--lines N`: the length of the log, 1,000,000.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {lines: {type: 'string', default: '1000000'}, rows: {type: 'string', default: '25'}},
});
const [name = 'ingest'] = positionals;

const tasks: Readonly<Record<string, (context: BenchContext) => Promise<Profile>>> = {
  async ingest(context) {
    await using program = await LogProgram.open(context, {scrollback: '32MiB'});
    return await profiled(program.probe, () => program.takeIn(context));
  },
  async follow(context) {
    await using program = await LogProgram.open(context);
    return await profiled(program.probe, () => program.follow(context, {lines: 100_000, rate: 10_000}));
  },
  file: (context) => openLarge(context, (probe, _, reads) => profiled(probe, reads)),
};

/** As the inspector writes it; times in microseconds. */
type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: {
      readonly functionName: string;
      readonly url: string;
      readonly lineNumber: number;
      readonly columnNumber: number;
    };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

async function profiled(probe: Probe, run: () => Promise<unknown>): Promise<Profile> {
  await probe.ask('profile');
  await run();
  await probe.ask('profile');
  return JSON.parse(await readFile(probe.profileFile, 'utf8'));
}

/** A build whose source maps say which file each function is of. */
async function buildWithMaps(tree: string): Promise<void> {
  await mkdir(`${tree}/dist`, {recursive: true});
  await copyFile(`${root}/cli.tsx`, `${tree}/cli.tsx`);
  execFileSync(process.execPath, [`${root}/scripts/bundle-with-maps.mjs`, tree], {stdio: 'inherit'});
}

async function mapsOf(tree: string): Promise<ReadonlyMap<string, SourceMap>> {
  const maps = new Map<string, SourceMap>();
  for (const entry of await readdir(`${tree}/dist`, {recursive: true})) {
    if (!entry.endsWith('.js.map')) continue;
    const map = new SourceMap(JSON.parse(await readFile(`${tree}/dist/${entry}`, 'utf8')));
    maps.set(path.join(tree, 'dist', entry.slice(0, -'.map'.length)), map);
  }
  return maps;
}

/** Milliseconds by source file, and of what is no function's: garbage collection, V8, idle time. */
function timesOf(
  {nodes, samples, timeDeltas}: Profile,
  maps: ReadonlyMap<string, SourceMap>,
): ReadonlyMap<string, number> {
  const own = new Map<number, number>();
  for (const [at, id] of samples.entries()) own.set(id, (own.get(id) ?? 0) + (timeDeltas[at] ?? 0) / 1000);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const times = new Map<string, number>();
  const walk = (id: number, caller: string): void => {
    const node = byId.get(id);
    if (!node) return;
    const {url, lineNumber, columnNumber, functionName} = node.callFrame;
    const source = maps.get(url.replace(/^file:\/\//, ''))?.findEntry(lineNumber, columnNumber);
    const file = source && 'originalSource' in source ? shortName(source.originalSource) : undefined;
    const owner = file ?? (functionName.startsWith('(') && functionName !== '(anonymous)' ? functionName : caller);
    times.set(owner, (times.get(owner) ?? 0) + (own.get(id) ?? 0));
    for (const child of node.children ?? []) walk(child, owner);
  };
  const [top] = nodes;
  if (top) walk(top.id, '(root)');
  return times;
}

/** `source/engine/buffer/segment.ts`; of a package its name. */
function shortName(source: string): string {
  const [, packaged] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  return packaged ?? source.replace(/^.*?(?=source\/|cli\.tsx)/, '');
}

const task = tasks[name];
if (!task) throw new Error(`no such profile; there are ${Object.keys(tasks).join(', ')}`);
const folder = await mkdtemp(`${tmpdir()}/pipetail-profile-`);
try {
  const tree = `${folder}/tree`;
  await buildWithMaps(tree);
  const profile = await task({...benchContext(folder, Number(values.lines)), tree});
  const times = [...timesOf(profile, await mapsOf(tree))].toSorted(([, a], [, b]) => b - a);
  const busy = times.reduce((sum, [owner, ms]) => (owner === '(idle)' ? sum : sum + ms), 0);
  console.log(`${name}: the main thread was busy for ${busy.toFixed(0)} ms\n`);
  for (const [owner, ms] of times.filter(([each]) => each !== '(idle)').slice(0, Number(values.rows)))
    console.log(`${ms.toFixed(0).padStart(6)} ms ${((100 * ms) / busy).toFixed(1).padStart(5)} %  ${owner}`);
} finally {
  await rm(folder, {recursive: true, force: true});
}
