import {connectorPage} from '../features/connectors/connector-page.ts';
import {contextsPage} from '../features/contexts/contexts-page.ts';
import {errorsPage} from '../features/errors/errors-page.ts';
import {helpPage} from '../features/help/help-page.ts';
import {marksPage} from '../features/marks/marks-page.ts';
import {recordPage} from '../features/record/record-page.ts';
import type {Command, CommandTable} from '../kit/keys/command.ts';
import {commands} from '../kit/keys/command-table.ts';
import {rowGroups} from '../kit/keys/commands.ts';
import {pageCommands} from '../kit/keys/common-commands.ts';
import type {Page} from '../kit/screen/screen.ts';
import {pipelinePage} from './screen/pages/pipeline-page.ts';

/** All pages, in the order of their keys in help and docs. A new one is a line here. */
export const pages: readonly Page[] = [
  helpPage,
  pipelinePage,
  connectorPage,
  recordPage,
  marksPage,
  errorsPage,
  contextsPage,
];

/** All commands: dispatch, footer, help and docs/keys.md are made from this table and nothing else. */
export const allCommands: CommandTable = rowGroups<Command>([
  ...commands,
  ...pages.flatMap(({opener}) => opener ?? []),
  ...pages.flatMap(({keys}) => (keys ? pageCommands(keys) : [])),
]).flatMap((group) => group.commands);
