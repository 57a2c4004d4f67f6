import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {nodeFlagsOf, nodeVariablesOf} from '../../scripts/node-flags.ts';
import {eventually} from '../harness/eventually.ts';
import {node, program, root} from '../harness/program.ts';
import {temporaryDirectory} from '../harness/temporary-directory.ts';
import {openTerminal, type Terminal} from '../harness/terminal.ts';
import {SoakServer} from './server-process.ts';
import {actOnce, type Deeds, noDeeds} from './use.ts';

export type SoakOptions = {
  readonly minutes: number;
  /** Longer than `minutes` if need be: on a busy machine a round takes twice as long. */
  readonly leastSamples?: number;
  /** Lines a second, all pipelines together. */
  readonly rate: number;
  /** Rounds of use between two samples. */
  readonly roundsPerSample: number;
  /** One line about each sample. */
  readonly log: (line: string) => void;
};

/** What the program holds at rest, after its garbage was collected. Memory in bytes. */
export type Sample = {
  /** Milliseconds since the start. */
  readonly at: number;
  /** Lines that the server had written. */
  readonly lines: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  /** Processor time of the program. */
  readonly cpuMs: number;
  readonly counts: Readonly<Record<string, number>>;
};

export type SoakResult = {
  readonly samples: readonly Sample[];
  readonly deeds: Deeds;
  readonly connections: number;
  readonly serverCpuMs: number;
  readonly wallMs: number;
};

/** A soak that broke off, for the reason in `cause`; `result` is what was sampled until then. */
export class BrokenSoak extends Error {
  readonly result: SoakResult;

  constructor(result: SoakResult, cause: unknown) {
    super(`the soak broke off after ${(result.wallMs / 60_000).toFixed(1)} min`, {cause});
    this.result = result;
  }
}

// Small enough to be full after some seconds: what grows after that is a leak and no log.
const memory = ['--scrollback', '8MiB', '--memory', '24MiB', '--fresh'];

/**
 * Uses the built program in a terminal, on a server in its own process, for so long. Rejects with a `BrokenSoak` when
 * something that was waited for does not come.
 */
export async function soak({minutes, leastSamples = 1, rate, roundsPerSample, log}: SoakOptions): Promise<SoakResult> {
  await using server = new SoakServer(rate);
  await using folder = await temporaryDirectory();
  const {url} = await server.ask({kind: 'state'});
  const file = path.join(folder.path, 'samples');
  const preload = path.join(import.meta.dirname, 'sampler-preload.mjs');
  await using terminal = await openTerminal({
    command: node,
    args: [...nodeFlagsOf(root), program, '--host', url, ...memory, 'soak-1'],
    cols: 120,
    rows: 40,
    env: {...nodeVariablesOf(root), NODE_OPTIONS: `--import=${preload}`, PIPETAIL_SOAK_FILE: file},
  });
  await terminal.waitFor('LIVE');

  const begun = performance.now();
  const deeds = noDeeds();
  const samples: Sample[] = [];
  let {connections, cpuMs} = await server.ask({kind: 'state'});
  const resultNow = () => ({samples, deeds, connections, serverCpuMs: cpuMs, wallMs: performance.now() - begun});
  try {
    while (samples.length < leastSamples || performance.now() - begun < minutes * 60_000) {
      for (let round = 0; round < roundsPerSample; round++) await actOnce(terminal, server, deeds);
      const state = await atRest(terminal, server);
      ({connections, cpuMs} = state);
      const held = await takeSample(terminal, file, samples.length);
      const sample = {...held, at: performance.now() - begun, lines: state.lines};
      samples.push(sample);
      log(sampleLine(sample));
      await server.ask({kind: 'resume'});
    }
    const result = resultNow();
    await terminal.press('q', 'q');
    await terminal.waitForExit();
    return result;
  } catch (error) {
    throw new BrokenSoak(resultNow(), error);
  }
}

/** Lets the program take what was written, with one tab open and live at the same size. */
async function atRest(terminal: Terminal, server: SoakServer) {
  terminal.resize(120, 40);
  await server.ask({kind: 'pause'});
  const state = await eventually(
    async () => {
      const now = await server.ask({kind: 'state'});
      return now.open === 1 && now.queued === 0 && /\bLIVE\b/.test(terminal.row(0)) ? now : undefined;
    },
    async () => `one live tab; ${JSON.stringify(await server.ask({kind: 'state'}))}\n${terminal.text()}`,
    30_000,
  );
  await sleep(300);
  const [wide] = terminal.wrappedRows();
  if (wide !== undefined) throw new Error(`row ${wide - 1} is wider than the terminal:\n${terminal.text()}`);
  return state;
}

async function takeSample(terminal: Terminal, file: string, index: number): Promise<Omit<Sample, 'at' | 'lines'>> {
  terminal.kill('SIGPWR');
  const line = await eventually(
    async () => (await readFile(file, 'utf8').catch(() => '')).split('\n')[index],
    () => 'a sample',
    30_000,
  );
  return JSON.parse(line) as Omit<Sample, 'at' | 'lines'>;
}

const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);

function sampleLine({at, lines, rss, heapUsed, arrayBuffers, counts}: Sample): string {
  const all = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const seconds = (at / 1000).toFixed(0);
  return `${seconds} s  ${lines} lines  rss ${mib(rss)}  heap ${mib(heapUsed)}  buffers ${mib(arrayBuffers)}  ${all.join('  ')}`;
}
