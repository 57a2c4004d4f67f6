import type {HeapProfiler} from 'node:inspector';
import {Session} from 'node:inspector/promises';

/** How many functions of the project's own sources a piece of work calls: what grows with its input, without a clock. */
export async function callsIn(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', {callCount: true, detailed: false});
    // What was called before does not count.
    await session.post('Profiler.takePreciseCoverage');
    work();
    const {result} = await session.post('Profiler.takePreciseCoverage');
    const own = result.filter(({url}) => url.includes('/source/'));
    const counts = own.flatMap(({functions}) => functions.flatMap(({ranges}) => ranges[0]?.count ?? 0));
    return counts.reduce((sum, each) => sum + each, 0);
  } finally {
    session.disconnect();
  }
}

/** Bytes of the heap that a piece of work takes, also those that it needs no more: by samples, one in about 32 KiB. */
export async function bytesIn(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    const all = {includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true};
    await session.post('HeapProfiler.startSampling', {samplingInterval: 32 * 1024, ...all});
    work();
    const {profile} = await session.post('HeapProfiler.stopSampling');
    return bytesOf(profile.head);
  } finally {
    session.disconnect();
  }
}

function bytesOf({selfSize, children}: HeapProfiler.SamplingHeapProfileNode): number {
  return children.reduce((sum, child) => sum + bytesOf(child), selfSize);
}
