import type {FilterEntry} from '../filters/filter.ts';
import {filterText, parseFilter} from '../filters/parse-filter.ts';
import {withFilter} from './filter-handlers.ts';
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
    const parsed = parseFilter(text, {watch: controller.services.watch});
    if (parsed.kind === 'error') return parsed.text;
    const {filter} = parsed;
    const changed = filters.map((entry) => (entry.id === edits ? {...entry, filter, on: true} : entry));
    controller.changePane({filters: edits === undefined ? withFilter(filters, filter) : changed});
    return undefined;
  },
  recall(controller, prompt, by) {
    const editable = (controller.pane?.tab.pane.filters ?? []).filter(isTyped).toReversed();
    const index = editable.findIndex(({id}) => id === prompt.edits) + by;
    if (index === -1) return {...prompt, text: '', edits: undefined};
    const entry = editable[index];
    return entry && {...prompt, text: filterText(entry.filter), edits: entry.id};
  },
};

/** Made by typing, and so to be changed by typing. */
function isTyped({filter}: FilterEntry): boolean {
  return filter.kind === 'text' || filter.kind === 'target' || filter.kind === 'level';
}
