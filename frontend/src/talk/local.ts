/** What is being written and has not reached the server yet, kept on this device at once. */

export interface Local {
  title: string;
  text: string;
}

interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export class LocalDraft {
  private readonly key: string;

  constructor(place: string, private readonly store: Store | null) {
    this.key = `lms-draft:${place}`;
  }

  get(): Local | null {
    try {
      const said: unknown = JSON.parse(this.store?.getItem(this.key) ?? 'null');
      if (typeof said !== 'object' || said === null) return null;
      const { title, text } = said as Partial<Local>;
      return { title: title ?? '', text: text ?? '' };
    } catch {
      return null;
    }
  }

  put(local: Local): void {
    try {
      this.store?.setItem(this.key, JSON.stringify(local));
    } catch {
      // Full or forbidden: the page still has it, and sends it.
    }
  }

  forget(): void {
    try {
      this.store?.removeItem(this.key);
    } catch {
      // Forbidden: nothing was kept.
    }
  }
}

/** The letters after the last @ before the caret; null where nobody is being called. */
export function calling(text: string, caret: number): string | null {
  const before = text.slice(0, caret);
  const at = before.lastIndexOf('@');
  if (at < 0) return null;
  const said = before.slice(at + 1);
  return /^[\p{L}\p{N}·]{0,8}$/u.test(said) ? said : null;
}

/** The text with a name in place of what was begun after the @, and where the caret is then. */
export function withName(text: string, caret: number, name: string): { text: string; caret: number } {
  const at = text.slice(0, caret).lastIndexOf('@');
  const head = `${text.slice(0, at + 1)}${name} `;
  return { text: head + text.slice(caret), caret: head.length };
}
