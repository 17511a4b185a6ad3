/** Answers that are not acknowledged yet, kept on the device at once and through a reload. */
import type { Sent } from './config';

export interface Draft {
  position: number;
  sent: Sent;
  flagged: boolean;
  /** The revision it was written over. */
  seen: number;
}

export interface Storage {
  readonly length: number;
  key(place: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class Drafts {
  private readonly memory = new Map<number, Draft>();

  constructor(
    private readonly attempt: string,
    private readonly storage: Storage | null,
  ) {
    for (const draft of this.stored()) this.memory.set(draft.position, draft);
  }

  get all(): Draft[] {
    return [...this.memory.values()].sort((one, other) => one.position - other.position);
  }

  get(position: number): Draft | undefined {
    return this.memory.get(position);
  }

  put(draft: Draft): void {
    this.memory.set(draft.position, draft);
    try {
      this.storage?.setItem(this.key(draft.position), JSON.stringify(draft));
    } catch {
      // Full or forbidden: this page still has it, and sends it.
    }
  }

  remove(position: number): void {
    this.memory.delete(position);
    this.storage?.removeItem(this.key(position));
  }

  clear(): void {
    for (const draft of this.all) this.remove(draft.position);
  }

  private key(position: number | string): string {
    return `lms-exam:${this.attempt}:${String(position)}`;
  }

  private stored(): Draft[] {
    const found: Draft[] = [];
    const prefix = this.key('');
    const { storage } = this;
    for (let place = 0; storage !== null && place < storage.length; place += 1) {
      const key = storage.key(place) ?? '';
      if (!key.startsWith(prefix)) continue;
      const text = storage.getItem(key);
      if (text !== null) found.push(JSON.parse(text) as Draft);
    }
    return found;
  }
}

/** The device's storage, if it may be used. */
export function openStorage(): Storage | null {
  try {
    const storage = window.localStorage;
    storage.setItem('lms-exam-probe', '1');
    storage.removeItem('lms-exam-probe');
    return storage;
  } catch {
    return null;
  }
}
