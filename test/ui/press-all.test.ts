import {describe, expect, it} from 'vitest';
import {ScreenUnderTest} from './screen-under-test.ts';

describe('keys that arrive together', () => {
  it('behind one that opens a prompt are typed into it', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'q', 'X', 'Space', 'z');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'find-name', text: 'qX z'});
    expect(screen.quits).toBe(0);
  });

  it('behind the Enter that ends it are keys again', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'o', 'r', 'd', 'Enter', '?');
    expect(screen.controller.state).toMatchObject({nameFilter: 'ord', prompt: undefined, page: {kind: 'help'}});
  });

  it('are the prompt’s own: ^U, ^W and Backspace take away, Tab turns, ^C leaves', async () => {
    await using screen = await ScreenUnderTest.connected({names: ['orders']});
    screen.press('Tab');
    await screen.untilConnected('orders');
    screen.pressTogether('S', '^U', 'a', 'Space', 'b', 'c', '^W', 'd', 'e', 'Backspace', 'Tab');
    expect(screen.controller.state.prompt).toMatchObject({kind: 'save', text: 'a d', what: 'view', markers: true});
    screen.pressTogether('^C');
    expect(screen.controller.state.prompt).toBeUndefined();
  });

  it('that have no character are not typed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('/', 'a', 'Tab', '^D', 'Up', 'b');
    expect(screen.controller.state.prompt?.text).toBe('ab');
  });

  it('are all pressed', async () => {
    await using screen = await ScreenUnderTest.connected();
    screen.pressTogether('j', 'j', 'Enter');
    expect(screen.tabs).toEqual(['orders']);
  });
});
