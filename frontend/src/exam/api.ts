/** A sitting's requests: answers to the plain route, the rest to Django. */
import { csrfToken } from '../core/csrf';
import type { ExamConfig, SaveAnswer, StateAnswer } from './config';
import type { Draft } from './drafts';
import { told, type Message, type PostResult } from './saver';

/** No answer within this time is no connection, and is said so. */
const TIMEOUT_MS = 4000;

export interface SubmitAnswer {
  url?: string;
  error?: string;
}

export class ExamApi {
  constructor(
    private readonly config: ExamConfig,
    readonly tab: string,
    private readonly signedOut: () => void,
  ) {}

  get signInUrl(): string {
    return `/sign-in/?next=${encodeURIComponent(this.config.pageUrl)}`;
  }

  readonly save = async (message: Message, leaving: boolean): Promise<PostResult> => {
    const said = await this.say(message, leaving);
    if (said === null) return { kind: 'unreachable' };
    return { kind: 'answer', status: said.status, body: said.body as SaveAnswer };
  };

  state(): Promise<StateAnswer | null> {
    return this.json(this.config.stateUrl, null);
  }

  /** Hand in with the last answers; null if it has to be tried again, after `lost` with a new ticket. */
  async submit(drafts: readonly Draft[], lost: () => Promise<void>): Promise<SubmitAnswer | null> {
    const said = await this.say({ answers: drafts.map(told), handIn: true });
    if (said === null || said.status >= 500) return null;
    if (said.status !== 401) return said.body as SubmitAnswer;
    await lost();
    return null;
  }

  async takeOver(): Promise<boolean> {
    const answer = await this.json<{ tab?: string }>(this.config.takeOverUrl, JSON.stringify({ tab: this.tab }));
    return answer?.tab === this.tab;
  }

  /** A message to the route of answers, which asks for no session; null if nothing came back. */
  private async say(message: object, leaving = false): Promise<{ status: number; body: unknown } | null> {
    const said = JSON.stringify({ ticket: this.config.ticket, tab: this.tab, ...message });
    const answer = await this.send(this.config.answersUrl, said, leaving);
    if (answer === null) return null;
    const body: unknown = await answer.json().catch(() => null);
    return body === null ? null : { status: answer.status, body };
  }

  /** An answer of Django's; null if there was none, or a sign-in page came instead. */
  private async json<Answer>(address: string, body: string | null): Promise<Answer | null> {
    const answer = await this.send(address, body);
    if (answer === null || answer.status >= 500) return null;
    if (!(answer.headers.get('Content-Type') ?? '').includes('json')) {
      this.signedOut();
      return null;
    }
    return (await answer.json()) as Answer;
  }

  private async send(address: string, body: string | null, leaving = false): Promise<Response | null> {
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      stop.abort();
    }, TIMEOUT_MS);
    try {
      return await fetch(address, {
        method: body === null ? 'GET' : 'POST',
        credentials: 'same-origin',
        keepalive: leaving,
        signal: stop.signal,
        headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
        ...(body === null ? {} : { body }),
      });
    } catch {
      return null;
    } finally {
      window.clearTimeout(timer);
    }
  }
}

/** A number for this tab, the same through its reloads. */
export function ownTab(attempt: string): string {
  const key = `lms-exam-tab:${attempt}`;
  try {
    const kept = sessionStorage.getItem(key);
    if (kept !== null) return kept;
    const made = randomUuid();
    sessionStorage.setItem(key, made);
    return made;
  } catch {
    return randomUuid();
  }
}

/** `crypto.randomUUID` wants HTTPS, which a school's own network may not have. */
function randomUuid(): string {
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0'));
  const hex = bytes.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
