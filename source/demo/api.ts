import {
  type Answer,
  badApiKey,
  badSelector,
  connectionRefused,
  jsonAnswer,
  noRoute,
  runnerUnreachable,
  unauthorized,
  unknownPipeline,
  webConsole,
} from './answers.ts';
import type {DemoPipeline} from './pipeline.ts';
import {pipelineJson} from './pipeline-json.ts';
import type {Route} from './route.ts';

/** What the answers depend on. */
export type World = {
  /** In the order of the list. */
  readonly pipelines: readonly DemoPipeline[];
  readonly runnerDown: boolean;
};

const session = {
  tenant_id: '01a211f6-0000-7000-8000-000000000001',
  tenant_name: 'default',
  role: 'admin',
  memberships: [],
};

const uncached = {'cache-control': 'no-cache'};

/** The refusal of a request whose `Authorization` header is not `Bearer <apiKey>`; none when no key is asked for. */
export function checkCredential(apiKey: string | undefined, authorization: string | undefined): Answer | undefined {
  if (apiKey === undefined || authorization === `Bearer ${apiKey}`) return undefined;
  return authorization?.startsWith('Bearer apikey:') ? badApiKey : unauthorized;
}

/** The answer of a healthy API; `follow` stands for a log stream. */
export function answerRoute(route: Route, {pipelines, runnerDown}: World): Answer | 'follow' {
  switch (route.kind) {
    case 'list': {
      const list = pipelines.map(({state}) => pipelineJson(state, route.selector));
      return jsonAnswer(list, uncached);
    }
    case 'pipeline': {
      const pipeline = pipelines.find(({name}) => name === route.name);
      if (!pipeline) return unknownPipeline(route.name);
      return jsonAnswer(pipelineJson(pipeline.state, route.selector), uncached);
    }
    case 'logs':
      if (!pipelines.some(({name}) => name === route.name)) return unknownPipeline(route.name);
      return runnerDown ? runnerUnreachable(connectionRefused) : 'follow';
    case 'session':
      return jsonAnswer(session);
    case 'authentication':
      return jsonAnswer({});
    case 'health':
      return jsonAnswer({status: 'healthy'});
    case 'bad-selector':
      return badSelector(route.selector);
    case 'unknown':
      return noRoute;
    case 'console':
      return webConsole;
  }
}
