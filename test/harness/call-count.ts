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
