import type tls from 'node:tls';
import type {HttpProxy} from './types.ts';

/** How a server is reached; the same for all connections to it. */
export type Way = {
  readonly proxy: HttpProxy | undefined;
  /** The certificate of the server, and of the proxy, is not looked at. */
  readonly insecure: boolean;
  readonly secureContext: () => tls.SecureContext;
};
