import {paint} from '../../terminal/paint.ts';
import {footerText} from '../footer-text.ts';
import {useController} from '../use-controller.ts';
import {Line} from './line.tsx';

/** The last row: what can be pressed now. */
export function Footer() {
  const {controller} = useController();
  const text = footerText(controller.keyContext, controller.size.columns);
  return <Line text={paint(text, controller.services.depth)} />;
}
