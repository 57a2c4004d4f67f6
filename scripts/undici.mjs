// Replaces undici in the bundle by the parts that the program uses, without fetch, WebSocket, caches and mocks.
import request from '../node_modules/undici/lib/api/api-request.js';
import Client from '../node_modules/undici/lib/dispatcher/client.js';
import Dispatcher from '../node_modules/undici/lib/dispatcher/dispatcher.js';
import Pool from '../node_modules/undici/lib/dispatcher/pool.js';

// As in undici's own index.
Object.assign(Dispatcher.prototype, {request});

export default {Client, Pool};
