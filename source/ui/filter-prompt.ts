import type {Watch} from '../buffer/pattern.ts';
import type {Filter, FilterEntry} from '../filters/filter.ts';
import {filterText, parseFilter} from '../filters/parse-filter.ts';
import {withFilter} from './filter-list.ts';
import type {PromptKind} from './prompt-kind.ts';

/** `&`: another filter, or with the arrow keys one of those there are: changed, or emptied to take it away. */
export const filterPrompt: PromptKind<'filter'> = {
  label: ({edits}) => (edits === undefined ? '& ' : '& (editing) '),
  example: 'text or regex, !text, target:kafka, level:warn',
  keys: ({edits}) => [
    ['Enter', edits === undefined ? 'filter' : 'change'],
    ['↑', 'edit the last'],
  ],
  submit(controller, {text, edits}) {
    const {filters} = controller.pane?.tab.pane ?? {};
    if (!filters) return undefined;
    if (text === '') {
      if (edits !== undefined) controller.changePane({filters: filters.filter(({id}) => id !== edits)});
      return undefined;
    }
    const edited = filters.find(({id}) => id === edits);
    const filter = filterOf(text, edited, controller.services.watch);
    if (typeof filter === 'string') return filter;
    const changed = filters.map((entry) => (entry.id === edits ? {...entry, filter, on: true} : entry));
    controller.changePane({filters: edits === undefined ? withFilter(filters, filter) : changed});
    return undefined;
  },
  recall(controller, prompt, by) {
    const newestFirst = (controller.pane?.tab.pane.filters ?? []).toReversed();
    const index = newestFirst.findIndex(({id}) => id === prompt.edits) + by;
    const typed = prompt.edits === undefined ? prompt.text : (prompt.typed ?? '');
    if (index === -1) return {...prompt, text: typed, edits: undefined};
    const entry = newestFirst[index];
    return entry && {...prompt, text: filterText(entry.filter), edits: entry.id, typed};
  },
};

/** The filter that was typed, or what is wrong with it. What was only looked at stays the filter that it is. */
function filterOf(text: string, edited: FilterEntry | undefined, watch: Watch): Filter | string {
  if (edited && filterText(edited.filter) === text) return edited.filter;
  if (edited && !isTyped(edited)) return 'only typed filters can be changed: empty this one to take it away';
  const parsed = parseFilter(text, {watch});
  return parsed.kind === 'error' ? parsed.text : parsed.filter;
}

/** Made by typing, and so to be changed by typing. */
function isTyped({filter}: FilterEntry): boolean {
  return filter.kind === 'text' || filter.kind === 'target' || filter.kind === 'level';
}
