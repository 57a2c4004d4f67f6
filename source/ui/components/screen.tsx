import {Box} from 'ink';
import type {Layout} from '../layout.ts';
import {pageLines} from '../page-lines.ts';
import {troublePage} from '../trouble-page.ts';
import {useController} from '../use-controller.ts';
import {useSeconds} from '../use-seconds.ts';
import {useStore} from '../use-store.ts';
import {useStreamManager, useTabSnapshot} from '../use-stream-manager.ts';
import {Body} from './body.tsx';
import {Footer} from './footer.tsx';
import {Header} from './header.tsx';
import {PageView} from './page-view.tsx';
import {PromptLine} from './prompt-line.tsx';
import {StatusLine} from './status-line.tsx';

/** Header, body, status line and keys; a page or the trouble with the server takes the body's place. */
export function Screen({layout}: {readonly layout: Layout}) {
  const {view} = useController();
  return (
    <Box flexDirection="column">
      <Header />
      {view.page ? <OpenPage layout={layout} /> : <Main layout={layout} />}
      {view.prompt ? <PromptLine prompt={view.prompt} layout={layout} /> : <StatusLine layout={layout} />}
      <Footer />
    </Box>
  );
}

function OpenPage({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  useStore(controller.described);
  useStore(controller.services.poller.snapshot);
  const {stream} = useStreamManager();
  useTabSnapshot(view.active === undefined ? undefined : stream(view.active));
  return <PageView lines={pageLines(controller)} offset={view.page?.offset ?? 0} height={layout.bodyHeight} />;
}

function Main({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, clock, serverUrl} = controller.services;
  const list = useStore(poller.snapshot);
  // Tabs that are open stay readable whatever happens to the list.
  const trouble =
    view.tabs.length > 0
      ? undefined
      : troublePage({list, serverUrl, now: clock.monotonic(), width: controller.size.columns});
  useSeconds(clock, trouble !== undefined && list.nextTryAt !== undefined);
  return trouble ? <PageView lines={trouble} offset={0} height={layout.bodyHeight} /> : <Body layout={layout} />;
}
