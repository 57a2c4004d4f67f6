import {paint} from '../../terminal/paint.ts';
import {connectionWords} from '../connection-words.ts';
import {headerText} from '../header-text.ts';
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
  const {clock, poller, serverName, insecure, depth, symbols} = controller.services;
  const list = useStore(poller.snapshot);
  const session = useStore(controller.services.session);
  const snapshot = useActiveLog();
  const connection = connectionWords(snapshot?.connection, useNow(controller.services), (snapshot?.endId ?? 0) > 0);
  useSeconds(clock, connection.countdown);
  const text = headerText({
    serverName,
    insecure,
    session,
    list,
    pipeline: view.active === undefined ? undefined : controller.pipeline(view.active),
    connection,
    paused: activeTab(view)?.pane.position.kind === 'held',
    recording: snapshot?.recording,
    width: controller.size.columns,
    now: clock.wall(),
    symbols,
  });
  return <Line text={paint(text, depth)} />;
}
