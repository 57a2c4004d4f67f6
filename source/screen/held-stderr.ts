const mostKept = 64 * 1024;

/**
 * Holds what is written to stderr while the screen is up: on the screen it would stay, over the frames. The answer
 * ends the holding and writes what came, up to 64 KiB.
 */
export function holdStderr(stderr: NodeJS.WriteStream): () => void {
  const write = stderr.write.bind(stderr);
  let held = '';
  stderr.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    if (held.length < mostKept) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.findLast((argument) => typeof argument === 'function');
    if (done) queueMicrotask(() => done());
    return true;
  };
  return () => {
    stderr.write = write;
    if (held !== '') write(held);
  };
}
