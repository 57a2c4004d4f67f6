import type {StyledText} from '../terminal/styled-text.ts';
import type {Controller} from './controller.ts';
import {describePage} from './describe-page.ts';
import {eventsPage} from './events-page.ts';
import {helpPage} from './help-page.ts';

/** The rows of the open page; none when no page is open. */
export function pageLines(controller: Controller): readonly StyledText[] {
  const {page, active} = controller.state;
  const width = controller.size.columns;
  switch (page?.kind) {
    case undefined:
      return [];
    case 'help':
      return helpPage(width);
    case 'describe': {
      const described = controller.described.get();
      return describePage(described, described && controller.pipeline(described.name), width);
    }
    case 'events': {
      const stream = active === undefined ? undefined : controller.services.manager.get(active);
      return eventsPage(active ?? '', stream?.snapshot.get().events ?? [], width);
    }
  }
}
