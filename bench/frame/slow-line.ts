import {setTimeout as sleep} from 'node:timers/promises';
import {plainLine} from '../../demo/log-lines.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {createRandom} from '../../source/lib/random.ts';
import {bytesOfKey} from '../../test/harness/keys.ts';
import {slowLine} from '../../test/harness/slow-link.ts';
import {openTerminal, type Terminal} from '../../test/harness/terminal.ts';
import {timePresses} from './key-times.ts';
import {paced} from './paced.ts';
import type {BenchContext, Sample} from './row.ts';
import type {SlowViewer} from './slow-viewers.ts';
import {quantile} from './statistics.ts';

const pipelines = Array.from({length: 10}, (_, index) => `pipeline-${index + 1}`);
const [logged = ''] = pipelines;
/** Milliseconds: a program that sends more than the line takes has filled the line's buffer by then. */
const settleMs = 4_000;
const watchMs = 8_000;
/** So long a key may take before the run is given up. */
const keyPatience = 60_000;
/** Lines before the program starts: some to page through. */
const past = 300;
/** Between the keys that end a program. */
const keyGap = 50;
const ended = 'the shell again';

/**
 * A viewer over a line of 64 kbit/s with a round trip of 500 ms, in a terminal of 120×40, while its log gets `rate` lines
 * a second: bytes to the terminal for each line and each second, how old the oldest line is that is not on the screen
 * yet, what keys take to show, and what the end takes, until the shell's next words are on the screen.
 */
export async function overSlowLine(viewer: SlowViewer, rate: number, context: Context): Promise<Sample> {
  return await whileFollowing(viewer, rate, context, async (terminal) => {
    const random = createRandom(1, 'keys');
    const times = viewer.presses.length === 0 ? [] : await timePresses(terminal, viewer.presses, random, keyPatience);
    const quitMs = await timeQuit(terminal, viewer.quit);
    if (times.length === 0) return {quitMs};
    return {quitMs, keyP50Ms: quantile(times, 0.5), keyP95Ms: quantile(times, 0.95), keyMaxMs: Math.max(...times)};
  });
}

/** As `overSlowLine`, without keys. */
export async function bytesOverSlowLine(viewer: SlowViewer, rate: number, context: Context): Promise<Sample> {
  return await whileFollowing(viewer, rate, context, () => Promise.resolve({}));
}

type Context = Pick<BenchContext, 'tree'>;

async function whileFollowing(
  viewer: SlowViewer,
  rate: number,
  {tree}: Context,
  act: (terminal: Terminal) => Promise<Sample>,
): Promise<Sample> {
  await using server = await quietServer();
  const log = new Log(server, rate);
  log.write(past);
  const {command, args = []} = viewer.start({tree, url: server.url, names: pipelines});
  const script = `trap : INT; "$@"; echo; echo ${ended}; exec cat`;
  await using terminal = await openTerminal({
    ...{command: 'sh', args: ['-c', script, 'sh', command, ...args], cols: 120, rows: 40},
    link: slowLine,
  });
  await terminal.waitFor(viewer.isReady, {timeout: keyPatience});
  for (const key of viewer.before) {
    await terminal.press(key);
    await sleep(2 * slowLine.roundTrip);
  }
  log.begin();
  await sleep(settleMs);
  const watched = await watch(terminal, log);
  const acted = await act(terminal);
  await log.end();
  return {...watched, ...acted, mostQueued: terminal.link?.mostQueued ?? 0};
}

async function quietServer(): Promise<DemoServer & AsyncDisposable> {
  const server = await DemoServer.start({scenario: quiet(...pipelines)});
  return Object.assign(server, {[Symbol.asyncDispose]: () => server.close()});
}

/** Numbered lines at a steady rate, and when each was written. */
class Log {
  readonly #server: DemoServer;
  readonly #rate: number;
  readonly #written: number[] = [];
  #writing: Promise<void> | undefined;
  #isOver = false;

  constructor(server: DemoServer, rate: number) {
    this.#server = server;
    this.#rate = rate;
  }

  get lines(): number {
    return this.#written.length;
  }

  /** When a line was written, on the clock of `performance.now()`; undefined: not yet. */
  writtenAt(number: number): number | undefined {
    return this.#written[number - 1];
  }

  write(lines: number): void {
    const pipeline = this.#server.pipeline(logged);
    for (let each = 0; each < lines; each++) {
      this.#written.push(performance.now());
      const message = messageOf(this.#written.length);
      const target = 'dbsp_adapters::controller';
      pipeline.write(plainLine({name: logged}, pipeline.stamp(), {level: 'INFO', target, message}));
    }
  }

  begin(): void {
    this.#writing = paced(Number.POSITIVE_INFINITY, this.#rate, {
      now: () => performance.now(),
      wait: () => (this.#isOver ? Promise.reject(new Error(ended)) : sleep(5)),
      act: () => this.write(1),
    }).catch(() => {});
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
  }
}

/** No two lines differ in their number alone. */
function messageOf(number: number): string {
  const records = (number * 7919) % 10_007;
  return `step ${number} is done: ${records} records from ${1 + (number % 5)} inputs in ${(number * 31) % 997} ms`;
}

/** The number of the newest line on the screen; 0: none is there. */
function newestShown(terminal: Terminal): number {
  return Math.max(0, ...Array.from(terminal.text().matchAll(/step (\d+) is done/g), ([, digits]) => Number(digits)));
}

async function watch(terminal: Terminal, log: Log): Promise<Sample> {
  const ages: number[] = [];
  let shown = newestShown(terminal);
  // At the end of each wait for a frame the text is as old as it gets.
  const look = () => {
    const missing = log.writtenAt(shown + 1);
    if (missing !== undefined) ages.push(performance.now() - missing);
    shown = Math.max(shown, newestShown(terminal));
  };
  const before = {bytes: terminal.output.length, lines: log.lines};
  const endOfFrames = terminal.eachFrame(look);
  await sleep(watchMs);
  endOfFrames();
  look();
  const bytes = terminal.output.length - before.bytes;
  return {
    bytesPerLine: bytes / (log.lines - before.lines),
    bytesPerSecond: (bytes / watchMs) * 1000,
    ageP50Ms: quantile(ages, 0.5),
    ageMaxMs: Math.max(...ages),
  };
}

async function timeQuit(terminal: Terminal, keys: readonly string[]): Promise<number> {
  const begun = performance.now();
  for (const key of keys) {
    terminal.write(bytesOfKey(key));
    await sleep(keyGap);
  }
  await terminal.waitFor(ended, {timeout: keyPatience});
  return performance.now() - begun;
}
