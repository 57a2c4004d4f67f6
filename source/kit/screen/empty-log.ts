import {isOpen} from '../../engine/connection/state.ts';
import type {FileState, LogSnapshot} from '../../engine/logs/log-snapshot.ts';
import {clean} from '../../lib/clean.ts';
import type {ReadableStore} from '../../lib/store.ts';
import {type CommandTable, pressTo} from '../keys/commands.ts';
import {closest} from '../settings/parse-values.ts';
import {wrapWords} from '../terminal/fit.ts';
import {plain, type StyledText} from '../terminal/styled-text.ts';
import {briefCause} from '../words/failure-words.ts';
import {awaitedLog, awaitsRecording} from './log-waits.ts';
import type {Screen} from './screen.ts';
import {listFailureWords} from './server-state.ts';

/** Why the pane has no lines to show. */
export type EmptyLog =
  /** No tab is open. */
  | {readonly kind: 'no-tab'}
  /** `since`: as `LongWait.since`. */
  | {readonly kind: 'awaited'; readonly what: string; readonly since: ReadableStore<number | undefined>}
  /** No line of it came: the server does not answer, or refuses. `why`: `no answer since 21:44:41 UTC (timed out)`. */
  | {readonly kind: 'not-read'; readonly why: string}
  /** An opened log without a line. `why`: a sentence. */
  | {readonly kind: 'no-lines'; readonly why: string}
  /** `closest`: the listed pipeline with a similar name. */
  | {readonly kind: 'no-pipeline'; readonly name: string; readonly closest: string | undefined};

/** Returns why the pane has no lines; undefined: it has lines, or there is nothing to say. */
export function emptyLog(screen: Screen): EmptyLog | undefined {
  const {tab, services, logWaits} = screen;
  const {pipelines, failure} = services.poller.snapshot.get();
  if (!tab) {
    if (services.catalog.listed) return screen.listed.length > 0 ? {kind: 'no-tab'} : undefined;
    const since = services.poller.waitingSince;
    return failure ? undefined : {kind: 'awaited', what: 'the list of pipelines', since};
  }
  const snapshot = screen.logOf(tab)?.snapshot.get();
  if (!snapshot || snapshot.endId > 0) return undefined;
  const {file} = snapshot;
  if (file) return {kind: 'no-lines', why: emptyFileWords(file)};
  const isListed = pipelines?.some(({name}) => name === tab.name) ?? true;
  if (!tab.merges && !isListed && isUnknown(snapshot)) {
    const names = (pipelines ?? []).map(({name}) => name);
    return {kind: 'no-pipeline', name: tab.name, closest: closest(tab.name, names)};
  }
  const why = refusalOf(screen, snapshot);
  if (why !== undefined) return {kind: 'not-read', why};
  const awaited = awaitedLog(screen, tab);
  if (!awaited) return undefined;
  const what = awaitsRecording(awaited.snapshot.get()) ? 'recording' : 'log';
  return {kind: 'awaited', what: `the ${what} of ${awaited.name}`, since: logWaits.since(awaited)};
}

function refusalOf(screen: Screen, {connection}: LogSnapshot): string | undefined {
  if (!connection || isOpen(connection)) return undefined;
  const failure =
    connection.kind === 'waiting'
      ? connection.failure
      : connection.kind === 'gone' && connection.reason.kind === 'refused'
        ? connection.reason.failure
        : undefined;
  return listFailureWords(screen) ?? (failure && failure.kind !== 'cancelled' ? briefCause(failure) : undefined);
}

/** The rows of the pane. `waited`: how long, such as `4 s`; undefined while that is not worth a word. */
export function emptyLogRows(
  empty: EmptyLog,
  {
    waited,
    width,
    commands,
  }: {readonly waited: string | undefined; readonly width: number; readonly commands: CommandTable},
): readonly StyledText[] {
  const sentence = (text: string) => (text === '' ? '' : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`);
  const words = (text: string, style = {}) => wrapWords(clean(text), width - 2).map((row) => plain(` ${row}`, style));
  const dim = {dim: true} as const;
  switch (empty.kind) {
    case 'no-tab':
      return words(sentence(pressTo(commands, ['open-tab', 'show the log under the cursor'])), dim);
    case 'no-lines':
      return words(empty.why, dim);
    case 'not-read':
      return words(`This log was not read: ${empty.why}.`);
    case 'awaited':
      return waited === undefined ? [] : words(`waiting for ${empty.what}, ${waited}`, dim);
    case 'no-pipeline': {
      const {name, closest} = empty;
      const hint = sentence(pressTo(commands, ['record-page', 'open it']));
      return [
        ...words(`There is no pipeline '${name}'.`, {bold: true}),
        ...(closest === undefined
          ? words(sentence(pressTo(commands, ['other-side', 'choose one in the list'])))
          : words(`Did you mean '${closest}'?${hint === '' ? '' : ` ${hint}`}`)),
        ...words('Its log appears here when it is created.', dim),
      ];
    }
  }
}

function emptyFileWords({kind, why}: FileState): string {
  switch (kind) {
    case 'reading':
      return 'reading';
    case 'followed':
      return 'There are no lines yet. They appear here when they come.';
    case 'ended':
      return 'There are no lines in it.';
    case 'failed':
      return why ?? 'It cannot be read.';
  }
}

function isUnknown({connection}: LogSnapshot): boolean {
  if (connection?.kind !== 'gone') return false;
  const {reason} = connection;
  if (reason.kind === 'deleted') return true;
  return reason.kind === 'refused' && reason.failure.kind === 'fatal' && reason.failure.reason === 'unknown-pipeline';
}
