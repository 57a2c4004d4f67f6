import {expect, test} from 'vitest';
import {createClient} from '../../source/api/client.ts';
import {fixedCredentials} from '../../source/api/credentials.ts';
import type {DemoServerOptions} from '../../source/demo/demo.ts';
import {DemoServer} from '../../source/demo/server.ts';
import {systemClock} from '../../source/lib/clock.ts';
import {ListPoller} from '../../source/streams/list-poller.ts';
import {isOldServer, Login, oldServerWords} from '../../source/streams/login.ts';
import {symbolsFor} from '../../source/terminal/symbols.ts';
import {noticeRows} from '../../source/ui/notice-rows.ts';
import {eventually} from '../harness/eventually.ts';

const tenants = [
  {name: 'acme', role: 'read'},
  {name: 'other', role: 'admin'},
];

async function setUp(options: DemoServerOptions, tenant?: string) {
  const server = await DemoServer.start(options);
  const client = createClient({
    ...{baseUrl: server.url, clock: systemClock, userAgent: 'test'},
    credentials: fixedCredentials(options.apiKey),
    ...(tenant !== undefined && {tenant}),
  });
  const poller = new ListPoller({client, clock: systemClock, random: () => 0});
  const login = new Login({client, poller});
  poller.start();
  login.start();
  return {
    server,
    poller,
    versionRequests: () => server.requests.filter(({path}) => path === '/v0/config').length,
    sessionRequests: () => server.requests.filter(({path}) => path === '/v0/config/session').length,
    tenantIs: (name: string) =>
      eventually(
        () => login.session.get()?.tenantName === name,
        () => `the session is ${JSON.stringify(login.session.get())}`,
      ),
    login,
    async [Symbol.asyncDispose]() {
      login.stop();
      poller.stop();
      await client.close();
      await server.close();
    },
  };
}

const listIs = (poller: ListPoller, isGood: boolean) =>
  eventually(
    () => {
      const {failure, pipelines} = poller.snapshot.get();
      return isGood ? pipelines !== undefined && !failure : failure !== undefined;
    },
    () => JSON.stringify(poller.snapshot.get()),
  );

test('the session is asked for once', async () => {
  await using rig = await setUp({tenants}, 'acme');
  await rig.tenantIs('acme');
  expect(rig.login.session.get()).toMatchObject({role: 'read', memberships: 2});
  await listIs(rig.poller, true);
  expect(rig.sessionRequests()).toBe(1);
  expect(new Set(rig.server.requests.map(({tenant}) => tenant))).toEqual(new Set(['acme']));
});

test('a tenant that has to be named is named by id, too', async () => {
  await using rig = await setUp({tenants}, '01a211f6-0000-7000-8000-000000000002');
  await rig.tenantIs('other');
});

test('after a refusal that ends the session is asked for again', async () => {
  await using rig = await setUp({apiKey: 'right', tenants: tenants.slice(0, 1)});
  await rig.tenantIs('acme');
  await listIs(rig.poller, true);
  rig.server.setApiKey('wrong');
  rig.poller.refresh();
  await listIs(rig.poller, false);
  rig.server.setApiKey('right');
  rig.poller.refresh();
  await listIs(rig.poller, true);
  await eventually(
    () => rig.sessionRequests() === 2,
    () => `${rig.sessionRequests()} session requests`,
  );
});

test('a server that was down is asked when it is up; a known session is not asked for again', async () => {
  await using rig = await setUp({tenants: tenants.slice(0, 1)});
  await rig.tenantIs('acme');
  await listIs(rig.poller, true);
  await rig.server.stopApi();
  rig.poller.refresh();
  await listIs(rig.poller, false);
  await rig.server.startApi();
  rig.poller.refresh();
  await listIs(rig.poller, true);
  expect(rig.sessionRequests()).toBe(1);
});

test('the version is asked for at the start, and again when the server is back, which may be another', async () => {
  await using rig = await setUp({});
  await listIs(rig.poller, true);
  await eventually(
    () => rig.login.version.get() === '0.337.0',
    () => `the version is ${rig.login.version.get()}`,
  );
  expect(rig.versionRequests()).toBe(1);
  await rig.server.stopApi();
  rig.poller.refresh();
  await listIs(rig.poller, false);
  await rig.server.startApi();
  rig.poller.refresh();
  await listIs(rig.poller, true);
  await eventually(
    () => rig.versionRequests() === 2,
    () => `${rig.versionRequests()} requests for the version`,
  );
});

test('what is older than 0.97 is not supported; what cannot be read is', () => {
  const versions = ['0.60.0', '0.96.9', '0.97.0', '0.100.0', '0.337.0', '1.0.0', '0', '', 'dev', '0.60'];
  expect(versions.filter(isOldServer)).toEqual(['0.60.0', '0.96.9', '0.60']);
  expect(oldServerWords('0.60.0')).toMatch(/^Feldera 0\.60\.0 is not supported, 0\.97 and newer are: /);
  // It fits into the last two rows of a screen of 80 columns.
  const rows = noticeRows(oldServerWords('0.96.10') ?? '', 80, symbolsFor(true));
  expect(rows.join('')).toBe(` ${oldServerWords('0.96.10')}`);
  expect([oldServerWords('0.97.0'), oldServerWords(undefined)]).toEqual([undefined, undefined]);
});
