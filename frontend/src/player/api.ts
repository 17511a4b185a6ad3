/** The player's requests. Beats go to the plain recorder, the rest to Django. */
import { csrfToken } from '../core/csrf';
import type { CheckAnswer, CheckQuestion, PlayerConfig, SettleAnswer, StartAnswer } from './config';
import type { BeatAnswer, PostResult } from './queue';
import type { Beat } from './store';

/** The server said no: `signedOut` when a sign-in page came instead of an answer. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly signedOut: boolean,
  ) {
    super(message);
  }
}

function json(body: unknown): RequestInit {
  return {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
    body: JSON.stringify(body),
  };
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const isJson = (response.headers.get('Content-Type') ?? '').includes('json');
  if (!isJson) throw new ServerError('', response.redirected || response.status === 401 || response.status === 403);
  const body = (await response.json()) as Answer & { error?: string };
  if (!response.ok) throw new ServerError(body.error ?? '', response.status === 401);
  return body;
}

export class PlayerApi {
  constructor(private readonly config: PlayerConfig) {}

  async start(): Promise<StartAnswer> {
    return answerOf(await fetch(this.config.startUrl, json({ lesson: this.config.lesson })));
  }

  async settle(address: string): Promise<SettleAnswer> {
    return answerOf(await fetch(address, json({})));
  }

  async playlist(session: StartAnswer): Promise<{ playlist: string; refreshSeconds: number }> {
    const address = session.playlistUrl ?? `${this.config.startUrl}${session.session}/playlist/`;
    return answerOf(await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } }));
  }

  async checkQuestion(address: string): Promise<CheckQuestion> {
    return answerOf(await fetch(address, { credentials: 'same-origin', headers: { Accept: 'application/json' } }));
  }

  async answerCheck(address: string, choice: number | null): Promise<CheckAnswer> {
    return answerOf(await fetch(address, json({ choice })));
  }

  readonly beats = async (token: string, beats: readonly Beat[], leaving: boolean): Promise<PostResult> => {
    try {
      const request = json({ token, beats });
      if (leaving) request.keepalive = true;
      const response = await fetch(this.config.beatUrl, request);
      if (response.ok) return { kind: 'answer', answer: (await response.json()) as BeatAnswer };
      if (response.status === 401) return { kind: 'expired' };
      return response.status < 500 && response.status !== 429 ? { kind: 'rejected' } : { kind: 'unreachable' };
    } catch {
      return { kind: 'unreachable' };
    }
  };
}
