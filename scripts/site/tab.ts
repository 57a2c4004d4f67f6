type Answer = {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: {readonly message: string};
};

/** A tab of a Chromium, over its DevTools protocol. */
export class Tab {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #listeners = new Map<string, () => void>();
  /** Addresses that were asked for, and what scripts complained of. */
  #requested: string[] = [];
  #complaints: string[] = [];
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({data}) => this.#take(JSON.parse(String(data))));
  }

  /** The tab that a browser opens at its start. */
  static async open(port: number): Promise<Tab> {
    const response = await fetch(`http://127.0.0.1:${port}/json/list`);
    const targets = (await response.json()) as readonly {type: string; webSocketDebuggerUrl: string}[];
    const target = targets.find(({type}) => type === 'page');
    if (target === undefined) throw new Error('the browser has no tab');
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, {once: true});
      socket.addEventListener('error', reject, {once: true});
    });
    const tab = new Tab(socket);
    for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await tab.#call(`${domain}.enable`);
    return tab;
  }

  /** CSS pixels. */
  async emulate(width: number, scheme: 'light' | 'dark'): Promise<void> {
    const size = {width, height: width < 500 ? 844 : 800, deviceScaleFactor: 1, mobile: width < 500};
    await this.#call('Emulation.setDeviceMetricsOverride', size);
    await this.#call('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: scheme}]});
  }

  /** Resolves when the page and its pictures are loaded. */
  async go(url: string): Promise<void> {
    this.#requested = [];
    this.#complaints = [];
    // Another part of the page that is shown would load nothing.
    await this.#load('about:blank');
    await this.#load(url);
  }

  async #load(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.#listeners.set('Page.loadEventFired', resolve));
    await this.#call('Page.navigate', {url});
    await loaded;
  }

  /** The value of an expression, awaited. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const answer = await this.#call('Runtime.evaluate', {expression, awaitPromise: true, returnByValue: true});
    if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
    return (answer.result as {value: Value}).value;
  }

  /** Requests of other hosts since the page was called, and errors of its scripts and files. */
  faults(origin: string): readonly string[] {
    const outside = this.#requested.filter(
      (url) => !url.startsWith(`${origin}/`) && !/^(?:data|about|blob):/.test(url),
    );
    return [...outside.map((url) => `asks for ${url}`), ...this.#complaints];
  }

  /** What is shown, as PNG. */
  async picture(): Promise<Buffer> {
    const {data} = await this.#call('Page.captureScreenshot', {format: 'png'});
    return Buffer.from(String(data), 'base64');
  }

  async close(): Promise<void> {
    this.#socket.close();
  }

  async #call(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({id, method, params}));
    const {result = {}, error} = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
      return;
    }
    const {method = '', params = {}} = answer;
    if (method === 'Network.requestWillBeSent') this.#requested.push(String((params.request as {url: string}).url));
    if (method === 'Runtime.exceptionThrown') {
      this.#complaints.push(JSON.stringify((params.exceptionDetails as {text: string}).text));
    }
    if (method === 'Log.entryAdded') {
      const {level, text, url} = params.entry as {level: string; text: string; url?: string};
      if (level === 'error') this.#complaints.push(`${text} ${url ?? ''}`);
    }
    this.#listeners.get(method)?.();
  }
}
