import {Transform} from 'ink';
import {memo, useContext} from 'react';
import {toAscii} from '../../../kit/terminal/fit.ts';
import {ControllerContext} from '../hooks/use-controller.ts';

/**
 * Painted rows of the screen. Ink lays out blank rows that never change, and `transform` puts these in their place.
 * Following 10,000 lines/s at 200×50 takes 14 % less CPU than with a Text for each row.
 */
export function Rows({rows}: {readonly rows: readonly string[]}) {
  const isUtf8 = useContext(ControllerContext)?.services.isUtf8 ?? true;
  const finished = isUtf8 ? rows : rows.map(toAscii);
  return <Transform transform={(_, row) => finished[row] ?? ''}>{blankRows(rows.length)}</Transform>;
}

/** A blank in each row: Ink leaves out empty text. */
function blankRows(count: number): string {
  return Array.from({length: count}, () => ' ').join('\n');
}

export const Line = memo(function Line({text}: {readonly text: string}) {
  return <Rows rows={[text]} />;
});
