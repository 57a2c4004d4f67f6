import type {Answer, Request} from './protocol.ts';
import {World} from './world.ts';

// The process of the demo server: does what the engine asks for over IPC, and ends with it.

let world: World | undefined;

async function answer(request: Request): Promise<Omit<Answer, 'id'>> {
  if (request.do === 'start') {
    world = await World.start(request);
    return {url: world.url};
  }
  if (!world) throw new Error('not started');
  switch (request.do) {
    case 'settle':
      await world.settle();
      return {};
    case 'write':
      world.write();
      return {};
    case 'fault':
      await world.disturb(request.fault);
      return {};
    case 'end-intact':
      await world.endIntact();
      return {};
    case 'finish':
      world.finish();
      return {};
    case 'truth':
      return {truth: world.truth(request.name)};
  }
}

process.on('message', (message) => {
  // Only the engine, which knows the protocol, has the other end.
  const request = message as Request;
  const send = (outcome: Omit<Answer, 'id'>) => void process.send?.({id: request.id, ...outcome});
  answer(request).then(send, (error) => send({error: String(error)}));
});
process.on('disconnect', () => process.exit());
