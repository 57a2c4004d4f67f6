import type {Pipeline} from '../../engine/api/types.ts';
import {clean} from '../../lib/clean.ts';
import {textWidth} from '../../lib/width.ts';
import {shorten, wrapWords} from '../terminal/fit.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {cutBeforeEnd} from '../words/excerpt.ts';
import {failureCause, isFailing, type PipelineState, pipelineState} from '../words/pipeline-words.ts';

/** `key` shows the trouble in full; undefined: that command has no key. */
type RowSize = {readonly width: number; readonly symbols: Symbols; readonly key: string | undefined};

/** Characters of the beginning of a cause, and of its end, that any banner has room for. */
const mostShown = 2000;

/** Causes by pipeline, of which a new list makes new ones: what a compiler says may be long, and each layout asks. */
const causes = new WeakMap<Pipeline, string>();

/** Returns the rows that a pipeline needs above its log: two where its cause does not fit into one, 0 unless it fails. */
export function bannerHeight(pipeline: Pipeline | undefined, width: number): number {
  if (!pipeline || !isFailing(pipeline)) return 0;
  return textWidth(headOf(pipelineState(pipeline), 'x', 'x') + causeOf(pipeline)) < width ? 1 : 2;
}

/** The rows about a failing pipeline: compiler and deployment errors are not in its log. `height`: of `bannerHeight`. */
export function bannerRows(pipeline: Pipeline, height: number, size: RowSize): readonly StyledText[] {
  const state = pipelineState(pipeline);
  const cause = causeOf(pipeline);
  if (height < 2) return [troubleRow(state, cause, size)];
  const {failed, dot} = size.symbols;
  const [first = '', ...rest] = wrapWords(headOf(state, failed, dot) + cause, size.width - 1);
  return [plain(first, state.style), withHint('   ', rest.join(' '), state.style, size)];
}

/** A state, why it is so, and the key for the rest. */
export function troubleRow(state: PipelineState, cause: string, size: RowSize): StyledText {
  const {symbols} = size;
  const head = headOf(state, state.symbol === 'degraded' ? symbols.degraded : symbols.failed, symbols.dot);
  return cause === '' ? withHint(head.slice(0, -3), '', state.style, size) : withHint(head, cause, state.style, size);
}

function causeOf(pipeline: Pipeline): string {
  const known = causes.get(pipeline) ?? shownCause(pipeline);
  causes.set(pipeline, known);
  return known;
}

/** A cause may have megabytes, and each layout measures it: two rows have room for its beginning and its end. */
function shownCause(pipeline: Pipeline): string {
  const cause = failureCause(pipeline) ?? '';
  const isLong = cause.length > 2 * mostShown;
  return clean(isLong ? `${cause.slice(0, mostShown)} ${cause.slice(-mostShown)}` : cause);
}

function headOf({word}: PipelineState, mark: string, dot: string): string {
  return ` ${mark} ${word} ${dot} `;
}

/** A cause that is whole needs the room more than the hint. */
function withHint(head: string, text: string, style: Style, {width, symbols, key}: RowSize): StyledText {
  const cause = plain(text, style);
  const hints = key === undefined ? [' '] : [`  press ${key} for details `, `  press ${key} `, ' '];
  const roomBeside = (hint: string) => width - textWidth(hint);
  const cells = textWidth(head) + textWidth(text);
  const hint = hints.find((each) => cells <= roomBeside(each)) ?? hints.at(1) ?? ' ';
  const shown = plain(shorten(head, roomBeside(hint), symbols.ellipsis), style);
  const room = roomBeside(hint) - textWidth(shown.text);
  return concat([shown, cutBeforeEnd(cause, room, symbols.ellipsis), plain(hint, {dim: true})]);
}
