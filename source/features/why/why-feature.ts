import type {Feature, PipelinePart} from '../../kit/screen/screen.ts';
import {CheckpointReader} from './checkpoint-reader.ts';
import {findingFacts} from './format-finding.ts';
import {describedWhy, goToFinding, whereTo, whySection} from './why-section.ts';

/** It reads the log for checkpoints that failed. */
const whyPart: PipelinePart<CheckpointReader> = {
  name: 'why',
  above: 'state',
  start: ({services}) => new CheckpointReader(services.clock),
  section: (screen, described, {kept, width}) =>
    whySection(screen, {described, width, failedCheckpoints: kept.state.get()}),
  read(screen, kept, pipeline) {
    kept.start(screen.services.logs.get(pipeline), () => {
      const tab = screen.state.tabs.find((each) => each.name === pipeline);
      return tab && screen.indexOf(tab);
    });
  },
  goTo: goToFinding,
  isConnector: (screen, kept, key) => whereTo(screen, kept, key) === 'connector',
  described: (screen, described, kept) => ({facts: findingFacts(describedWhy(screen, described, kept.state.get()))}),
  redrawnBy: ({state}) => [state],
};

export const why: Feature = {parts: [whyPart]};
