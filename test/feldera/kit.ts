import {createReadStream, createWriteStream, existsSync} from 'node:fs';
import {chmod, mkdir, readFile, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createZstdDecompress} from 'node:zlib';
import {root} from '../harness/program.ts';

/** The managers that can be started, by version; the first is the one that the suite shares. */
const VERSIONS = ['0.337', '0.280'] as const;
export type Version = (typeof VERSIONS)[number];

/** The folder of Feldera's files, or why there is none to be used on this machine. */
export function findKit(env: Readonly<Record<string, string | undefined>>): {files: string} | {why: string} {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {why: `Feldera's files run on x86-64 Linux, and this is ${process.platform} on ${process.arch}`};
  }
  const places = env.PIPETAIL_FELDERA ? [env.PIPETAIL_FELDERA] : [path.resolve(root, '../shared/feldera')];
  const files = places.find((place) => existsSync(path.join(place, 'pipeline-manager.zst')));
  if (files !== undefined) return {files};
  return {why: `Feldera's files are neither in $PIPETAIL_FELDERA nor in ../shared/feldera`};
}

/** A file of the kit, such as `pipeline` or `old/pipeline-manager-0.280`, unpacked once into `<home>/unpacked`. */
export async function unpacked(files: string, home: string, name: string): Promise<string> {
  const target = path.join(home, 'unpacked', path.basename(name));
  if (existsSync(target)) return target;
  await mkdir(path.dirname(target), {recursive: true});
  // Several workers may want it at once: each writes its own, and a whole one takes the name.
  const part = `${target}.${process.pid}`;
  await pipeline(createReadStream(path.join(files, `${name}.zst`)), createZstdDecompress(), createWriteStream(part));
  await chmod(part, 0o755);
  await rename(part, target);
  return target;
}

/** What a manager can be kept from while a test looks: the SQL compiler, the Rust compiler, the start of a process. */
export type Step = 'sql' | 'rust' | 'start';

/** While this file is there, programs of that step wait; with the word `fail` in it they end with code 1. */
export function gateOf(folder: string, step: Step): string {
  return path.join(folder, `hold-${step}`);
}

/**
 * Makes the folder that a manager of this version needs first on its path, `<folder>/bin`, with the stand-ins for the
 * compilers and the pipelines, and answers the path of the manager's program.
 */
export async function layOut(files: string, home: string, folder: string, version: Version): Promise<string> {
  // Beside the stand-ins themselves, as the one for cargo looks for pipelines in its own folder.
  const [bin, standIns] = [path.join(folder, 'bin'), path.join(folder, 'stand-ins')];
  await Promise.all([bin, standIns].map((each) => mkdir(each, {recursive: true})));
  const [manager, pipeline] = await Promise.all([
    unpacked(files, home, version === '0.337' ? 'pipeline-manager' : `old/pipeline-manager-${version}`),
    unpacked(files, home, 'pipeline'),
  ]);
  const text = (name: string): Promise<string> => readFile(path.join(files, name), 'utf8');
  const [java, cargo] = [path.join(standIns, 'java'), path.join(standIns, 'cargo')];
  await Promise.all([
    putProgram(java, await text('bin/java')),
    putProgram(cargo, await text('bin/cargo')),
    putProgram(path.join(bin, 'java'), gated(gateOf(folder, 'sql'), java)),
    putProgram(path.join(bin, 'cargo'), gated(gateOf(folder, 'rust'), cargo)),
  ]);
  await putProgram(path.join(standIns, 'pipeline'), gated(gateOf(folder, 'start'), pipeline));
  if (version === '0.337') {
    // Not the program itself: the manager takes 9 s for the checksum of its 200 MB.
    const real = await unpacked(files, home, 'real-pipeline');
    await putProgram(path.join(standIns, 'real-pipeline'), gated(gateOf(folder, 'start'), real));
  }
  return manager;
}

/** A shell script that runs the program once its gate is open. */
function gated(gate: string, program: string): string {
  const wait = `while [ -e '${gate}' ]; do\n  ! grep -q fail '${gate}' || exit 1\n  sleep 0.05\ndone`;
  return `#!/bin/sh\n${wait}\nexec '${program}' "$@"\n`;
}

async function putProgram(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await chmod(file, 0o755);
}
