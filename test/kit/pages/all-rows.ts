import {kindOf} from '../../../source/kit/pages/page.ts';
import type {PageRows} from '../../../source/kit/pages/page-rows.ts';
import type {Screen} from '../../../source/kit/screen/screen.ts';
import type {StyledText} from '../../../source/kit/terminal/styled-text.ts';

/** All rows of the open page. */
export function rowsOfPage(controller: Screen, width = controller.size.columns): PageRows {
  const {page} = controller.state;
  return page ? kindOf(controller, page).rows(controller, page, {width}) : [];
}

/** Every row of a page. */
export function allRows(page: PageRows): readonly StyledText[] {
  return Array.from({length: page.length}, (_, index) => {
    const row = page.at(index);
    if (!row) throw new Error(`row ${index} is missing`);
    return row;
  });
}

/** Their texts, without the blanks at the end. */
export function allTexts(page: PageRows): string[] {
  return allRows(page).map(({text}) => text.trimEnd());
}

/** The texts of a part of the page of a pipeline; empty if the page is not open at it. */
export function sectionTexts(controller: Screen, section: string, width: number): readonly string[] {
  const {page} = controller.state;
  const rows = rowsOfPage(controller, width);
  const part = page?.section === section ? rows.partOf?.(section) : undefined;
  return part ? allTexts(rows).slice(part.top, part.end) : [];
}
