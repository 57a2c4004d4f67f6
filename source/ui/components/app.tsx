import {Box, useApp, usePaste} from 'ink';
import {useEffect, useMemo} from 'react';
import type {Controller} from '../controller.ts';
import {type Size, smallest} from '../layout.ts';
import {ControllerContext, useController} from '../use-controller.ts';
import {useKeys} from '../use-keys.ts';
import {useLayout} from '../use-layout.ts';
import {useStore} from '../use-store.ts';
import {StreamManagerContext, useStreamManager} from '../use-stream-manager.ts';
import {Line} from './line.tsx';
import {Screen} from './screen.tsx';

/** The program's root. `size` comes from outside: see `cli.tsx` for why. */
export function App({controller, size}: {readonly controller: Controller; readonly size: Size}) {
  return (
    <ControllerContext value={controller}>
      <StreamManagerContext value={controller.services.manager}>
        <Root size={size} />
      </StreamManagerContext>
    </ControllerContext>
  );
}

function Root({size}: {readonly size: Size}) {
  const {controller, view} = useController();
  // A merged tab has no connection of its own.
  const names = view.tabs.flatMap((tab) => (tab.merges ? [] : tab.name)).join('\n');
  const wanted = useMemo(() => (names === '' ? [] : names.split('\n')), [names]);
  useStreamManager(wanted);
  const {suspendTerminal} = useApp();
  useEffect(() => controller.terminal.attach(suspendTerminal), [controller, suspendTerminal]);
  useEffect(() => controller.start(), [controller]);
  useStore(controller.services.poller.snapshot);
  useKeys(controller);
  // What is pasted is text, never keys; the prompt has its own use for it.
  usePaste(() => {});
  // The controller knows the size already; the prop is what makes a resize a new frame.
  const layout = useLayout();
  if (!layout) return <TooSmall size={size} />;
  return <Screen layout={layout} />;
}

function TooSmall({size}: {readonly size: Size}) {
  return (
    <Box width={size.columns} height={size.rows} flexDirection="column">
      <Line text={`${size.columns}×${size.rows} is too small:`} />
      {size.rows > 1 ? <Line text={`pipetail needs ${smallest.columns}×${smallest.rows}`} /> : null}
    </Box>
  );
}
