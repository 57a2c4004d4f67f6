import {Text} from 'ink';
import {memo, useContext} from 'react';
import {toAscii} from '../../terminal/ascii.ts';
import {ControllerContext} from '../use-controller.ts';

/** One row of the screen, cut to size and painted already: the cheapest thing that Ink can draw. */
export const Line = memo(function Line({text}: {readonly text: string}) {
  const isUtf8 = useContext(ControllerContext)?.services.isUtf8 ?? true;
  // Ink gives an empty Text no row.
  return <Text wrap="truncate">{text === '' ? ' ' : isUtf8 ? text : toAscii(text)}</Text>;
});
