import {highlightPrompt, searchPrompt} from '../features/search/search.ts';
import {savePrompt} from '../kit/copy/copy.ts';
import {placePrompt, timePrompt} from '../kit/screen/move.ts';
import type {PromptKinds} from '../kit/screen/screen.ts';
import {findNamePrompt} from './screen/handlers/list.ts';
import {filterPrompt} from './screen/handlers/show.ts';

/** All prompts. A new one is a line here. */
export const prompts: PromptKinds = {
  search: searchPrompt,
  filter: filterPrompt,
  highlight: highlightPrompt,
  time: timePrompt,
  place: placePrompt,
  save: savePrompt,
  'find-name': findNamePrompt,
};
