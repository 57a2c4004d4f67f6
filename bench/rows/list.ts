import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {startOf} from '../frame/built-program.ts';
import {BusyServer} from '../frame/busy-server.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';

/**
 * `pipetail list` of 5,000 pipelines, without what a list of none takes: user and system time of all threads. Against
 * curl and gunzip of the same answer, from their start to their end.
 */
const names = Array.from({length: 5000}, (_, index) => `pipeline-${String(index).padStart(4, '0')}`);

async function measure({tree, logFile}: BenchContext): Promise<Sample> {
  const log = await logFile();
  await using many = new BusyServer({pipelines: names, writers: 0, rate: 0, log, mixed: true});
  await using none = new BusyServer({pipelines: [], writers: 0, rate: 0, log});
  const list = async (server: BusyServer): Promise<number> => {
    const {command, args} = startOf(tree, 'list', '--host', (await server.ask('state')).url);
    return await cpuMsOf([command, ...args].map((word) => `'${word}'`).join(' '));
  };
  // Not counted: the server compiles what it needs, and the program fills its compile cache.
  await list(many);
  const listMs = (await list(many)) - (await list(none));
  const {url} = await many.ask('state');
  const curl = `curl -sSf -H 'accept-encoding: gzip' '${url}/v0/pipelines?selector=status' | gunzip`;
  return {listMs, curlMs: await cpuMsOf(curl)};
}

/** Milliseconds of the CPU that a command of the shell and its children use. */
async function cpuMsOf(line: string): Promise<number> {
  const env = {...process.env, TIMEFORMAT: '%U %S'};
  const {stderr} = await promisify(execFile)('bash', ['-c', `set -o pipefail; time { ${line} >/dev/null; }`], {env});
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
  return (user + system) * 1000;
}

export const rows: readonly Row[] = [
  {
    ...{name: 'list', ours: {what: 'list of 5,000 pipelines, beyond the start', measure}, figure: 'listMs'},
    ...{reference: {what: 'curl | gunzip', measure}, referenceFigure: 'curlMs'},
    ...{unit: 'ms of CPU', target: {of: 'ratio', atMost: 3}},
  },
];
