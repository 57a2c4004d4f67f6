import {colourLine, panicLines} from '../../demo/log-lines.ts';
import type {DemoServer} from '../../demo/server.ts';

/**
 * Logs a panic with colours in its message on `name`, whole lines of another thread between its own, and ordinary lines
 * around it. Returns the lines of the panic, byte for byte.
 */
export function writePanic(server: DemoServer, name: string): Buffer {
  const pipeline = server.pipeline(name);
  const sayOther = (message: string) =>
    pipeline.write(colourLine({name}, pipeline.stamp(), {level: 'INFO', target: 'dbsp_adapters::controller', message}));
  const lines = panicLines({
    thread: 'dbsp-worker-0',
    process: 25_963,
    place: 'crates/dbsp/src/circuit/runtime.rs:612:15',
    message: 'called `Result::unwrap()` on an `Err` value: \u001B[31mdisk full\u001B[0m \u001B[1m日本語\u001B[0m',
  });
  sayOther('before the panic');
  for (const [index, line] of lines.entries()) {
    pipeline.write(line);
    if (index % 4 === 3) sayOther(`another thread ${index}`);
  }
  for (let count = 1; count <= 5; count++) sayOther(`after the panic ${count}`);
  return Buffer.from(`${lines.join('\n')}\n`);
}
