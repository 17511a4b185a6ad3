import { expect, test } from 'vitest';
import { isFresh } from '../src/islands/bell';
import { shownTime } from '../src/islands/moment';
import { calling, LocalDraft, withName } from '../src/talk/local';

test('somebody is being called by the letters after the last @', () => {
  expect(calling('请@张', 3)).toBe('张');
  expect(calling('请@', 2)).toBe('');
  expect(calling('请@张秀英 看', 7)).toBeNull();
  expect(calling('没有人', 3)).toBeNull();
  expect(calling('a@b@王', 5)).toBe('王');
});

test('a name takes the place of what was begun, and the caret stands behind it', () => {
  expect(withName('请@张看', 3, '张秀英')).toEqual({ text: '请@张秀英 看', caret: 6 });
});

test('a draft of this device is kept through a reload and forgotten when the server has it', () => {
  const kept = new Map<string, string>();
  const store = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  new LocalDraft('thread:1', store).put({ title: '', text: '写到一半' });
  expect(new LocalDraft('thread:1', store).get()).toEqual({ title: '', text: '写到一半' });
  expect(new LocalDraft('thread:2', store).get()).toBeNull();
  kept.set('lms-draft:thread:1', 'broken');
  expect(new LocalDraft('thread:1', store).get()).toBeNull();
  new LocalDraft('thread:1', store).forget();
  expect(kept.size).toBe(0);
  expect(new LocalDraft('thread:1', null).get()).toBeNull();
});

test('a second is shown as the player shows it', () => {
  expect([5, 75, 3725].map(shownTime)).toEqual(['0:05', '1:15', '1:02:05']);
});

test('how much is new is asked once a minute, and again when the clock was set back', () => {
  expect(isFresh(null, 0)).toBe(false);
  expect(isFresh({ at: 1000, count: 3 }, 60_999)).toBe(true);
  expect(isFresh({ at: 1000, count: 3 }, 61_000)).toBe(false);
  expect(isFresh({ at: 1000, count: 3 }, 999)).toBe(false);
});
