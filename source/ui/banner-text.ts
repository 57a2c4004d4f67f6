import type {Pipeline} from '../api/types.ts';
import {clip} from '../terminal/clip.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {isFailing, pipelineState} from './pipeline-state.ts';

const hint = '  d: in full ';

/** What is wrong with a failing pipeline in one row: compiler and deployment errors are not in its log. */
export function bannerText(pipeline: Pipeline | undefined, width: number, symbols: Symbols): StyledText | undefined {
  if (!pipeline || !isFailing(pipeline)) return undefined;
  const {word} = pipelineState(pipeline);
  const cause = pipeline.deploymentError?.message.split('\n')[0];
  const text = sanitise(` ${symbols.failed} ${word}${cause === undefined ? '' : `: ${cause}`}`).text;
  const room = width - hint.length;
  return concat([
    textWidth(text) <= room
      ? plain(text, {fg: 1})
      : concat([clip(plain(text, {fg: 1}), 0, room - 1), plain(symbols.ellipsis, {fg: 1})]),
    plain(hint, {dim: true}),
  ]);
}
