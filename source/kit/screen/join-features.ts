import {keyGroups} from '../keys/command.ts';
import {pageCommands} from '../keys/common-commands.ts';
import type {Feature, Features} from './screen.ts';

/** Below each heading keys are in the order of the features, and so are pages. */
export function joinFeatures(features: readonly Feature[]): Features {
  const rows = keyGroups.flatMap(([group, context]) =>
    features.flatMap(({keys}) => keys?.[group] ?? []).map((row) => ({...row, group, context})),
  );
  const pages = features.flatMap(({pages = []}) => pages);
  return {
    commands: [...rows, ...pages.flatMap(({keys}) => (keys ? pageCommands(keys) : []))],
    keys: new Map(rows.map((row) => [row.id, row])),
    pages,
    prompts: Object.assign({}, ...features.map(({prompts}) => prompts)),
  };
}
