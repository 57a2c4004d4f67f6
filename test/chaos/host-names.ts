import dns from 'node:dns';

/** What looking the name up gives: addresses, an error code, or no answer at all. */
type Addresses = readonly ('127.0.0.1' | '::1')[] | 'ENOTFOUND' | 'EAI_AGAIN' | 'no answer';

/** A name that only this process knows. */
export type Lookup = {readonly name: string; addresses: Addresses; readonly forget: () => void};

type Callback = (error: NodeJS.ErrnoException | null, address: string | dns.LookupAddress[], family: number) => void;

const names = new Map<string, {readonly host: Lookup; readonly onAsked: () => void}>();

/** Returns a name that no other seed has. */
export function hostName(seed: number, onAsked: () => void): Lookup {
  const name = `chaos-${seed}.test`;
  const host: Lookup = {name, addresses: ['127.0.0.1'], forget: () => names.delete(name)};
  names.set(name, {host, onAsked});
  return host;
}

/** Answers for the names above in place of the machine, as `net.connect` asks, until the returned function is called. */
export function answerForNames(): () => void {
  const {lookup} = dns;
  const answer = (hostname: string, options: dns.LookupOptions, callback: Callback): void => {
    const known = names.get(hostname);
    if (!known) {
      lookup(hostname, options, callback);
      return;
    }
    known.onAsked();
    const {addresses} = known.host;
    if (addresses === 'no answer') return;
    setImmediate(() => {
      known.onAsked();
      if (typeof addresses === 'string') callback(Object.assign(new Error(addresses), {code: addresses}), [], 4);
      else {
        const found = addresses.map((address) => ({address, family: address.includes(':') ? 6 : 4}));
        const [{address, family} = {address: '', family: 4}] = found;
        callback(null, options.all ? found : address, family);
      }
    });
  };
  Object.assign(dns, {lookup: answer});
  return () => void Object.assign(dns, {lookup});
}
