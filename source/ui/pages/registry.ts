import type {Command, CommandTable} from '../keys/command.ts';
import {commands} from '../keys/command-table.ts';
import {rowGroups} from '../keys/commands.ts';
import {pageCommands} from '../keys/common-commands.ts';
import {connectorPage} from './connector.ts';
import {contextsPage} from './contexts.ts';
import {errorsPage} from './errors.ts';
import {helpPage} from './help.ts';
import {marksPage} from './marks.ts';
import type {Page} from './page.ts';
import {pipelinePage} from './pipeline.ts';
import {recordPage} from './record.ts';

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

const byKind = new Map(pages.map((page) => [page.kind, page]));

/** The kind of an open page. Throws for one that is not in the list. */
export function kindOf({kind}: {readonly kind: string}): Page {
  const page = byKind.get(kind);
  if (!page) throw new Error(`no page is called '${kind}'`);
  return page;
}
