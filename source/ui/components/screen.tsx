import {Box} from 'ink';
import {clip} from '../../terminal/fit.ts';
import {paint} from '../../terminal/sgr.ts';
import type {StyledText} from '../../terminal/styled-text.ts';
import {useNow, useSeconds} from '../hooks/use-clock.ts';
import {useController, useStore} from '../hooks/use-controller.ts';
import {useActiveLog, useStreamManager} from '../hooks/use-stream-manager.ts';
import type {Layout} from '../layout.ts';
import {pageShown} from '../pages/pages.ts';
import {troublePage} from '../pages/trouble.ts';
import {promptInUse} from '../state/view-state.ts';
import {Body} from './body.tsx';
import {FilterLine} from './filter-line.tsx';
import {Footer} from './footer.tsx';
import {Header} from './header.tsx';
import {PromptLine} from './prompt-line.tsx';
import {Rows} from './rows.tsx';
import {StatusLine} from './status-line.tsx';
import {useTabLabels} from './tab-bar.ts';

/** Header, body, status line and keys; a page or the trouble with the server takes the body's place. */
export function Screen({layout}: {readonly layout: Layout}) {
  const {view} = useController();
  return (
    <Box flexDirection="column">
      <Header />
      {view.page ? <OpenPage layout={layout} /> : <Main layout={layout} />}
      {view.page ? null : <Bottom layout={layout} />}
      <Footer />
    </Box>
  );
}

/** The rows below the body. `place`: which part of a page is shown. */
function Bottom({layout, place}: {readonly layout: Layout; readonly place?: string}) {
  const prompt = promptInUse(useController().view);
  return (
    <>
      {layout.hasFilters ? <FilterLine /> : null}
      {prompt ? <PromptLine prompt={prompt} /> : <StatusLine place={place} />}
    </>
  );
}

function OpenPage({layout}: {readonly layout: Layout}) {
  const {controller} = useController();
  useStore(controller.described);
  useStore(controller.services.poller.snapshot);
  useActiveLog();
  // The list of errors is of all tabs: it is drawn again when the marks of one change.
  useTabLabels(controller);
  useStore(controller.attention.mutes);
  const {rows, place} = pageShown(controller);
  return (
    <>
      <PageView rows={rows} height={layout.bodyHeight} />
      <Bottom layout={layout} place={place} />
    </>
  );
}

function Main({layout}: {readonly layout: Layout}) {
  const {controller, view} = useController();
  const {poller, clock, serverUrl, tokenFrom, contexts} = controller.services;
  const list = useStore(poller.snapshot);
  const now = useNow(controller.services);
  const {stream} = useStreamManager();
  // What has been read stays readable, whatever happens to the list.
  const isAnythingRead = view.tabs.some((tab) => (stream(tab.name)?.snapshot.get().endId ?? 0) > 0);
  const trouble = isAnythingRead
    ? undefined
    : troublePage({
        ...{list, serverUrl, tokenFrom, now, width: controller.size.columns},
        ...{context: contexts?.inForce, commands: controller.commands},
      });
  useSeconds(clock, trouble !== undefined && now !== undefined && list.nextTryAt !== undefined);
  if (!trouble) return <Body layout={layout} />;
  // On a small screen the advice matters more than the air around it.
  const rows = trouble.length > layout.bodyHeight ? trouble.filter((row) => row.text !== '') : trouble;
  return <PageView rows={rows} height={layout.bodyHeight} />;
}

/** Rows of text over the whole body. */
function PageView({rows, height}: {readonly rows: readonly StyledText[]; readonly height: number}) {
  const {controller} = useController();
  const {colors} = controller.services;
  const painted = rows.slice(0, height).map((row) => paint(clip(row, 0, controller.size.columns), colors));
  return <Rows rows={[...painted, ...Array.from({length: height - painted.length}, () => '')]} />;
}
