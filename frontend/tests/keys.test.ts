import { describe, expect, it } from 'vitest';
import '../src/islands/keys';

describe('lms-keys', () => {
  it('presses what carries the key, and nothing while somebody writes', () => {
    document.body.innerHTML =
      '<lms-keys><button type="button" data-key="1"></button><input type="text"></lms-keys>';
    let pressed = 0;
    document.querySelector('button')?.addEventListener('click', () => (pressed += 1));
    const strike = (key: string, at: EventTarget, more: KeyboardEventInit = {}): void => {
      at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));
    };
    strike('1', document.body);
    strike('2', document.body);
    strike('1', document.body, { ctrlKey: true });
    const input = document.querySelector('input');
    if (input !== null) strike('1', input);
    document.querySelector('lms-keys')?.remove();
    strike('1', document.body);
    expect(pressed).toBe(1);
  });
});
