import {createStore} from '../../lib/store.ts';
import {ApiError} from './errors.ts';
import type {ApiClient} from './types.ts';

/** The client of a screen without a server: it opens no socket, and every request fails as a cancelled one. */
export function noServer(): ApiClient {
  const refuse = () => Promise.reject(new ApiError({kind: 'cancelled'}));
  return {
    answers: {started: 0, lastGood: createStore(0), hasAnswered: false},
    baseUrl: '',
    listPipelines: refuse,
    getPipeline: refuse,
    getStats: refuse,
    getTimeSeries: refuse,
    listEvents: refuse,
    getEvent: refuse,
    getRunnerHealth: refuse,
    getSession: refuse,
    getVersion: refuse,
    followLogs: refuse,
    close: () => Promise.resolve(),
  };
}
