import {Box} from 'ink';
import type {Layout} from '../layout.ts';
import {pageLines} from '../page-lines.ts';
import {troublePage} from '../trouble-page.ts';
import {useActiveLog} from '../use-active-log.ts';
import {useController} from '../use-controller.ts';
import {useSeconds} from '../use-seconds.ts';
import {useStore} from '../use-store.ts';
import {useStreamManager} from '../use-stream-manager.ts';
import {Body} from './body.tsx';
import {FilterLine} from './filter-line.tsx';
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
      {layout.hasFilters ? <FilterLine /> : null}
      {view.prompt ? <PromptLine prompt={view.prompt} /> : <StatusLine />}
      <Footer />
    </Box>
  );
}

function OpenPage({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  useStore(controller.described);
  useStore(controller.services.poller.snapshot);
  useActiveLog();
  return <PageView lines={pageLines(controller)} offset={view.page?.offset ?? 0} height={layout.bodyHeight} />;
}

function Main({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, clock, serverUrl, tokenFrom} = controller.services;
  const list = useStore(poller.snapshot);
  const {stream} = useStreamManager();
  // What has been read stays readable, whatever happens to the list.
  const isAnythingRead = view.tabs.some((tab) => (stream(tab.name)?.snapshot.get().endId ?? 0) > 0);
  const trouble = isAnythingRead
    ? undefined
    : troublePage({list, serverUrl, tokenFrom, now: clock.monotonic(), width: controller.size.columns});
  useSeconds(clock, trouble !== undefined && list.nextTryAt !== undefined);
  if (!trouble) return <Body layout={layout} />;
  // On a small screen the advice matters more than the air around it.
  const lines = trouble.length > layout.bodyHeight ? trouble.filter((line) => line.text !== '') : trouble;
  return <PageView lines={lines} offset={0} height={layout.bodyHeight} />;
}
