import {useApp, useInput, usePaste} from 'ink';
import {useEffect, useMemo} from 'react';
import {keyNames} from '../../../kit/keys/key-names.ts';
import {type Size, smallest} from '../../../kit/screen/layout.ts';
import type {Tab} from '../../../kit/state/view-state.ts';
import {clip} from '../../../kit/terminal/fit.ts';
import {plain} from '../../../kit/terminal/styled-text.ts';
import type {Controller} from '../controller.ts';
import {ControllerContext, useController, useStore} from '../hooks/use-controller.ts';
import {StreamManagerContext, useLayout, useStreamManager} from '../hooks/use-stream-manager.ts';
import {paste, pressKeys} from '../press-keys.ts';
import {Rows} from './rows.tsx';
import {Screen} from './screen.tsx';

/** The program's root. `size` comes from outside: `run/drawn-screen` has the reason. */
export function App({controller, size}: {readonly controller: Controller; readonly size: Size}) {
  return (
    <ControllerContext value={controller}>
      <StreamManagerContext value={controller.services.logs}>
        <Root size={size} />
      </StreamManagerContext>
    </ControllerContext>
  );
}

function Root({size}: {readonly size: Size}) {
  const {controller, view} = useController();
  // A merged tab has no log of its own.
  useStreamManager(useNames(view.tabs.filter(({merges}) => !merges)));
  const {suspendTerminal} = useApp();
  useEffect(() => controller.terminal.attach(suspendTerminal), [controller, suspendTerminal]);
  useEffect(() => controller.start(), [controller]);
  useStore(controller.services.poller.snapshot);
  // Of all rows: the terminal may answer later how light it is.
  useStore(controller.services.colors);
  useInput((input, key) => pressKeys(controller, keyNames(input, key)));
  usePaste((text) => paste(controller, text));
  // The controller has the size already; as a prop, a new size renders.
  const layout = useLayout();
  if (!layout) return <TooSmall size={size} />;
  return <Screen layout={layout} />;
}

/** Returns the names of the tabs: the same array until they change. */
function useNames(tabs: readonly Tab[]): readonly string[] {
  const names = tabs.map(({name}) => name).join('\n');
  return useMemo(() => (names === '' ? [] : names.split('\n')), [names]);
}

function TooSmall({size}: {readonly size: Size}) {
  const words = [`${size.columns}×${size.rows} is too small:`, `pipetail needs ${smallest.columns}×${smallest.rows}`];
  const rows = Array.from({length: size.rows}, (_, row) => clip(plain(words[row] ?? ''), 0, size.columns).text);
  return <Rows rows={rows} />;
}
