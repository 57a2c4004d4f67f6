import {Box} from 'ink';
import {clip} from '../../terminal/clip.ts';
import {paint} from '../../terminal/paint.ts';
import {plain, type StyledText} from '../../terminal/styled-text.ts';
import {useController} from '../use-controller.ts';
import {Line} from './line.tsx';

/** Rows of text over the whole body, from `offset` on. */
export function PageView(props: {
  readonly lines: readonly StyledText[];
  readonly offset: number;
  readonly height: number;
}) {
  const {controller} = useController();
  const {colors} = controller.services;
  const rows = Array.from({length: props.height}, (_, row) => props.lines[props.offset + row] ?? plain(''));
  return (
    <Box flexDirection="column" height={props.height}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its index.
        <Line key={index} text={paint(clip(row, 0, controller.size.columns), colors)} />
      ))}
    </Box>
  );
}
