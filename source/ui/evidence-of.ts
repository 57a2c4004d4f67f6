import type {Marker} from '../buffer/marker.ts';
import {filterText} from '../filters/parse-filter.ts';
import {takeLines} from '../take/bytes-of.ts';
import {inSlices} from '../take/in-slices.ts';
import {Evidence} from '../take/markdown.ts';
import {lineAsSent} from '../viewport/line-text.ts';
import {markerText, markerTone} from '../viewport/marker-text.ts';
import type {Controller} from './controller.ts';
import type {PaneAt} from './on-pane.ts';
import type {Choice} from './prompt.ts';
import {idsOf, mostCopied} from './taking.ts';

/** The chosen lines as Markdown, with what a reader has to know of them; undefined when there are too many. */
export async function evidenceOf(
  controller: Controller,
  choice: Choice,
  at: PaneAt,
  signal: AbortSignal,
): Promise<string | undefined> {
  const {clock, serverUrl} = controller.services;
  const {buffer, name} = at.model.source;
  const evidence = new Evidence((line) => lineAsSent(line).text);
  const ids = new SpanOfIds(idsOf(choice, at));
  let bytes = 0;
  for await (const line of inSlices(takeLines(buffer, ids), {clock, signal})) {
    bytes += line.length;
    if (bytes > mostCopied) return undefined;
    evidence.add(line);
  }
  const pipelines = (at.tab.merges ?? [name]).flatMap((each) => controller.pipeline(each) ?? []);
  const platformVersion = versionWords(pipelines);
  return evidence.finish({
    pipeline: name,
    server: serverUrl,
    ...(platformVersion !== undefined && {platformVersion}),
    span: spanOf(at, ids),
    filters: at.tab.pane.filters.filter(({on}) => on).map(({filter}) => filterText(filter)),
    gaps: gapsOf(at, ids),
  });
}

/** The version that the pipelines have, or each with its own; undefined for none. */
export function versionWords(
  pipelines: readonly {readonly name: string; readonly platformVersion: string}[],
): string | undefined {
  const isOne = new Set(pipelines.map(({platformVersion}) => platformVersion)).size <= 1;
  if (isOne) return pipelines[0]?.platformVersion;
  return pipelines.map(({name, platformVersion}) => `${name} ${platformVersion}`).join(', ');
}

/** Passes ids on, and remembers the first and the last. */
class SpanOfIds {
  first: number | undefined;
  last: number | undefined;
  readonly #ids: Iterable<number>;

  constructor(ids: Iterable<number>) {
    this.#ids = ids;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const id of this.#ids) {
      this.first ??= id;
      this.last = id;
      yield id;
    }
  }
}

/** From the first record that has a time to the last. */
function spanOf({model}: PaneAt, {first, last}: SpanOfIds): {from: number; to: number} | undefined {
  if (first === undefined || last === undefined) return undefined;
  const {index} = model;
  const from = firstTime(first, last, (id) => id + 1);
  const to = firstTime(last, first, (id) => id - 1);
  return from === undefined || to === undefined ? undefined : {from, to};

  function firstTime(start: number, end: number, next: (id: number) => number): number | undefined {
    for (let id = start, left = 10_000; left > 0; id = next(id), left--) {
      const time = index.timeAt(id);
      if (time !== undefined || id === end) return time;
    }
    return undefined;
  }
}

/** What was lost, or may have been, within the span. */
function gapsOf({model}: PaneAt, {first = 0, last = -1}: SpanOfIds): readonly string[] {
  return [...model.source.buffer.markers()]
    .filter(([id, marker]) => id >= first && id <= last && markerTone(marker) !== 'quiet' && !isState(marker))
    .map(([, marker]) => markerText(marker));
}

function isState({kind}: Marker): boolean {
  return kind === 'state' || kind === 'program';
}
