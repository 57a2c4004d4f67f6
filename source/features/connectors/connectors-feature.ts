import {openAbout, openKind} from '../../kit/pages/page.ts';
import type {Feature, PipelinePart} from '../../kit/screen/screen.ts';
import {activityText} from './activity.ts';
import {connectorPage, connectorsSection, memoryLimitOf, minuteSection} from './connector-page.ts';
import {connectorsText} from './connector-table.ts';
import {StepReader} from './step-reader.ts';

/** It reads the log for what connectors have done. */
const connectorsPart: PipelinePart<StepReader> = {
  name: 'connectors',
  above: 'connection',
  start: ({services}) => new StepReader(services.clock),
  section: (screen, {name}, view) => connectorsSection(screen, name, view),
  read: ({services}, kept, pipeline) => kept.start(services.logs.get(pipeline)),
  goTo: (screen, _, key) => openAbout(screen, 'connector', key),
  isConnector: () => true,
  described: ({events}, {name}) => ({
    texts: [{title: 'Connectors', text: connectorsText(events.connectors.connectors(name))}],
  }),
  redrawnBy: ({changes}) => [changes],
};

export const connectors: Feature = {
  keys: {
    'log: show': [
      {
        id: 'connectors',
        opens: 'pipeline',
        section: 'connectors',
        keys: ['c'],
        help: 'connectors of the pipeline, and their errors',
      },
    ],
  },
  pages: [connectorPage],
  pageKeys: {
    pipeline: [
      {
        id: 'pipeline-connectors',
        keys: ['c'],
        help: 'go to its connectors, or close them',
        /** Does what the keys of other parts do, which are commands of the log and the list, too. */
        run(screen, keyName) {
          const {page} = screen.state;
          if (page?.kind !== 'pipeline') return;
          if (page.section === 'connectors') screen.dispatch({type: 'page', page: page.under});
          else openKind(screen, page.kind, {keyName, section: 'connectors'});
        },
      },
    ],
  },
  parts: [
    connectorsPart,
    {
      name: 'minute',
      above: 'connection',
      section: (screen, {name}, {width}) => minuteSection(screen, name, width),
      described({services, lookup}, {name}) {
        const text = activityText(services.stats.known.get().get(name), memoryLimitOf(lookup, name));
        return {texts: [{title: 'The last minute', text}]};
      },
    },
  ],
};
