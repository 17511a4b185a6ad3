import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ServerClock, shown, warningBetween } from '../src/exam/clock';
import { fill, type KeptAnswer, type SaveAnswer } from '../src/exam/config';
import { Drafts, type Draft } from '../src/exam/drafts';
import { QuestionField } from '../src/exam/questions';
import { RETRY_MS, SAVE_AFTER_MS, Saver, type Message, type PostResult } from '../src/exam/saver';

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A server that keeps revisions as the real one does, and a line that can be cut. */
class Server {
  kept = new Map<number, { sent: unknown; revision: number }>();
  reachable = true;
  losesAnswer = false;
  messages: Message[] = [];

  post = (message: Message): Promise<PostResult> => {
    if (!this.reachable) return Promise.resolve({ kind: 'unreachable' });
    this.messages.push(message);
    const saved: [number, number][] = [];
    const conflicts: KeptAnswer[] = [];
    for (const { position, revision, sent } of message.answers) {
      const known = this.kept.get(position);
      const same = JSON.stringify(known?.sent) === JSON.stringify(sent);
      if (known === undefined || known.revision === revision) {
        this.kept.set(position, { sent, revision: revision + 1 });
        saved.push([position, revision + 1]);
      } else if (same) saved.push([position, known.revision]);
      else conflicts.push({ position, revision: known.revision, answer: known.sent as never, flagged: false });
    }
    if (this.losesAnswer) return Promise.resolve({ kind: 'unreachable' });
    const body: SaveAnswer = { saved, unreadable: [], savedAt: '10:21:05', remainingMs: 1000 };
    if (conflicts.length > 0) body.conflicts = conflicts;
    return Promise.resolve({ kind: 'answer', status: conflicts.length > 0 ? 409 : 200, body });
  };
}

function sitting(server: Server): { saver: Saver; drafts: Drafts; said: string[]; mine: Draft[] } {
  const said: string[] = [];
  const mine: Draft[] = [];
  const drafts = new Drafts('attempt', localStorage);
  const saver = new Saver(drafts, server.post, {
    saving: () => said.push('saving'),
    saved: ({ savedAt }) => said.push(`saved ${savedAt}`),
    offline: (waiting) => said.push(`offline ${String(waiting)}`),
    revised: () => undefined,
    conflict: (kept, draft) => {
      said.push(`conflict ${String(kept.position)}`);
      mine.push(draft);
    },
    unreadable: () => undefined,
    elsewhere: () => said.push('elsewhere'),
    lost: () => said.push('lost'),
    over: (message) => said.push(message),
    refused: (message) => said.push(message),
  });
  return { saver, drafts, said, mine };
}

test('a change is kept here at once and saved within a second', async () => {
  const server = new Server();
  const { saver, said } = sitting(server);
  saver.change(3, { choice: ['1'] }, false);
  expect(new Drafts('attempt', localStorage).all).toEqual([
    { position: 3, sent: { choice: ['1'] }, flagged: false, seen: 0 },
  ]);
  expect(said).toEqual(['saving']);
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(SAVE_AFTER_MS).toBeLessThan(1000);
  expect(said).toEqual(['saving', 'saved 10:21:05']);
  expect(server.kept.get(3)).toEqual({ sent: { choice: ['1'] }, revision: 1 });
  expect(new Drafts('attempt', localStorage).all).toEqual([]);
});

test('a cut line loses nothing: it is said, kept through a reload, and sent later', async () => {
  const server = new Server();
  const before = sitting(server);
  server.reachable = false;
  before.saver.change(1, { choice: ['0'] }, false);
  before.saver.change(2, { choice: ['2'] }, true);
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(before.said.at(-1)).toBe('offline 2');
  before.saver.stop();
  const after = sitting(server);
  server.reachable = true;
  after.saver.plan(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([...server.kept.keys()]).toEqual([1, 2]);
  expect(after.saver.waiting).toBe(0);
});

test('what was saved but not acknowledged is sent again and changes nothing', async () => {
  const server = new Server();
  const { saver, said } = sitting(server);
  server.losesAnswer = true;
  saver.change(1, { choice: ['0'] }, false);
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(said.at(-1)).toBe('offline 1');
  server.losesAnswer = false;
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  expect(said.at(-1)).toBe('saved 10:21:05');
  expect(server.kept.get(1)).toEqual({ sent: { choice: ['0'] }, revision: 1 });
});

test('a newer answer is shown, not overwritten, and the own one can be insisted on', async () => {
  const server = new Server();
  const { saver, said, mine } = sitting(server);
  server.kept.set(1, { sent: { choice: ['3'] }, revision: 4 });
  saver.know(1, 2);
  saver.change(1, { choice: ['0'] }, false);
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(said).toContain('conflict 1');
  expect(server.kept.get(1)?.revision).toBe(4);
  const [own] = mine;
  if (own !== undefined) saver.insist(own);
  await vi.advanceTimersByTimeAsync(1);
  expect(server.kept.get(1)).toEqual({ sent: { choice: ['0'] }, revision: 5 });
});

test('what is changed while a message is away goes with the next, over the new revision', async () => {
  const server = new Server();
  const { saver, drafts } = sitting(server);
  saver.change(1, { words: ['a'] }, false);
  const first = saver.flush();
  saver.change(1, { words: ['ab'] }, false);
  await first;
  expect(drafts.get(1)).toEqual({ position: 1, sent: { words: ['ab'] }, flagged: false, seen: 1 });
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(server.kept.get(1)).toEqual({ sent: { words: ['ab'] }, revision: 2 });
});

test('an emptied answer says so', async () => {
  const server = new Server();
  const { saver } = sitting(server);
  saver.change(1, { words: [' '] }, false);
  await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
  expect(server.messages[0]?.answers[0]?.cleared).toBe(true);
});

test('another tab, the end and a ticket that ran out stop the sending', async () => {
  const server = new Server();
  const { saver, said } = sitting(server);
  const answers: [number, Partial<SaveAnswer>, string][] = [
    [401, {}, 'lost'],
    [409, { elsewhere: true }, 'elsewhere'],
    [410, { error: '考试已经结束' }, '考试已经结束'],
  ];
  for (const [status, body, word] of answers) {
    server.post = () => Promise.resolve({ kind: 'answer', status, body: body as SaveAnswer });
    Object.assign(saver, { post: server.post });
    saver.change(1, { choice: ['0'] }, false);
    await saver.flush();
    expect(said.at(-1)).toBe(word);
    saver.resume();
  }
});

test("the clock is the server's, whatever the device says", () => {
  let now = 0;
  const clock = new ServerClock(90_000, () => now);
  now = 30_000;
  expect(clock.remainingMs).toBe(60_000);
  expect(clock.set(600_000)).toBe(540_000);
  now = 10_000_000;
  expect(clock.remainingMs).toBe(0);
  expect([shown(5_025_000), shown(1), shown(0)]).toEqual(['01:23:45', '00:00:01', '00:00:00']);
});

test('each warning is given once, as the time passes it', () => {
  const minute = 60_000;
  expect(warningBetween(10 * minute + 500, 10 * minute)).toBe(10);
  expect(warningBetween(10 * minute, 10 * minute - 500)).toBe(0);
  expect(warningBetween(2 * minute, 30_000)).toBe(1);
});

test('a question reads and writes whatever fields its type has', () => {
  document.body.innerHTML = `<fieldset data-question="7">
    <input type="hidden" name="q7-revision" value="2"><input type="checkbox" name="q7-flag">
    <input type="radio" name="q7-choice" value="0"><input type="radio" name="q7-choice" value="1">
    <input name="q7-blank"><input name="q7-blank"><textarea name="q7-words"></textarea></fieldset>`;
  const element = document.querySelector('fieldset');
  if (element === null) throw new Error('no question');
  const question = new QuestionField(element);
  expect(question.read()).toEqual({ blank: ['', ''], words: [''] });
  question.write({ choice: ['1'], blank: ['甲', '乙'], words: ['丙'] });
  expect(question.read()).toEqual({ choice: ['1'], blank: ['甲', '乙'], words: ['丙'] });
  expect([question.position, question.revision.value]).toEqual([7, '2']);
});

test('words are filled in', () => {
  expect(fill('还有 {count} 题', { count: 3 })).toBe('还有 3 题');
});
