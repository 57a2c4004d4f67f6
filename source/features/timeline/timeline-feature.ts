import type {Feature, PipelinePart} from '../../kit/screen/screen.ts';
import {TimelineReader} from './timeline-reader.ts';
import {goToEvent, readTimeline, timelineAsText, timelineSection} from './timeline-section.ts';

export const timelinePart: PipelinePart<TimelineReader> = {
  name: 'timeline',
  above: 'connection',
  start: ({services}) => new TimelineReader(services),
  section: (screen, {name: pipeline}, {kept, width, isAsked}) =>
    timelineSection(screen, {state: kept.state.get(), pipeline, width, isAsked}),
  read: readTimeline,
  goTo: (screen, kept, key) => goToEvent(screen, kept.state.get(), Number(key)),
  text: (screen, kept) => timelineAsText(screen, kept.state.get()),
  redrawnBy: ({state}) => [state],
};

export const timeline: Feature = {
  keys: {
    everywhere: [
      {
        id: 'timeline',
        opens: 'pipeline',
        section: 'timeline',
        keys: ['H'],
        help: 'timeline of the pipeline: states, runs, gaps, errors',
        synonyms: ['history', 'events'],
      },
    ],
  },
  parts: [timelinePart],
};
