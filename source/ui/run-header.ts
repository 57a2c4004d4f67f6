import type {RecordIndex} from '../records/record-index.ts';
import type {Run} from '../records/runs.ts';
import {clip} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import type {Place} from '../viewport/geometry.ts';
import type {Position} from '../viewport/position.ts';
import type {ZoneOffset} from '../viewport/time-column.ts';
import {clockTime, count, dateTime} from '../viewport/words.ts';

export type RunHeaderView = {
  readonly width: number;
  readonly symbols: Symbols;
  /** Wall milliseconds: of today's times the date is left out. */
  readonly now: number;
  /** Of the zone that the log's times are shown in. */
  readonly offsetAt: ZoneOffset;
};

/**
 * The run that the row above the log names: of the first row, and while following of the newest, which is what is
 * watched. `places`: what is on the screen, top to bottom.
 */
export function runShown(
  index: Pick<RecordIndex, 'runAt'>,
  {kind}: Pick<Position, 'kind'>,
  places: readonly Pick<Place, 'id'>[],
): Run | undefined {
  // A line that has not ended may begin a run: it has none yet.
  const newest = kind === 'follow' ? places.findLast(({id}) => index.runAt(id)) : undefined;
  const {id} = newest ?? places[0] ?? {};
  return id === undefined ? undefined : index.runAt(id);
}

/** The row above the log: which run is shown, how it stands or ended, and, where there is room, when. */
export function runHeader(run: Run | undefined, runs: readonly Run[], view: RunHeaderView): StyledText {
  if (!run) return plain('');
  const {width, symbols} = view;
  const dot = plain(` ${symbols.dot} `, {dim: true});
  const number = `run ${count(runs.indexOf(run) + 1)} of ${count(runs.length)}`;
  const state = plain(stateWords(run), run.failed ? {fg: 1, bold: true} : {});
  const row = concat([plain(' '), plain(number, {bold: true}), dot, state, dot, plain(timeWords(run, view))]);
  if (textWidth(row.text) <= width) return row;
  return concat([clip(row, 0, width - 1), plain(symbols.cutRight, {dim: true})]);
}

/** A run that is over and was not stopped is said to have been so last. */
function stateWords({state, endedAt, failed}: Run): string {
  const known = state === 'unknown' ? 'state unknown' : state;
  const isCutShort = endedAt !== undefined && state !== 'stopped' && state !== 'unknown';
  return `${isCutShort ? 'last ' : ''}${known}${failed ? ', failed' : ''}`;
}

/** `since 14:02:18`, `14:02:18 – 14:12:25`, `2026-11-24 14:02:18 – 14:12:25`. */
function timeWords({startedAt, endedAt}: Run, {now, offsetAt}: RunHeaderView): string {
  const inZone = (at: number) => at + offsetAt(at) * 60_000;
  const dayOf = (at: number) => dateTime(inZone(at)).slice(0, 10);
  const words = (at: number, day: string) => (dayOf(at) === day ? clockTime(inZone(at)) : dateTime(inZone(at)));
  const today = dayOf(now);
  if (startedAt === undefined) {
    return endedAt === undefined ? 'its start is not in the log' : `until ${words(endedAt, today)}`;
  }
  if (endedAt === undefined) return `since ${words(startedAt, today)}`;
  return `${words(startedAt, today)} – ${words(endedAt, dayOf(startedAt))}`;
}
