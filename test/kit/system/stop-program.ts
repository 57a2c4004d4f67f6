import {suspendProcess} from '../../../source/kit/system/signals.ts';
import {keepRunning, systemClock} from '../../../source/lib/clock.ts';

// Stops three times as ^Z does, and prints each time whether it was stopped.
const end = keepRunning();
// As the screen has one, for stops from outside.
process.on('SIGTSTP', () => console.log('heard'));
for (let turn = 0; turn < 3; turn++) {
  console.log((await suspendProcess(process, systemClock)) ? 'stopped' : 'not stopped');
}
end();
