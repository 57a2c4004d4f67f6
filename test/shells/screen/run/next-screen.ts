import {systemClock} from '../../../../source/lib/clock.ts';
import type {NextScreen} from '../../../../source/shells/screen/context-switch.ts';
import {openServer} from '../../../../source/shells/startup/open-server.ts';
import {readSettings} from '../../../harness/read-settings.ts';

/** The way to another screen, and whether its server was closed. Nothing connects to it. */
export async function nextScreen(): Promise<{readonly next: NextScreen; readonly isClosed: () => boolean}> {
  const settings = readSettings(['--host', 'http://localhost:2'], {});
  const server = await openServer(settings, '0', systemClock);
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    await server.close();
  };
  return {next: {settings, server: {...server, close}}, isClosed: () => isClosed};
}
