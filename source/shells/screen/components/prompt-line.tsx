import {Box, Text} from 'ink';
import TextInput from 'ink-text-input';
import {searchStatus} from '../../../kit/pane/pane-on-screen.ts';
import {promptExample, promptLabel} from '../../../kit/screen/prompts.ts';
import {characterAt, characterBefore, withSuggestion} from '../../../kit/state/edit-line.ts';
import type {Prompt} from '../../../kit/state/view-state.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {clean} from '../../../lib/clean.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useController, useModelProgress} from '../hooks/use-controller.ts';
import {searchWords} from './status-line.tsx';

const minTextCells = 16;

/** The line being typed, in place of the status line. */
export function PromptLine({prompt}: {readonly prompt: Prompt}) {
  const {controller} = useController();
  useModelProgress(controller.pane?.model);
  const {columns} = controller.size;
  const {symbols} = controller.services;
  const label = clean(` ${promptLabel(controller, prompt)}`);
  const labelCells = Math.min(textWidth(label), columns - minTextCells);
  const status = prompt.kind === 'search' ? statusOf(controller) : '';
  const cells = Math.max(minTextCells, columns - labelCells - textWidth(status));
  const {text, cursor = text.length} = withSuggestion(prompt);
  const [before, at, after] = lineAround(text, cursor, cells, symbols);
  return (
    <Box height={1}>
      <Box flexShrink={0} width={labelCells}>
        <Text bold wrap="truncate">
          {label}
        </Text>
      </Box>
      <Box flexShrink={0}>
        <Text dimColor={prompt.text !== text} wrap="truncate">
          {/* Without focus: it cannot move its cursor by words, and would type the letters of Ctrl and Alt. */}
          <TextInput focus={false} value={before} onChange={() => {}} />
          <Text inverse>{at}</Text>
          {after}
        </Text>
      </Box>
      <Text dimColor wrap="truncate">
        {clean(status || ` ${promptExample(controller, prompt)}`)}
      </Text>
    </Box>
  );
}

/** Returns the words on the search; empty while nothing is searched. */
function statusOf(controller: Controller): string {
  const at = controller.paneOnScreen;
  const status = at && searchStatus(at);
  return status ? `  ${searchWords(status, controller.services.symbols)}` : '';
}

/**
 * The part of a line around its cursor that fits, as it can be shown: what is before the cursor, the character there (a
 * blank at the end), what is after it. A sign stands for the rest on each side. The text scrolls when fewer than a third
 * of the cells are left after the cursor.
 */
export function lineAround(
  text: string,
  cursor: number,
  cells: number,
  {cutLeft, cutRight}: Pick<Symbols, 'cutLeft' | 'cutRight'>,
): readonly [before: string, at: string, after: string] {
  const character = characterAt(text, cursor);
  const at = character ? shownAs(character.text) : ' ';
  const room = cells - textWidth(at);
  const from = character?.end ?? text.length;
  const least = from < text.length ? textWidth(cutRight) : 0;
  const wanted = Math.max(least, piecesIn(following(text, from), Math.floor(room / 3)).cells);
  const before = piecesIn(preceding(text, cursor), room - wanted, cutLeft);
  const after = piecesIn(following(text, from), room - before.cells, cutRight);
  return [before.shown.reverse().join(''), at, after.shown.join('')];
}

type Fitted = {readonly shown: string[]; readonly cells: number};

/** Returns as many of the pieces as fit. If there are more, `cut` is the last. */
function piecesIn(pieces: Iterable<string>, cells: number, cut = ''): Fitted {
  const shown: string[] = [];
  let used = 0;
  for (const piece of pieces) {
    shown.push(piece);
    used += textWidth(piece);
    if (used <= cells) continue;
    const room = cells - textWidth(cut);
    while (used > room && shown.length > 0) used -= textWidth(shown.pop() ?? '');
    return {shown: [...shown, cut], cells: used + textWidth(cut)};
  }
  return {shown, cells: used};
}

function* following(text: string, from: number): Generator<string> {
  for (let next = characterAt(text, from); next; next = characterAt(text, next.end)) yield shownAs(next.text);
}

function* preceding(text: string, from: number): Generator<string> {
  for (let next = characterBefore(text, from); next; next = characterBefore(text, next.start)) yield shownAs(next.text);
}

/** Cells of the longest placeholder, `<U+10FFFF>`. */
const mostCells = 10;

/** A visible character in cells of which all terminals show the same number; of a flag or the like, its first part. */
function shownAs(character: string): string {
  const whole = clean(character);
  return textWidth(whole) <= mostCells ? whole : clean(String.fromCodePoint(character.codePointAt(0) ?? 0));
}
