import {awayHandlers} from './away-handlers.ts';
import type {CommandId} from './commands.ts';
import {commonHandlers} from './common-handlers.ts';
import {contextsHandlers} from './contexts-handlers.ts';
import type {Controller} from './controller.ts';
import {detailHandlers} from './detail-handlers.ts';
import {errorsHandlers} from './errors-handlers.ts';
import {filterHandlers} from './filter-handlers.ts';
import {logHandlers} from './log-handlers.ts';
import {marksHandlers} from './marks-handlers.ts';
import {pageHandlers} from './page-handlers.ts';
import {searchHandlers} from './search-handlers.ts';
import {showHandlers} from './show-handlers.ts';
import {sidebarHandlers} from './sidebar-handlers.ts';
import {takeHandlers} from './take-handlers.ts';

/** What a command does. `keyName` tells commands apart that share one, such as the tab numbers. */
export type Handler = (controller: Controller, keyName: string) => void;

/** Every command of the table has one: the compiler sees to it. */
export const handlers: Readonly<Record<CommandId, Handler>> = {
  ...commonHandlers,
  ...sidebarHandlers,
  ...logHandlers,
  ...searchHandlers,
  ...filterHandlers,
  ...showHandlers,
  ...takeHandlers,
  ...pageHandlers,
  ...detailHandlers,
  ...marksHandlers,
  ...errorsHandlers,
  ...awayHandlers,
  ...contextsHandlers,
};
