import {shortenHome} from '../../engine/disk/save-file.ts';
import {hasEnded} from '../../engine/logs/log-snapshot.ts';
import type {Capabilities} from '../../engine/opened/found-log.ts';
import {notRecognised} from '../../engine/records/log-format.ts';
import {endedRun, type Run} from '../../engine/records/runs.ts';
import {clean} from '../../lib/clean.ts';
import {count, counted} from '../../lib/format.ts';
import type {Command} from '../keys/command.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import {type Fact, factsOf} from '../viewport/markdown.ts';
import {timeNear, utc} from '../viewport/time-column.ts';
import {fileWords, openedKind, sizeWords} from '../words/opened-words.ts';
import {endWords, noEnd, runState} from '../words/run-words.ts';
import {formatProblem} from './format-notice.ts';
import type {Screen} from './screen.ts';

/** Names what was opened, for the header: path and kind of the only log (of stdin the kind), else how many. */
export function openedTitle({services}: Screen): string {
  const {found} = services.catalog;
  const [only] = found;
  if (!only || found.length > 1) return counted(found.length, 'log', 'logs');
  const kind = openedKind(only);
  return only.kind === 'stdin' ? kind : `${clean(shortenHome(only.path, services.home))}  ${kind}`;
}

/** Why a tab, or without one the screen, has no connection, as a sentence of the user; undefined: it has one. */
function noConnectionWords({services: {catalog}}: Screen, tab: Tab | undefined): string | undefined {
  const {hasServer, readFrom}: Pick<Capabilities, 'hasServer' | 'readFrom'> = tab
    ? catalog.capabilitiesOf(pipelinesOf(tab))
    : catalog;
  if (hasServer) return undefined;
  const what = readFrom === undefined ? 'these logs are files' : `this log is read from ${readFrom}`;
  return `no connection: ${what}`;
}

/** Returns whether what a command needs is missing here. */
export function lacks(screen: Screen, need: Command['needs']): boolean {
  if (need === undefined) return false;
  if (need === 'format') return formatProblem(screen) !== undefined;
  return noConnectionWords(screen, need === 'server' ? undefined : screen.tab) !== undefined;
}

/** Why a command does nothing here; undefined: it has what it needs. */
export function lackWords(screen: Screen, {id, needs}: Command): string | undefined {
  if (!lacks(screen, needs)) return undefined;
  if (needs === 'format') return formatProblem(screen);
  const {tab} = screen;
  return (
    screen.features.keys.get(id)?.without?.(screen, tab) ??
    noConnectionWords(screen, needs === 'server' ? undefined : tab)
  );
}

/** Returns where an opened log is, how large, and how far it was read, each with its name; empty for any other tab. */
export function openedFacts({services}: Screen, name: string): readonly Fact[] {
  const log = services.logs.get(name);
  const found = services.catalog.find(name);
  if (!log || !found) return [];
  const {file, lineCount, droppedLines} = log.snapshot.get();
  // As the other times of these pages.
  const inUtc = {now: services.clock.wall(), offsetAt: utc};
  const recordings = found.kind === 'recording' ? found.recordings.length : 1;
  return factsOf({
    'read from': openedKind(found),
    path: found.path === '-' ? undefined : shortenHome(found.path, services.home),
    recordings: recordings > 1 ? count(recordings) : undefined,
    size: file && sizeWords(file),
    state: file && (file.why ?? fileWords(file, inUtc).text),
    lines: `${count(lineCount)}${droppedLines > 0 ? `, ${count(droppedLines)} older ones dropped` : ''}`,
  });
}

/** Returns what an opened log itself tells of its pipeline, as far as it was read; empty for any other tab. */
export function loggedFacts(screen: Screen, name: string): readonly Fact[] {
  const {logs, catalog} = screen.services;
  const log = catalog.find(name) && logs.get(name);
  const tab = screen.state.tabs.find((each) => each.name === name);
  const runs = (tab && screen.indexOf(tab)?.runs.filter(({state}) => state !== 'unknown')) ?? [];
  const last = runs.at(-1);
  if (!log) return [];
  const {endId} = log.buffer;
  const shown = last && hasEnded(log.snapshot.get()) ? endedRun(last, endId) : last;
  const groups = log.errors.byKey.size;
  const errors = [...log.errors.byKey.values()].reduce((sum, group) => sum + group.count, 0);
  const known = errors === 0 ? 'none' : `${count(errors)} of ${counted(groups, 'kind', 'kinds')}`;
  return factsOf({
    runs: shown && `${count(runs.length)}, the last one ${lastWords(shown)}`,
    errors: log.format.isRecognised === false ? `not known: ${notRecognised}` : known,
  });
}

/** Returns the words after `the last one`: `failed to start`. */
function lastWords(run: Run): string {
  const state = runState(run);
  if (state === 'start failed') return 'failed to start';
  return state === 'cut short' ? `${endWords(run)}, ${noEnd}` : endWords(run);
}

/** Until when what goes on has lasted, as Unix time in ms: now, but in a log that is a file until its last record. */
export function lastMoment(screen: Screen, name: string): number {
  const {services, state} = screen;
  const tab = state.tabs.find((each) => each.name === name);
  const buffer = services.catalog.find(name) && services.logs.get(name)?.buffer;
  const index = tab && screen.indexOf(tab);
  const at = buffer && index && timeNear(buffer, index, {id: buffer.endId - 1, step: -1});
  return at ?? services.clock.wall();
}
