import {keyGroups} from '../keys/command.ts';
import {pageCommands} from '../keys/common-commands.ts';
import type {Feature, Features} from './screen.ts';

/** Below each heading keys are in the order of the features, and so are pages. */
export function joinFeatures(features: readonly Feature[]): Features {
  const rows = keyGroups.flatMap(([group, context]) =>
    features.flatMap(({keys}) => keys?.[group] ?? []).map((row) => ({...row, group, context})),
  );
  const pages = features.flatMap(({pages = []}) => pages);
  const added = (context: string) => features.flatMap(({pageKeys}) => pageKeys?.[context] ?? []);
  const ofPages = pages.flatMap(({keys}) =>
    keys ? pageCommands({...keys, own: [...(keys.own ?? []), ...added(keys.context)]}) : [],
  );
  return {
    commands: [...rows, ...ofPages],
    keys: new Map([...rows, ...pages.flatMap(({context}) => added(context))].map((row) => [row.id, row])),
    parts: features.flatMap(({parts = []}) => parts),
    pages,
    strip: features.find((feature) => feature.strip)?.strip,
    atStart: (settings) => features.flatMap((feature) => feature.atStart?.(settings) ?? []),
    prompts: Object.assign({}, ...features.map(({prompts}) => prompts)),
  };
}
