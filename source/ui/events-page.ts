import type {ConnectionEvent} from '../streams/connection-state.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {dateTime} from '../viewport/words.ts';
import {wrapWords} from './wrap-words.ts';

/** What happened to a tab's connection, newest first. */
export function eventsPage(name: string, events: readonly ConnectionEvent[], width: number): readonly StyledText[] {
  const heading = [plain(` Connection of ${name}, newest first (UTC)`, {bold: true}), plain('')];
  if (events.length === 0) return [...heading, plain(' nothing has happened yet', {dim: true})];
  const rows = events
    .toReversed()
    .flatMap((event) =>
      wrapWords(sanitise(event.text).text, Math.max(10, width - 23)).map((line, index) =>
        concat([plain(` ${index === 0 ? dateTime(event.at) : ' '.repeat(19)}  `, {dim: true}), plain(line)]),
      ),
    );
  return [...heading, ...rows];
}
