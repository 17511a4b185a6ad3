import { describe, expect, it } from 'vitest';
import { bytesOf, within } from '../src/islands/push';

describe('push', () => {
  it('reads the key of the school', () => {
    expect([...bytesOf('BP-_AA')]).toEqual([4, 255, 191, 0]);
    expect(bytesOf('').length).toBe(0);
  });

  it('waits for an answer, and not for ever', async () => {
    expect(await within(Promise.resolve('yes'), 1000)).toBe('yes');
    await expect(within(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no');
    await expect(within(new Promise(() => undefined), 1)).rejects.toThrow('no answer');
  });
});
