import type {LogBuffer} from '../../engine/buffer/log-buffer.ts';
import {filterText, isTyped} from '../../engine/filters/filter.ts';
import type {RecordIndex} from '../../engine/records/record-index.ts';
import {isoTime, shellWord} from '../../lib/format.ts';
import type {PaneOnScreen} from '../pane/pane-on-screen.ts';
import type {Screen} from '../screen/screen.ts';
import {commandWords} from '../settings/option.ts';
import {pipelinesOf} from '../state/view-state.ts';
import {stripSgr} from '../terminal/sgr.ts';

/** Entries that are passed to find the time of a record without one. */
const mostPassed = 2_000;

/** Place for a report: the record's hash, and the command that shows it; none for stdin, or without a time. */
type CopiedPlace = {readonly hash: string; readonly command: string | undefined};

/** Returns the place of the record that an entry is in. */
export function placeOf(screen: Screen, at: PaneOnScreen, id: number): CopiedPlace {
  const {index, source} = at.model;
  const head = Math.max(source.buffer.firstId, index.headOf(id));
  const hash = hashOfRecord(source.buffer, index, head);
  const time = timeTextNear(at, head);
  const what = whatOf(screen, at, head);
  if (time === undefined || !what) return {hash, command: undefined};
  const filters = at.tab.pane.filters.filter(({on, filter}) => on && isTyped(filter));
  const words = [
    ...['pipetail', ...what.first, '--at', `${time}#${hash}`],
    ...filters.flatMap(({filter}) => ['--filter', filterText(filter)]),
    ...what.last,
  ];
  return {hash, command: words.map(shellWord).join(' ')};
}

/** The words that open the log, before and behind its options; undefined: it cannot be opened again. */
function whatOf(screen: Screen, {tab, model}: PaneOnScreen, head: number) {
  const {catalog, serverWords} = screen.services;
  const names = pipelinesOf(tab);
  const name = names[model.source.merge?.originAt(head) ?? 0] ?? tab.name;
  const found = catalog.find(name) ?? catalog.find(tab.name);
  if (found) return found.kind === 'stdin' ? undefined : {first: ['open', found.path], last: []};
  const isCommand = commandWords.some((word) => word === name);
  return isCommand ? {first: serverWords, last: ['--', name]} : {first: [...serverWords, name], last: []};
}

/** Returns the time with all its digits, as sent in UTC; for a record without one, that of the last one before it. */
function timeTextNear({model: {index, source}}: PaneOnScreen, head: number): string | undefined {
  const dated = datedNear(source.buffer, index, head);
  if (!dated) return undefined;
  // Digits below a millisecond are in the text alone.
  const line = index.datingLine(dated.id)?.toString('latin1') ?? '';
  const begun = isoTime(dated.time).slice(0, -1);
  const digits = line.slice(line.indexOf(begun) + begun.length).match(/^\d{0,6}(?=Z)/)?.[0] ?? '';
  return line.includes(begun) ? `${begun}${digits}Z` : `${begun}Z`;
}

/** The record that begins at `head`, or the last one before it that has a time: Unix time in ms. */
export function datedNear(
  buffer: LogBuffer,
  index: RecordIndex,
  head: number,
): {readonly id: number; readonly time: number} | undefined {
  const first = Math.max(buffer.firstId, head - mostPassed);
  for (let id = head; id >= first; id--) {
    const time = index.timeAt(id);
    if (time !== undefined) return {id, time};
  }
  return undefined;
}

/** The hash of the record that begins at `head`. */
export function hashOfRecord(buffer: LogBuffer, index: RecordIndex, head: number): string {
  const lines = index.linesOf(head).flatMap((id) => buffer.lineAt(id) ?? []);
  return recordHash(lines);
}

/**
 * Eight hex digits that tell a record from others: of all its lines, as they are without colours, so that a file that has
 * lost its colours has the same record.
 */
function recordHash(lines: Iterable<Uint8Array>): string {
  let hash: number | undefined;
  for (const line of lines) hash = hashOf(stripSgr(line), hash);
  return (hash ?? 0).toString(16).padStart(8, '0');
}

/** FNV-1a, 32 bits: enough, with the time, to tell a record. `from`: the hash of what is before these bytes. */
function hashOf(bytes: Uint8Array, from = 0x811c9dc5): number {
  let hash = from;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
