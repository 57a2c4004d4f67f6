import {shortenHome} from '../../engine/disk/save-file.ts';
import type {Capabilities} from '../../engine/opened/found-log.ts';
import {count} from '../../lib/format.ts';
import type {Command} from '../keys/command.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import {type Fact, factsOf} from '../viewport/markdown.ts';
import {utc} from '../viewport/time-column.ts';
import {fileWords, openedKind, sizeWords} from '../words/opened-words.ts';
import {formatProblem} from './format-notice.ts';
import type {Screen} from './screen.ts';

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
