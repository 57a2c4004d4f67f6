import type {IncomingMessage} from 'node:http';
import type {RequestSeen} from './demo.ts';

/** Requests remembered for tests; a demo that runs for days forgets the oldest. */
const requestsKept = 10_000;

/** The requests as they came. */
export class RequestsSeen {
  readonly all: RequestSeen[] = [];

  /** Remembers a request, and answers what is remembered of it. */
  add({method = 'GET', url: path = '/', headers}: IncomingMessage): RequestSeen {
    const tenant = headers['feldera-tenant'];
    const seen = {
      method,
      path,
      authorization: headers.authorization,
      tenant: typeof tenant === 'string' ? tenant : tenant?.[0],
    };
    this.all.push(seen);
    if (this.all.length >= 2 * requestsKept) this.all.splice(0, requestsKept);
    return seen;
  }
}
