import {type ChildProcess, spawn} from 'node:child_process';
import {type FileHandle, open, readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {zstdDecompressSync} from 'node:zlib';
import {createClient} from '../../source/engine/api/client.ts';
import {pipelineLogs} from '../../source/engine/feeds/connection-feed.ts';
import {LogManager} from '../../source/engine/logs/log-manager.ts';
import {ListPoller} from '../../source/engine/pipelines/list-poller.ts';
import {zstdPacker} from '../../source/kit/system/zstd-packer.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {cleanEnvironment} from '../harness/environment.ts';
import {launcher, program} from '../harness/program.ts';
import {SecretWatch} from '../harness/secret-watch.ts';
import {lastWords} from './protocol.ts';
import {type Item, noteItem, type Transcript, transcriptOf} from './transcript.ts';

/** Something real that follows all the logs of its names. */
export type Reader = {
  readonly names: readonly string[];
  /** Which of its logs have not come to their last line. */
  readonly behind: () => Promise<readonly string[]>;
  /** Rejects when it ends before `end` is called. */
  readonly broken: Promise<never>;
  /** Ends it and returns what it made of each log. */
  readonly finish: () => Promise<ReadonlyMap<string, Transcript>>;
  /** Ends it at once. */
  readonly close: () => Promise<void>;
};

const tailBytes = 1024 * 1024;

/** `record`: the folder into which the program records what it prints; undefined: it records nothing. */
type Printing = {readonly url: string; readonly home: string; readonly record: string | undefined};

function argsOf({url, record}: Printing, names: readonly string[]): readonly string[] {
  const recorded = record === undefined ? [] : ['--record', record];
  return [program, 'logs', '--color', 'always', '--follow', '--host', url, ...recorded, ...names];
}

/** `pipetail logs` of one pipeline, stdout and stderr through pipes: stdout must be the log's bytes and nothing else. */
export function logsThroughPipes(printing: Printing, name: string): Reader {
  const {home, record} = printing;
  const env = cleanEnvironment(home);
  const secrets = new SecretWatch(env);
  const child = spawn(launcher, argsOf(printing, [name]), {
    cwd: home,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => secrets.heard(name, bytes));
  }
  const ended = exitOf(child);
  return {
    names: [name],
    broken: unexpected(ended, () => Buffer.concat(stderr).toString()),
    async behind() {
      return Buffer.concat(stdout.slice(-20)).includes(lastWords) ? [] : [name];
    },
    async finish() {
      secrets.lookAtProcesses();
      await interrupt(child, ended);
      secrets.expectNone();
      const printed = linesOf(Buffer.concat(stdout));
      if (record !== undefined) await expectRecorded(record, new Map([[name, printed]]));
      const lines = printed.map((line): Item => ({line}));
      const markers = linesOf(Buffer.concat(stderr)).map((line) => noteItem(markerOf(line, name)));
      return new Map([[name, {items: [...lines, ...markers], inPlace: false}]]);
    },
    close: () => kill(child, ended),
  };
}

/** `pipetail logs` of several pipelines, `> file 2>&1`: each marker is in the file where it happened. */
export async function logsIntoFile(printing: Printing, names: readonly string[]): Promise<Reader> {
  const {home, record} = printing;
  const file = path.join(home, 'logs');
  const output: FileHandle = await open(file, 'a');
  // What is in the file is searched with its folder.
  const env = cleanEnvironment(home);
  const secrets = new SecretWatch(env);
  const child = spawn(launcher, argsOf(printing, names), {
    cwd: home,
    env,
    stdio: ['ignore', output.fd, output.fd],
  });
  const ended = exitOf(child);
  await output.close();
  const width = Math.max(...names.map((name) => name.length));
  const prefixes = names.map((name) => [`${name.padEnd(width)} | `, name] as const);
  return {
    names,
    broken: unexpected(ended, () => `see ${file}`),
    async behind() {
      const tail = (await readTail(file)).toString('latin1');
      return prefixes.flatMap(([prefix, name]) =>
        tail.split('\n').some((line) => line.startsWith(prefix) && line.includes(lastWords)) ? [] : name,
      );
    },
    async finish() {
      secrets.lookAtProcesses();
      await interrupt(child, ended);
      secrets.expectNone();
      const items = new Map<string, Item[]>(names.map((name) => [name, []]));
      for (const line of linesOf(await readFile(file))) {
        const own = prefixes.find(([prefix]) => line.startsWith(prefix));
        if (own) items.get(own[1])?.push({line: line.slice(own[0].length)});
        else {
          const name = /^pipetail: ([^:]+): /.exec(line)?.[1] ?? '';
          const list = items.get(name);
          if (!list) throw new Error(`a line of no pipeline: ${line}`);
          list.push(noteItem(markerOf(line, name)));
        }
      }
      if (record !== undefined) {
        const linesIn = (list: readonly Item[]) => list.flatMap((item) => ('line' in item ? item.line : []));
        await expectRecorded(record, new Map([...items].map(([name, list]) => [name, linesIn(list)])));
      }
      return new Map([...items].map(([name, list]) => [name, {items: list, inPlace: true}]));
    },
    close: () => kill(child, ended),
  };
}

/** The manager's user agent; that of `logs` is `pipetail/<version>`. */
export const managerAgent = 'pipetail/chaos';

/** The streams of the screen, with its list of pipelines and a scrollback that keeps everything. */
export function streamManager(url: string, names: readonly string[]): Reader {
  const clock = systemClock;
  const client = createClient({baseUrl: url, clock, userAgent: managerAgent});
  const poller = new ListPoller({client, clock, random: Math.random});
  // None is on the screen: logs are compressed, and so is what their replays are compared with.
  const manager = new LogManager(
    {
      ...{client, clock, random: Math.random, fps: 12},
      ...{scrollbackBytes: 2 ** 31, packer: zstdPacker},
    },
    pipelineLogs,
  );
  const unsubscribe = poller.snapshot.subscribe(() => {
    const {pipelines, failure} = poller.snapshot.get();
    // As the screen does: a list that fails proves nothing about the pipelines.
    if (pipelines && failure === undefined) manager.updatePipelines(pipelines);
  });
  poller.start();
  const streams = new Map(names.map((name) => [name, manager.open(name)]));
  const close = async () => {
    unsubscribe();
    poller.stop();
    manager.dispose();
    await client.close();
  };
  return {
    names,
    broken: new Promise(() => {}),
    async behind() {
      return names.filter((name) => {
        const buffer = streams.get(name)?.buffer;
        for (let id = (buffer?.endId ?? 0) - 1, left = 20; buffer && left > 0; id--, left--) {
          if (buffer.lineAt(id)?.includes(lastWords)) return false;
        }
        return true;
      });
    },
    async finish() {
      const transcripts = new Map([...streams].map(([name, {buffer}]) => [name, transcriptOf(buffer)]));
      await close();
      return transcripts;
    },
    close,
  };
}

/** The folder of each pipeline holds what was printed of it, line by line, and all of it is in one. */
async function expectRecorded(record: string, printed: ReadonlyMap<string, readonly string[]>): Promise<void> {
  let left = [...printed.values()].reduce((count, lines) => count + lines.length, 0);
  const texts = [...printed].map(([name, lines]) => [name, `\n${lines.join('\n')}\n`] as const);
  for (const folder of await readdir(record)) {
    const recorded = await recordedLines(path.join(record, folder));
    left -= recorded.length;
    const text = `\n${recorded.join('\n')}\n`;
    const isPrinted = texts.some(([name, whole]) => folder.startsWith(`${name}--`) && whole.includes(text));
    if (recorded.length > 0 && !isPrinted) throw new Error(`the recording ${folder} is not what was printed`);
  }
  if (left !== 0) throw new Error(`the recordings of ${[...printed.keys()]} lack ${left} lines`);
}

async function recordedLines(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).filter((file) => /\.log(\.zst)?$/.test(file)).sort();
  const bytes = await Promise.all(
    files.map(async (file) => {
      const stored = await readFile(path.join(folder, file));
      return file.endsWith('.zst') ? zstdDecompressSync(stored) : stored;
    }),
  );
  return linesOf(Buffer.concat(bytes));
}

function markerOf(line: string, name: string): string {
  const head = `pipetail: ${name}: `;
  if (!line.startsWith(head)) throw new Error(`neither a marker nor a line of ${name}: ${line}`);
  return Buffer.from(line.slice(head.length), 'latin1').toString();
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('latin1').split('\n');
  if (lines.pop() !== '') throw new Error('the output ends within a line');
  return lines;
}

async function readTail(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const {size} = await handle.stat();
  const {buffer, bytesRead} = await handle.read({
    buffer: Buffer.alloc(tailBytes),
    position: Math.max(0, size - tailBytes),
  });
  return buffer.subarray(0, bytesRead);
}

type Ended = Promise<{readonly code: number | null; readonly signal: NodeJS.Signals | null}>;

function exitOf(child: ChildProcess): Ended {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // After the end of its output, too.
    child.once('close', (code, signal) => resolve({code, signal}));
  });
}

/** Ignores a rejection that nothing waits for any more. */
async function unexpected(ended: Ended, said: () => string): Promise<never> {
  const {code, signal} = await ended;
  throw new Error(`pipetail logs ended with ${signal ?? code}: ${said().slice(-2000)}`);
}

/** ^C ends `logs --follow` with 130, and everything that it had is out. */
async function interrupt(child: ChildProcess, ended: Ended): Promise<void> {
  child.kill('SIGINT');
  const {code, signal} = await ended;
  if (code !== 130) throw new Error(`pipetail logs ended with ${signal ?? code}`);
}

async function kill(child: ChildProcess, ended: Ended): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}
