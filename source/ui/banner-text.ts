import type {Pipeline} from '../api/types.ts';
import {shorten} from '../terminal/clip.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import type {Symbols} from '../terminal/symbols.ts';
import {textWidth} from '../terminal/width.ts';
import {failureWord, isFailing} from './pipeline-state.ts';

/** `key`: what shows all of it; undefined: none does. */
export type BannerSize = {readonly width: number; readonly symbols: Symbols; readonly key: string | undefined};

/** What is wrong with a failing pipeline in one row: compiler and deployment errors are not in its log. */
export function bannerText(pipeline: Pipeline | undefined, {width, symbols, key}: BannerSize): StyledText | undefined {
  if (!pipeline || !isFailing(pipeline)) return undefined;
  const {deploymentError} = pipeline;
  const word = failureWord(pipeline);
  const text = sanitise(` ${symbols.failed} ${word}${deploymentError ? `: ${deploymentError.cause}` : ''}`).text;
  const hint = key === undefined ? ' ' : `  ${key}: in full `;
  const room = width - textWidth(hint);
  return concat([plain(shorten(text, room, symbols.ellipsis), {fg: 1}), plain(hint, {dim: true})]);
}
