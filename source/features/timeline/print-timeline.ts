import {readHistory} from '../../engine/pipelines/pipeline-history.ts';
import {RecordIndex} from '../../engine/records/record-index.ts';
import {eventWords} from '../../kit/journal/pipeline-event.ts';
import {goesOn, noTarget, spanOf, type TimelineEvent, TimelineLines, timelineOf} from '../../kit/journal/timeline.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import {describePipeline} from '../../kit/shell/named-pipelines.ts';
import {sinceTime} from '../../kit/shell/record-selector.ts';
import {type ServerLogOptions, withServerLog} from '../../kit/shell/server-log.ts';
import {missingWords} from '../../kit/words/missing-part.ts';
import {timeOrNull} from '../../lib/format.ts';
import {jsonText} from '../../lib/json.ts';
import {type Timeline, timelineText, timelineWord} from './timeline-words.ts';

/** Bytes that are read at a time. */
const blockBytes = 256 * 1024;

export type TimelineRequest = Pick<Settings, 'since'> & {readonly name: string; readonly output: 'text' | 'json'};

/** The text of `pipetail timeline`. Rejects with an `ApiError`, a `UsageError`, or an `Error` of one line. */
export async function timelineOfServer(request: TimelineRequest, options: ServerLogOptions): Promise<string> {
  const {name, since, output} = request;
  const {client, clock, signal, note} = options;
  const sinceWhen = () => (since === undefined ? undefined : sinceTime(since, clock.wall()));
  // Wrong words are said before a request is made.
  sinceWhen();
  // For the reason why there is no such pipeline.
  await describePipeline(client, name, signal);
  const from = sinceWhen();
  const history = await readHistory(client, name, signal);
  const {all, cut} = await withServerLog(name, options, ({buffer, errors}, cut) => {
    const index = new RecordIndex(buffer);
    const lines = new TimelineLines({buffer, index});
    while (!lines.step(blockBytes));
    return {all: timelineOf({pipeline: name, history, log: {buffer, index, errors, lines}}), cut};
  });
  const events = from === undefined ? all : eventsSince(all, from);
  const ofLog = cut === undefined ? [] : [{part: 'log', why: cut} as const];
  const timeline: Timeline = {pipeline: name, events, missing: [...history.missing, ...ofLog]};
  for (const part of timeline.missing) note(missingWords(part));
  return output === 'json' ? `${jsonText(timelineObject(timeline), 2)}\n` : timelineText(timeline, clock.wall());
}

/** Returns the events that went on at `from`, came later, or have no time. `all`: the newest first. */
function eventsSince(all: readonly TimelineEvent[], from: number): readonly TimelineEvent[] {
  const lastRun = all.find(({kind}) => kind === 'run');
  // An earlier run without an end ended before the next one.
  const lasts = (event: TimelineEvent) => goesOn(event) && (event.kind !== 'run' || event === lastRun);
  return all.filter((event) => lasts(event) || (event.until ?? event.at ?? from) >= from);
}

/** The shape of `pipetail timeline -o json`; times in RFC 3339. */
export function timelineObject({pipeline, events, missing}: Timeline) {
  return {pipeline, missing, rows: events.map(rowObject)};
}

function rowObject(event: TimelineEvent) {
  const {from, to} = spanOf(event);
  return {
    time: timeOrNull(from),
    until: timeOrNull(to),
    what: timelineWord(event),
    text: eventWords(event, noTarget).text,
    count: event.count,
    suppressed: event.suppressed ?? 0,
    from: event.from,
  };
}
