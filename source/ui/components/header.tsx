import {paint} from '../../terminal/paint.ts';
import {connectionWords} from '../connection-words.ts';
import {fillRow} from '../fill-row.ts';
import {headerText} from '../header-text.ts';
import {hasLocalTimes} from '../pane-view.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useController} from '../use-controller.ts';
import {useNow} from '../use-now.ts';
import {useSeconds} from '../use-seconds.ts';
import {useStore} from '../use-store.ts';
import {activeTab} from '../view-state.ts';
import {Line} from './line.tsx';

/** The first row: server, list, and the state of the shown tab's connection. */
export function Header() {
  const {controller, view} = useController();
  const {clock, poller, serverName, insecure, colors, symbols, contexts, offsetAt} = controller.services;
  const tab = activeTab(view);
  const context = contexts?.all.find(({name}) => name === contexts.inForce);
  const list = useStore(poller.snapshot);
  const session = useStore(controller.services.session);
  const serverVersion = useStore(controller.services.serverVersion);
  const snapshot = useActiveLog();
  const connection = connectionWords(snapshot?.connection, useNow(controller.services), (snapshot?.endId ?? 0) > 0);
  useSeconds(clock, connection.countdown);
  const text = headerText({
    context: context?.name,
    serverName,
    serverVersion,
    insecure,
    session,
    list,
    pipeline: view.active === undefined ? undefined : controller.pipeline(view.active),
    connection,
    paused: tab?.pane.position.kind === 'held',
    recording: snapshot?.recording,
    width: controller.size.columns,
    now: clock.wall(),
    offsetAt: tab && hasLocalTimes(tab.pane) ? offsetAt : () => 0,
    symbols,
  });
  const row = context?.color === undefined ? text : fillRow(text, context.color, colors);
  return <Line text={paint(row, colors)} />;
}
