import {execFileSync} from 'node:child_process';
import {cpus, totalmem, type} from 'node:os';

/** What the figures were measured on and of. */
export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  readonly grep: string;
  /** The other programs that users would pick, with their versions; undefined: none is there. */
  readonly peers?: string;
  /** Followed by `+` if files differ from it; `unknown` outside a checkout. */
  readonly commit: string;
  /** ISO 8601. */
  readonly date: string;
};

const peerCommands = ['less', 'lnav', 'rg'];

export function describeMachine(): Machine {
  const processors = cpus();
  const peers = peerCommands.map((command) => said(command, '--version').split('\n')[0] ?? '');
  const found = peers.filter((version) => version !== '').map((version) => version.replace(/ \(.*/, ''));
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: type(),
    node: process.versions.node,
    v8: process.versions.v8,
    grep: said('grep', '--version').split('\n')[0] || 'unknown',
    ...(found.length > 0 && {peers: found.join(', ')}),
    commit: commit(),
    date: new Date().toISOString(),
  };
}

function commit(): string {
  const head = said('git', 'rev-parse', '--short', 'HEAD').trim();
  if (head === '') return 'unknown';
  // What a bench has written before is no change of what it measures.
  const written = ['bench/results.json', 'bench/best.json'];
  const measured = [':(top)', ...written.map((file) => `:(top,exclude)${file}`)];
  return said('git', 'status', '--porcelain', '--untracked-files=no', '--', ...measured).trim() === ''
    ? head
    : `${head}+`;
}

/** What a command printed; nothing if it failed. */
function said(command: string, ...parameters: string[]): string {
  try {
    return execFileSync(command, parameters, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return '';
  }
}

/** In a few lines, above the table. */
export function machineText(machine: Machine): string {
  const {processor, cores, memoryGiB, system, node, v8, grep, commit, date} = machine;
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}\nNode ${node}, V8 ${v8}, ${grep}\n${commit}, ${date}`;
}
