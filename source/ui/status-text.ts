import {clip, padTo} from '../terminal/clip.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {byteSize, count, counted} from '../viewport/words.ts';

export type StatusView = {
  readonly search: SearchStatus | undefined;
  /** Highlighted patterns that took too long, as typed: they are painted no more. */
  readonly stoppedHighlights: readonly string[];
  readonly newBelow: number;
  readonly lineCount: number;
  readonly byteLength: number;
  readonly droppedLines: number;
  readonly wrap: boolean;
  readonly asSent: boolean;
  readonly fold: boolean;
  readonly selecting: boolean;
  readonly pan: number;
  readonly following: boolean;
  readonly width: number;
  readonly symbols: Symbols;
};

export type SearchStatus = {
  readonly text: string;
  /** The pattern does not compile as a regex and is searched as it stands. */
  readonly literal: boolean;
  readonly hits: number;
  /** 1-based, of the current line among the hits. */
  readonly rank: number | undefined;
  /** The pattern took too long and was stopped. */
  readonly tooSlow: boolean;
  /** Everything held has been searched: the number is exact. */
  readonly complete: boolean;
};

const quiet: Style = {dim: true};

/** The row above the keys: what is searched for, what is new, how much is held, how it is shown. */
export function statusText(view: StatusView): StyledText {
  const words = rightWords(view);
  // Half of a narrow row belongs to the search and the counts.
  while (words.length > 1 && textWidth(words.join('  ')) > view.width / 2) words.shift();
  const right = plain(words.join('  '), quiet);
  const room = Math.max(0, view.width - textWidth(right.text) - 1);
  return concat([padTo(clip(leftWords(view), 0, room), room), clip(right, 0, view.width), plain(' ')]);
}

/** `/refused  3 of 41`, as the status line and the prompt say it. */
export function searchWords(search: SearchStatus, {ellipsis}: Symbols): string {
  if (search.tooSlow) return 'stopped: this pattern takes too long';
  const hits = counted(search.hits, 'line', 'lines');
  const place = search.rank === undefined ? hits : `${count(search.rank)} of ${count(search.hits)}`;
  const found = search.hits === 0 && search.complete ? 'no match' : place;
  return `${found}${search.complete ? '' : ellipsis}${search.literal ? '  not a regex: searched as typed' : ''}`;
}

function leftWords(view: StatusView): StyledText {
  const parts: StyledText[] = [];
  if (view.search) {
    parts.push(plain(` /${view.search.text}`, {bold: true}), plain(`  ${searchWords(view.search, view.symbols)}`));
  }
  for (const pattern of view.stoppedHighlights) parts.push(plain(`  *${pattern} stopped: takes too long`, {fg: 1}));
  if (view.newBelow > 0) {
    parts.push(plain(`  +${count(view.newBelow)} new ${view.symbols.down}`, {fg: 6, bold: true}));
  }
  parts.push(plain(`  ${counted(view.lineCount, 'line', 'lines')}  ${byteSize(view.byteLength)}`, quiet));
  if (view.droppedLines > 0) {
    parts.push(plain(`  ${counted(view.droppedLines, 'older line', 'older lines')} dropped`, quiet));
  }
  return concat(parts);
}

function rightWords(view: StatusView): string[] {
  const words: string[] = [];
  if (view.pan > 0) words.push(`column ${count(view.pan + 1)}`);
  if (view.selecting) words.push('selecting');
  if (view.fold) words.push('folded');
  if (view.asSent) words.push('as sent');
  words.push(view.wrap ? 'wrap on' : 'wrap off');
  words.push(view.following ? 'following' : 'paused');
  return words;
}
