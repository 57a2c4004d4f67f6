import type {Pipeline} from '../../engine/api/types.ts';
import {clean} from '../../lib/clean.ts';
import {textWidth} from '../../lib/width.ts';
import {shorten, shortenWords, wordOffsets} from '../terminal/fit.ts';
import type {Style} from '../terminal/style.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {failureCause, isFailing, type PipelineState, pipelineState} from '../words/pipeline-words.ts';
import {briefFailure} from '../words/reason.ts';

/** `key` shows the trouble in full; undefined: that command has no key. */
type RowSize = {readonly width: number; readonly symbols: Symbols; readonly key: string | undefined};

/** Characters of a cause that any banner has room for. */
const mostShown = 4000;

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
  const text = headOf(state, failed, dot) + cause;
  const [, second = text.length] = wordOffsets(text, size.width - 1, {maxRows: 2});
  return [plain(text.slice(0, second).trimEnd(), state.style), withHint('   ', text.slice(second), state.style, size)];
}

/** A state, why it is so, and the key for the rest. Where a cause does not fit, its mark alone is in front of it. */
export function troubleRow(state: PipelineState, cause: string, size: RowSize): StyledText {
  const {symbols, width} = size;
  const mark = state.symbol === 'degraded' ? symbols.degraded : symbols.failed;
  const head = headOf(state, mark, symbols.dot);
  if (cause === '') return withHint(head.slice(0, -3), '', state.style, size);
  return withHint(textWidth(head + cause) < width ? head : ` ${mark} `, cause, state.style, size);
}

function causeOf(pipeline: Pipeline): string {
  const known = causes.get(pipeline) ?? shownCause(pipeline);
  causes.set(pipeline, known);
  return known;
}

/** A cause may have megabytes, and each layout measures it. It begins with what went wrong: a row is cut at its end. */
function shownCause(pipeline: Pipeline): string {
  return clean(briefFailure((failureCause(pipeline) ?? '').slice(0, mostShown)));
}

function headOf({word}: PipelineState, mark: string, dot: string): string {
  return ` ${mark} ${word} ${dot} `;
}

/** A cause that is whole needs the room more than the hint. */
function withHint(head: string, text: string, style: Style, {width, symbols, key}: RowSize): StyledText {
  const hints = key === undefined ? [' '] : [`  press ${key} for details `, `  press ${key} `, ' '];
  const roomBeside = (hint: string) => width - textWidth(hint);
  const cells = textWidth(head) + textWidth(text);
  const hint = hints.find((each) => cells <= roomBeside(each)) ?? hints.at(1) ?? ' ';
  const shown = shorten(head, roomBeside(hint), symbols.ellipsis);
  const cause = shortenWords(text, roomBeside(hint) - textWidth(shown), symbols.ellipsis);
  return concat([plain(shown + cause, style), plain(hint, {dim: true})]);
}
