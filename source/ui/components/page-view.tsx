import {clip} from '../../terminal/clip.ts';
import {paint} from '../../terminal/paint.ts';
import type {StyledText} from '../../terminal/styled-text.ts';
import {useController} from '../use-controller.ts';
import {Rows} from './rows.tsx';

/** Rows of text over the whole body, from `offset` on. */
export function PageView(props: {
  readonly lines: readonly StyledText[];
  readonly offset: number;
  readonly height: number;
}) {
  const {controller} = useController();
  const {colors} = controller.services;
  const rows = Array.from({length: props.height}, (_, row) => {
    const line = props.lines[props.offset + row];
    return line ? paint(clip(line, 0, controller.size.columns), colors) : '';
  });
  return <Rows rows={rows} />;
}
