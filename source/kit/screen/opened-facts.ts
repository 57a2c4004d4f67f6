import {shortenHome} from '../../engine/disk/save-file.ts';
import {needsFormat} from '../../engine/filters/filter.ts';
import {hasCaughtUp} from '../../engine/logs/log-snapshot.ts';
import type {Capabilities} from '../../engine/opened/found-log.ts';
import {notRecognised} from '../../engine/records/log-format.ts';
import {count} from '../../lib/format.ts';
import type {Command} from '../keys/commands.ts';
import {pipelinesOf, type Tab} from '../state/view-state.ts';
import {type Fact, factsOf} from '../viewport/markdown.ts';
import {utc} from '../viewport/time-column.ts';
import {fileWords, openedKind, sizeWords} from '../words/opened-words.ts';
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

/**
 * Why levels and times mean nothing in the shown tab; undefined: they do, or that is not known. A pipeline's log has lines
 * without them, such as those that programs print, and may get others at any time.
 */
export function formatProblem({services: {catalog, logs}, tab}: Pick<Screen, 'services' | 'tab'>): string | undefined {
  const names = tab ? pipelinesOf(tab) : [];
  if (names.length === 0 || catalog.capabilitiesOf(names).hasServer) return undefined;
  const isUnrecognised = (name: string) => {
    const log = logs.get(name);
    return log !== undefined && log.format.isRecognised === false && hasCaughtUp(log.snapshot.get());
  };
  return names.every(isUnrecognised) ? notRecognised : undefined;
}

/** Says why levels and times mean nothing in the tab of this name once it is read, if it is shown: filters that would hide all of it are off. */
export function tellFormat(screen: Pick<Screen, 'services' | 'tab' | 'changePane' | 'say'>, name: string): void {
  const {tab} = screen;
  const problem = tab?.name === name ? formatProblem(screen) : undefined;
  if (!tab || problem === undefined) return;
  const filters = tab.pane.filters.map((each) => (needsFormat(each.filter) ? {...each, on: false} : each));
  screen.changePane({filters});
  screen.say(problem);
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
