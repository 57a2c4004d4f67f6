import {Text} from 'ink';
import {memo} from 'react';

/** One row of the screen, cut to size and painted already: the cheapest thing that Ink can draw. */
export const Line = memo(function Line({text}: {readonly text: string}) {
  // Ink gives an empty Text no row.
  return <Text wrap="truncate">{text === '' ? ' ' : text}</Text>;
});
