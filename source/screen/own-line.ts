const leaveAlternateScreen = '\u001B[?1049l';

/**
 * Gives the shell a line of its own where there is no alternate screen to leave (VT100, the Linux console): the last
 * frame stays there, and the prompt would stand at its end. On the alternate screen the line goes with it. Answers its
 * undoing.
 */
export function leaveOnOwnLine(stdout: NodeJS.WriteStream): () => void {
  const write = stdout.write.bind(stdout);
  stdout.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]): boolean => {
    const done = rest.findLast((argument) => typeof argument === 'function');
    // Ink writes the sequence by itself.
    return write(chunk === leaveAlternateScreen ? `\r\n${chunk}` : chunk, (error) => done?.(error));
  };
  return () => {
    stdout.write = write;
  };
}
