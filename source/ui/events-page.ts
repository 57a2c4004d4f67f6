import type {ConnectionEvent} from '../streams/connection-state.ts';
import {oldServerWords} from '../streams/login.ts';
import {sanitise} from '../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {dateTime} from '../viewport/words.ts';
import {wrapWords} from './wrap-words.ts';

export type EventsView = {
  readonly name: string;
  /** Base URL. */
  readonly server: string;
  /** Of the server; undefined: not known. */
  readonly version: string | undefined;
  readonly events: readonly ConnectionEvent[];
  readonly width: number;
};

/** What a tab's connection goes to, and what happened to it and to its pipeline, newest first. */
export function eventsPage({name, server, version, events, width}: EventsView): readonly StyledText[] {
  const old = oldServerWords(version);
  const heading = [
    plain(` Events of ${name}, newest first (UTC)`, {bold: true}),
    plain(sanitise(` ${server}  Feldera ${version ?? 'of unknown version'}`).text, {dim: true}),
    ...(old === undefined
      ? []
      : wrapWords(sanitise(old).text, Math.max(10, width - 2)).map((line) => plain(` ${line}`, {fg: 3}))),
    plain(''),
  ];
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
