import {setTimeout as sleep} from 'node:timers/promises';
import {createRandom, type Random} from '../../demo/random.ts';
import {bytesOfKey} from '../../test/harness/keys.ts';
import {slowLine} from '../../test/harness/slow-link.ts';
import {openTerminal, type Terminal} from '../../test/harness/terminal.ts';
import {startOf} from '../frame/built-program.ts';
import {BusyServer} from '../frame/busy-server.ts';
import {linesReceived} from '../frame/log-program.ts';
import type {BenchContext, Row, Sample} from '../frame/row.ts';
import {quantile} from '../frame/statistics.ts';

/** A key, and what is to be looked for once it is pressed: made right before, so that it may compare with then. */
type Press = {readonly key: string; readonly sight: (terminal: Terminal) => () => boolean};

/** Between two presses, milliseconds: as fast as keys are hit one after the other, at no fixed phase of the frames. */
const shortest = 30;
const longest = 130;
/** Enough lines to page through. */
const fewLines = 500;
/** Milliseconds that a start or a key over a slow line may take before the run is given up, and a key on a fast one. */
const patience = 60_000;
const keyPatience = 10_000;
/** Milliseconds: a program that sends more than the line takes has filled the line's buffer by then. */
const settleMs = 4000;

/**
 * From key to screen while one log comes at 10,000 lines/s: keys that change what is seen, pressed while it follows and
 * while it is held, in a terminal of 200×50. See `timePresses` for what is counted.
 */
async function keys({tree, logFile}: BenchContext): Promise<Sample> {
  const names = ['orders'];
  await using server = new BusyServer({pipelines: names, writers: 1, rate: 10_000, log: await logFile()});
  const {url} = await server.ask('work');
  await using terminal = await openTerminal({...startOf(tree, '--host', url, ...names), cols: 200, rows: 50});
  await terminal.waitFor(hasLog, {timeout: patience, hint: 'a live log'});
  // The keys go to the log once the list has been hidden.
  await terminal.press('z', 'z');
  const presses = Array.from({length: Math.ceil(200 / logPresses.length)}, () => logPresses).flat();
  return {p99Ms: quantile(await timePresses(terminal, presses, createRandom(1, 'keys'), keyPatience), 0.99)};
}

/**
 * The same over a line of 64 kbit/s with a round trip of 500 ms, before which no key can show, while one of ten pipelines
 * logs 2,000 lines/s, in a terminal of 120×40.
 */
async function keysOverSlowLine({tree, logFile}: BenchContext): Promise<Sample> {
  const names = Array.from({length: 10}, (_, index) => `pipeline-${index + 1}`);
  await using server = new BusyServer({pipelines: names, writers: 1, rate: 2000, log: await logFile()});
  const {url} = await server.ask('work');
  const program = startOf(tree, '--host', url, ...names);
  await using terminal = await openTerminal({...program, cols: 120, rows: 40, link: slowLine});
  await terminal.waitFor(hasLog, {timeout: patience, hint: 'a live log'});
  for (const key of ['1', 'z', 'z']) {
    await terminal.press(key);
    await sleep(2 * slowLine.roundTrip);
  }
  await sleep(settleMs);
  const presses = [openHelp, closeHelp, ...logPresses];
  return {p95Ms: quantile(await timePresses(terminal, presses, createRandom(1, 'keys'), patience), 0.95)};
}

function hasLog(terminal: Terminal): boolean {
  return /\bLIVE\b/.test(terminal.row(0)) && linesReceived(terminal) >= fewLines;
}

/** In the row above the keys. */
const statusHas = (word: string) => (terminal: Terminal) => () => terminal.row(-2).includes(word);
/** As it is titled now, and was in commits of before. */
const events = /\b(?:Connection|Events) of /;
const help = 'type to find';

const openHelp: Press = {key: '?', sight: (terminal) => () => terminal.text().includes(help)};
const closeHelp: Press = {key: 'Esc', sight: (terminal) => () => !terminal.text().includes(help)};
const openEvents: Press = {key: 'i', sight: (terminal) => () => events.test(terminal.text())};
const closeEvents: Press = {key: 'i', sight: (terminal) => () => !events.test(terminal.text())};
const asSent: Press = {key: 'J', sight: statusHas('as sent')};
const compact: Press = {key: 'J', sight: (terminal) => () => !statusHas('as sent')(terminal)()};
const turn: readonly Press[] = [openEvents, closeEvents, asSent, compact];

/** Rows that hold the log whatever else there is; while it is held, only a key moves them. */
const paneRows = (terminal: Terminal) => terminal.screen().slice(4, 12).join('\n');

function moves(key: string): Press {
  return {
    key,
    sight: (terminal) => {
      const before = paneRows(terminal);
      return () => paneRows(terminal) !== before;
    },
  };
}

const wrapWord = (terminal: Terminal) => /wrap (\w+)/.exec(terminal.row(-2))?.[1];

const changesWrap: Press = {
  key: 'w',
  sight: (terminal) => {
    const before = wrapWord(terminal);
    return () => ![before, undefined].includes(wrapWord(terminal));
  },
};

/** Keys of the log that change what is seen: while it follows, then while it is held, then back. */
const logPresses: readonly Press[] = [
  ...turn,
  changesWrap,
  changesWrap,
  {key: 'p', sight: (terminal) => () => terminal.row(0).includes('PAUSED')},
  ...['PageUp', 'PageUp', 'PageDown', 'PageUp'].map(moves),
  ...turn,
  // Commits of before say LIVE while a log is paused, too.
  {key: 'G', sight: (terminal) => () => !terminal.row(0).includes('PAUSED')},
];

/**
 * Presses keys at random intervals, each once the one before is seen, and times them: from the write to the terminal to
 * the end of the first whole frame that shows what the key does, drawn by an emulator. What that takes counts too, about
 * 1 ms for a frame of 200×50, and the loop of this process is its clock: differences below 1 ms cannot be measured.
 */
async function timePresses(
  terminal: Terminal,
  presses: readonly Press[],
  random: Random,
  within: number,
): Promise<number[]> {
  const times: number[] = [];
  for (const {key, sight} of presses) {
    await sleep(shortest + random.integer(longest - shortest));
    times.push(await timePress(terminal, key, sight(terminal), within));
  }
  return times;
}

async function timePress(terminal: Terminal, key: string, isSeen: () => boolean, within: number): Promise<number> {
  if (isSeen()) throw new Error(`what ${key} shows is there before it is pressed\n${terminal.text()}`);
  const {promise, resolve, reject} = Promise.withResolvers<number>();
  const lost = setTimeout(() => reject(new Error(`nothing came of ${key}\n${terminal.text()}`)), within);
  const begun = performance.now();
  const end = terminal.eachFrame(() => isSeen() && resolve(performance.now() - begun));
  terminal.write(bytesOfKey(key));
  try {
    return await promise;
  } finally {
    clearTimeout(lost);
    end();
  }
}

export const rows: readonly Row[] = [
  {
    ...{name: 'keys', ours: {what: 'key to screen at 10,000 lines/s, p99', measure: keys}},
    ...{figure: 'p99Ms', unit: 'ms', target: {of: 'value', atMost: 50}},
  },
  {
    name: 'slow-line-keys-flood',
    ours: {what: 'key to screen, 2,000 lines/s over 64 kbit/s, p95', measure: keysOverSlowLine},
    ...{figure: 'p95Ms', unit: 'ms', target: {of: 'value', atMost: 1500}},
  },
];
