import {memo} from 'react';
import {Rows} from './rows.tsx';

/** One row of the screen, cut to its width and painted already. */
export const Line = memo(function Line({text}: {readonly text: string}) {
  return <Rows rows={[text]} />;
});
