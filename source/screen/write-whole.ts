/**
 * Writes a sequence between two frames. False: the terminal takes nothing at the moment. Frames are dropped then, and
 * half a sequence would garble it.
 */
export function writeWhole(stdout: NodeJS.WriteStream, sequence: string): boolean {
  if (stdout.writableNeedDrain) return false;
  stdout.write(sequence);
  return true;
}
