import {lostStreamWords, lostWords} from './event-words.ts';
import type {Cause} from './statement.ts';

/** Cells for the words of a lost stream: a page wraps them. */
const enough = 1000;

/** Streams of the process that the runner no longer reads. */
export const lostStreams: Cause = ({log}) => {
  if (!log || log.lostStreams.length === 0) return [];
  const {lostStream: marker, lostStreamId} = log.losses;
  const text = marker
    ? lostStreamWords({marker}, enough)
    : `${log.lostStreams.join(' and ')} of the process is lost until the next start`;
  return [
    {
      ...{key: 'lost stream', severity: 'notice', source: 'log', text},
      since: marker?.at,
      stops: 'what the process writes there is in no log',
      place: {entry: lostStreamId},
    },
  ];
};

/** Places where the log lacks lines. */
export const gaps: Cause = ({log}) => {
  const {gaps: count = 0, gap: marker, atLeast = 0, atMost = 0, gapId} = log?.losses ?? {};
  if (count === 0) return [];
  const text = `The log has ${count === 1 ? 'a gap' : 'gaps'}: ${lostWords({count, atLeast, atMost, marker})}`;
  const last = count === 1 ? undefined : marker?.at;
  return [{...{key: 'gaps', severity: 'notice', source: 'log', text}, last, place: {entry: gapId}}];
};
