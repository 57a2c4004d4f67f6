import {paint} from '../../terminal/paint.ts';
import {plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import {type FooterPlace, footerText, keyRow} from '../footer-text.ts';
import {noticeRows} from '../notice-rows.ts';
import {promptKeys} from '../prompt-actions.ts';
import {useController} from '../use-controller.ts';
import {promptInUse} from '../view-state.ts';
import {Line} from './line.tsx';

/** The last row: what can be pressed now; before that, what a prompt or a notice has to say. */
export function Footer() {
  const {controller} = useController();
  return <Line text={paint(textOf(controller), controller.services.colors)} />;
}

function textOf(controller: Controller): StyledText {
  const {notice} = controller.state;
  const prompt = promptInUse(controller.state);
  const {symbols, isUtf8} = controller.services;
  const width = controller.size.columns;
  if (prompt?.problem !== undefined) return plain(noticeRows(prompt.problem, width, symbols)[0], {fg: 1});
  if (prompt) return keyRow(promptKeys(prompt), {width, isUtf8});
  const second = notice === undefined ? undefined : noticeRows(notice, width, symbols)[1];
  return second === undefined
    ? footerText(controller.commands, placeOf(controller), {width, isUtf8})
    : plain(second, {bold: true});
}

function placeOf({keyContext, pane, services}: Controller): FooterPlace {
  // Without contexts there is nothing to choose on their page.
  if (keyContext === 'contexts' && !services.contexts?.all.length) return 'page';
  if (keyContext !== 'log' || !pane) return keyContext;
  const {selectedFrom, position} = pane.tab.pane;
  if (selectedFrom !== undefined) return 'selecting';
  return position.kind === 'held' ? 'paused log' : 'log';
}
