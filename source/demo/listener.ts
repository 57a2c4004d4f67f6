import {createServer, type RequestListener, type Server} from 'node:http';
import type {Socket} from 'node:net';

/** The API's listening socket with the limits that Feldera's has. */
export type Listener = {
  readonly port: number;
  /** Stops listening and drops every connection: FIN, no last chunk. */
  readonly close: () => Promise<void>;
};

/** Headers may take this many bytes (recording 16a). */
const maxHeaderBytes = 131_072;
/** Headers must be complete in this time (recording 16b), and an idle connection is closed after it (16c). */
const patienceMs = 5_000;

/** Listens. Rejects with the system's error, `EADDRINUSE` for one. */
export async function listen(port: number, host: string, onRequest: RequestListener): Promise<Listener> {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: patienceMs,
      keepAliveTimeout: patienceMs,
      connectionsCheckingInterval: 1000,
      noDelay: true,
    },
    onRequest,
  );
  // After a FIN from the client the server goes on until a write fails: only a reset frees a follower at once.
  Object.assign(server, {httpAllowHalfOpen: true});
  server.on('clientError', refuseRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  // A string names a pipe, which we never listen on.
  const bound = typeof address === 'object' && address ? address.port : port;
  return {port: bound, close: () => closeServer(server)};
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function refuseRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  const status = {
    HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
    ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  }[error.code ?? ''];
  if (!status || !socket.writable) {
    socket.destroy();
    return;
  }
  const date = new Date().toUTCString();
  socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\ndate: ${date}\r\n\r\n`);
}
