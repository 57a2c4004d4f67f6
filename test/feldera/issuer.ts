import {createSign, generateKeyPairSync} from 'node:crypto';
import {createServer, type Server} from 'node:http';

/** A small OpenID issuer: its key and its discovery document for the manager, and tokens for whoever asks. */
export class Issuer implements AsyncDisposable {
  readonly #server: Server;
  readonly #keys = generateKeyPairSync('rsa', {modulusLength: 2048});
  #issued = 0;

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    await new Promise<void>((resolve) => issuer.#server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', this.url).pathname;
      const seconds = /^\/token\/(\d+)$/.exec(path)?.[1];
      if (seconds !== undefined) response.end(this.token(Number(seconds)));
      else if (path === '/keys') response.end(JSON.stringify({keys: [this.#publicKey()]}));
      else response.end(JSON.stringify({issuer: this.url, jwks_uri: `${this.url}/keys`}));
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  /** Tokens issued so far. */
  get issued(): number {
    return this.#issued;
  }

  /** A JWT of one user, which expires in that many seconds; a negative number: that long ago. */
  token(seconds: number): string {
    this.#issued += 1;
    const now = Math.floor(Date.now() / 1000);
    const claims = {iss: this.url, aud: 'feldera-api', sub: 'ada', iat: now - 600, exp: now + seconds};
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({alg: 'RS256', typ: 'JWT', kid: 'one'})}.${part(claims)}`;
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(this.#keys.privateKey, 'base64url')}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #publicKey(): Record<string, unknown> {
    return {...this.#keys.publicKey.export({format: 'jwk'}), kid: 'one', alg: 'RS256', use: 'sig'};
  }
}
