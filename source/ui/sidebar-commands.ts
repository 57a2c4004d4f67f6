import type {Command} from './command.ts';

/** Commands of the list of pipelines. */
export const sidebarCommands = [
  {id: 'list-up', context: 'sidebar', group: 'sidebar', keys: ['Up', 'k'], help: 'up'},
  {id: 'list-down', context: 'sidebar', group: 'sidebar', keys: ['Down', 'j'], help: 'down'},
  {id: 'list-page-up', context: 'sidebar', group: 'sidebar', keys: ['PageUp', 'b', '^U'], help: 'a page up'},
  {id: 'list-page-down', context: 'sidebar', group: 'sidebar', keys: ['PageDown', 'Space', '^D'], help: 'a page down'},
  {id: 'list-top', context: 'sidebar', group: 'sidebar', keys: ['Home', 'g'], help: 'first'},
  {id: 'list-end', context: 'sidebar', group: 'sidebar', keys: ['End', 'G'], help: 'last'},
  {
    id: 'keep',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['Enter'],
    help: 'keep the preview as a tab; again: go to its log',
    hint: 'keep',
  },
  {id: 'find-name', context: 'sidebar', group: 'sidebar', keys: ['/'], help: 'find by name', hint: 'find'},
  {
    id: 'sort',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['o'],
    help: 'sort by name, state or last activity',
    hint: 'sort',
  },
  {id: 'mark-pipeline', context: 'sidebar', group: 'sidebar', keys: ['m'], help: 'mark the pipeline for merging'},
  {
    id: 'merge',
    context: 'sidebar',
    group: 'sidebar',
    keys: ['+'],
    help: 'marked pipelines, or all tabs, as one by time',
  },
] as const satisfies readonly Command[];
