import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { BeatQueue, MOST_BEATS, type PostResult } from '../src/player/queue';
import { IndexedStore, LocalStore, MemoryStore, openStore, type Beat, type BeatStore } from '../src/player/store';

const PLAYED = { from: 0, to: 15_000, rate: 1, visible: true };

/** A recorder that answers like the server; `mode` says how the line is. */
class Server {
  mode: PostResult['kind'] = 'answer';
  refuse = new Set<number>();
  open = true;
  readonly seen: { token: string; seqs: number[] }[] = [];
  readonly credited = new Map<string, Beat>();

  readonly post = (token: string, beats: readonly Beat[]): Promise<PostResult> => {
    this.seen.push({ token, seqs: beats.map((beat) => beat.seq) });
    if (this.mode !== 'answer') return Promise.resolve({ kind: this.mode } as PostResult);
    const good = beats.filter((beat) => !this.refuse.has(beat.seq));
    for (const beat of good) this.credited.set(`${token}:${String(beat.seq)}`, beat);
    return Promise.resolve({
      kind: 'answer',
      answer: {
        acked: good.map((beat) => beat.seq),
        refused: beats.filter((beat) => this.refuse.has(beat.seq)).map((beat) => ({ seq: beat.seq, reason: 'outside' })),
        coveredMs: this.credited.size * 15_000,
        open: this.open,
      },
    });
  };
}

const STORES: [string, () => Promise<BeatStore>][] = [
  ['memory', () => Promise.resolve(new MemoryStore())],
  ['local', () => Promise.resolve(new LocalStore(window.localStorage))],
  ['indexed', () => IndexedStore.open(new IDBFactory())],
];

describe.each(STORES)('beat queue over the %s store', (_name, make) => {
  let store: BeatStore;
  let server: Server;
  let queue: BeatQueue;

  beforeEach(async () => {
    window.localStorage.clear();
    store = await make();
    server = new Server();
    queue = new BeatQueue(7, store, server.post);
    await queue.open('token-a', 1);
  });

  test('what is acknowledged is forgotten', async () => {
    await queue.add([PLAYED, { ...PLAYED, from: 15_000, to: 30_000 }]);
    const report = await queue.flush();
    expect(report).toEqual({
      waiting: 0,
      reached: true,
      expired: false,
      answer: { acked: [1, 2], refused: [], coveredMs: 30_000, open: true },
    });
    expect(server.seen).toEqual([{ token: 'token-a', seqs: [1, 2] }]);
  });

  test('what cannot be sent waits and goes out later, once', async () => {
    server.mode = 'unreachable';
    await queue.add([PLAYED]);
    expect(await queue.flush()).toEqual({ waiting: 1, reached: false, expired: false, answer: null });
    server.mode = 'answer';
    expect((await queue.flush()).waiting).toBe(0);
    expect((await queue.flush()).answer).toBe(null);
    expect(server.seen.map((request) => request.seqs)).toEqual([[1], [1]]);
  });

  test('a refused beat is not sent again', async () => {
    server.refuse.add(1);
    await queue.add([PLAYED]);
    expect((await queue.flush()).waiting).toBe(0);
  });

  test('another visit sends what the last one left, under its own token', async () => {
    server.mode = 'unreachable';
    await queue.add([PLAYED]);
    await queue.flush();
    server.mode = 'answer';
    const later = new BeatQueue(7, store, server.post);
    await later.open('token-b', 1);
    await later.add([PLAYED]);
    const report = await later.flush();
    expect(report.waiting).toBe(0);
    expect([...server.credited.keys()].sort()).toEqual(['token-a:1', 'token-b:1']);
  });

  test('numbers go on above what is kept of the same session', async () => {
    await queue.add([PLAYED, PLAYED]);
    const again = new BeatQueue(7, store, server.post);
    await again.open('token-a', 1);
    await again.add([PLAYED]);
    await again.flush();
    expect(server.seen).toEqual([{ token: 'token-a', seqs: [1, 2, 3] }]);
  });

  test('an expired token keeps its beats, and the new session takes them over', async () => {
    server.mode = 'expired';
    await queue.add([PLAYED]);
    expect((await queue.flush()).expired).toBe(true);
    server.mode = 'answer';
    await queue.moveTo('token-b', 1);
    expect((await queue.flush()).waiting).toBe(0);
    expect([...server.credited.keys()]).toEqual(['token-b:1']);
  });

  test('beats the server can never read do not block the others', async () => {
    server.mode = 'rejected';
    await queue.add([PLAYED]);
    expect((await queue.flush()).waiting).toBe(0);
  });

  test('more than a message may carry goes in several', async () => {
    await queue.add(Array.from({ length: MOST_BEATS + 5 }, () => PLAYED));
    expect((await queue.flush()).waiting).toBe(0);
    expect(server.seen.map((request) => request.seqs.length)).toEqual([MOST_BEATS, 5]);
  });

  test('on leaving, everything unsent goes at once', async () => {
    server.mode = 'unreachable';
    await queue.add([PLAYED]);
    await queue.flush();
    server.mode = 'answer';
    queue.farewell([{ ...PLAYED, from: 15_000, to: 20_000 }]);
    expect(server.seen[server.seen.length - 1]).toEqual({ token: 'token-a', seqs: [1, 2] });
  });

  test('another lesson keeps its own', async () => {
    await queue.add([PLAYED]);
    expect(await new BeatQueue(8, store, server.post).waiting()).toBe(0);
    expect(await queue.waiting()).toBe(1);
  });
});

test('a refused IndexedDB falls back to localStorage, then to memory', async () => {
  const closed = { open: () => { throw new DOMException('no', 'SecurityError'); } } as unknown as IDBFactory;
  expect(await openStore({ indexedDB: closed, localStorage: window.localStorage })).toBeInstanceOf(LocalStore);
  const full = { setItem: () => { throw new DOMException('full', 'QuotaExceededError'); } } as unknown as Storage;
  expect(await openStore({ indexedDB: closed, localStorage: full })).toBeInstanceOf(MemoryStore);
  expect(await openStore({ indexedDB: new IDBFactory() })).toBeInstanceOf(IndexedStore);
});
