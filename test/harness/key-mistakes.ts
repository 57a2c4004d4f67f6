import {remap} from '../../source/kit/keys/remap-keys.ts';
import type {Features} from '../../source/kit/screen/screen.ts';

/** Sections that the page of a pipeline has itself, and that a key opens. */
const ownSections = ['connection'];

/** What is wrong with the keys of features, each in a sentence: taken, or without the page or the part that they open. */
export function keyMistakes({
  commands,
  pages,
  parts,
}: Pick<Features, 'commands' | 'pages' | 'parts'>): readonly string[] {
  const kinds = pages.map(({kind}) => kind);
  const sections = [...parts.map(({name}) => name), ...ownSections];
  const own = commands.map(({id, keys}) => ({command: id, keys, where: `command '${id}'`}));
  const opened = commands.flatMap(({id, opens, section}) => {
    if (opens !== undefined && !kinds.includes(opens)) {
      return `command '${id}' opens '${opens}', but no page is of that kind · there are ${kinds.join(', ')}`;
    }
    if (section !== undefined && !sections.includes(section)) {
      return `command '${id}' opens section '${section}', but no part has that name · there are ${sections.join(', ')}`;
    }
    return [];
  });
  return [...remap(commands, own).problems, ...opened];
}
