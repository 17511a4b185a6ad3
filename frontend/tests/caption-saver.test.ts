import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Cue } from '../src/caption-editor/cues';
import { Saver } from '../src/caption-editor/saver';

const sent: unknown[] = [];
let answers: Response[] = [];
let told: string[] = [];
let cues: Cue[] = [];

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

function saver(version: number): Saver {
  return new Saver('/save', 'k', version, () => cues, {
    state: (state, more) => {
      told.push(more.message === undefined ? state : `${state}: ${more.message}`);
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  sent.length = 0;
  answers = [];
  told = [];
  cues = [{ start: 0, end: 1000, text: '好' }];
  // The line to the school: what it is given is kept, what it answers is laid ready.
  globalThis.fetch = (_address, init): Promise<Response> => {
    sent.push(JSON.parse(init?.body as string));
    const next = answers.shift();
    return next === undefined ? Promise.reject(new Error('no line')) : Promise.resolve(next);
  };
});

afterEach(() => {
  vi.useRealTimers();
});

test('several changes go in one request, and saved is what the server says', async () => {
  const one = saver(4);
  answers = [answer(200, { version: 5, time: '10:00:00' })];
  one.touch();
  one.touch();
  expect(one.isSettled).toBe(false);
  await vi.advanceTimersByTimeAsync(1200);
  expect(sent).toEqual([{ version: 4, key: 'k', cues: [[0, 1000, '好']] }]);
  expect(told).toEqual(['dirty', 'dirty', 'saving', 'saved']);
  expect(one.isSettled).toBe(true);
});

test('on a line that is gone it is tried again with what there is by then', async () => {
  const one = saver(4);
  one.touch();
  await vi.advanceTimersByTimeAsync(1200);
  expect(told).toEqual(['dirty', 'saving', 'offline']);
  cues = [{ start: 0, end: 1000, text: '好的' }];
  answers = [answer(200, { version: 5, time: '10:00:00' })];
  await vi.advanceTimersByTimeAsync(8000);
  expect(sent[1]).toEqual({ version: 4, key: 'k', cues: [[0, 1000, '好的']] });
  expect(one.isSettled).toBe(true);
});

test('after a conflict nothing is sent until one is chosen', async () => {
  const one = saver(4);
  answers = [answer(409, { message: '两份都在', version: 7, cues: [] })];
  one.touch();
  await vi.advanceTimersByTimeAsync(1200);
  expect(told).toEqual(['dirty', 'saving', 'moved: 两份都在']);
  one.touch();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  answers = [answer(200, { version: 8, time: '10:00:00' })];
  one.resume(7, true);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent[1]).toEqual({ version: 7, key: 'k', cues: [[0, 1000, '好']] });
});

test('what is refused is not called settled, nor sent again unchanged', async () => {
  const one = saver(4);
  answers = [answer(422, { message: '太长' })];
  one.touch();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sent.length, told[2], one.isSettled]).toEqual([1, 'refused: 太长', false]);
});

test('a list begun and without a word asks nothing of the server', async () => {
  const one = saver(0);
  cues = [{ start: 0, end: 1000, text: ' ' }];
  one.touch();
  await vi.advanceTimersByTimeAsync(5000);
  expect([sent, told, one.isSettled]).toEqual([[], ['dirty', 'idle'], true]);
});
