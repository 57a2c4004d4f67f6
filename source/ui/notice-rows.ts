import {shorten} from '../terminal/clip.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {wrapWords} from './wrap-words.ts';

/** A notice in the last two rows of the screen: what does not fit above the keys takes their place. */
export function noticeRows(notice: string, width: number, symbols: Symbols): readonly [string, string | undefined] {
  const [first = '', ...rest] = wrapWords(notice, width - 2);
  const [second, ...others] = rest;
  if (second === undefined || others.length === 0) return [` ${first}`, second && ` ${second}`];
  return [` ${first}`, ` ${shorten(rest.join(' '), width - 2, symbols.ellipsis)}`];
}
