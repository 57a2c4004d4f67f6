import type {Pipeline} from '../../../source/engine/api/types.ts';

/** A running pipeline as the list reports it, with what a test changes about it. */
export function makePipeline(name: string, change: Partial<Pipeline> = {}): Pipeline {
  return {
    id: `id-${name}`,
    name,
    description: '',
    tags: [],
    createdAt: '2026-11-25T09:00:00.000001Z',
    platformVersion: '0.337.0',
    deploymentId: `start-of-${name}`,
    deploymentStatus: 'Running',
    deploymentStatusSince: '2026-11-25T09:17:30.123456Z',
    deploymentDesiredStatus: 'Running',
    programStatus: 'Success',
    programStatusSince: '2026-11-25T09:02:11.5Z',
    storageStatus: 'InUse',
    deploymentError: undefined,
    connectorErrors: 0,
    ...change,
  };
}

export const stopped = {deploymentStatus: 'Stopped', deploymentDesiredStatus: 'Stopped'} as const;

/** What the API sends when the process of a pipeline died. */
export const deploymentError = {
  message: 'Pipeline check failed: a fatal error.\n\nPipeline process exited with exit status: 101',
  errorCode: 'RunnerCheckError',
  cause: 'Pipeline process exited with exit status: 101',
  endedStart: false,
  more: [],
} as const;

/** What only the description of a pipeline has. */
export const noProgram = {programError: undefined, programErrors: [], programCode: '', programVersion: 1} as const;

/** The same of a program that did not compile. */
export function badProgram(text: string) {
  return {...noProgram, programError: text, programErrors: [{text, snippet: '', place: undefined}]};
}
