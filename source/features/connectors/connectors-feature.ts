import {openAbout, openKind} from '../../kit/pages/page.ts';
import type {Feature} from '../../kit/screen/screen.ts';
import {activityText} from './activity.ts';
import {connectorPage, connectorsSection, memoryLimitOf, minuteSection} from './connector-page.ts';
import {connectorsText} from './connector-table.ts';

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
    {
      name: 'connectors',
      above: 'connection',
      section: (screen, {name}, view) => connectorsSection(screen, name, view),
      goTo: (screen, _, key) => openAbout(screen, 'connector', key),
      isConnector: () => true,
      described: ({events}, {name}) => ({
        texts: [{title: 'Connectors', text: connectorsText(events.connectors.connectors(name))}],
      }),
    },
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
