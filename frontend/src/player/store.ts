/**
 * Where beats wait until the server has acknowledged them: IndexedDB, else localStorage, else memory
 * (private windows and old WebViews refuse the first two).
 */
import type { Played } from './recorder';

export interface Beat extends Played {
  seq: number;
}

export interface StoredBeat extends Beat {
  lesson: number;
  token: string;
}

export interface BeatStore {
  put(beats: readonly StoredBeat[]): Promise<void>;
  all(lesson: number): Promise<StoredBeat[]>;
  remove(beats: readonly StoredBeat[]): Promise<void>;
}

export function keyOf(beat: StoredBeat): string {
  return `${String(beat.lesson)}:${beat.token}:${String(beat.seq)}`;
}

function inOrder(beats: StoredBeat[]): StoredBeat[] {
  return beats.sort((one, other) => one.seq - other.seq);
}

export class MemoryStore implements BeatStore {
  private readonly beats = new Map<string, StoredBeat>();

  put(beats: readonly StoredBeat[]): Promise<void> {
    for (const beat of beats) this.beats.set(keyOf(beat), beat);
    return Promise.resolve();
  }

  all(lesson: number): Promise<StoredBeat[]> {
    return Promise.resolve(inOrder([...this.beats.values()].filter((beat) => beat.lesson === lesson)));
  }

  remove(beats: readonly StoredBeat[]): Promise<void> {
    for (const beat of beats) this.beats.delete(keyOf(beat));
    return Promise.resolve();
  }
}

const PREFIX = 'lms-beat:';

export class LocalStore implements BeatStore {
  constructor(private readonly storage: Storage) {}

  put(beats: readonly StoredBeat[]): Promise<void> {
    return new Promise((done) => {
      for (const beat of beats) this.storage.setItem(PREFIX + keyOf(beat), JSON.stringify(beat));
      done();
    });
  }

  all(lesson: number): Promise<StoredBeat[]> {
    const found: StoredBeat[] = [];
    for (let place = 0; place < this.storage.length; place += 1) {
      const key = this.storage.key(place) ?? '';
      if (!key.startsWith(`${PREFIX}${String(lesson)}:`)) continue;
      const text = this.storage.getItem(key);
      if (text !== null) found.push(JSON.parse(text) as StoredBeat);
    }
    return Promise.resolve(inOrder(found));
  }

  remove(beats: readonly StoredBeat[]): Promise<void> {
    for (const beat of beats) this.storage.removeItem(PREFIX + keyOf(beat));
    return Promise.resolve();
  }
}

export class IndexedStore implements BeatStore {
  private constructor(private readonly database: IDBDatabase) {}

  static open(factory: IDBFactory): Promise<IndexedStore> {
    return new Promise((done, failed) => {
      const request = factory.open('lms-beats', 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('beats').createIndex('lesson', 'lesson');
      };
      request.onsuccess = () => {
        done(new IndexedStore(request.result));
      };
      request.onerror = () => {
        failed(request.error ?? new Error('IndexedDB refused'));
      };
      request.onblocked = () => {
        failed(new Error('IndexedDB is blocked'));
      };
    });
  }

  put(beats: readonly StoredBeat[]): Promise<void> {
    return this.write((store) => {
      for (const beat of beats) store.put(beat, keyOf(beat));
    });
  }

  remove(beats: readonly StoredBeat[]): Promise<void> {
    return this.write((store) => {
      for (const beat of beats) store.delete(keyOf(beat));
    });
  }

  all(lesson: number): Promise<StoredBeat[]> {
    return new Promise((done, failed) => {
      const store = this.database.transaction('beats').objectStore('beats');
      const request = store.index('lesson').getAll(lesson);
      request.onsuccess = () => {
        done(inOrder(request.result as StoredBeat[]));
      };
      request.onerror = () => {
        failed(request.error ?? new Error('IndexedDB did not answer'));
      };
    });
  }

  private write(change: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((done, failed) => {
      const transaction = this.database.transaction('beats', 'readwrite');
      change(transaction.objectStore('beats'));
      transaction.oncomplete = () => {
        done();
      };
      transaction.onerror = transaction.onabort = () => {
        failed(transaction.error ?? new Error('IndexedDB did not keep the beat'));
      };
    });
  }
}

/** The best store this engine lets us have. */
export async function openStore(where: { indexedDB?: IDBFactory; localStorage?: Storage }): Promise<BeatStore> {
  try {
    if (where.indexedDB !== undefined) return await IndexedStore.open(where.indexedDB);
  } catch {
    // Private windows refuse IndexedDB: the next one is tried.
  }
  try {
    const storage = where.localStorage;
    if (storage !== undefined) {
      storage.setItem(`${PREFIX}probe`, '1');
      storage.removeItem(`${PREFIX}probe`);
      return new LocalStore(storage);
    }
  } catch {
    // Storage is full or forbidden: memory still carries the beats of this visit.
  }
  return new MemoryStore();
}
